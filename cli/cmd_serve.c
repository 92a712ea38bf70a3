/* tim serve: answers searches over HTTP from an index, beside its indexer or without one. */
#include <sched.h>
#include <stdlib.h>

#include "analyzers/analyzer.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/stats_folder.h"
#include "cli/stop.h"
#include "server/bearer.h"
#include "server/server.h"
#include "storage/index.h"

/* The processors that this process may use, which in a container are fewer than the machine has. */
static unsigned processors(void)
{
    cpu_set_t set;
    unsigned count = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    return count > SERVER_THREADS_MAX ? SERVER_THREADS_MAX : count;
}

enum { ADMIN_CONNECTIONS_MAX = 16, ADMIN_DRAIN_MS = 1000 };

/* What both servers answer from. */
static struct server_options options_common(const struct settings *settings, struct index *index, const struct analyzer *analyzer)
{
    return (struct server_options){
        .index = index,
        .analyzer = analyzer,
        .cpu_ns = (uint64_t)settings_number(settings, "query-cpu-ms") * 1000000u,
        .header_timeout_ms = SERVER_HEADER_TIMEOUT_MS,
        .cursor_key = settings_text(settings, "cursor-key"),
    };
}

static enum status public_open(const struct settings *settings, const struct server_options *common, const char *stats, struct server **out,
                               struct error *error)
{
    int64_t threads = settings_number(settings, "threads");
    struct server_options options = *common;
    options.address = settings_text(settings, "listen");
    options.port = (uint16_t)settings_number(settings, "port");
    options.threads = threads > 0 ? (unsigned)threads : processors();
    options.connections_max = (unsigned)settings_number(settings, "connections-max");
    options.drain_ms = SERVER_DRAIN_MS;
    options.stats = stats;
    options.stats_interval_ms = (unsigned)settings_number(settings, "stats-interval-s") * 1000u;
    options.stats_half_life_s = (unsigned)settings_number(settings, "stats-half-life-hours") * 3600u;
    options.stats_window_s = (unsigned)settings_number(settings, "stats-window-s");
    options.access_log = settings_text(settings, "access-log");
    enum status status = server_open(&options, out, error);
    if (status == STATUS_OK)
        log_info("serve: listening on %s port %u with %u threads", options.address, (unsigned)server_port(*out), options.threads);
    return status;
}

/* Apart from the shoppers' server in all but the index and the access log: whatever admins ask takes none of its threads, and nothing is
 * learned of it. No server when there is no port for it. */
static enum status admin_open(const struct settings *settings, const struct server_options *common, struct server *shoppers,
                              struct server **out, struct error *error)
{
    struct server_options options = *common;
    options.address = settings_text(settings, "admin-listen");
    options.port = (uint16_t)settings_number(settings, "admin-port");
    options.threads = 1;
    options.connections_max = ADMIN_CONNECTIONS_MAX;
    options.drain_ms = ADMIN_DRAIN_MS;
    options.log_of = shoppers;
    options.admin_token = settings_text(settings, "admin-token");
    if (options.port == 0)
        return STATUS_OK;
    enum status status = server_open(&options, out, error);
    if (status == STATUS_OK)
        log_info("serve: listening for admins on %s port %u", options.address, (unsigned)server_port(*out));
    return status;
}

static enum status serve(const struct settings *settings, struct index *index, struct error *error)
{
    const volatile sig_atomic_t *stop = stop_flag();
    struct analyzer *analyzer = analyzer_new();
    struct server *server = NULL, *admin = NULL;
    char *stats = stats_folder(settings);
    struct server_options common = options_common(settings, index, analyzer);
    enum status status = public_open(settings, &common, stats, &server, error);
    if (status == STATUS_OK)
        status = admin_open(settings, &common, server, &admin, error);
    if (status == STATUS_OK) {
        server_run(server, stop);
        log_info("serve: stopping");
    }
    server_close(admin);
    server_close(server);
    analyzer_free(analyzer);
    free(stats);
    return status;
}

static enum status check(const struct invocation *invocation, struct error *error)
{
    int64_t port = settings_number(invocation->settings, "admin-port");
    const char *token = settings_text(invocation->settings, "admin-token");
    if (token != NULL && !token_is_sendable(token))
        return error_set(error, STATUS_INVALID, "admin-token cannot be sent in a header: make it of printable ASCII without spaces");
    if (port == 0)
        return STATUS_OK;
    if (token == NULL)
        return error_set(error, STATUS_INVALID,
                         "admin-token is not set, and admin-port needs it: at least %d characters in the settings file or TIM_ADMIN_TOKEN",
                         ADMIN_TOKEN_BYTES_MIN);
    if (port == settings_number(invocation->settings, "port"))
        return error_set(error, STATUS_INVALID, "admin-port and port are both %u: choose another one for admins", (unsigned)port);
    return STATUS_OK;
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
               "asked, for suggestions and for tim stats --queries. A port for admins (admin-port, "
               "admin-token) answers GET /v1/admin/explain, what tim explain prints; shoppers cannot reach it.",
    .settings = (const char *const[]){"index", "map-gib", "listen", "port", "threads", "query-cpu-ms", "connections-max", "access-log",
                                      "cursor-key", "stats", "stats-half-life-hours", "stats-interval-s", "stats-window-s", "admin-port",
                                      "admin-listen", "admin-token", NULL},
    .needs = (const char *const[]){"index", NULL},
    .check = check,
    .run = run,
};
