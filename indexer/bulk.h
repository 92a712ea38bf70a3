/* The bulk build: everything that an index holds, made at once from the rows in its mirror. Documents are numbered by (category in the order
 * of the tree, popularity, id), lists are inverted in memory within a bound, several threads analyse, and every database is written in
 * the order of its keys. What comes out is what edits of the same rows would give: the same logical dump. */
#ifndef TIM_INDEXER_BULK_H
#define TIM_INDEXER_BULK_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/analyzer.h"
#include "base/status.h"

struct env;
struct position;

enum {
    BULK_MEMORY_MIB_MIN = 16,
    BULK_MEMORY_MIB_MAX = 65536,
    BULK_MEMORY_MIB = 512, /* the default */
    BULK_THREADS_MAX = 64,
    BULK_THREADS_AUTO_MAX = 8, /* of a number that was left to the machine */
};

struct bulk_options {
    size_t memory_bytes;               /* for sorting and inverting, all threads together; 0: the default */
    unsigned threads;                  /* that analyse; 0: one per processor, BULK_THREADS_AUTO_MAX at most */
    const volatile sig_atomic_t *stop; /* may be NULL; set: ends with END */
    const struct position *position;   /* what the rows stand for; NULL: they follow no database */
    uint32_t now_s;                    /* the products' version */
};

/* How many threads a wish of so many is. */
unsigned bulk_threads(unsigned wanted);

struct bulk_counts {
    uint64_t rows;
    uint64_t documents; /* products, whatever their status */
    uint64_t postings;
    uint64_t cut; /* documents whose text passed the limit */
};

/* `env` is a new generation, not published, in which nothing was written but rows: those of products and variants with their hot values
 * inline (row_encode with_hot; row_intake.h does so). On success it is complete. It is built in many commits; after a failure (or a crash) it is
 * worth nothing and is to be dropped. Products keep the inline values in their rows, where nobody reads them; variants do not. */
MUST_USE enum status bulk_build(struct env *env, const struct analyzer *analyzer, const struct bulk_options *options,
                                struct bulk_counts *counts, struct error *error);

#endif
