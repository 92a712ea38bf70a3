/* Warm searches in the engine: every class with six facets, then as the peers are asked (top 20 and exact total), then in two threads.
 * What was found goes into queries.tsv for the peers. */
#include "bench/phases.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "bench/engine.h"
#include "bench/machine.h"
#include "bench/peer_queries.h"
#include "bench/samples.h"
#include "bench/stand.h"
#include "query/suggest.h"
#include "storage/snapshot.h"

enum { WARM_QUERIES = 50, TYPED_BYTES_MAX = 256, TYPO_BYTES_MIN = 4 };

/* One thread's pass over one class. */
struct pass {
    const struct stand *stand;
    const struct workload *workload;
    struct engine *engine;
    enum query_class class;
    const char *facets;
    struct samples times, totals;
    uint64_t cpu_ns;
    size_t asked;               /* warming up included */
    struct peer_queries *peers; /* NULL: nobody asks for them */
    enum status status;
    struct error error;
};

static void pass_run(struct pass *pass)
{
    size_t count = pass->workload->count, warm = count < WARM_QUERIES ? count : WARM_QUERIES, done = 0;
    assert(count > 0);
    uint64_t begun_ns = clock_monotonic_ns();
    for (size_t i = 0; i < count + warm && !pass_is_over(begun_ns, done); i++) {
        const struct query *query = &pass->workload->queries[pass->class][i % count];
        struct engine_answer answer;
        pass->status = stand_stopped(pass->stand, &pass->error)
                           ? STATUS_END
                           : engine_search(pass->engine, pass->class, query, pass->facets, &answer, &pass->error);
        if (pass->status == STATUS_OK && i >= warm && pass->peers != NULL)
            pass->status = peer_queries_add(pass->peers, pass->class, query, &answer, &pass->error);
        if (pass->status != STATUS_OK)
            return;
        pass->asked++;
        if (i < warm)
            continue;
        pass->cpu_ns += answer.cpu_ns;
        samples_add(&pass->times, answer.ns);
        samples_add(&pass->totals, answer.total * 1000);
        done++;
    }
}

static void pass_end(struct pass *pass, struct error *error)
{
    if (pass->status != STATUS_OK)
        *error = pass->error;
    samples_release(&pass->times);
    samples_release(&pass->totals);
}

static void *pass_thread(void *pass)
{
    pass_run(pass);
    return NULL;
}

static enum status one_thread(struct pass pass, const char *prefix, struct figures *figures, struct error *error)
{
    pass_run(&pass);
    figures_set_times(figures, prefix, &pass.times);
    if (pass.times.count > 0)
        figures_set(figures, (double)pass.cpu_ns / 1e3 / (double)pass.times.count, "%scpu_us", prefix);
    if (pass.peers != NULL)
        figures_set(figures, samples_us(&pass.totals, 0.5), "%shits", prefix);
    pass_end(&pass, error);
    return pass.status;
}

static enum status two_threads(struct pass pass, const char *name, struct figures *figures, struct error *error)
{
    struct engine second = {0};
    pthread_t thread;
    struct pass other = pass;
    enum status status = engine_share(&second, pass.engine, error);
    other.engine = &second;
    if (status == STATUS_OK && pthread_create(&thread, NULL, pass_thread, &other) != 0)
        status = error_set(error, STATUS_IO, "cannot start a thread");
    if (status == STATUS_OK) {
        uint64_t begun_ns = clock_monotonic_ns();
        pass_run(&pass);
        pthread_join(thread, NULL);
        double seconds = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
        figures_set(figures, (double)(pass.asked + other.asked) / seconds, "search.%s.two_threads_per_s", name);
        status = pass.status == STATUS_OK ? other.status : pass.status;
        pass_end(&other, error);
        pass_end(&pass, error);
    }
    engine_close(&second);
    return status;
}

