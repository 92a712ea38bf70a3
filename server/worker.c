#include "server/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    SWEEP_MS = 500, /* between two looks at every connection's deadline */
    DRAIN_ROUND_MS = 20,
    ACCEPT_ROUNDS_MAX = 1000,            /* while draining, for what waits in the listening queue */
    CONNECTION_MEMORY_BYTES = 32 * 1024, /* request head and response head; pages are touched as they fill */
};

static struct client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct worker *worker = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = client_new(&worker->clients, info->connect_fd);
        counter_add(&worker->metrics.connections_total, 1);
    } else if (*context != NULL) {
        client_free(&worker->clients, *context);
        *context = NULL;
    }
    atomic_store_explicit(&worker->metrics.connections, worker->clients.count, memory_order_relaxed);
}

/* The request line, before libmicrohttpd parses it. Its own parameter parser is never used: it takes memory of the connection for each
 * parameter and leaves a request with many of them without an answer. We keep a copy and end the query where it begins. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct worker *worker = cls;
    struct client *client = client_of(connection);
    client_begin(&worker->clients, client, target);
    char *question = target == NULL ? NULL : (char *)(uintptr_t)strchr(target, '?');
    if (question != NULL)
        question[1] = '\0'; /* the daemon's own read buffer */
    return client;
}

/* The path that libmicrohttpd would decode is not looked at. */
static size_t on_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* Called when the head is read, for every piece of a body, and again when all is read. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **context)
{
    (void)url;
    (void)version;
    struct worker *worker = cls;
    struct client *client = *context;
    if (!client->exchange.head_seen) {
        client->exchange.head_seen = true;
        const char *fault = head_fault(connection, method, &client->exchange);
        if (fault != NULL || !client->exchange.takes_body)
            client_answer(client); /* a body has the head's deadline */
        return fault == NULL ? MHD_YES : responder_refuse_head(&worker->responder, connection, method, fault, &client->exchange);
    }
    if (*upload_size != 0) {
        bool taken = exchange_take(&client->exchange, upload, *upload_size);
        *upload_size = 0;
        return taken ? MHD_YES : MHD_NO; /* a body that no header announced */
    }
    if (client->exchange.takes_body)
        client_answer(client);
    return responder_answer(&worker->responder, connection, method, &client->exchange);
}

static void lines_flush(struct worker *worker)
{
    unsigned lost = access_log_flush(worker->log, &worker->lines);
    counter_add(&worker->metrics.log_lines_lost, lost);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct worker *worker = cls;
    struct client *client = *context;
    if (client == NULL)
        return;
    const struct exchange *exchange = &client->exchange;
    uint64_t now = clock_monotonic_ns();
    if (exchange->http_status != 0) {
        metrics_count(&worker->metrics, exchange->endpoint, exchange->http_status, now - exchange->started_ns, exchange->engine_ns);
        counter_add(&worker->metrics.answer_bytes, exchange->body_bytes);
        if (worker->log->fd >= 0) {
            const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
            access_log_add(&worker->lines, exchange, now, info == NULL ? NULL : info->client_addr);
        }
    }
    client_end(client);
    *context = NULL;
    if (worker->lines.size >= ACCESS_LOG_BATCH_BYTES)
        lines_flush(worker);
}

static struct MHD_Daemon *daemon_start(struct worker *worker, unsigned connections_max, int listen_fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, worker, MHD_OPTION_LISTEN_SOCKET, listen_fd,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT, connections_max,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_NOTIFY_CONNECTION,
                            on_connection, worker, MHD_OPTION_NOTIFY_COMPLETED, on_completed, worker, MHD_OPTION_URI_LOG_CALLBACK,
                            on_target, worker, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, worker, MHD_OPTION_END);
}

enum status worker_open(struct worker *worker, const struct worker_options *options, int listen_fd, struct error *error)
{
    *worker = (struct worker){
        .wake_fd = options->wake_fd,
        .drain_ms = options->drain_ms,
        .log = options->log,
        .clients = {.head_timeout_ms = options->header_timeout_ms},
    };
    worker->daemon = daemon_start(worker, options->connections_max, listen_fd);
    if (worker->daemon == NULL) {
        int code = errno;
        close(listen_fd);
        return error_set(error, STATUS_IO, "cannot start the HTTP server: %s", strerror(code));
    }
    worker->epoll_fd = MHD_get_daemon_info(worker->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    responder_init(&worker->responder, options->service, options->index, options->heard);
    return STATUS_OK;
}

void worker_close(struct worker *worker)
{
    MHD_stop_daemon(worker->daemon);
    lines_flush(worker);
    buffer_release(&worker->lines);
    responder_release(&worker->responder);
}

/* Waits until a connection is ready, somebody wakes us or `timeout_ms` have passed; then serves what is ready. True: woken. */
static bool round_run(struct worker *worker, bool listen_to_wake, unsigned timeout_ms)
{
    MHD_UNSIGNED_LONG_LONG wanted_ms = 0;
    int wait_ms = (int)timeout_ms;
    if (MHD_get_timeout(worker->daemon, &wanted_ms) == MHD_YES && wanted_ms < timeout_ms)
        wait_ms = (int)wanted_ms;
    struct pollfd waited[] = {{.fd = worker->epoll_fd, .events = POLLIN}, {.fd = worker->wake_fd, .events = POLLIN}};
    if (wait_ms > 0 && worker->lines.size > 0)
        lines_flush(worker);
    poll(waited, listen_to_wake ? 2 : 1, wait_ms);
    if (MHD_run(worker->daemon) != MHD_YES)
        log_error("serve: libmicrohttpd could not run a round: %s", strerror(errno));
    return waited[1].revents != 0;
}

static void serve(struct worker *worker)
{
    uint64_t swept_ns = clock_monotonic_ns();
    while (!round_run(worker, true, SWEEP_MS)) {
        uint64_t now = clock_monotonic_ns();
        if (now - swept_ns < (uint64_t)SWEEP_MS * 1000000)
            continue;
        counter_add(&worker->metrics.connections_slow, client_list_sweep(&worker->clients, now));
        swept_ns = now;
    }
}

/* Connections that the kernel has accepted for us would be reset with the listening socket. */
static void accept_waiting(struct worker *worker)
{
    struct pollfd ready = {.fd = worker->epoll_fd, .events = POLLIN};
    for (unsigned i = 0; i < ACCEPT_ROUNDS_MAX && poll(&ready, 1, 0) > 0; i++)
        round_run(worker, false, 0);
    MHD_socket listen_fd = MHD_quiesce_daemon(worker->daemon);
    if (listen_fd != MHD_INVALID_SOCKET)
        close(listen_fd);
}

static void drain(struct worker *worker)
{
    uint64_t start = clock_monotonic_ns();
    uint64_t end = start + (uint64_t)worker->drain_ms * 1000000;
    accept_waiting(worker);
    for (uint64_t now = start; worker->clients.count > 0 && now < end; now = clock_monotonic_ns()) {
        round_run(worker, false, DRAIN_ROUND_MS);
        client_list_drain(&worker->clients, start, now);
    }
    if (worker->clients.count > 0)
        log_warn("serve: %u connections were still busy after %u ms and are cut", worker->clients.count, worker->drain_ms);
}

void worker_run(struct worker *worker)
{
    serve(worker);
    drain(worker);
}
