/* Words that make one word: "tủ lạnh", "nồi cơm điện". Vietnamese writes its words syllable by syllable, and which of them belong together is
 * learned from the shop's own catalog: from the documents that have the pair (TERM_PAIR) and each of its words. These counts are exact
 * after every update, so nothing is stored or rebuilt.
 *
 *   npmi := log(p(ab) / (p(a) p(b))) / -log p(ab), with p(x) = documents that have x / (live documents * core words of a document)
 *
 * (Bouma, "Normalized (Pointwise) Mutual Information in Collocation Extraction", 2009; a document is taken to have as many core words as
 * field.c says.) A pair is a compound when its npmi is at least COMPOUND_NPMI_PERCENT and COMPOUND_DOCUMENTS_MIN documents have it; longer
 * ones are chains of pairs. Documents are counted, not distinct names, and keys are folded: syllables that are in most documents of a shop
 * ("máy" by its categories) hold together with less of what follows them. So a yes is evidence, a no is not. */
#ifndef TIM_QUERY_COMPOUND_H
#define TIM_QUERY_COMPOUND_H

#include "analyzers/analyzer.h"

struct snapshot;

enum {
    COMPOUND_NPMI_PERCENT = 40,
    COMPOUND_DOCUMENTS_MIN = 3,
    COMPOUND_WORDS_MAX = 4,
};

/* In hundredths, -100 to 100; -100 too when too few documents have the pair. Three looks into the dictionary. */
MUST_USE enum status compound_npmi(struct snapshot *snapshot, struct bytes first, struct bytes second, int *percent);

/* Two folded words, in this order. */
MUST_USE enum status compound_is(struct snapshot *snapshot, struct bytes first, struct bytes second, bool *is);

/* How many whole tokens from `at` on make one word: syllables, each a compound with the next. 1 when none do, at most
 * COMPOUND_WORDS_MAX. */
MUST_USE enum status compound_words(struct snapshot *snapshot, const struct token_list *tokens, uint32_t at, unsigned *words);

#endif
