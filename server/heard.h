/* What one serving thread has heard of its requests, on the way to the learner: a ring with one writer and one reader, without locks. A
 * full ring loses what comes and counts it; nobody ever waits. */
#ifndef TIM_SERVER_HEARD_H
#define TIM_SERVER_HEARD_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "storage/learned.h"

enum { HEARD_SLOTS = 1024 /* a power of two */ };

enum heard_kind {
    HEARD_SEARCH,     /* `text` was asked and found `total` products */
    HEARD_CLICK,      /* of what `text` found, the product `id` was looked at */
    HEARD_CONVERSION, /* ... bought, or put into the cart */
};

struct heard {
    uint8_t kind;
    bool by_name; /* `text` is a query's name (query_name), not the query */
    uint8_t text_size, id_size;
    uint32_t total;
    char text[LEARNED_SPELLING_BYTES_MAX];
    char id[LEARNED_ID_BYTES_MAX];
};

struct heard_ring {
    struct heard *slots;
    alignas(64) _Atomic uint32_t written; /* how many were ever put, by the writer */
    _Atomic uint64_t lost;                /* by the writer */
    alignas(64) _Atomic uint32_t taken;   /* by the reader */
};

void heard_ring_init(struct heard_ring *ring);
void heard_ring_release(struct heard_ring *ring);

/* For the writer. A text or id that is too long is not heard at all. */
void heard_put(struct heard_ring *ring, enum heard_kind kind, bool by_name, struct bytes text, struct bytes id, uint32_t total);

/* For the reader: the oldest; false when there is none. */
bool heard_take(struct heard_ring *ring, struct heard *out);

#endif
