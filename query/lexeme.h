/* The query cut finer than the analyzer cuts it, for readings: a code falls into its letters and digits ("15tr-20tr": 15, tr, -, 20, tr), and
 * the signs between words that say something ("<", "-", "/") are kept. */
#ifndef TIM_QUERY_LEXEME_H
#define TIM_QUERY_LEXEME_H

#include "analyzers/analyzer.h"
#include "query/request.h"

enum {
    LEXEMES_MAX = 128, /* what lies behind is not read */
    MILLI = 1000,      /* numbers are kept in thousandths */
};
#define MILLI_MAX (INT64_C(1000000000000) * MILLI) /* a greater number is a word */

enum lexeme_kind {
    LEXEME_WORD,
    LEXEME_NUMBER,
    LEXEME_QUANTITY, /* a number with its unit, one token */
    LEXEME_SIGN,     /* of "<>-/+~%"; dashes of any length are "-", <= and >= as well as their signs are "<" and ">" */
};

struct lexeme {
    uint8_t kind;
    uint8_t word;        /* position among the query's words; of a sign: the word before it, or the first */
    bool joined;         /* nothing stands between it and the lexeme before */
    bool colour;         /* WORD: a colour as it was typed, with its marks: no other word whose marks are missing */
    char sign;           /* SIGN */
    uint8_t digits;      /* NUMBER: how many were typed, 0 with decimals */
    int64_t milli;       /* NUMBER, QUANTITY */
    struct bytes folded; /* WORD; QUANTITY: the unit */
    struct bytes exact;  /* WORD */
};

/* One word of the query. */
struct lexeme_word {
    const struct token *token; /* the whole one */
    uint32_t at;               /* its index in the token list */
    uint8_t lexeme;            /* its first; LEXEMES_MAX: none */
};

struct lexemes {
    struct bytes text;
    const struct token_list *tokens;
    struct lexeme items[LEXEMES_MAX];
    unsigned count;
    struct lexeme_word words[QUERY_TOKENS_MAX]; /* what lies behind is not read */
    unsigned word_count;
};

/* Borrows the text and the tokens. */
void lexemes_read(struct bytes text, const struct token_list *tokens, struct lexemes *out);

/* How many bytes of a code from `at` on are of one kind: digits, or not. */
size_t run_size(struct bytes code, size_t at);

/* "1.5" as 1500. False when it is no number, or too great. */
bool milli_parse(struct bytes digits, int64_t *out);

#endif
