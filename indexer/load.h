/* `tim load`: a catalog as NDJSON (catalog/ndjson.h) into the shop's tables.
 *
 * Brands and categories come from the lines. Keys are kept where the tables have text keys and numbered where they have integers or UUIDs.
 * The file goes in batches, each one transaction over all the tables it touches: whatever stops the load, no product is half there. */
#ifndef TIM_INDEXER_LOAD_H
#define TIM_INDEXER_LOAD_H

#include <signal.h>
#include <stdint.h>

#include "analyzers/analyzer.h"
#include "catalog/schema.h"

enum {
    LOAD_BATCH_LINES = 2000,
    LOAD_BATCH_BYTES = 8 * 1024 * 1024, /* of COPY text; a batch ends with the line that passes it */
    LOAD_REJECTED_LOGGED_MAX = 100,     /* rejected lines that get a log line of their own */
};

struct load_options {
    const char *path;     /* NDJSON, plain or zstd; "-" for standard input */
    const char *conninfo; /* a secret: never logged */
    const struct schema *schema;
    const struct analyzer *analyzer;
    bool replace;                      /* empty the shop's tables first: products and what hangs on them, brands, categories */
    const volatile sig_atomic_t *stop; /* may be NULL: looked at between batches */
};

struct load_counts {
    uint64_t products, variants, images, brands, categories; /* committed */
    uint64_t rejected; /* lines that are malformed or that a table refuses; each was reported with its number */
};

/* `counts` is filled in any case: what was committed stays. INVALID: the tables already hold products, brands or categories (and `replace`
 * is false), or a key's type does not do. NOT_FOUND: the file, or a table. END: the stop flag was set. Others as from the connection and the
 * file. */
MUST_USE enum status load_catalog(const struct load_options *options, struct load_counts *counts, struct error *error);

#endif
