/* Numbers as people write them, and the units behind them. */
#ifndef TIM_ANALYZERS_NUMBER_H
#define TIM_ANALYZERS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/analyzer.h"
#include "analyzers/scanner.h"

/* Groups of exactly three digits behind a first group of one to three that does not start with 0 are thousands (10.000, 10,000); a
 * single other group is decimals (1,5 and 1.50 are 1.5, 5.0 is 5). */
struct number {
    char text[TOKEN_BYTES_MAX];
    uint8_t size;
    uint8_t runs; /* of digits that it took */
    uint8_t row;  /* of digits in a row; more than `runs` when they make no number together (192.168.1.1) */
    bool decimal; /* text has a decimal point, or lost its zeros behind one */
};

/* Reads the number that starts with runs[0], a run of digits. */
void number_parse(const struct scanner *scanner, const struct run *runs, size_t count, struct number *out);

struct unit {
    const char *spelling; /* lower case, exact form */
    const char *key;      /* what the token ends in */
    bool apart;           /* may stand behind a space: 16 GB */
    uint16_t factor;      /* of the key's unit: 1024 for tb in gb; 1 mostly */
};

/* The unit that the letters of `run` spell; NULL for none. */
const struct unit *unit_find(const struct scanner *scanner, const struct run *run);
const struct unit *unit_inch(void);

/* Whether the two fit TOKEN_BYTES_MAX. */
bool unit_fits(const struct number *number, const struct unit *unit);

/* The token of a number and its unit that fit: "256gb", "1024gb" for 1 TB. Returns its size. */
size_t unit_write(const struct number *number, const struct unit *unit, char out[TOKEN_BYTES_MAX]);

#endif
