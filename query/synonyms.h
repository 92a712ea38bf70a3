/* Which phrases stand for others: the shop's own rows of search_synonyms before our word lists. The rows take effect with the transaction
 * that brought them. What each kind says is in catalog/synonym.h. */
#ifndef TIM_QUERY_SYNONYMS_H
#define TIM_QUERY_SYNONYMS_H

#include "analyzers/lexicon.h"

struct snapshot;

enum { SYNONYM_ROWS_MAX = 16 /* of one phrase; further ones, by primary key, are passed over */ };

struct synonyms {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    bool any; /* the shop has rows */
};

/* One look into the index; where the shop has no rows, it is the only one. */
MUST_USE enum status synonyms_open(struct synonyms *synonyms, struct snapshot *snapshot, const struct analyzer *analyzer,
                                   struct arena *arena);

/* As lexicon_find, over the shop's rows and our lists: longest first, the shop's before ours, each value of a list and a length once, without
 * what the shop switched off. A row of the shop comes as LEXICON_SYNONYMS or LEXICON_ABBREVIATIONS; its value and tokens live in the arena. For each
 * length of phrase that the shop has under the word at `at` it costs two looks into the index, and one more where there is none. */
MUST_USE enum status synonyms_find(struct synonyms *synonyms, const struct token_list *tokens, uint32_t at, struct lexicon_hit *out,
                                   unsigned room, unsigned *count);

#endif
