/* Where a walk over the hits of one request goes on: behind one product, as the page before showed it.
 *
 * A page shows the best hits behind a place: a rank, then a product id. The place is that of the last hit of the page before:
 *
 *   by price, date, sales, rating, discount   its sort key as it was
 *   by relevance                              where it stands now, as long as the product itself is unchanged and has the words: the weights
 *                                             of the words move with the index, and all ranks with them. Else its rank as it was
 *
 * So a product is shown exactly once as long as it stays a hit and stays on its side of each place: when its sort key has not changed, or by
 * relevance as long as it stands before or behind the last hit as it did. One that crosses the place between two pages is missed (it moved in
 * front) or shown again (it moved behind). What is no hit any more is not shown, what is new is shown when it stands behind the place.
 *
 * What rules pin stands at places of its own and is not ranked: each is shown once as long as it keeps its place, and those of the same place
 * stay as they are.
 *
 * The reading of the words is that of the first page: their order, whether their filters hold, the steps and the rung of the cascade. Else a
 * product that comes or goes could turn the next page into one of another search. What the readings mean (which brand, which unit) is read
 * anew. Total and facets are those of the moment. */
#ifndef TIM_QUERY_CURSOR_H
#define TIM_QUERY_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "query/search.h"

struct snapshot;

struct cursor {
    uint64_t fingerprint; /* of the request */
    enum sort sort;       /* in effect: asked for, or read from the words */
    enum reading_use use; /* of the readings */
    uint8_t steps;        /* of the cascade: cascade_taken */
    uint8_t rung;         /* enum rung */
    uint32_t shown;       /* hits of all pages so far, and how far those that rules put at their places (placing.h) */
    uint16_t pins;
    uint64_t rank; /* of the last hit that is not pinned, and its product */
    uint32_t version;
    struct bytes id; /* size 0: there was none, and it goes on before all of them */
};

/* Of all that decides which hits there are and in what order: the same for two requests that differ in limit, page and facets only. */
uint64_t request_fingerprint(const struct search_request *request);

/* Moves the place behind the last of the hits that is not pinned; without one it stays. `id` is borrowed from the snapshot or lives in the
 * arena. */
MUST_USE enum status cursor_stand(struct cursor *cursor, struct snapshot *snapshot, const struct search_hit *hits, unsigned count,
                                  struct arena *arena);

/* The product of the cursor, as long as nothing of it has changed; NOT_FOUND. */
MUST_USE enum status cursor_document(const struct cursor *cursor, struct snapshot *snapshot, uint32_t *document);

#endif
