/* The index folder: which generation is live, and the door to it.
 *
 *   DIR/control/        a small LMDB environment: "format" -> u32le, "live" -> generation u32le, "secret" -> random bytes
 *   DIR/gen-00000001/   one LMDB environment per generation
 *   DIR/old-00000001/   one that is being removed
 *   DIR/writer.lock     held (OFD lock) by the single writer while it lives
 *   DIR/spool/          jobs asked of that writer: spool.h
 *
 * The first generation brings `control`; the commit in it is the swap. Generations that are not live and not being built are removed by the writer at start. */
#ifndef TIM_STORAGE_INDEX_H
#define TIM_STORAGE_INDEX_H

#include <stdint.h>

#include "base/status.h"
#include "storage/env.h"

struct index;

enum index_mode {
    INDEX_READ,  /* `tim serve`, `tim search`: needs an index that is there */
    INDEX_WRITE, /* `tim index`, `tim build`: makes the folder when absent; BUSY when another writer holds it */
};

/* MISMATCH: a folder with other things in it, or another format: nothing is touched. CORRUPT: control is damaged, or gone beside
 * generations. DENIED: not writable (or not readable). */
MUST_USE enum status index_open(const char *folder, enum index_mode mode, uint64_t map_bytes, struct index **out, struct error *error);
void index_close(struct index *index);

/* The folder's name as it was given; borrowed until index_close. */
const char *index_folder(const struct index *index);

/* Random bytes that the index keeps for whoever reads it, the same for all generations: what is signed with them was made by a reader of this
 * index or of a copy of it. The writer makes them when it opens an index without. NOT_FOUND: no writer has opened it yet since there are
 * any. */
enum { INDEX_SECRET_BYTES = 32 };
MUST_USE enum status index_secret(struct index *index, unsigned char out[INDEX_SECRET_BYTES], struct error *error);

/* The live generation, counted: every acquire needs a release; the environment stays open while anyone holds it. NOT_FOUND while nothing
 * was ever published. Cheap when the live generation has not changed (one look at `control`). */
MUST_USE enum status index_acquire(struct index *index, struct env **env, uint32_t *generation, struct error *error);
void index_release(struct index *index, struct env *env);

/* Writer: a new, empty generation beside the live one. */
MUST_USE enum status index_create_generation(struct index *index, struct env **env, uint32_t *generation, struct error *error);
/* Writer: the number of the unpublished generation that an earlier process left, opened to be continued; NOT_FOUND when none.
 * The caller decides whether to continue it or drop it. */
MUST_USE enum status index_unfinished_generation(struct index *index, struct env **env, uint32_t *generation, struct error *error);
/* Writer: makes it live, durable before it returns; the old one is removed as soon as this process no longer holds it (readers of other
 * processes keep their mapping). The writer goes on holding the new one's env. */
MUST_USE enum status index_publish_generation(struct index *index, uint32_t generation, struct error *error);
/* Writer: closes and removes a generation that is not live. */
MUST_USE enum status index_drop_generation(struct index *index, struct env *env, uint32_t generation, struct error *error);

#endif
