/* Inside analyzers/ only: a few letters that were made up, spelled as the chain spells a word that it reads. */
#ifndef TIM_ANALYZERS_SPELLING_H
#define TIM_ANALYZERS_SPELLING_H

#include "analyzers/keystroke.h"
#include "analyzers/syllable.h"

/* Both spellings of 1 to TOKEN_BYTES_MAX letters (letters.h). `syllable` is what they read as, NULL for another word; a syllable's tone is
 * `syllable->tone`, wherever `marks` has it. False when they do not fit. */
bool spelling_write(const struct analyzer *analyzer, const uint8_t *bases, const uint8_t *marks, size_t count,
                    const struct syllable *syllable, struct spelling *out);

/* Whether `out` already has that exact form among its first `count`. */
bool spelling_is_among(const struct spelling *out, unsigned count, const struct spelling *one);

#endif
