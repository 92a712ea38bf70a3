/* An index from NDJSON, without a database: the other source of rows, the same way in (row_intake.h, bulk.h). */
#ifndef TIM_INDEXER_BUILD_H
#define TIM_INDEXER_BUILD_H

#include <signal.h>

#include "analyzers/analyzer.h"
#include "indexer/bulk.h"

struct index;

struct build_options {
    const char *from;                  /* a file of NDJSON, plain or zstd, or "-" */
    const char *settings;              /* NULL, or a file of the shop's search settings (catalog/setting_lines.h) */
    struct index *index;               /* open for writing; borrowed */
    const struct analyzer *analyzer;   /* borrowed */
    size_t memory_bytes;               /* for sorting and inverting; 0: the default, as in bulk_options */
    unsigned threads;                  /* that analyse; 0: one per processor */
    const volatile sig_atomic_t *stop; /* set by a signal: ends with STATUS_END; borrowed */
};

struct build_counts {
    uint64_t malformed; /* lines that were reported and left out */
    struct bulk_counts bulk;
};

/* Builds a new generation beside the live one and makes it live when it is complete. A malformed line is reported with its number on the log
 * (the first BUILD_REPORTS_MAX of them) and the rest is loaded. After any failure the folder is as it was. */
enum { BUILD_REPORTS_MAX = 100 };
MUST_USE enum status build_run(const struct build_options *options, struct build_counts *counts, struct error *error);

#endif
