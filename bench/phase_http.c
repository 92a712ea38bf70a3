/* Whole requests to the real server on loopback: one client, then 64 at once, each asking again as soon as it has its answer. The clients
 * share the processors with the server. */
#include "bench/phases.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench/engine.h"
#include "bench/http_client.h"
#include "bench/samples.h"
#include "bench/stand.h"
#include "server/server.h"

enum { CLIENTS_MAX = 64, SERVER_THREADS = 2, SILENCE_MS = 30000 };

struct crowd {
    const struct stand *stand;
    const struct workload *workload;
    enum query_class class;
    struct http_client clients[CLIENTS_MAX];
    uint64_t asked_ns[CLIENTS_MAX];
    unsigned count, waiting;
    size_t next; /* query */
    struct buffer target;
    struct samples times;
};

static enum status ask(struct crowd *crowd, unsigned client, struct error *error)
{
    query_target(crowd->class, &crowd->workload->queries[crowd->class][crowd->next++], bench_facets, &crowd->target);
    crowd->asked_ns[client] = clock_monotonic_ns();
    crowd->waiting++;
    return http_client_send(&crowd->clients[client], crowd->target.data, error);
}

static enum status hear(struct crowd *crowd, unsigned client, bool over, struct error *error)
{
    bool part = true;
    enum status status = http_client_receive(&crowd->clients[client], &part, error);
    if (status != STATUS_OK || part)
        return status;
    samples_add(&crowd->times, clock_monotonic_ns() - crowd->asked_ns[client]);
    crowd->asked_ns[client] = 0;
    crowd->waiting--;
    return over || crowd->next == crowd->workload->count ? STATUS_OK : ask(crowd, client, error);
}

/* All queries of the class, over as many connections as there are. */
static enum status class_run(struct crowd *crowd, double *seconds, struct error *error)
{
    struct pollfd waits[CLIENTS_MAX];
    enum status status = STATUS_OK;
    uint64_t begun_ns = clock_monotonic_ns();
    crowd->next = 0;
    for (unsigned i = 0; status == STATUS_OK && i < crowd->count && crowd->next < crowd->workload->count; i++)
        status = ask(crowd, i, error);
    while (status == STATUS_OK && crowd->waiting > 0) {
        for (unsigned i = 0; i < crowd->count; i++)
            waits[i] = (struct pollfd){.fd = crowd->clients[i].fd, .events = crowd->asked_ns[i] != 0 ? POLLIN : 0};
        if (poll(waits, crowd->count, SILENCE_MS) <= 0)
            return stand_stopped(crowd->stand, error) ? STATUS_END : error_set(error, STATUS_TIMEOUT, "the server fell silent");
        bool over = pass_is_over(begun_ns, crowd->times.count);
        for (unsigned i = 0; status == STATUS_OK && i < crowd->count; i++)
            if (waits[i].revents != 0)
                status = hear(crowd, i, over, error);
    }
    *seconds = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
    return status;
}

static enum status crowd_run(struct crowd *crowd, struct figures *figures, struct error *error)
{
    enum status status = STATUS_OK;
    struct samples mix = {0};
    double mix_seconds = 0;
    for (unsigned class = 0; status == STATUS_OK && class < QUERY_CLASSES; class ++) {
        char prefix[FIGURE_NAME_BYTES];
        double seconds = 0;
        snprintf(prefix, sizeof prefix, "http%u.%s.", crowd->count, query_classes[class].name);
        crowd->class = (enum query_class) class;
        status = stand_stopped(crowd->stand, error) ? STATUS_END : class_run(crowd, &seconds, error);
        for (size_t i = 0; i < crowd->times.count; i++)
            samples_add(&mix, crowd->times.ns[i]);
        mix_seconds += seconds;
        figures_set_times(figures, prefix, &crowd->times);
        samples_release(&crowd->times);
    }
    char prefix[FIGURE_NAME_BYTES];
    snprintf(prefix, sizeof prefix, "http%u.all.", crowd->count);
    figures_set_times(figures, prefix, &mix);
    if (mix_seconds > 0)
        figures_set(figures, (double)mix.count / mix_seconds, "http%u.all.requests_per_s", crowd->count);
    samples_release(&mix);
    return status;
}

static enum status clients_run(struct crowd *crowd, unsigned count, uint16_t port, struct figures *figures, struct error *error)
{
    enum status status = STATUS_OK;
    for (crowd->count = 0; status == STATUS_OK && crowd->count < count; crowd->count++)
        status = http_client_open(&crowd->clients[crowd->count], port, error);
    if (status == STATUS_OK)
        status = crowd_run(crowd, figures, error);
    while (crowd->count > 0)
        http_client_close(&crowd->clients[--crowd->count]);
    return status;
}

static enum status server_ask(const struct stand *stand, struct engine *engine, const struct workload *workload, struct figures *figures,
                              struct error *error)
{
    struct server *server = NULL;
    struct crowd *crowd = memory_calloc(1, sizeof *crowd);
    struct server_options options = {
        .address = "127.0.0.1",
        .threads = SERVER_THREADS,
        .index = engine->index,
        .analyzer = stand->analyzer,
        .connections_max = 4 * CLIENTS_MAX,
        .header_timeout_ms = SERVER_HEADER_TIMEOUT_MS,
        .drain_ms = SERVER_DRAIN_MS,
    };
    *crowd = (struct crowd){.stand = stand, .workload = workload};
    enum status status = server_open(&options, &server, error);
    if (status == STATUS_OK)
        status = clients_run(crowd, 1, server_port(server), figures, error);
    if (status == STATUS_OK)
        status = clients_run(crowd, CLIENTS_MAX, server_port(server), figures, error);
    if (server != NULL)
        server_close(server);
    buffer_release(&crowd->target);
    free(crowd);
    return status;
}

static enum status http_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct engine engine;
    struct sample sample = {0};
    struct workload workload = {0};
    enum status status = engine_open(&engine, stand->index, stand->analyzer, error);
    if (status == STATUS_OK)
        status = engine_workload(&engine, stand, &sample, &workload, error);
    if (status == STATUS_OK)
        status = server_ask(stand, &engine, &workload, figures, error);
    workload_release(&workload);
    sample_release(&sample);
    engine_close(&engine);
    return status;
}

enum status http_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(http_run, stand, figures, error);
}
