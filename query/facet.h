/* Facets: what the found documents have, counted exactly. A kind of facet is a row of functions; a new one costs a file and a row in
 * facet.c. */
#ifndef TIM_QUERY_FACET_H
#define TIM_QUERY_FACET_H

#include "query/filter.h"
#include "query/search.h"

/* What a facet works with. */
struct facet_context {
    struct snapshot *snapshot;
    struct arena *arena;
    const struct search_request *request;
    const struct filters *filters;
    struct columns *columns;
};

struct facet_kind {
    const char *name;     /* one that ends in '.' begins the names of a family: "specs." */
    enum filter_axis own; /* the selection that it ignores */
    /* Makes the counters, in the arena. `name` is the one asked for. */
    enum status (*open)(const struct facet_context *context, struct bytes name, void **counters);
    /* Counts the documents of a window. */
    enum status (*count)(const struct facet_context *context, void *counters, const uint64_t *documents);
    /* Counters to values; `out->name` is set already. */
    enum status (*finish)(const struct facet_context *context, void *counters, struct facet_result *out);
};

extern const struct facet_kind facet_brand, facet_category, facet_price, facet_spec;

extern const struct facet_kind *const facet_kinds[];
extern const size_t facet_kind_count;

/* Its names begin with the kind's: which there are depends on the index. */
bool facet_is_family(const struct facet_kind *kind);

/* NULL when there is none of this name. */
const struct facet_kind *facet_find(struct bytes name);
/* INVALID, with a sentence that suggests the nearest name, when there is none. */
MUST_USE enum status facet_name_check(struct bytes name, struct error *error);

/* Counters per ordinal of a column; ordinals past the limit and unknown ones are left out. */
struct ordinal_counts {
    uint32_t *counts; /* valid after ordinal_counts_close */
    uint32_t limit;
    uint32_t *lanes[4]; /* documents take turns, so that a run of one value does not wait for its own counter */
};
MUST_USE enum status ordinal_counts_open(struct ordinal_counts *counts, uint32_t limit, struct arena *arena);
/* Adds the lanes up into `counts`. */
void ordinal_counts_close(struct ordinal_counts *counts);
MUST_USE enum status ordinal_counts_add(struct ordinal_counts *counts, struct columns *columns, enum column_slot slot,
                                        const uint64_t *documents);

/* Closes the counters. The labelled values of a field's counters, the most frequent first, at most facet_limit of them. `selected` may be NULL. */
typedef bool facet_selected(const struct filters *filters, uint32_t ordinal);
MUST_USE enum status facet_list_finish(const struct facet_context *context, struct ordinal_counts *counts, uint16_t field,
                                       facet_selected *selected, struct facet_result *out);

/* Orders by count, the greatest first, then by label and ordinal. */
int facet_value_compare(const void *left, const void *right);

#endif
