/* Words that stand together. Each pair of neighbouring words of the query (catalog/pair.h) that a matching document has too adds to its
 * score:
 *
 *   share of a pair := worth * impact of the pair in the document
 *   worth           := (weight of the first word + weight of the second) / CONTIGUITY_PART, of the one word at a beginning (of two words or more) or an end
 *
 * where a weight is term_weight of a word of the core. Pairs never decide whether a document matches, nor its band. An alternative's pairs
 * share the places of the words that it stands for; of several pairs at one place the greatest share counts; one within the
 * alternative is worth no more than those words would be side by side. A pair counts once, where it was found
 * first: alternatives of different lengths bring it to different places.
 *
 * contiguity_most bounds what all pairs may add, as the prior's greatest share does, so pruning stays exact. */
#ifndef TIM_QUERY_CONTIGUITY_H
#define TIM_QUERY_CONTIGUITY_H

#include "analyzers/analyzer.h"
#include "query/edge_window.h"

struct snapshot;

enum {
    CONTIGUITY_PART = 2,
    CONTIGUITY_PAIRS_MAX = 32, /* further ones, of later words, are left out */
};

struct contiguity_pair {
    struct edge edge; /* of the one term */
    struct edge_term term;
    struct edge_window *window;
    struct bytes key; /* as catalog/pair.h has it */
    uint32_t worth;
    unsigned place; /* pairs of a query stand in the order of their places */
};

struct contiguity {
    struct snapshot *snapshot;
    struct arena *arena;
    struct contiguity_pair *pairs;
    unsigned count;
    uint32_t live, document_limit;
};

/* No pairs yet. Close it even when this or adding failed. */
MUST_USE enum status contiguity_open(struct contiguity *contiguity, struct snapshot *snapshot, struct arena *arena);
void contiguity_close(struct contiguity *contiguity);

/* Adds the pairs of the query that the index has. LIMIT at the arena's cap. */
MUST_USE enum status contiguity_add(struct contiguity *contiguity, const struct token_list *tokens, struct bytes text);

/* Adds those that the query has with `phrase` in the place of `words` words from `first` on: the ones with a word of the phrase. */
MUST_USE enum status contiguity_add_alternative(struct contiguity *contiguity, const struct analyzer *analyzer,
                                                const struct token_list *tokens, struct bytes text, unsigned first, unsigned words,
                                                struct bytes phrase);

/* The greatest sum that a document can get. */
uint32_t contiguity_most(const struct contiguity *contiguity);

/* Adds their pairs' shares to the points of `documents`, which stand in the window; windows only ascend. */
MUST_USE enum status contiguity_window(struct contiguity *contiguity, uint32_t window, const uint64_t *documents, uint32_t *points);

#endif
