/* Proof that a generation agrees with itself: every checksum, postings against forward lists in both directions, document counts, form tables, column
 * chunks and zone maps, multi-valued facets, labels, the tree, suggestion tops, the vocabulary against the terms. Reads everything; holds one
 * snapshot. */
#ifndef TIM_STORAGE_VERIFY_H
#define TIM_STORAGE_VERIFY_H

#include <stdarg.h>
#include <stdint.h>

#include "base/status.h"
#include "storage/column.h"

struct snapshot;

struct verify_counts {
    uint64_t documents, terms, postings, chunks, values, labels, suggestions, rows;
    uint64_t faults;
};

/* Told of each fault as it is found (at most VERIFY_REPORTS_MAX times), in one sentence. */
enum { VERIFY_REPORTS_MAX = 100 };
typedef void verify_report(void *context, const char *sentence);

/* Counts a fault and reports it, for checks of other folders too: their own function that takes a format hands its arguments on. */
void verify_report_fault(struct verify_counts *counts, verify_report *report, void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

/* OK: everything was read, `counts->faults` says what was found. Any other status: it could not be read to the end. */
MUST_USE enum status verify_run(struct snapshot *snapshot, const struct column_family *const *families, unsigned family_count,
                                verify_report *report, void *context, struct verify_counts *counts);

#endif
