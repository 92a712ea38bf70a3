/* Words, numbers, units and codes out of a chain: runs that touch or are joined by one of - _ / . , */
#ifndef TIM_ANALYZERS_CHAIN_H
#define TIM_ANALYZERS_CHAIN_H

#include "analyzers/number.h"
#include "analyzers/scanner.h"
#include "analyzers/syllable.h"
#include "analyzers/tokens.h"

struct chain {
    struct run runs[CHAIN_RUNS_MAX + 1]; /* one more for a unit behind a space */
    size_t count;
    uint8_t gap; /* behind the last run */
};

/* Reads the chain at the scanner's place, whose next class is LETTER or DIGIT, and the gap behind it. */
void chain_read(struct scanner *scanner, struct chain *chain);

enum element_kind {
    ELEMENT_WORD,   /* letters */
    ELEMENT_NUMBER, /* digits with their separators */
    ELEMENT_UNIT,   /* a number with its unit */
    ELEMENT_MIXED,  /* letters and digits that touch */
};

struct element {
    uint8_t kind;
    uint8_t gap;       /* before it */
    bool apart;        /* a unit behind a space or hyphen */
    uint8_t run, runs; /* in the chain */
    uint32_t end;      /* in the source */
    const struct unit *unit;
    struct number number;
};

/* Cuts the chain into elements (out has room for CHAIN_RUNS_MAX + 1); returns how many. */
size_t chain_split(const struct scanner *scanner, struct chain *chain, struct element *out);

#endif
