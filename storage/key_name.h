/* Inside storage/ only: a name of any length (slug, SKU, spec value) as part of a key.
 *
 *   name := size u16be, bytes                         size <= 400
 *         | size u16be, first 384 bytes, XXH128 be    the size cut at 65,535
 *
 * The size comes first, so that no name's key is the beginning of another's. */
#ifndef TIM_STORAGE_KEY_NAME_H
#define TIM_STORAGE_KEY_NAME_H

#include <stddef.h>

#include "base/arena.h"

enum {
    NAME_BYTES_MAX = 400,
    KEY_NAME_BYTES_MAX = 2 + NAME_BYTES_MAX,
};

/* Writes the name at `at`, which has room for KEY_NAME_BYTES_MAX; returns how many bytes it took. */
size_t key_name_put(unsigned char *at, struct bytes name);

#endif
