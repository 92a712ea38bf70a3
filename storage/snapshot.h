/* A frozen view of one generation: everything read through it belongs to one commit.
 *
 * Whatever a reader function hands out as "borrowed from the snapshot" points into the memory map and is valid only until the snapshot is
 * reset, renewed or closed. A snapshot is used by one thread at a time. */
#ifndef TIM_STORAGE_SNAPSHOT_H
#define TIM_STORAGE_SNAPSHOT_H

#include <stdint.h>

#include "base/status.h"

struct env;
struct snapshot;

MUST_USE enum status snapshot_open(struct env *env, struct snapshot **out, struct error *error);
void snapshot_close(struct snapshot *snapshot);

/* Lets go of the pages, so that the writer may reuse them; call after every request. Keeps its reader slot. */
void snapshot_reset(struct snapshot *snapshot);
/* Moves to the newest commit (9 ns). Needed after a reset. */
MUST_USE enum status snapshot_renew(struct snapshot *snapshot);

/* Ends the column_cursors, label_readers and multi_cursors made on this snapshot, so that the next ones cost less. What serves many requests
 * from one commit calls it between them; a reset does it too. */
void snapshot_cursors_return(struct snapshot *snapshot);

/* The commit this view belongs to: rises by one with every batch. */
uint64_t snapshot_commit(const struct snapshot *snapshot);

/* CORRUPT when any stored block read through this snapshot since the last renew failed its CRC or did not decode. Readers that cannot
 * return a status for every value (columns, postings in a hot loop) set it; a caller checks it before it answers. */
enum status snapshot_status(const struct snapshot *snapshot);

/* One past the highest number taken from a counter of batch.h: document numbers run from 0 to this, holes included. */
MUST_USE enum status snapshot_document_limit(struct snapshot *snapshot, uint32_t *out);
MUST_USE enum status snapshot_variant_limit(struct snapshot *snapshot, uint32_t *out);

#endif
