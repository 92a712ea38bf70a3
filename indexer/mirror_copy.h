/* Inside indexer/ only: the mirrored rows of one generation as changes for another, the same way in as every other source.
 *
 * Hot values come from the columns. Products keep their versions, so that a version never falls; into a bulk
 * build, which has one version for all, the caller takes the greatest. A snapshot is held for a slice of rows only;
 * rows that change between two slices are the caller's to copy again (change_log.h). */
#ifndef TIM_INDEXER_MIRROR_COPY_H
#define TIM_INDEXER_MIRROR_COPY_H

#include <signal.h>
#include <stdatomic.h>

#include "indexer/apply.h"
#include "indexer/change_log.h"

struct row_intake;
struct snapshot;

enum {
    MIRROR_COPY_SLICE = 20000,             /* rows read from one snapshot */
    MIRROR_COPY_CHANGES = 100000,          /* committed together, */
    MIRROR_COPY_BYTES = 128 * 1024 * 1024, /* or as soon as this much waits */
};

struct mirror_copy {
    struct env *from;
    struct apply *to;                  /* or */
    struct row_intake *intake;         /* of a bulk build, which has all rows copied once; else NULL */
    const volatile sig_atomic_t *stop; /* ends with STATUS_END; may be NULL */
    const atomic_bool *cancelled;      /* likewise */
    struct snapshot *view;             /* of `from`, at rest between slices */
    struct arena arena;
    void (*step)(void *context, uint64_t rows); /* told after every so many rows; may be NULL */
    void *context;
    uint64_t version_max; /* of the products handed on */
    uint64_t rows;        /* handed on */
    uint64_t committed;   /* of them, by flushes of this copy */
};

/* `copy` has its first five members set. Both must outlive it. */
MUST_USE enum status mirror_copy_open(struct mirror_copy *copy, struct error *error);
void mirror_copy_close(struct mirror_copy *copy);

/* Every row, table by table; flushes now and then. What waits at the end is the caller's to flush. */
MUST_USE enum status mirror_copy_all(struct mirror_copy *copy, struct error *error);
/* Deletes what `to`, an env that `copy->to` writes, has and `from` no longer has. Flushes first; as above at the end. */
MUST_USE enum status mirror_copy_gone(struct mirror_copy *copy, struct env *to, struct error *error);
/* The rows under these keys, as they are now: changed, or gone. What waits at the end is the caller's to flush. */
MUST_USE enum status mirror_copy_keys(struct mirror_copy *copy, const struct text_set *keys, struct error *error);

/* One row with its hot cells, and for a product its version (else COLUMN_UNKNOWN). NOT_FOUND. Lives in the arena. */
MUST_USE enum status mirror_row_whole(struct snapshot *snapshot, enum table table, struct bytes key, struct arena *arena, struct row *row,
                                      uint64_t *version);

#endif
