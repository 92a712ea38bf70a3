/* Cuts a text into runs of letters and runs of digits and says what stands between them.
 *
 * The letters of the runs lie one behind the other in the scanner, already lower case with their marks in slots, so that several runs
 * that make one code are one span. `scanner_rewind` forgets them. */
#ifndef TIM_ANALYZERS_SCANNER_H
#define TIM_ANALYZERS_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/letters.h"

enum {
    RUN_LETTERS_MAX = 64, /* of a longer run the rest is passed over; its span covers it */
    CHAIN_RUNS_MAX = 32,  /* runs that touch or are joined, read together */
    CHAIN_BEHIND_MAX = 6, /* runs behind a space that still belong to the chain, and one to look at */
    SCAN_LETTERS_MAX = (CHAIN_RUNS_MAX + CHAIN_BEHIND_MAX) * RUN_LETTERS_MAX,
};

/* What stands before a run: nothing, only white space, one joiner (its own character), or anything else. */
enum gap { GAP_NONE = 0, GAP_SPACE = ' ', GAP_OTHER = '#' };

struct run {
    uint32_t offset, end;  /* in the source, an inch mark not included */
    uint32_t inch_end;     /* behind the inch mark that follows the digits; 0 for none */
    uint16_t first, count; /* letters in the scanner */
    uint8_t class;         /* CLASS_LETTER or CLASS_DIGIT */
    uint8_t gap;           /* enum gap or the joiner */
    bool marked;           /* some letter has a mark */
};

struct scanner {
    const struct letters *letters;
    const unsigned char *text, *at, *end;
    bool quoted;  /* a quotation mark is open */
    uint8_t next; /* class of what stands at `at`: LETTER, DIGIT, SCRIPT, or SPACE at the end of the text */
    uint16_t used;
    uint8_t bases[SCAN_LETTERS_MAX];
    uint8_t marks[SCAN_LETTERS_MAX];
};

/* `text` is borrowed. Reads the gap before the first run. */
void scanner_init(struct scanner *scanner, const struct letters *letters, const char *text, size_t size);

/* Reads the run at `at`, whose class is `next` (LETTER or DIGIT), then the gap behind it, which it returns. `gap` is the one before it. */
uint8_t scanner_run(struct scanner *scanner, uint8_t gap, struct run *out);

/* Reads the gap at `at` and sets `next`. */
uint8_t scanner_gap(struct scanner *scanner);

/* The place in the text, to come back to after a look ahead. */
struct scanner_place {
    const unsigned char *at;
    uint16_t used;
    bool quoted;
    uint8_t next;
};
struct scanner_place scanner_place_get(const struct scanner *scanner);
void scanner_place_put(struct scanner *scanner, struct scanner_place place);

#endif
