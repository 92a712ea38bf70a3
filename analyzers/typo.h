/* Slips of the finger on words of Latin letters: which words may have them, keys under which a word's neighbours are found, and the
 * distance. The first letter is always right; digits and codes are never edited.
 *
 * Neighbours are found as in SymSpell (Wolf Garbe): two words within n edits have a common string among what is left of each, of its first
 * letters only, when up to n letters are left out. Those strings are the keys. */
#ifndef TIM_ANALYZERS_TYPO_H
#define TIM_ANALYZERS_TYPO_H

#include "analyzers/analyzer.h"

enum {
    TYPO_LETTERS_MIN = 4, /* of both words; a shorter one would be anything */
    TYPO_LETTERS_MAX = 32,
    TYPO_TWO_LETTERS = 8, /* a word of the text with so many may have two slips, typed with one letter less at least */
    TYPO_EDITS_MAX = 2,
    TYPO_PREFIX_LETTERS = 8,    /* what the keys are made of */
    TYPO_KEYS_MAX = 1 + 7 + 21, /* the prefix, and all that is left of it without one or two of its letters behind the first */
};

struct typo_keys {
    char bytes[TYPO_KEYS_MAX][TYPO_PREFIX_LETTERS];
    uint8_t sizes[TYPO_KEYS_MAX];
    unsigned count;
};

/* Letters a to z only, and neither too few nor too many. */
bool typo_is_possible(struct bytes folded);

/* How many edits the word of a text may be found over, and with how many at most the typed word is looked up. */
unsigned typo_edits_written(struct bytes folded);
unsigned typo_edits_typed(struct bytes folded);

/* The distinct keys of a possible word for up to `edits`. */
void typo_keys_of(struct bytes folded, unsigned edits, struct typo_keys *out);

/* Insertions, deletions, substitutions and transpositions of neighbours, no letter edited twice (optimal string alignment), of two possible
 * words; more than `most` comes as most + 1, and so do words whose first letters differ. */
unsigned typo_distance(struct bytes typed, struct bytes written, unsigned most);

#endif
