/* A write transaction: everything put into it becomes visible and durable together at batch_commit, or not at all.
 *
 * Rows, labels and other small records are written as they come and are seen by the batch's own snapshot at once. Column values are kept
 * in copies of their chunks, seen by column_get through the batch's snapshot at once. Posting edits are collected, sorted by key at commit,
 * and each list's blocks are written once; they are not seen before. One batch at a time per environment. */
#ifndef TIM_STORAGE_BATCH_H
#define TIM_STORAGE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct env;
struct batch;
struct snapshot;

MUST_USE enum status batch_begin(struct env *env, struct batch **out, struct error *error);

/* A batch of a bulk build: a key that is put behind all others of its database fills pages to their end instead of splitting them. */
MUST_USE enum status batch_begin_bulk(struct env *env, struct batch **out, struct error *error);

/* When the bulk batch has grown large, commits it and begins another in its place, so that memory stays bounded: for a generation that nobody
 * reads yet. After a failure the batch is gone and NULL. */
enum { BATCH_TURN_BYTES = 64 * 1024 * 1024 };
MUST_USE enum status batch_turn(struct batch **batch, struct error *error);

/* The view that includes what this batch has written. Borrowed; ends with the batch. */
struct snapshot *batch_snapshot(struct batch *batch);

/* Memory held for pending posting edits and column chunks: commit when it passes the caller's bound. */
size_t batch_pending_bytes(const struct batch *batch);

/* `pulse` is called for every posting list that is written: a large batch takes many seconds, and somebody may have to be told that the
 * process is alive. NULL: nobody. */
typedef void batch_pulse(void *context);
void batch_set_pulse(struct batch *batch, batch_pulse *pulse, void *context);

/* Writes the pending edits into the transaction without committing it, which frees their memory: for a transaction of the shop that is
 * larger than memory should hold. After any failure the batch can only be aborted. */
MUST_USE enum status batch_spill(struct batch *batch);

/* Writes the pending edits, then commits with fdatasync. A batch in which any write failed, or any read met a damaged block, is not
 * committed, whatever became of that status: the first failure is returned. FULL: disk or map full, nothing changed. IO: the caller must
 * exit; what is durable is decided by the next open. Consumes the batch in every case. */
MUST_USE enum status batch_commit(struct batch *batch, struct error *error);
void batch_abort(struct batch *batch);

/* Counters of the generation; each call gives the next, starting at 0, permanent within the generation. */
enum counter { COUNTER_DOCUMENT, COUNTER_VARIANT, COUNTER_TERM, COUNTER_COUNT };
/* Takes `count` numbers at once and returns the first. LIMIT past 2^31 - 1. */
MUST_USE enum status batch_take(struct batch *batch, enum counter counter, uint32_t count, uint32_t *first);

#endif
