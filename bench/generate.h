/* `tim generate`: a believable Vietnamese electronics and home-appliance catalog as NDJSON (the format is in catalog/ndjson.h).
 *
 * Deterministic: the same seed gives the same product N on every machine, however many products are asked for. Written from our own
 * lists in data/generator, which are part of the program. */
#ifndef TIM_BENCH_GENERATE_H
#define TIM_BENCH_GENERATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

enum { GENERATE_PRODUCTS_MAX = 100000000 };

struct generate_options {
    uint64_t products; /* 1 to GENERATE_PRODUCTS_MAX */
    uint64_t seed;
    bool progress; /* a progress bar on stderr */
};

/* Writes products 1 to `products`, a line each. INVALID: the number is out of bounds. IO: `out` could not be written; what was written
 * stays. */
MUST_USE enum status generate_catalog(const struct generate_options *options, FILE *out, struct error *error);

/* Single products, for benches that need them in memory. */
struct generator;
struct generator *generator_new(uint64_t seed);
void generator_free(struct generator *generator);

/* Appends the line of product `number` (from 1) with its newline. */
void generator_append(struct generator *generator, uint64_t number, struct buffer *out);

#endif
