/* Numbers as people write them, and the units behind them. */
#ifndef TIM_ANALYZERS_NUMBER_H
#define TIM_ANALYZERS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/analyzer.h"
#include "analyzers/scanner.h"

/* Groups of exactly three digits behind a first group of one to three that does not start with 0 are thousands (10.000, 10,000, and
 * 10 000 where the chain let a space pass); a single other group is decimals (1,5 and 1.50 are 1.5, 5.0 is 5). */
struct number {
    char text[TOKEN_BYTES_MAX];
    uint8_t size;
    uint8_t runs; /* of digits that it took */
    uint8_t row;  /* of digits in a row; more than `runs` when they make no number together (192.168.1.1) */
    bool decimal; /* text has a decimal point, or lost its zeros behind one */
};

/* Reads the number that starts with runs[0], a run of digits. */
void number_parse(const struct scanner *scanner, const struct run *runs, size_t count, struct number *out);

enum unit_flags {
    UNIT_APART = 1,     /* may stand behind a space: 16 GB */
    UNIT_THOUSANDS = 2, /* counted in thousands: 10 000 mah, 10k mah */
    UNIT_TENTHS = 4,    /* digits behind it are decimals: 1l8, 9kg5 */
    UNIT_WORD = 8,      /* a word of its own besides: cân */
    UNIT_KILO = 32,     /* a thousand of its key's: 10kmah */
    UNIT_SCREEN = 16,   /* behind a space only as the size of a screen: 55 in, but 2 in 1 */
};

struct unit {
    const char *bare;     /* its letters */
    const char *spelling; /* lower case, exact form */
    const char *key;      /* what the token ends in */
    uint8_t flags;        /* enum unit_flags */
    uint16_t factor;      /* of the key's unit: 1024 for tb in gb; 1 mostly */
};

/* The unit that the letters of `run` spell, with all its marks or some of them left out; NULL for none. */
const struct unit *unit_find(const struct scanner *scanner, const struct run *run);
const struct unit *unit_inch(void);
const struct unit *unit_gigabyte(void);

/* The square or cubic metre when `power` is 2 or 3 and `unit` the metre; NULL for none. */
const struct unit *unit_power(const struct unit *unit, char power);

bool unit_is_power(const struct unit *unit);

/* Whether `bare` and `spelling` name what the run spells, as for units. */
bool run_is_word(const struct scanner *scanner, const struct run *run, const char *bare, const char *spelling);

/* Whether the two fit TOKEN_BYTES_MAX. */
bool unit_fits(const struct number *number, const struct unit *unit);

/* The token of a number and its unit that fit: "256gb", "1024gb" for 1 TB. Returns its size. */
size_t unit_write(const struct number *number, const struct unit *unit, char out[TOKEN_BYTES_MAX]);

/* The whole number's value; 0 when it has decimals, or more than nine digits. */
uint32_t number_value(const struct number *number);

/* 10 becomes 10000, 1.5 1500; false (and nothing changes) where that has no room. */
bool number_times_thousand(struct number *number);

/* 1 becomes 1.5, and 1.8 with the digits of `run`; false when it has decimals already. */
bool number_add_half(struct number *number);
bool number_add_decimals(struct number *number, const struct scanner *scanner, const struct run *run);

#endif
