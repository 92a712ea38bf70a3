/* The queries of a bench: drawn from the names of the catalog's own products, so that they have hits, in fixed classes. */
#ifndef TIM_BENCH_WORKLOAD_H
#define TIM_BENCH_WORKLOAD_H

#include "analyzers/analyzer.h"
#include "base/arena.h"

enum query_class { QUERY_ONE, QUERY_TWO, QUERY_FOUR, QUERY_UNMARKED, QUERY_PREFIX, QUERY_BROWSE, QUERY_CLASSES };
extern const char *const query_class_names[QUERY_CLASSES];

struct workload {
    struct arena arena;
    struct bytes *texts[QUERY_CLASSES];
    size_t count;        /* per class */
    struct bytes *typed; /* what stands in a search box while typing: prefixes of names, without marks */
};

/* `count` queries per class. `names` are product names. The same seed draws the same. */
MUST_USE enum status workload_draw(struct workload *workload, const struct analyzer *analyzer, const struct bytes *names, size_t name_count,
                                   size_t count, uint64_t seed, struct error *error);
void workload_release(struct workload *workload);

#endif
