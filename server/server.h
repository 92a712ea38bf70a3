/* The HTTP server: threads that answer searches over one index until they are told to stop. */
#ifndef TIM_SERVER_SERVER_H
#define TIM_SERVER_SERVER_H

#include <signal.h>
#include <stdint.h>

#include "base/status.h"

struct analyzer;
struct index;
struct server;

enum {
    SERVER_THREADS_MAX = 256,
    SERVER_HEADER_TIMEOUT_MS = 5000, /* what `tim serve` takes for header_timeout_ms and drain_ms */
    SERVER_DRAIN_MS = 5000,
};

/* Everything is borrowed until server_close. */
struct server_options {
    const char *address; /* "127.0.0.1", "::", "localhost" */
    uint16_t port;       /* 0: any free one, see server_port */
    unsigned threads;    /* 1..SERVER_THREADS_MAX */
    struct index *index; /* opened with INDEX_READ; may have no generation yet: searches are then answered with 503 */
    const struct analyzer *analyzer;
    uint64_t cpu_ns; /* deadline of one search, in its thread's CPU time; 0: none */
    unsigned
        connections_max; /* of all threads together, at least one for each; cut with a warning to the open files that the system allows */
    unsigned header_timeout_ms; /* a connection that has not sent a whole request head by then is closed */
    unsigned drain_ms;          /* how long requests under way may take once the server stops */
    const char *stats; /* folder for what is learned of queries; NULL or "": nothing is. When it cannot be had, a warning says so */
    unsigned stats_interval_ms;                 /* between two commits of it; a killed process loses what came since */
    unsigned stats_half_life_s, stats_window_s; /* see learner.h */
    const char *cursor_key;                     /* signs cursors; NULL: the index's own secret does: cursor_text.h */
    const char *access_log;                     /* a file to append to, "-" for stdout, NULL or "" for none */
    struct server *log_of;   /* NULL, or a server whose access log takes this one's lines too; it is closed after this one */
    const char *admin_token; /* NULL, or: only the routes for admins are answered, and only to who sends this token (bearer.h) */
};

/* Binds the port and starts the threads: when it returns OK, requests are being answered. SIGPIPE is ignored from here on, as libmicrohttpd
 * needs it. BUSY: the port is in use; DENIED, INVALID, IO with a sentence. Nothing is left behind when it fails. */
MUST_USE enum status server_open(const struct server_options *options, struct server **out, struct error *error);

/* The port in use. */
uint16_t server_port(const struct server *server);

/* Returns once `*stop` is not 0: a signal handler sets it. The threads' signals are blocked, so that the signal wakes the caller. */
void server_run(const struct server *server, const volatile sig_atomic_t *stop);

/* Drains and ends: no request that was begun is cut within drain_ms. */
void server_close(struct server *server);

#endif
