/* tim serve: answers searches over HTTP from an index, beside its indexer or without one. */
#include <sched.h>
#include <stdlib.h>

#include "analyzers/analyzer.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/stats_folder.h"
#include "cli/stop.h"
#include "server/server.h"
#include "storage/index.h"

/* The processors that this process may use, which in a container are fewer than the machine has. */
static unsigned processors(void)
{
    cpu_set_t set;
    unsigned count = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    return count > SERVER_THREADS_MAX ? SERVER_THREADS_MAX : count;
}

static enum status serve(const struct settings *settings, struct index *index, struct error *error)
{
    const volatile sig_atomic_t *stop = stop_flag();
    struct analyzer *analyzer = analyzer_new();
    struct server *server = NULL;
    char *stats = stats_folder(settings);
    int64_t threads = settings_number(settings, "threads");
    struct server_options options = {
        .address = settings_text(settings, "listen"),
        .port = (uint16_t)settings_number(settings, "port"),
        .threads = threads > 0 ? (unsigned)threads : processors(),
        .index = index,
        .analyzer = analyzer,
        .cpu_ns = (uint64_t)settings_number(settings, "query-cpu-ms") * 1000000u,
        .connections_max = (unsigned)settings_number(settings, "connections-max"),
        .header_timeout_ms = SERVER_HEADER_TIMEOUT_MS,
        .drain_ms = SERVER_DRAIN_MS,
        .stats = stats,
        .stats_interval_ms = (unsigned)settings_number(settings, "stats-interval-s") * 1000u,
        .stats_half_life_s = (unsigned)settings_number(settings, "stats-half-life-hours") * 3600u,
        .stats_window_s = (unsigned)settings_number(settings, "stats-window-s"),
        .cursor_key = settings_text(settings, "cursor-key"),
        .access_log = settings_text(settings, "access-log"),
    };
    enum status status = server_open(&options, &server, error);
    if (status == STATUS_OK) {
        log_info("serve: listening on %s port %u with %u threads", options.address, (unsigned)server_port(server), options.threads);
        server_run(server, stop);
        log_info("serve: stopping");
        server_close(server);
    }
    analyzer_free(analyzer);
    free(stats);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    struct index *index = NULL;
    uint64_t map_bytes = (uint64_t)settings_number(settings, "map-gib") << 30;
    enum status status = index_open(settings_text(settings, "index"), INDEX_READ, map_bytes, &index, error);
    if (status != STATUS_OK)
        return status;
    status = serve(settings, index, error);
    index_close(index);
    return status;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "Answer searches over HTTP",
    .details = "Needs no indexer: it reads the folder, and sees each commit of the indexer at once. Runs until SIGTERM, then finishes the "
               "requests it has begun. Of the queries it learns which ones many ask, without anything about who "
               "asked, for suggestions and for tim stats --queries.",
    .settings = (const char *const[]){"index", "map-gib", "listen", "port", "threads", "query-cpu-ms", "connections-max", "access-log",
                                      "cursor-key", "stats", "stats-half-life-hours", "stats-interval-s", "stats-window-s", NULL},
    .needs = (const char *const[]){"index", NULL},
    .run = run,
};
