/* What a request line asks for: the path and the parameters, percent-decoded with their lengths. Pure: bytes in, spans out. */
#ifndef TIM_SERVER_TARGET_H
#define TIM_SERVER_TARGET_H

#include "base/arena.h"
#include "base/status.h"

enum {
    TARGET_BYTES_MAX = 2048, /* of the request target as sent; a longer one is answered with 414 */
    PARAMETERS_MAX = 64,
};

struct parameter {
    const char *name;   /* NUL-terminated, valid UTF-8 */
    struct bytes value; /* valid UTF-8 without NUL; size 0 when the parameter has no '=' */
};

struct target {
    struct bytes path; /* decoded; starts with '/' (or is "*") */
    struct parameter parameters[PARAMETERS_MAX];
    unsigned parameter_count;
};

/* Splits and decodes. '+' is a space in parameters; a '%' that two hex digits do not follow is text. An absolute target ("http://shop/v1")
 * loses its authority; empty pieces ("&&") are skipped. Everything lives in the arena.
 * LIMIT: more than TARGET_BYTES_MAX bytes. INVALID: more than PARAMETERS_MAX parameters, NUL or invalid UTF-8 after decoding, no path. */
MUST_USE enum status target_parse(struct bytes raw, struct arena *arena, struct target *out, struct error *error);

/* The limit of a list that has at most `most`. INVALID with a sentence: no whole number from 1 to that. */
MUST_USE enum status limit_parse(struct bytes value, unsigned most, unsigned *limit, struct error *error);

#endif
