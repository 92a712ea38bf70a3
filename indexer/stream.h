/* The replication stream: a connection that receives, confirms what is durable, and watches that the publication stays whole. */
#ifndef TIM_INDEXER_STREAM_H
#define TIM_INDEXER_STREAM_H

#include "indexer/connection.h"
#include "indexer/intake.h"
#include "indexer/preflight.h"
#include "indexer/stream_board.h"

struct destination;
struct jobs;

enum {
    STREAM_REPLY_MS = 1000,     /* how often PostgreSQL hears of the durable position without asking */
    STREAM_WATCH_MS = 30000,    /* how often the publication is looked at */
    STREAM_PASS_MESSAGES = 512, /* messages taken before the clock is looked at */
};

struct stream_options {
    const char *conninfo;      /* for replication */
    const char *copy_conninfo; /* for looking at the catalog */
    const char *publication, *slot;
    struct intake_options intake;
    unsigned watch_ms; /* STREAM_WATCH_MS */
    const volatile sig_atomic_t *stop;
    struct destination *destination; /* nothing pending; a job may replace it */
    struct jobs *jobs;               /* NULL: none are done */
    const struct position *position; /* what the index holds, already checked against the server */
    uint64_t source_id;              /* of the preflight that was passed */
    struct stream_board *board;
    struct error *missed; /* set when changes may have been missed, for good: only a new copy mends it */
};

/* Streams until something ends it; never OK. `started` tells whether the server began to send. END: stopped, everything that could be is
 * flushed. MISMATCH, NOT_FOUND: the stream cannot be continued, a new copy is needed. UNAVAILABLE, BUSY, TIMEOUT, ...: connect again. What
 * is not flushed is dropped with the apply. */
MUST_USE enum status stream_run(const struct stream_options *options, bool *started, struct error *error);

#endif
