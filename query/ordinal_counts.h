/* Counters per ordinal of one label field. What is paid for is what is hit: with many ordinals, counters are made page by page. */
#ifndef TIM_QUERY_ORDINAL_COUNTS_H
#define TIM_QUERY_ORDINAL_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "query/window.h"

struct multi_chunk;

enum {
    COUNT_LANES = 4,         /* documents take turns, so that a run of one value does not wait for its own counter */
    COUNT_LANES_LIMIT = 512, /* with more ordinals there is one lane, in pages */
    COUNT_PAGE = 256,        /* counters per page */
};

struct ordinal_counts {
    struct arena *arena;
    uint32_t limit;   /* ordinals from it on, and so the unknown one, are left out */
    uint32_t *lanes;  /* COUNT_LANES times limit + 1, the last one for what is left out; NULL: pages */
    uint32_t **pages; /* NULL until hit */
    bool full;        /* the arena's cap was met */
};

/* In the arena. LIMIT at its cap. */
MUST_USE enum status ordinal_counts_open(struct ordinal_counts *counts, uint32_t limit, struct arena *arena);

/* The ordinals of the places from `first` on, of those places that `documents` has. */
MUST_USE enum status ordinal_counts_add(struct ordinal_counts *counts, const uint32_t *ordinals, uint32_t first, uint32_t end,
                                        const uint64_t *documents);

/* One ordinal, `times` over. */
MUST_USE enum status ordinal_counts_repeat(struct ordinal_counts *counts, uint32_t ordinal, uint32_t times);

/* The ordinals of those documents of a chunk's span that `documents` has; `first` is the place of the chunk's first entry. False: the chunk is not
 * what its writer wrote. Whether the arena was full shows in the end. */
MUST_USE bool ordinal_counts_add_multi(struct ordinal_counts *counts, const struct multi_chunk *chunk, uint32_t first,
                                       const uint64_t *documents);

/* Those that were hit, ascending by ordinal. Ends the counters. */
struct ordinal_count {
    uint32_t ordinal, count;
};
MUST_USE enum status ordinal_counts_take(struct ordinal_counts *counts, struct ordinal_count **out, uint32_t *out_count);

#endif
