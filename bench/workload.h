/* The queries of a bench: drawn from the names of the catalog's own products, so that they have hits, in fixed classes. */
#ifndef TIM_BENCH_WORKLOAD_H
#define TIM_BENCH_WORKLOAD_H

#include "analyzers/analyzer.h"
#include "base/arena.h"
#include "bench/sample.h"
#include "query/request.h"

/* The word queries but for QUERY_PREFIX end with a space: their last word is whole. */
enum query_class {
    QUERY_ONE,
    QUERY_TWO,
    QUERY_FEW,
    QUERY_ANY,
    QUERY_UNMARKED,
    QUERY_FILTERED,
    QUERY_PREFIX,
    QUERY_PRICE,
    QUERY_BROWSE,
    QUERY_NONE,
    QUERY_CLASSES
};

struct query_class_info {
    const char *name;  /* in the names of figures */
    const char *label; /* for people */
    bool any;          /* match=any */
    bool by_price;     /* sort=priceAsc */
};
extern const struct query_class_info query_classes[QUERY_CLASSES];

struct query {
    struct bytes text;
    struct bytes brand_slug, brand_id; /* QUERY_FILTERED, when the product has a brand; else size 0 */
    uint32_t price_max_vnd;            /* QUERY_FILTERED; 0: none */
};

struct workload {
    struct arena arena;
    struct query *queries[QUERY_CLASSES];
    size_t count;        /* per class */
    struct bytes *typed; /* what stands in a search box while typing: prefixes of names, without marks */
};

/* `count` queries per class; borrows from the sample. The same seed draws the same. */
MUST_USE enum status workload_draw(struct workload *workload, const struct analyzer *analyzer, const struct sample *sample, size_t count,
                                   uint64_t seed, struct error *error);
void workload_release(struct workload *workload);

/* The query as a request of 20 hits; `facets` NULL: none are counted, and the words are literal, as peers take them. */
MUST_USE enum status query_request(enum query_class class, const struct query *query, const char *facets, struct search_request *request,
                                   struct error *error);
/* The same as the target of a GET, NUL-terminated. */
void query_target(enum query_class class, const struct query *query, const char *facets, struct buffer *target);

#endif
