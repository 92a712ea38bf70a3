/* A query's name: what an answer calls it, so that a later event can say which query it followed. The same for all ways of typing it. */
#ifndef TIM_SERVER_QUERY_NAME_H
#define TIM_SERVER_QUERY_NAME_H

#include "base/arena.h"

enum { QUERY_NAME_BYTES = 32 /* lower-case hexadecimal digits */ };

/* Of a query's folded text. NUL-terminated. */
void query_name(struct bytes folded, char out[QUERY_NAME_BYTES + 1]);

#endif
