/* What a restart costs: a new process, with the index's pages out of the cache or in it. The first search of each class in the engine, and
 * the time from nothing to the first answer over HTTP. */
#include "bench/phases.h"

#include "analyzers/analyzer.h"
#include "base/clock.h"
#include "bench/disk.h"
#include "bench/engine.h"
#include "bench/http_client.h"
#include "bench/peer_queries.h"
#include "bench/samples.h"
#include "bench/stand.h"
#include "server/server.h"
#include "storage/index.h"

enum { COLD_ROUNDS = 5, QUERIES_ARENA_BYTES = 512 * 1024 * 1024 };

/* What a child is to do; children inherit it. */
struct cold_round {
    enum query_class class;
    struct query query;
};
static struct cold_round round_now;

static enum status first_search(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct engine engine;
    struct engine_answer answer = {0};
    enum status status = engine_open(&engine, stand->index, stand->analyzer, error);
    if (status == STATUS_OK)
        status = engine_search(&engine, round_now.class, &round_now.query, bench_facets, &answer, error);
    engine_close(&engine);
    figures_set(figures, (double)answer.ns, "ns");
    return status;
}

/* Everything that `tim serve` does from its start to the first answer, but for reading its settings. */
static enum status first_answer(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct server *server = NULL;
    struct index *index = NULL;
    struct http_client client = {.fd = -1};
    struct buffer target = {0};
    query_target(round_now.class, &round_now.query, bench_facets, &target);
    uint64_t begun_ns = clock_monotonic_ns();
    struct analyzer *analyzer = analyzer_new();
    enum status status = index_open(stand->index, INDEX_READ, 0, &index, error);
    if (status == STATUS_OK)
        status = server_open(&(struct server_options){.address = "127.0.0.1",
                                                      .threads = 1,
                                                      .index = index,
                                                      .analyzer = analyzer,
                                                      .connections_max = 8,
                                                      .header_timeout_ms = SERVER_HEADER_TIMEOUT_MS,
                                                      .drain_ms = SERVER_DRAIN_MS},
                             &server, error);
    if (status == STATUS_OK)
        status = http_client_open(&client, server_port(server), error);
    if (status == STATUS_OK)
        status = http_client_get(&client, target.data, error);
    figures_set(figures, (double)(clock_monotonic_ns() - begun_ns), "ns");
    http_client_close(&client);
    if (server != NULL)
        server_close(server);
    if (index != NULL)
        index_close(index);
    analyzer_free(analyzer);
    buffer_release(&target);
    return status;
}

static enum status round_run(phase_function *once, bool cold, const struct stand *stand, struct samples *times, struct error *error)
{
    struct figures one = {0};
    enum status status = cold ? folder_cool(stand->index, error) : STATUS_OK;
    if (status == STATUS_OK)
        status = phase_run(once, stand, &one, error);
    const double *ns = figures_get(&one, "ns");
    if (ns != NULL)
        samples_add(times, (uint64_t)*ns);
    figures_release(&one);
    return status;
}

static enum status restarts_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    enum status status = STATUS_OK;
    for (unsigned cold = 0; status == STATUS_OK && cold < 2; cold++) {
        struct samples times = {0};
        for (unsigned i = 0; status == STATUS_OK && i < COLD_ROUNDS; i++)
            status = round_run(first_answer, cold == 1, stand, &times, error);
        figures_set(figures, samples_us(&times, 0.5) / 1000, "restart.%sfirst_answer_ms", cold == 1 ? "cold_" : "");
        samples_release(&times);
    }
    return status;
}

static enum status class_run(const struct stand *stand, const struct peer_query *queries, size_t count, struct figures *figures,
                             struct error *error)
{
    struct samples times = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count && i < COLD_ROUNDS; i++) {
        round_now = (struct cold_round){queries[i].class, queries[i].query};
        status = round_run(first_search, true, stand, &times, error);
    }
    figures_set(figures, samples_us(&times, 0.5), "cold.%s.p50_us", query_classes[queries->class].name);
    samples_release(&times);
    return status;
}

enum status cold_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct arena arena;
    struct peer_query *queries = NULL;
    size_t count = 0;
    arena_init(&arena, QUERIES_ARENA_BYTES);
    enum status status = peer_queries_read(stand, &arena, &queries, &count, error);
    for (size_t first = 0, end; status == STATUS_OK && first < count; first = end) {
        for (end = first; end < count && queries[end].class == queries[first].class;)
            end++;
        status = class_run(stand, &queries[first], end - first, figures, error);
    }
    if (status == STATUS_OK)
        status = restarts_run(stand, figures, error);
    arena_release(&arena);
    return status;
}
