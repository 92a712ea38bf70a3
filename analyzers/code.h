/* Codes: letters and digits that belong together, as one token and its parts. */
#ifndef TIM_ANALYZERS_CODE_H
#define TIM_ANALYZERS_CODE_H

#include "analyzers/chain.h"

enum {
    CODE_ELEMENTS_MAX = 6, /* joined; a longer row is rather a slug */
    CODE_WORDS_MAX = 2,    /* of them letters only */
    CODE_WORD_LETTERS = 4, /* the longest word that a code holds: "nr", "rtx", but not "iphone" */
    CODE_PARTS_MAX = 24,
    CODE_SLICES_RUNS_MAX = 7, /* a code with more runs has no slices */
};

/* How many elements from the first one on their joiners bind together; `is_code` tells whether these are one code, else each stands for
 * itself. */
size_t code_row(const struct chain *chain, const struct element *elements, size_t count, bool *is_code);

/* The whole without joiners, then by where they begin: each element, its runs of letters and digits, and with writer->slices
 * the pieces of analyze_document; every spelling once. */
void code_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct chain *chain,
               const struct element *elements, size_t count);

#endif
