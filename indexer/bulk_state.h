/* Inside indexer/ only: what the files of the bulk build share. bulk.c runs the phases; bulk_scan.c reads the mirror once; bulk_pool.c builds
 * documents in several threads; bulk_place.c puts a built document into the index. */
#ifndef TIM_INDEXER_BULK_STATE_H
#define TIM_INDEXER_BULK_STATE_H

#include "base/log.h"
#include "indexer/apply_state.h"
#include "indexer/bulk.h"
#include "indexer/facets.h"
#include "storage/inverter.h"
#include "storage/sorter.h"

struct bulk {
    const struct bulk_options *options;
    struct bulk_counts *counts;
    struct apply *apply;  /* its batch is open within a phase that writes through it */
    struct sorter *order; /* products in the order of their document numbers: bulk_scan.c has the record */
    struct sorter *suggestions;
    struct sorter *slots;        /* variant -> its place in its product's run */
    struct inverter **inverters; /* one per thread */
    unsigned threads;
    size_t memory_bytes;
    struct text_set *categories; /* ids of the mirrored categories */
    struct buffer fragment;      /* of the document in hand */
    uint32_t *category_low;      /* by arrival in `categories`: their place in the tree */
};

/* Hot values of a product, as column values. */
struct hot {
    struct offer offer;
    struct fame fame;
};

/* A product on its way into the order, and back. The id is borrowed from the record. */
MUST_USE enum status order_add(struct bulk *bulk, const struct row *row);
MUST_USE enum status order_next(struct bulk *bulk, struct bytes *product_id, struct hot *hot); /* END */

/* Labels, tree and suggestions of brands and categories. */
MUST_USE enum status bulk_labels(struct bulk *bulk, struct error *error);
/* Reverse keys, the order of documents, their numbers. */
MUST_USE enum status bulk_scan(struct bulk *bulk, struct error *error);
/* All documents, with their terms in the inverters. */
MUST_USE enum status bulk_documents(struct bulk *bulk, struct error *error);

/* A document built by a thread, ready to be placed; all in the arena of its job. */
struct built {
    struct document document;
    struct hot hot;
    uint64_t brand, category; /* ordinals, COLUMN_UNKNOWN */
    struct facet_key *facets;
    unsigned facet_count;
    struct bytes forward;    /* the encoded list; size 0: no terms */
    struct bytes suggestion; /* the folded name */
    bool cut;
};

/* Puts it under its number: columns, facets, fragment, forward list. */
MUST_USE enum status document_place(struct bulk *bulk, const struct built *built, uint32_t number);
/* Variants' rows take their slots and lose their inline offers. */
MUST_USE enum status slots_settle(struct bulk *bulk, struct error *error);

static inline bool bulk_stopped(const struct bulk *bulk)
{
    return bulk->options->stop != NULL && *bulk->options->stop != 0;
}

/* A batch for phases that write through `apply`, and its turning as it grows. */
MUST_USE enum status bulk_batch_open(struct bulk *bulk, struct error *error);
MUST_USE enum status bulk_batch_turn(struct bulk *bulk, struct error *error);
/* Commits when `status` is OK, aborts otherwise. */
MUST_USE enum status bulk_batch_end(struct bulk *bulk, enum status status, struct error *error);

#endif
