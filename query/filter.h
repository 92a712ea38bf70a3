/* What a request selects besides its words. Each axis turns a window's documents into those that pass; a facet on one axis counts what passes the
 * others.
 *
 * The axes from AXIS_PRICE on are about an offer, and a product with active variants has them when one of these has them all: the red one must
 * itself be in stock. What the product's own specs say holds for each of its variants. A product without active variants is judged by its own
 * offer. */
#ifndef TIM_QUERY_FILTER_H
#define TIM_QUERY_FILTER_H

#include "catalog/hit.h"
#include "query/columns.h"
#include "query/ordinal_set.h"
#include "query/request.h"
#include "storage/label.h"
#include "storage/multi.h"

enum filter_axis {
    AXIS_NONE,
    AXIS_CATEGORY,
    AXIS_BRAND,
    AXIS_RATING,
    AXIS_PRICE,
    AXIS_STOCK,
    AXIS_SALE,
    AXIS_SPEC, /* one for each of the request's specs, in its order */
    AXIS_COUNT = AXIS_SPEC + SPECS_MAX,
};
_Static_assert(AXIS_COUNT <= 32, "sets of axes are 32 bits");

enum { RANGE_LABELS_MAX = 50000 /* a spec with more values than this has no ranges */ };

/* Where one selected spec stands. */
struct spec_filter {
    struct ordinal_set values;    /* limit 0: nothing has them */
    struct ordinal_set named;     /* of these, the ones that were selected one by one, not in a range */
    struct multi_cursor products; /* what a product or an active variant of it has */
    struct multi_cursor variants; /* what a variant has, in the runs in which variants differ */
};

struct filters {
    struct snapshot *snapshot;
    uint32_t active, omitted; /* axes, a bit each: those that select, and of these the ones that some facet leaves out */
    struct ordinal_set category, brand;
    uint32_t category_ordinal; /* the selected one, when AXIS_CATEGORY is active */
    struct tree tree;
    uint32_t price_min_vnd, price_max_vnd; /* inclusive; an unknown price is above every maximum */
    uint16_t rating_min;                   /* hundredths of a star */
    struct spec_filter specs[SPECS_MAX];
    unsigned spec_count;
    bool runs_judged; /* variants may pass what their product does not show, or fail it */
    struct column_cursor variants;
    struct column_chunk variant_chunk; /* where it stands */
    uint32_t variant_first, variant_end;
    /* Of the window at hand. Of category, brand, rating: what passes the axis; of offer axes: what passes all of them but this one; AXIS_NONE:
     * what passes all offer axes. Only for active axes, and of offer axes only for omitted ones. */
    uint64_t passing[AXIS_COUNT][WINDOW_WORDS];
};

/* INVALID: an unknown category, a range over a spec of more than RANGE_LABELS_MAX values. `omitted`: the axes that facets leave out, a bit each.
 * Lives in the arena and the snapshot. */
MUST_USE enum status filters_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request,
                                  uint32_t omitted, struct arena *arena, struct error *error);

static inline bool filters_active(const struct filters *filters, enum filter_axis axis)
{
    return (filters->active >> axis & 1) != 0;
}

/* Judges a window's documents on every axis. */
MUST_USE enum status filters_window(struct filters *filters, struct columns *columns, const uint64_t *documents);

/* Of `documents`, as given to filters_window, those that pass every axis but `omit` (one of `omitted`, or AXIS_NONE). */
void filters_mask(const struct filters *filters, const uint64_t *documents, enum filter_axis omit, uint64_t *out);

/* The active variants of a document that pass, all axes of offers taken together. Total 0: nothing is asked of offers, or it has no active
 * variants. */
MUST_USE enum status filters_variants(struct filters *filters, uint32_t document, struct hit_variants *out);

/* Inside filter*.c only: the offer axes, which filters_open has opened, for `documents` of the window. In filter_offer.c. */
enum { AXES_OFFER = (int)(UINT32_MAX >> 1) & ~((1 << AXIS_PRICE) - 1) };
MUST_USE enum status offers_window(struct filters *filters, struct columns *columns, const uint64_t *documents);

#endif
