/* The facets of one search: those that were asked for, and with facets=auto those that the hits tell apart. */
#ifndef TIM_QUERY_FACET_SET_H
#define TIM_QUERY_FACET_SET_H

#include "query/facet.h"
#include "query/facet_auto.h"

struct facet_run {
    struct bytes name;
    const struct facet_kind *kind;
    enum filter_axis own; /* the selection that it ignores, if there is one */
    void *counters;
};

struct facet_set {
    struct facet_run runs[FACETS_MAX];
    unsigned count, first; /* counted at the moment: from `first` on */
    uint32_t omitted;      /* axes that some facet ignores */
    struct facet_context context;
    struct facet_sample *sample; /* of the hits, for facets=auto; else NULL */
};

/* The facets of the request, each once, those of its selected specs too when it says auto. INVALID with a sentence. LIMIT at the arena's cap. */
MUST_USE enum status facet_set_choose(struct facet_set *set, const struct search_request *request, struct arena *arena,
                                      struct error *error);

/* Empties all counters. `context` is kept. */
MUST_USE enum status facet_set_open(struct facet_set *set, const struct facet_context *context);

/* Counts the documents of a window that the words meet; `hits` are those of them that pass all filters. */
MUST_USE enum status facet_set_count(struct facet_set *set, const uint64_t *documents, const uint64_t *hits);
/* Remembers some of the hits: facet_set_choose_auto. */
void facet_set_sample(struct facet_set *set, uint32_t base, const uint64_t *hits);

/* Once all hits are known: the specs that tell them apart. `*more`: there are some, and only these are counted from now on. */
MUST_USE enum status facet_set_choose_auto(struct facet_set *set, bool *more);

/* Counters to values, in the arena. */
MUST_USE enum status facet_set_finish(struct facet_set *set, struct search_result *result);

#endif
