/* A new generation from the live one's mirror: after many deletes and appends, or for another version of the analysis. The database is not
 * asked; the live generation answers, and under a stream goes on changing, until the swap.
 *
 * Copy all rows, build the documents, then copy again what has changed meanwhile, in ever smaller rounds; the last one stands between two
 * flushes of the stream. Whatever ends it earlier leaves the live generation as it was. */
#ifndef TIM_INDEXER_REINDEX_H
#define TIM_INDEXER_REINDEX_H

#include <signal.h>
#include <stdbool.h>

#include "analyzers/analyzer.h"
#include "indexer/apply.h"

struct index;
struct change_log;

enum {
    REINDEX_FEW_ROWS = 2000,   /* waiting to be copied again: few enough for the stream to stand still for them */
    REINDEX_WHOLE_ROUNDS = 20, /* so many times all rows are compared again because too many changed; then it fails */
};

/* All borrowed. */
struct reindex_options {
    struct index *index; /* open for writing, with a live generation */
    const struct analyzer *analyzer;
    const volatile sig_atomic_t *stop; /* may be NULL */
};

/* For when nobody else writes: everything in one call. The new generation is live when it returns OK. END: stopped. */
MUST_USE enum status reindex_run(const struct reindex_options *options, uint32_t *generation, struct error *error);

/* Where a stream writes. A reindex that is ready replaces it. */
struct destination {
    struct index *index;
    struct env *env; /* held */
    uint32_t generation;
    struct apply *apply;
};

struct reindex;

/* Starts it in a thread of its own. To be called by the thread that applies, with nothing pending; `log` (borrowed, empty) is what that
 * thread's apply has notes its keys in, from now on. */
MUST_USE enum status reindex_start(const struct reindex_options *options, struct change_log *log, struct reindex **out,
                                   struct error *error);
/* Ends it, if it still runs, and drops what it has made. */
void reindex_free(struct reindex *reindex);

/* True when reindex_switch would be short, or would say at once why it failed. */
bool reindex_ready(struct reindex *reindex);
/* By the thread that applies, with nothing pending: copies the last rows, stores `position` (NULL: none) and swaps the live generation.
 * After OK `destination` is the new one; its old env is released, its old apply freed. Otherwise `destination` stands, and the reindex is
 * over. IO: the process must exit. */
MUST_USE enum status reindex_switch(struct reindex *reindex, const struct position *position, struct destination *destination,
                                    struct error *error);

struct reindex_progress {
    const char *what, *unit; /* static memory */
    uint64_t done, total;
};
void reindex_progress(struct reindex *reindex, struct reindex_progress *out);

#endif
