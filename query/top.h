/* The best hits so far: a bounded heap with the worst on top. Equal ranks are ordered by product id (id_order, then the id's bytes), which
 * is looked up only when two ranks are equal. A walk's page is bounded above too, by the place behind which it begins: so the hundredth page
 * needs no more room than the first. */
#ifndef TIM_QUERY_TOP_H
#define TIM_QUERY_TOP_H

#include "base/arena.h"
#include "query/search.h"
#include "storage/column.h"

struct top_entry {
    struct search_hit hit;
    uint64_t order;  /* of the id, once `has_order` */
    struct bytes id; /* once `has_id` */
    bool has_order, has_id;
};

struct top {
    struct snapshot *snapshot;
    struct arena *arena;
    struct column_reader orders;
    struct top_entry *heap;
    unsigned count, room;
    struct top_entry after; /* what the hits stand behind, when `has_after` */
    bool has_after;
    enum status status; /* sticky: of a fragment that could not be read */
};

/* Room for `room` hits, in the arena. */
MUST_USE enum status top_open(struct top *top, struct snapshot *snapshot, unsigned room, struct arena *arena);

/* From now on only what stands behind a product of this rank and id is taken. The id is borrowed. */
void top_begin_behind(struct top *top, uint64_t rank, struct bytes id);

/* The rank below which a hit cannot be taken any more; 0 while there is room. */
static inline uint64_t top_threshold(const struct top *top)
{
    return top->count == top->room && top->room > 0 ? top->heap[0].hit.rank : 0;
}

/* The rank above which it cannot either. */
static inline uint64_t top_ceiling(const struct top *top)
{
    return top->has_after ? top->after.hit.rank : UINT64_MAX;
}

void top_add(struct top *top, uint32_t document, uint64_t rank);

/* At most `limit` hits from place `first` on, best first, in the arena, and whether there are others behind them. Ends the heap. */
MUST_USE enum status top_finish(struct top *top, unsigned first, unsigned limit, struct search_hit **hits, unsigned *count, bool *more);

#endif
