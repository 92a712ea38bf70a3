#include "bench/engine.h"

#include "base/clock.h"
#include "bench/stand.h"
#include "storage/index.h"
#include "storage/snapshot.h"

enum { ENGINE_ARENA_BYTES = 256 * 1024 * 1024 };

enum status engine_open(struct engine *engine, const char *index, const struct analyzer *analyzer, struct error *error)
{
    uint32_t generation = 0;
    *engine = (struct engine){.analyzer = analyzer};
    arena_init(&engine->arena, ENGINE_ARENA_BYTES);
    enum status status = index_open(index, INDEX_READ, 0, &engine->index, error);
    if (status == STATUS_OK)
        status = index_acquire(engine->index, &engine->env, &generation, error);
    return status == STATUS_OK ? snapshot_open(engine->env, &engine->snapshot, error) : status;
}

enum status engine_share(struct engine *engine, const struct engine *of, struct error *error)
{
    *engine = (struct engine){.analyzer = of->analyzer};
    arena_init(&engine->arena, ENGINE_ARENA_BYTES);
    return snapshot_open(of->env, &engine->snapshot, error);
}

void engine_close(struct engine *engine)
{
    if (engine->snapshot != NULL)
        snapshot_close(engine->snapshot);
    if (engine->env != NULL)
        index_release(engine->index, engine->env);
    if (engine->index != NULL)
        index_close(engine->index);
    arena_release(&engine->arena);
    *engine = (struct engine){0};
}

enum status engine_search(struct engine *engine, enum query_class class, const struct query *query, const char *facets,
                          struct engine_answer *answer, struct error *error)
{
    struct search_request request;
    struct search_result result = {0};
    arena_reset(&engine->arena);
    enum status status = query_request(class, query, facets, &request, error);
    uint64_t cpu_ns = clock_thread_cpu_ns(), begun_ns = clock_monotonic_ns();
    if (status == STATUS_OK)
        status = snapshot_renew(engine->snapshot);
    if (status == STATUS_OK)
        status = search_run(engine->snapshot, engine->analyzer, &request, &(struct search_limits){0}, &engine->arena, &result, error);
    snapshot_reset(engine->snapshot);
    *answer = (struct engine_answer){.ns = clock_monotonic_ns() - begun_ns, .total = result.total};
    answer->cpu_ns = clock_thread_cpu_ns() - cpu_ns;
    answer->relaxed = result.relaxed.rung != NULL;
    answer->core = result.zone != NULL && strcmp(result.zone, "core") == 0;
    return status;
}

enum status engine_workload(struct engine *engine, const struct stand *stand, struct sample *sample, struct workload *workload,
                            struct error *error)
{
    enum status status = snapshot_renew(engine->snapshot);
    if (status != STATUS_OK)
        return error_set(error, status, "the index cannot be read");
    status = sample_take(sample, engine->snapshot, stand->products, error);
    snapshot_reset(engine->snapshot);
    return status == STATUS_OK ? workload_draw(workload, engine->analyzer, sample, stand->options->queries, stand->options->seed, error)
                               : status;
}
