/* What was learned of one query that shoppers ask: how often, as they spell it, what it found, what was chosen. Kept by `tim serve` in an
 * environment of its own, beside no generation, so that an index built anew forgets nothing. Nobody's address, session or name is in it. */
#ifndef TIM_STORAGE_LEARNED_H
#define TIM_STORAGE_LEARNED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "storage/env.h"

struct snapshot;
struct batch;

enum {
    LEARNED_QUERY_BYTES_MAX = 96,     /* of a query's folded text; longer ones are not learned */
    LEARNED_SPELLING_BYTES_MAX = 160, /* of a query as typed */
    LEARNED_ID_BYTES_MAX = 64,        /* of a product's id */
    LEARNED_SPELLINGS_MAX = 3,        /* kept of a query; the most frequent one is shown */
    LEARNED_PRODUCTS_MAX = 8,         /* kept of a query: those chosen most */
    LEARNED_WEIGHT_ONE = 1024,        /* how one search, click or conversion counts the moment it happens */
};
#define LEARNED_TOTAL_UNKNOWN UINT32_MAX /* no search told how many products it finds */

struct learned_text {
    uint64_t weight;
    uint8_t size;
    char bytes[LEARNED_SPELLING_BYTES_MAX];
};

/* All weights decay together, as of `updated_s`. */
struct learned {
    uint64_t updated_s; /* since 1970 */
    uint64_t searches, clicks, conversions;
    uint32_t total;       /* products that its last search found */
    uint8_t windows;      /* different stretches of time in which it was searched; stays at 255 */
    uint32_t window_last; /* number of the last of them */
    uint8_t spelling_count, product_count;
    struct learned_text spellings[LEARNED_SPELLINGS_MAX];
    struct learned_text products[LEARNED_PRODUCTS_MAX]; /* ids */
};

/* Opens (ENV_CREATE: or makes) the environment in this folder. As env_open, but the sentences speak of what was learned; its format is its
 * own: a new format of the index leaves it alone. */
MUST_USE enum status learned_open(const char *folder, enum env_mode mode, struct env **out, struct error *error);
void learned_close(struct env *env);

/* NOT_FOUND; CORRUPT. `query` is folded text of 1..LEARNED_QUERY_BYTES_MAX bytes. */
MUST_USE enum status learned_get(struct snapshot *snapshot, struct bytes query, struct learned *out);
MUST_USE enum status learned_put(struct batch *batch, struct bytes query, const struct learned *learned);
MUST_USE enum status learned_del(struct batch *batch, struct bytes query);

void learned_encode(const struct learned *learned, struct buffer *record);
/* A stored record; CORRUPT when it is not what learned_put writes. */
MUST_USE enum status learned_decode(struct bytes record, struct learned *out);

/* Hands over every query in the order of their bytes, until the visitor says something else than OK, which is then returned. Record and query
 * are valid during the call. What is damaged is passed over and the snapshot marked. */
typedef enum status learned_visit(void *context, struct bytes query, const struct learned *learned);
MUST_USE enum status learned_each(struct snapshot *snapshot, learned_visit *visit, void *context);

/* Lets every weight halve per `half_life_s` since it was updated. A clock that went back changes nothing. */
void learned_decay(struct learned *learned, uint64_t now_s, uint64_t half_life_s);

/* One more text among at most `room`: the lightest gives way to a new one and leaves it its weight (Metwally, Agrawal, El Abbadi: Efficient
 * computation of frequent and top-k elements, 2005), so that what is frequent is never missed. A text that is too long is left out. */
void learned_text_add(struct learned_text *texts, uint8_t *count, unsigned room, struct bytes text, uint64_t weight);

/* The heaviest of them; size 0 when there is none. */
struct bytes learned_text_best(const struct learned_text *texts, unsigned count);

#endif
