/* `tim bench`: what this program does on this machine, on generated catalogs: building, searching in the engine and over HTTP, cold and
 * warm, suggesting, durable updates, a reader beside them, and what SQLite FTS5 and Lucene do with the same documents and queries. Every
 * figure is of the real parts: the index is built as `tim build` does, searched as `tim serve` does, and updated as the stream does, with
 * the default, synchronous commits. Each part runs in a process of its own (phase.h). */
#ifndef TIM_BENCH_BENCH_H
#define TIM_BENCH_BENCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/figures.h"

enum { BENCH_SIZES_MAX = 8, BENCH_QUERIES_MAX = 100000 };

struct bench_options {
    uint64_t sizes[BENCH_SIZES_MAX]; /* products of each catalog */
    unsigned size_count;
    uint64_t seed;
    unsigned queries;   /* per class */
    const char *folder; /* where catalogs and indexes are made and removed again */
    bool keep;          /* they are left there */
    bool reuse;         /* and those that were left there are used, not made */
    bool peers;         /* SQLite and Lucene are measured too */
    const volatile sig_atomic_t *stop;
};

/* The facets that every measured search counts, unless it is compared with a peer. */
extern const char bench_facets[];

/* One catalog's figures; a name that is not there was not measured. */
struct bench_result {
    uint64_t products;
    struct figures figures;
};

/* Measures one catalog after the other; `results` has room for every size and is released by the caller. END: stopped by a signal. */
MUST_USE enum status bench_run(const struct bench_options *options, struct bench_result *results, struct error *error);
void bench_results_release(struct bench_result *results, unsigned count);

#endif
