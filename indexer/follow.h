/* The whole of `tim index` for one database: check, copy, stream, and begin again when the database or the index says so.
 *
 * A new copy goes into a generation of its own, with a slot of its own; the old one answers until the swap. A copy that was interrupted
 * is thrown away. */
#ifndef TIM_INDEXER_FOLLOW_H
#define TIM_INDEXER_FOLLOW_H

#include "indexer/stream.h"

struct index;
struct analyzer;

enum {
    FOLLOW_BACKOFF_MIN_MS = 1000, /* between two attempts, doubled up to the maximum, plus up to a quarter of jitter */
    FOLLOW_BACKOFF_MAX_MS = 30000,
    FOLLOW_STEADY_MS = 10000,      /* a stream that held this long, or moved the index on, starts the backoff anew */
    FOLLOW_BACKOFF_FULL_MS = 5000, /* while the disk is full: it is looked at more often */
};

/* All borrowed until follow_free. */
struct follow_options {
    const char *conninfo;      /* secret: role with REPLICATION */
    const char *copy_conninfo; /* secret: role with SELECT; NULL: the same */
    const char *slot;
    const char *publication;
    const struct schema *schema;
    size_t batch_changes; /* 0: the default, for this and the following ones */
    unsigned batch_ms;
    uint64_t transaction_rows_max;
    unsigned watch_ms;
    size_t build_memory_bytes; /* of a copy: see bulk_options, as for the next */
    unsigned build_threads;
    const volatile sig_atomic_t *stop;
    struct index *index; /* open for writing */
    const struct analyzer *analyzer;
};

struct follow;

/* INVALID: a slot name that PostgreSQL would refuse. Nothing is connected yet. */
MUST_USE enum status follow_new(const struct follow_options *options, struct follow **out, struct error *error);
void follow_free(struct follow *follow);

/* Runs until the stop flag is set (OK), or until it cannot go on. What is wrong from the start (connection string, rights, wal_level,
 * publication, tables, an unreachable server while there is no index yet) ends it with one sentence; what goes wrong later is retried and
 * shown by follow_status. IO and CORRUPT always end it. */
MUST_USE enum status follow_run(struct follow *follow, struct error *error);

/* From any thread. */
void follow_status(struct follow *follow, struct stream_status *out);

#endif
