/* Inside query/ only: which documents have enough of the words, each word counting its worth. A word in the body counts as much as one in the
 * core. Firm words (lattice.h) that some product has are needed in any case. */
#ifndef TIM_QUERY_COVERAGE_H
#define TIM_QUERY_COVERAGE_H

#include "query/match_parts.h"

/* Prepares match->coverage for documents that have words of at least `percent` of the worth of all words that any product has; 1..100. The
 * segments stay where they are. */
MUST_USE enum status coverage_open(struct match *match, const struct lattice *lattice, unsigned percent, struct arena *arena);

/* Takes out of `bits`, documents of the window at hand, those that have too little. */
void coverage_cut(const struct coverage *coverage, uint64_t *bits);

#endif
