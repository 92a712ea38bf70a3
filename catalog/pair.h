/* Pairs of neighbouring words: what tells "tai nghe Sony" from "máy nghe nhạc tai chó". The terms of TERM_PAIR carry contiguity, so no
 * posting list holds positions. They never decide whether a product matches; they add to the score of those that do (query/contiguity.h).
 *
 * A pair is two whole words that stand side by side within one value of the name, the brand or the category path, in their order. So are the
 * beginning of a name and its first word, which in Vietnamese is what the thing is ("Máy in Canon", "Dây cáp cho máy in"), and the last
 * word of a model and its end: of a run of Latin words, numbers and codes (and syllables without marks behind one of these) that
 * is followed by a quantity, by a word with marks, by anything but spaces or by nothing. "iPhone 15 Pro 128GB" has an end behind "pro",
 * "iPhone 15 Pro Max 256GB" has it behind "max".
 *
 *   key := first word folded (empty: the beginning), " ", second word folded (empty: the end of a model); of each word at most
 *          PAIR_WORD_BYTES_MAX bytes, cut on a character
 *
 * Pairs carry no forms: whether marks fit is told by the words themselves. */
#ifndef TIM_CATALOG_PAIR_H
#define TIM_CATALOG_PAIR_H

#include "analyzers/analyzer.h"
#include "catalog/document.h"
#include "storage/forward.h"

enum {
    PAIR_WORD_BYTES_MAX = 31,
    PAIRS_MAX = 512, /* of one product, in the order of its fields; further ones are left out */
};
_Static_assert(2 * PAIR_WORD_BYTES_MAX + 1 <= TERM_BYTES_MAX, "a pair fits a term");

struct pair {
    const struct token *first, *second; /* `first` is NULL at the beginning, `second` at the end of a model */
};

/* The pairs of a text, its tokens given, in reading order: at most `room`. The same serves documents and queries. */
unsigned pairs_list(const struct token_list *tokens, struct bytes text, struct pair *out, unsigned room);

/* Returns the size of the key. */
size_t pair_key(const struct pair *pair, char key[TERM_BYTES_MAX]);
/* The same of two folded words. */
size_t pair_key_of(struct bytes first, struct bytes second, char key[TERM_BYTES_MAX]);

/* The entries of a document's pairs, each once, into `entries` (room for PAIRS_MAX), in the arena. LIMIT at its cap. */
MUST_USE enum status pairs_build(const struct analyzer *analyzer, const struct document *document, struct arena *arena,
                                 struct forward_entry *entries, uint32_t *count);

#endif
