/* One pass over the documents, window by window, for one step of the cascade: it counts, filters, ranks and feeds the facets together. */
#ifndef TIM_QUERY_PASS_H
#define TIM_QUERY_PASS_H

#include "query/boost.h"
#include "query/cascade.h"
#include "query/columns.h"
#include "query/contiguity.h"
#include "query/facet_set.h"
#include "query/placing.h"
#include "query/strict.h"
#include "query/top.h"

/* The first part is set by whoever makes the passes, and holds for all of them unless it is set anew. */
struct pass {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    const struct search_request *request;
    const struct token_list *tokens;           /* of its text */
    const struct understanding *understanding; /* whose brand and category stand higher */
    const struct strict_spans *strict_spans;
    const struct rules *rules;     /* of the shop that hold */
    struct placing placing;        /* what they hide and pin */
    const struct cascade *cascade; /* at the step in question */
    uint64_t deadline_cpu_ns;      /* 0: none */
    const uint32_t *only;          /* the one document that is looked at; NULL: all */
    struct filters filters;
    struct facet_set facets;

    /* What a pass found. */
    struct top top;
    uint64_t total; /* hits that the words meet: documents that pass the filters; placing_added has others */
    struct met met; /* whatever the filters say */
    bool partial;   /* the deadline passed */

    /* While it runs. */
    struct columns columns;
    struct match *match;
    struct strict strict;
    struct contiguity contiguity;
    struct boost boost;
    uint32_t points_max; /* of the prior */
    uint64_t after_rank; /* with request->after: the rank of the product that the hits stand behind */
};

/* Forgets what a pass before found, and runs. LIMIT at the arena's cap; CORRUPT and the statuses of LMDB when the index cannot be read. */
MUST_USE enum status pass_run(struct pass *pass);

/* Opens the pairs that a pass for the step at hand would count; they are to be closed, whatever the status. */
MUST_USE enum status pass_pairs_open(struct pass *pass);

/* Behind a pass that was not partial, for facets=auto: chooses further specs and counts them over the same documents. */
MUST_USE enum status pass_facets_auto(struct pass *pass);

#endif
