#include "server/server.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/learner.h"
#include "server/listener.h"
#include "server/worker.h"

enum {
    FILES_RESERVED = 64, /* for LMDB, logs, listening sockets and whatever else is open */
    STOP_LOOK_MS = 100,
};

_Static_assert((int)SERVER_THREADS_MAX <= (int)LISTENERS_MAX, "a listening socket for each thread");

struct server {
    struct service service;
    struct access_log own_log;
    struct access_log *log; /* own_log, or another server's */
    struct listeners listeners;
    const struct metrics **metrics;
    struct worker *workers;
    unsigned opened;  /* workers that are open */
    unsigned running; /* workers whose thread runs */
    int wake_fd;
};

/* How many connections the limit of open files leaves room for, after raising it as far as it goes. */
static unsigned connections_allowed(unsigned wanted)
{
    struct rlimit limit = {0};
    rlim_t needed = (rlim_t)wanted + FILES_RESERVED;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    if (limit.rlim_cur < needed) {
        struct rlimit raised = {.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    if (limit.rlim_cur >= needed)
        return wanted;
    unsigned allowed = limit.rlim_cur > FILES_RESERVED ? (unsigned)limit.rlim_cur - FILES_RESERVED : 1;
    log_warn("serve: %u connections at most, not %u: the system allows this process %lu open files", allowed, wanted,
             (unsigned long)limit.rlim_cur);
    return allowed;
}

static void *thread_main(void *argument)
{
    worker_run(argument);
    return NULL;
}

static enum status threads_start(struct server *server, struct error *error)
{
    sigset_t all, before;
    enum status status = STATUS_OK;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (server->running < server->opened && status == STATUS_OK) {
        struct worker *worker = &server->workers[server->running];
        int code = pthread_create(&worker->thread, NULL, thread_main, worker);
        if (code != 0)
            status = error_set(error, STATUS_IO, "cannot start a thread: %s", strerror(code));
        else
            server->running++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static enum status workers_open(struct server *server, const struct server_options *options, struct error *error)
{
    unsigned connections = connections_allowed(options->connections_max) / options->threads;
    struct worker_options worker = {
        .service = &server->service,
        .index = options->index,
        .log = server->log,
        .wake_fd = server->wake_fd,
        .connections_max = connections > 0 ? connections : 1,
        .header_timeout_ms = options->header_timeout_ms,
        .drain_ms = options->drain_ms,
    };
    for (unsigned i = 0; i < options->threads; i++) {
        int listen_fd = server->listeners.fds[i];
        server->listeners.fds[i] = -1; /* the worker's from now on */
        worker.heard = server->service.learner == NULL ? NULL : learner_ring(server->service.learner, i);
        enum status status = worker_open(&server->workers[i], &worker, listen_fd, error);
        if (status != STATUS_OK)
            return status;
        server->opened++;
    }
    return STATUS_OK;
}

/* Searches are answered without learning as well as with it. */
static void learner_start(struct server *server, const struct server_options *options)
{
    struct error error = {0};
    const struct learner_options learner = {
        .folder = options->stats,
        .interval_ms = options->stats_interval_ms,
        .half_life_s = options->stats_half_life_s,
        .window_s = options->stats_window_s,
        .ring_count = options->threads,
        .analyzer = options->analyzer,
    };
    if (options->stats == NULL || options->stats[0] == '\0')
        return;
    if (learner_open(&learner, &server->service.learner, &error) != STATUS_OK)
        log_warn("serve: nothing is learned of queries: %s", error.text);
}

static enum status start(struct server *server, const struct server_options *options, struct error *error)
{
    server->log = options->log_of == NULL ? &server->own_log : options->log_of->log;
    enum status status = access_log_open(&server->own_log, options->log_of == NULL ? options->access_log : NULL, error);
    if (status != STATUS_OK)
        return status;
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->wake_fd < 0)
        return error_set(error, STATUS_IO, "cannot make an eventfd: %s", strerror(errno));
    status = listeners_open(&server->listeners, options->address, options->port, options->threads, error);
    if (status != STATUS_OK)
        return status;
    learner_start(server, options);
    status = workers_open(server, options, error);
    return status == STATUS_OK ? threads_start(server, error) : status;
}

enum status server_open(const struct server_options *options, struct server **out, struct error *error)
{
    assert(options->threads >= 1 && options->threads <= SERVER_THREADS_MAX);
    struct server *server = memory_calloc(1, sizeof *server);
    server->wake_fd = -1;
    server->workers = memory_calloc(options->threads, sizeof *server->workers);
    server->metrics = memory_calloc(options->threads, sizeof *server->metrics);
    for (unsigned i = 0; i < options->threads; i++)
        server->metrics[i] = &server->workers[i].metrics;
    server->service.analyzer = options->analyzer;
    server->service.cpu_ns = options->cpu_ns;
    server->service.admin_token = options->admin_token;
    server->service.metrics = server->metrics;
    server->service.thread_count = options->threads;
    signal(SIGPIPE, SIG_IGN);
    enum status status = cursor_key_take(options->index, options->cursor_key, &server->service.cursor_key, error);
    if (status == STATUS_OK)
        status = start(server, options, error);
    if (status != STATUS_OK) {
        server_close(server);
        return status;
    }
    *out = server;
    return STATUS_OK;
}

uint16_t server_port(const struct server *server)
{
    return server->listeners.port;
}

void server_run(const struct server *server, const volatile sig_atomic_t *stop)
{
    assert(server->running > 0);
    while (*stop == 0)
        clock_sleep_ms(STOP_LOOK_MS);
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->service.draining, true);
    uint64_t one = 1;
    if (server->wake_fd >= 0 && write(server->wake_fd, &one, sizeof one) != (ssize_t)sizeof one)
        log_error("serve: cannot wake the threads: %s", strerror(errno));
    for (unsigned i = 0; i < server->running; i++)
        pthread_join(server->workers[i].thread, NULL);
    for (unsigned i = 0; i < server->opened; i++)
        worker_close(&server->workers[i]);
    learner_close(server->service.learner);
    listeners_close(&server->listeners);
    access_log_close(&server->own_log);
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    free(server->workers);
    free(server->metrics);
    free(server);
}
