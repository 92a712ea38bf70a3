/* Facets: what the found documents have, counted exactly. A kind of facet is a row of functions; a new one costs a file and a row in
 * facet.c. */
#ifndef TIM_QUERY_FACET_H
#define TIM_QUERY_FACET_H

#include "query/filter.h"
#include "query/ordinal_counts.h"
#include "query/search.h"

/* What a facet works with. */
struct facet_context {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    const struct search_request *request;
    const struct filters *filters;
    struct columns *columns;
};

struct facet_kind {
    const char *name;     /* one that ends in '.' begins the names of a family: "specs." */
    enum filter_axis own; /* the selection that it ignores; AXIS_SPEC: that of the spec of its name, if there is one */
    /* Makes the counters, in the arena. `name` is the one asked for. */
    enum status (*open)(const struct facet_context *context, struct bytes name, void **counters);
    /* Counts the documents of a window. */
    enum status (*count)(const struct facet_context *context, void *counters, const uint64_t *documents);
    /* Counters to values; `out->name` is set already. */
    enum status (*finish)(const struct facet_context *context, void *counters, struct facet_result *out);
    bool labelled; /* its values have labels that may be searched and sorted */
};

extern const struct facet_kind facet_brand, facet_category, facet_price, facet_rating, facet_sale, facet_stock, facet_spec;

extern const struct facet_kind *const facet_kinds[];
extern const size_t facet_kind_count;

/* Its names begin with the kind's: which there are depends on the index. */
bool facet_is_family(const struct facet_kind *kind);

/* The axis whose selection a facet of this name ignores. */
enum filter_axis facet_axis(const struct facet_kind *kind, const struct search_request *request, struct bytes name);

/* NULL when there is none of this name. */
const struct facet_kind *facet_find(struct bytes name);
/* INVALID, with a sentence that suggests the nearest name, when there is none. */
MUST_USE enum status facet_name_check(struct bytes name, struct error *error);

/* The ordinals of a column's first field, of a window's documents. */
MUST_USE enum status facet_column_count(const struct facet_context *context, enum column_slot slot, struct ordinal_counts *counts,
                                        const uint64_t *documents);

/* The labelled values of a field's counts, which ascend by ordinal: at most facet_limit of them, and those of `named` (may be NULL) besides, with a
 * count of 0 too; `selected` (may be NULL) has these and what ranges select. A search inside them, or another order than by count, looks at the
 * FACET_LABELS_MAX most frequent. `out->name` tells which options of the request are meant. */
enum { FACET_LABELS_MAX = 10000 };
MUST_USE enum status facet_list_finish(const struct facet_context *context, const struct ordinal_count *hits, uint32_t hit_count,
                                       uint16_t field, const struct ordinal_set *selected, const struct ordinal_set *named,
                                       struct facet_result *out);

/* A value that is no label: "true", "4". `room` values are made at the first call. */
MUST_USE enum status facet_value_add(const struct facet_context *context, struct facet_result *out, unsigned room,
                                     const struct facet_value *value);

/* Orders by the collation key, when there is one; then by count, the greatest first, then by label and ordinal. */
int facet_value_compare(const void *left, const void *right);

#endif
