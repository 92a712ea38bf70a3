/* An index as one thread of `tim serve` uses it: a snapshot that is renewed for every request, and an arena. */
#ifndef TIM_BENCH_ENGINE_H
#define TIM_BENCH_ENGINE_H

#include "bench/workload.h"
#include "query/search.h"

struct env;
struct index;
struct snapshot;

struct engine {
    const struct analyzer *analyzer; /* borrowed */
    struct index *index;
    struct env *env;
    struct snapshot *snapshot;
    struct arena arena;
};

/* What one search came to. */
struct engine_answer {
    uint64_t ns;     /* from the renewed snapshot to the result */
    uint64_t cpu_ns; /* of the thread, in between */
    uint64_t total;
    bool core;    /* the words were found in the core zone */
    bool relaxed; /* words were let go */
};

MUST_USE enum status engine_open(struct engine *engine, const char *index, const struct analyzer *analyzer, struct error *error);
void engine_close(struct engine *engine);

/* Another thread's snapshot of the same index, between open and close of the first. */
MUST_USE enum status engine_share(struct engine *engine, const struct engine *of, struct error *error);

MUST_USE enum status engine_search(struct engine *engine, enum query_class class, const struct query *query, const char *facets,
                                   struct engine_answer *answer, struct error *error);

/* Sample and workload of the catalog, the same ones in every phase. */
struct stand;
MUST_USE enum status engine_workload(struct engine *engine, const struct stand *stand, struct sample *sample, struct workload *workload,
                                     struct error *error);

#endif
