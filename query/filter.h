/* What a request selects besides its words: a category's subtree, brands, a price range, stock. Each axis turns a window's documents into
 * those that pass; a facet on one axis counts what passes the others. */
#ifndef TIM_QUERY_FILTER_H
#define TIM_QUERY_FILTER_H

#include "query/columns.h"
#include "query/request.h"
#include "storage/label.h"

/* AXIS_OFFER is price and stock together: with variants both must hold within one of them. */
enum filter_axis { AXIS_NONE, AXIS_CATEGORY, AXIS_BRAND, AXIS_OFFER, AXIS_COUNT };

/* A set of ordinals. */
struct ordinal_set {
    const uint8_t *has;     /* 1 or 0 per ordinal below `limit` */
    const uint32_t *before; /* how many members are below each ordinal, `limit` included */
    uint32_t limit;
};

struct filters {
    bool active[AXIS_COUNT];
    bool stock_apart; /* both price and stock are asked for, and a facet counts without the price */
    unsigned omitted; /* the axes that some facet leaves out, a bit each */
    struct ordinal_set category, brand;
    uint32_t category_ordinal; /* the selected one, when AXIS_CATEGORY is active */
    struct tree tree;
    uint32_t price_min_vnd, price_max_vnd; /* inclusive; an unknown price is above every maximum */
    bool has_price, in_stock;
    bool has_variants; /* the index has any */
    struct column_reader variants;
    uint64_t passing[AXIS_COUNT][WINDOW_WORDS]; /* of the window at hand; AXIS_NONE holds the stock apart */
};

/* INVALID: an unknown category. `omitted`: the axes that facets leave out, a bit each. Lives in the arena and the snapshot. */
MUST_USE enum status filters_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request,
                                  unsigned omitted, struct arena *arena, struct error *error);

/* True when a brand is selected. */
bool filters_brand_selected(const struct filters *filters, uint32_t ordinal);

/* Judges a window's documents on every axis. */
MUST_USE enum status filters_window(struct filters *filters, struct columns *columns, const uint64_t *documents);

/* Of `documents`, as given to filters_window, those that pass every axis but `omit` (one of `omitted`, or AXIS_NONE). AXIS_OFFER leaves
 * out the price alone. */
void filters_mask(const struct filters *filters, const uint64_t *documents, enum filter_axis omit, uint64_t *out);

#endif
