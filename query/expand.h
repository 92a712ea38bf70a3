/* The words that begin with what was typed: the terms under a prefix. */
#ifndef TIM_QUERY_EXPAND_H
#define TIM_QUERY_EXPAND_H

#include "query/words.h"

/* The core terms that begin with `folded` (and are longer), each with the bands of its forms: at most EXPANSIONS_MAX, those with the most
 * documents, in byte order. A prefix of at most PREFIX_STORED_LETTERS_MAX letters is one stored term instead; its postings have no forms,
 * so with typed marks they count as contradicting. `*count` is 0 when there is none. */
MUST_USE enum status expand_prefix(struct snapshot *snapshot, struct bytes folded, const struct typed *typed, struct arena *arena,
                                   struct edge_term **terms, uint32_t *count);

/* At most PREFIX_STORED_LETTERS_MAX letters. */
bool prefix_is_stored(struct bytes folded);

#endif
