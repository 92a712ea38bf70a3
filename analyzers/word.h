/* One run of letters as a token: Vietnamese syllable or other Latin word. */
#ifndef TIM_ANALYZERS_WORD_H
#define TIM_ANALYZERS_WORD_H

#include "analyzers/scanner.h"
#include "analyzers/syllable.h"
#include "analyzers/tokens.h"

struct word {
    bool is_syllable;
    bool y_is_i;
    struct syllable syllable;
};

struct word word_read(const struct scanner *scanner, const struct syllables *syllables, size_t first, size_t count);

/* Both spellings of `count` letters (at least 1), in the arena; `word` is what they read as, NULL in a code, whose letters stay as they
 * are. False when the arena is full. */
bool letters_spell(struct token_writer *writer, const struct scanner *scanner, size_t first, size_t count, const struct word *word,
                   struct bytes *folded, struct bytes *exact);

void word_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct run *run,
               bool part);

#endif