static enum status class_run(struct pass pass, struct peer_queries *peers, struct figures *figures, struct error *error)
{
    const char *name = query_classes[pass.class].name;
    char prefix[FIGURE_NAME_BYTES];
    snprintf(prefix, sizeof prefix, "search.%s.", name);
    pass.facets = bench_facets;
    enum status status = one_thread(pass, prefix, figures, error);
    if (status == STATUS_OK)
        status = two_threads(pass, name, figures, error);
    pass.facets = NULL;
    pass.peers = peers;
    snprintf(prefix, sizeof prefix, "plain.%s.", name);
    return status == STATUS_OK ? one_thread(pass, prefix, figures, error) : status;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The text with the two letters in its middle exchanged; of size 0 when that leaves it as it is. */
static struct bytes with_typo(struct bytes text, char room[TYPED_BYTES_MAX])
{
    size_t at = text.size / 2;
    if (text.size < TYPO_BYTES_MIN || text.size > TYPED_BYTES_MAX || !is_letter(text.data[at - 1]) || !is_letter(text.data[at]) ||
        text.data[at - 1] == text.data[at])
        return (struct bytes){0};
    memcpy(room, text.data, text.size);
    room[at - 1] = text.data[at];
    room[at] = text.data[at - 1];
    return (struct bytes){room, text.size};
}

static enum status suggest_one(struct engine *engine, struct bytes text, struct samples *times)
{
    struct suggest_result result;
    arena_reset(&engine->arena);
    uint64_t begun_ns = clock_monotonic_ns();
    enum status status = snapshot_renew(engine->snapshot);
    if (status == STATUS_OK)
        status = suggest_run(engine->snapshot, engine->analyzer, NULL, text, SUGGESTIONS_MAX, &engine->arena, &result);
    snapshot_reset(engine->snapshot);
    if (times != NULL)
        samples_add(times, clock_monotonic_ns() - begun_ns);
    return status;
}

/* Beginnings of names as they are typed, and the same with a typo. As with searches, some go first to warm up. */
static enum status suggest_run_all(struct engine *engine, const struct workload *workload, bool typos, struct figures *figures,
                                   struct error *error)
{
    struct samples times = {0};
    enum status status = STATUS_OK;
    size_t warm = workload->count < WARM_QUERIES ? workload->count : WARM_QUERIES;
    for (size_t i = 0; status == STATUS_OK && i < workload->count + warm; i++) {
        char room[TYPED_BYTES_MAX];
        struct bytes typed = workload->typed[i % workload->count], text = typos ? with_typo(typed, room) : typed;
        if (text.size > 0)
            status = suggest_one(engine, text, i < warm ? NULL : &times);
    }
    figures_set_times(figures, typos ? "suggest_typo." : "suggest.", &times);
    samples_release(&times);
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "suggesting failed: %s", status_name(status));
}

static enum status search_run_all(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct engine engine;
    struct sample sample = {0};
    struct workload workload = {0};
    struct peer_queries peers = {0};
    enum status status = engine_open(&engine, stand->index, stand->analyzer, error);
    if (status == STATUS_OK)
        status = engine_workload(&engine, stand, &sample, &workload, error);
    if (status == STATUS_OK)
        status = peer_queries_open(&peers, stand, error);
    struct pass pass = {.stand = stand, .workload = &workload, .engine = &engine};
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++) {
        pass.class = (enum query_class) class;
        status = class_run(pass, &peers, figures, error);
    }
    if (status == STATUS_OK)
        status = suggest_run_all(&engine, &workload, false, figures, error);
    if (status == STATUS_OK)
        status = suggest_run_all(&engine, &workload, true, figures, error);
    if (status == STATUS_OK)
        status = peer_queries_close(&peers, error);
    figures_set(figures, (double)machine_peak_bytes(), "search.peak_bytes");
    workload_release(&workload);
    sample_release(&sample);
    engine_close(&engine);
    return status;
}

enum status search_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(search_run_all, stand, figures, error);
}
