/* A run as tables for people or one JSON object for machines, and two runs side by side. */
#ifndef TIM_BENCH_REPORT_H
#define TIM_BENCH_REPORT_H

#include <stdio.h>

#include "bench/bench.h"

/* Machine, figures, bars. */
void report_print(const struct bench_options *options, const struct bench_result *results, FILE *out);

/* {"machine": {...}, "facets", "queries", "seed", "results": [{"products", "figures": {name: number}, "bars": [...]}]}. */
MUST_USE enum status report_print_json(const struct bench_options *options, const struct bench_result *results, FILE *out,
                                       struct error *error);

/* Prints every figure that two such objects share, their ratio, and "better" or "worse" where the change is beyond COMPARE_NOISE_PERCENT
 * and the figure has a better side. NOT_FOUND, INVALID: a file is not there or not such an object. */
enum { COMPARE_NOISE_PERCENT = 15 };
MUST_USE enum status report_compare(const char *before, const char *after, FILE *out, struct error *error);

#endif
