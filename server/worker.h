/* One serving thread: a libmicrohttpd daemon without a thread of its own, driven by our loop.
 *
 * The daemon's internal loop stalls when exactly 128 connections are ready in one round: it asks epoll again, with a blocking timeout,
 * before it serves anybody. MHD_run asks with timeout 0. */
#ifndef TIM_SERVER_WORKER_H
#define TIM_SERVER_WORKER_H

#include <microhttpd.h>

#include "server/access_log.h"
#include "server/client.h"
#include "server/responder.h"

struct worker {
    struct MHD_Daemon *daemon;
    int epoll_fd; /* the daemon's */
    int wake_fd;  /* borrowed: readable once the server drains */
    unsigned drain_ms;
    struct access_log *log; /* borrowed */
    struct buffer lines;    /* of the access log, not written yet */
    struct client_list clients;
    struct responder responder;
    struct metrics metrics;
    pthread_t thread;
};

struct worker_options {
    const struct service *service;
    struct index *index;
    struct heard_ring *heard; /* NULL: nothing is learned */
    struct access_log *log;
    int wake_fd;
    unsigned connections_max; /* of this thread */
    unsigned header_timeout_ms;
    unsigned drain_ms;
};

/* Takes the listening socket over, also when it fails. */
MUST_USE enum status worker_open(struct worker *worker, const struct worker_options *options, int listen_fd, struct error *error);
/* Serves until `wake_fd` is readable, then drains: takes no new connections, answers what is under way with "Connection: close", and
 * returns when every connection has ended or `drain_ms` have passed. */
void worker_run(struct worker *worker);
void worker_close(struct worker *worker);

#endif
