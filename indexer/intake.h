/* From replication messages to flushed batches: where transactions begin and end, what is skipped, when the index commits.
 *
 * Knows neither sockets nor libpq. A transaction becomes visible all at once up to `transaction_rows_max` rows and
 * INTAKE_TRANSACTION_BYTES_MAX; a larger one goes in slices, each with (its commit LSN, how many of its row messages are in) in the same
 * commit, so that a restart skips exactly those. */
#ifndef TIM_INDEXER_INTAKE_H
#define TIM_INDEXER_INTAKE_H

#include "catalog/schema.h"
#include "indexer/apply.h"

enum {
    INTAKE_BATCH_CHANGES = 2000, /* the defaults of the options below */
    INTAKE_BATCH_MS = 100,
    INTAKE_TRANSACTION_ROWS = 100000,
    INTAKE_BATCH_BYTES = 32 << 20,            /* waiting in memory: a batch is due, however few its changes */
    INTAKE_TRANSACTION_BYTES_MAX = 128 << 20, /* pending in memory, whatever the number of rows */
    INTAKE_IDLE_STORE_MS = 1000,              /* how often a position without changes is committed */
    INTAKE_REJECTED_LOGGED_MAX = 100,         /* rejected rows that get a line of their own */
};

struct intake_options {
    const struct schema *schema; /* borrowed */
    size_t batch_changes;        /* commit at a transaction's end when this many changes wait, */
    unsigned batch_ms;           /* or when the oldest waits this long, */
                                 /* or at once when the stream has nothing more to read */
    uint64_t transaction_rows_max;
};

struct intake_counts {
    uint64_t transactions; /* applied whole */
    uint64_t rows;         /* handed to the index */
    uint64_t ignored;      /* of tables that are not mapped */
    uint64_t skipped;      /* seen before */
    uint64_t rejected;     /* could not be indexed */
};

struct intake;

/* `stored` is what the last commit of the index holds. `apply` is borrowed and starts with nothing pending. */
struct intake *intake_new(const struct intake_options *options, struct apply *apply, const struct position *stored);
void intake_free(struct intake *intake);

/* Takes one pgoutput message. CORRUPT: it does not decode, or comes out of order. MISMATCH: the shop's tables no longer fit. Else what the
 * index said. After any failure the intake and its apply are to be dropped; the last commit stands. */
MUST_USE enum status intake_take(struct intake *intake, struct bytes message, struct error *error);

/* The server has nothing to send up to `wal_end`. */
void intake_keepalive(struct intake *intake, uint64_t wal_end);

/* There is nothing to read just now: commits what waits, a slice of the rebuild queue, or (now and then, or at once with `store_now`) the
 * bare position. Inside a transaction it does nothing. */
MUST_USE enum status intake_idle(struct intake *intake, bool store_now, struct error *error);

/* Commits what waits, so that nothing is pending, unless a transaction is open: then `*at_rest` is false and nothing is done. */
MUST_USE enum status intake_rest(struct intake *intake, bool *at_rest, struct error *error);
/* True between transactions. */
bool intake_is_between(const struct intake *intake);
/* Goes on into another generation, which holds what the last flush held. At rest only. */
void intake_move(struct intake *intake, struct apply *apply);

/* More to do when idle: call intake_idle again without waiting. */
bool intake_has_queue(const struct intake *intake);

/* What the last commit of the index holds: the only thing that may be confirmed to PostgreSQL. */
const struct position *intake_durable(const struct intake *intake);
uint64_t intake_received_lsn(const struct intake *intake);
struct intake_counts intake_counts(const struct intake *intake);

#endif
