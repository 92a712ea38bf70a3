/* Inside catalog/ only: what product_verify.c and facet_verify.c share. */
#ifndef TIM_CATALOG_PRODUCT_CHECK_H
#define TIM_CATALOG_PRODUCT_CHECK_H

#include "base/arena.h"
#include "catalog/hit.h"
#include "storage/verify.h"

struct product_check {
    struct snapshot *snapshot;
    struct arena arena; /* of one document */
    uint32_t document_limit, variant_limit;
    struct column_reader run, variant;
    uint64_t *facet_sums;     /* by document: hashes of the values its fragment names, less those that are stored */
    uint64_t variant_sum;     /* the same for what the variants of live products have, of all together */
    struct multi_chunk chunk; /* read last; span 0: none */
    uint16_t chunk_field;     /* its field */
    struct verify_counts *counts;
    verify_report *report;
    void *context;
};

/* Counts a fault and reports it in one sentence. */
void product_fault(struct product_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The fragment of a live document; NOT_FOUND when it is not live. Lives in the arena or the map. */
MUST_USE enum status check_fragment(struct product_check *check, uint32_t document, struct fragment *out);

/* Where the document's variants stand. False: it has no run. */
bool check_run(struct product_check *check, uint32_t document, uint32_t *first, uint32_t *count);

/* Adds a live document's facets to the sums, and holds its variants' values against them. */
MUST_USE enum status facets_check(struct product_check *check, uint32_t document, const struct fragment *fragment);
/* After all documents: takes every stored value from the sums, and looks at what is left one by one. */
MUST_USE enum status facets_balance(struct product_check *check);

#endif
