/* Codes: letters and digits that belong together, as one token and its parts. */
#ifndef TIM_ANALYZERS_CODE_H
#define TIM_ANALYZERS_CODE_H

#include "analyzers/chain.h"

enum {
    CODE_ELEMENTS_MAX = 6, /* joined; a longer row is rather a slug */
    CODE_WORDS_MAX = 2,    /* of them letters only */
    CODE_WORD_LETTERS = 4, /* the longest word that a code holds: "nr", "rtx", but not "iphone" */
    CODE_PARTS_MAX = 24,
    CODE_SPANS_RUNS_MAX = 7, /* of a code with more runs only elements and runs are parts */
};

/* How many elements from the first one on their joiners bind together; `is_code` tells whether these are one code, else each stands for
 * itself. */
size_t code_row(const struct chain *chain, const struct element *elements, size_t count, bool *is_code);

/* The whole without joiners, then by where they begin: each element, its runs of letters and digits, and where letters and digits meet
 * its beginnings, its ends and the beginnings of the whole; every spelling once. */
void code_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct chain *chain,
               const struct element *elements, size_t count);

#endif
