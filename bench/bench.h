/* `tim bench`: what this program does on this machine, on generated catalogs: building, searching in the engine and over HTTP, suggesting,
 * durable price updates. Every figure is of the real parts: the index is built as `tim build` does, searched as `tim serve` does, and
 * updated as the stream does, with the default, synchronous commits. */
#ifndef TIM_BENCH_BENCH_H
#define TIM_BENCH_BENCH_H

#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

enum { BENCH_SIZES_MAX = 8, BENCH_QUERIES_MAX = 100000 };

struct bench_options {
    uint64_t sizes[BENCH_SIZES_MAX]; /* products of each catalog */
    unsigned size_count;
    uint64_t seed;
    unsigned queries;   /* per class */
    const char *folder; /* where catalogs and indexes are made and removed again */
    const volatile sig_atomic_t *stop;
};

/* The facets that every measured search counts. */
extern const char bench_facets[];

struct bench_class {
    const char *name;
    double engine_p50_us, engine_p99_us;
    double http_p50_us, http_p99_us;
    double hits; /* median total */
};

enum { BENCH_CLASSES_MAX = 8 };

/* One catalog's figures. */
struct bench_result {
    uint64_t products;
    double build_s, build_per_s;
    double index_bytes_per_product, catalog_bytes_per_product;
    struct bench_class classes[BENCH_CLASSES_MAX];
    unsigned class_count;
    double suggest_p50_us, suggest_p99_us;
    double price_updates_per_s;  /* in batches of BENCH_BATCH, durable */
    double price_commit_p99_ms;  /* of one such batch, from its first change to its commit */
    double single_commit_p50_ms; /* of one change on its own */
    uint64_t peak_bytes;         /* of the whole process so far */
};

enum { BENCH_BATCH = 2000 };

/* Measures one catalog after the other; `results` has room for every size. END: stopped by a signal. */
MUST_USE enum status bench_run(const struct bench_options *options, struct bench_result *results, struct error *error);

/* Machine and figures, as tables for people or as one JSON object. */
void bench_print_table(const struct bench_options *options, const struct bench_result *results, FILE *out);
void bench_print_json(const struct bench_options *options, const struct bench_result *results, FILE *out);

#endif
