/* Words, numbers, units and codes out of a chain: runs that touch or are joined by one of - _ / . , and what belongs to a number behind a
 * space: groups of thousands, k and nghìn, a unit, rưỡi, vuông and khối. */
#ifndef TIM_ANALYZERS_CHAIN_H
#define TIM_ANALYZERS_CHAIN_H

#include "analyzers/number.h"
#include "analyzers/scanner.h"
#include "analyzers/syllable.h"
#include "analyzers/tokens.h"

struct chain {
    struct run runs[CHAIN_RUNS_MAX + CHAIN_BEHIND_MAX];
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
    uint8_t word;      /* the run of a unit that is a word besides; 0 for none */
    uint32_t figures;  /* the end of a unit's number */
    const struct unit *unit;
    struct number number;
};

/* The unit of area or volume that two touching runs spell: m2, m3; NULL for none. */
const struct unit *chain_power(const struct scanner *scanner, const struct run *runs);

/* Cuts the chain into elements (out has room for CHAIN_RUNS_MAX + CHAIN_BEHIND_MAX); returns how many. */
size_t chain_split(const struct scanner *scanner, struct chain *chain, struct element *out);

#endif
