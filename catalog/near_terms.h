/* Core terms near to a word: by a slip of the finger, by their sound, by their size. Looked up in the vocabulary; nothing is scanned. */
#ifndef TIM_CATALOG_NEAR_TERMS_H
#define TIM_CATALOG_NEAR_TERMS_H

#include "analyzers/analyzer.h"
#include "base/arena.h"

struct snapshot;

struct near_term {
    struct bytes term; /* in the arena */
    uint32_t df;
    uint8_t edits; /* 0 when it was not found by a slip */
};

struct near_terms {
    struct near_term *terms;
    uint32_t count;
};

/* What a word of TYPO_LETTERS_MIN letters or more may have been meant to be: within one edit, or two from TYPO_TWO_LETTERS on (typo.h), never
 * the word itself. The fewest edits first, then what most documents have; at most NEAR_TERMS_MAX. Syllables are among them (giat for gait), so
 * that the caller asks only for a word that is none and that the index does not have. A word with a digit has no neighbours. LIMIT at the
 * arena's cap. */
enum { NEAR_TERMS_MAX = 16 };
MUST_USE enum status near_by_typo(struct snapshot *snapshot, struct bytes typed, struct arena *arena, struct near_terms *out);

/* The syllables that sound like this one somewhere in the country (phonetic.h), not itself; what most documents have first, at most
 * NEAR_TERMS_MAX. */
MUST_USE enum status near_by_sound(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes folded, struct arena *arena,
                                   struct near_terms *out);

/* The unit tokens of this unit from one number to another, both included, by number; at most NEAR_SIZES_MAX, the least first. Numbers are
 * quantity.h's micros. */
enum { NEAR_SIZES_MAX = 1024 };
MUST_USE enum status near_by_size(struct snapshot *snapshot, struct bytes unit, uint64_t least, uint64_t most, struct arena *arena,
                                  struct near_terms *out);

#endif
