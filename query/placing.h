/* Products that rules take out of a search or put at a place among its hits.
 *
 * What is hidden is not there for this search: it is neither met, nor counted, nor a hit. What is pinned is a hit when it is live and passes the
 * filters, quotations and excluded words. A rule for a query (RULE_FOR_QUERY, RULE_FOR_WORDS) pins whatever the words say: the product is counted
 * though it lacks them, but only what the words meet decides how far they are left behind (cascade.h). Other rules pin only what the words meet.
 * In the order of relevance a pinned product stands at its place, counted from 1 over all pages; of two with one place the rule that comes
 * first has it, and the other one the next; where the hits end before a place, pins close up. In other orders it stands where any hit would. A
 * product that is hidden is not pinned, and one is pinned once: by the rule that comes first. */
#ifndef TIM_QUERY_PLACING_H
#define TIM_QUERY_PLACING_H

#include "query/rules.h"
#include "query/top.h"
#include "query/window.h"

#define PLACING_NO_WINDOW UINT32_MAX

struct pin {
    uint32_t document;
    unsigned place, rule; /* which of the rules */
    bool added;           /* whatever the words say */
    bool met, found;      /* of the pass at hand: the words meet it; it passes everything */
};

struct hidden {
    uint32_t document;
    unsigned rule;
    bool met; /* of the pass at hand: it would have been */
};

struct placing {
    const struct rules *rules;
    struct pin *pins; /* by document */
    unsigned pin_count;
    struct hidden *hidden; /* by document */
    unsigned hidden_count;
};

/* Products that are not in the index, or not live, are left out. In the arena; borrows the rules. */
MUST_USE enum status placing_open(struct placing *placing, struct snapshot *snapshot, const struct rules *rules, struct arena *arena);

/* Before a pass. */
void placing_begin(struct placing *placing);

/* The first window from `window` on that has a product whatever the words say; PLACING_NO_WINDOW when none has. */
uint32_t placing_seek(const struct placing *placing, uint32_t window);

/* Takes what is hidden out of the window's `documents`, and puts in what is pinned whatever the words say. */
void placing_documents(struct placing *placing, uint32_t window, uint64_t *documents);

/* Remembers which pins are among the window's `hits`; `met` are those that the words meet. */
void placing_found(struct placing *placing, uint32_t window, const uint64_t *hits, const uint64_t *met);
/* Leaves of `hits` those that are ranked: without pins. After placing_found. */
void placing_ranked(const struct placing *placing, uint32_t window, uint64_t *hits);

/* Of all hits, those that the words do not meet. */
uint64_t placing_added(const struct placing *placing);

/* One page of hits. */
struct page {
    struct search_hit *hits;
    unsigned count;
    bool more;     /* there are others behind them */
    uint16_t pins; /* how far they were placed, on all pages: their places, not their number */
};

/* The request's page of the ranked hits, with the pins at their places when `placed`. In the arena. Ends the heap. */
MUST_USE enum status placing_finish(const struct placing *placing, bool placed, struct top *top, const struct search_request *request,
                                    struct arena *arena, struct page *page);

/* Did the rule do something in this pass? It put a product at a place (`placed`) or among the hits, or took one away. */
bool placing_moved(const struct placing *placing, unsigned rule, bool placed);

#endif
