/* What every test program of this folder includes before cmocka, in the order cmocka wants it. */
#ifndef TIM_TESTS_CATALOG_CMOCKA_DOOR_H
#define TIM_TESTS_CATALOG_CMOCKA_DOOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#endif
