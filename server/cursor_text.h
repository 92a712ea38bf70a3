/* Cursors as clients hold them: opaque, signed, the same on every server that has the key. */
#ifndef TIM_SERVER_CURSOR_TEXT_H
#define TIM_SERVER_CURSOR_TEXT_H

#include "base/arena.h"
#include "query/cursor.h"

struct index;

enum { CURSOR_KEY_BYTES_MAX = 256 };

struct cursor_key {
    unsigned char bytes[CURSOR_KEY_BYTES_MAX];
    size_t size;
};

/* The key in effect: `given`, of at most CURSOR_KEY_BYTES_MAX bytes, which servers of several indexes share; NULL: the index's own secret, or
 * random bytes, with a warning, as long as it has none. */
MUST_USE enum status cursor_key_take(struct index *index, const char *given, struct cursor_key *out, struct error *error);

/* `cursor` NULL gives size 0. At most CURSOR_BYTES_MAX characters of A-Z a-z 0-9 - _, in the arena. LIMIT: its cap. */
MUST_USE enum status cursor_encode(const struct cursor_key *key, const struct cursor *cursor, struct arena *arena, struct bytes *out);

/* INVALID, with the sentence for whoever sent it: not a cursor, or not signed with this key. The id lives in the arena. */
MUST_USE enum status cursor_decode(const struct cursor_key *key, struct bytes text, struct arena *arena, struct cursor *out,
                                   struct error *error);

/* Reads the request's cursor, when it has one, for search_run. */
MUST_USE enum status cursor_admit(const struct cursor_key *key, struct search_request *request, struct arena *arena, struct error *error);

#endif
