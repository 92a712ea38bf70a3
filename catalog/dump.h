/* The logical content of an index as JSON lines: the same for the same products, whatever the order of edits, batch sizes, document numbers
 * or rebuilds that led there. Equal content gives equal bytes and an equal hash. */
#ifndef TIM_CATALOG_DUMP_H
#define TIM_CATALOG_DUMP_H

#include <stdio.h>

#include "analyzers/analyzer.h"

struct snapshot;

enum dump_part {
    DUMP_PRODUCTS, /* one line per live product, as its page shows it, in the order of the ids' bytes */
    DUMP_ALL,      /* and its facets and terms, with impacts and forms; then brands, categories and settings */
};

/* Lines to `out`, or with out == NULL to nowhere; `hash` (may be NULL) gets the XXH128 of all lines in hex. */
MUST_USE enum status dump_write(struct snapshot *snapshot, const struct analyzer *analyzer, enum dump_part part, FILE *out, char hash[33],
                                struct error *error);

#endif
