/* Inside query/ only: a search while it runs, for what looks at it from behind (explain.c). */
#ifndef TIM_QUERY_SEARCH_PARTS_H
#define TIM_QUERY_SEARCH_PARTS_H

#include "query/application.h"
#include "query/pass.h"
#include "query/search.h"

struct search {
    struct pass pass;
    struct cascade_query query;
    struct cascade cascade;
    struct token_list tokens;
    struct understanding understanding;
    struct application application;
    struct strict_spans strict_spans;
    struct rules rules;
    struct search_request plain;  /* without what is excluded */
    struct search_request taken;  /* with less than all that was read */
    enum alternative_level level; /* of the step that met the first document, and of what the best hit was found by */
};

/* Everything up to the last pass, whose hits and counts are still to be taken: the step that it ran is the one that holds. Of the result only
 * `use` is set. The search stays where it is. */
MUST_USE enum status search_begin(struct search *search, struct snapshot *snapshot, const struct analyzer *analyzer,
                                  const struct search_request *request, const struct search_limits *limits, struct arena *arena,
                                  struct search_result *result, struct error *error);

/* Sets what was understood, with the effect that it had. */
MUST_USE enum status search_understood(const struct search *search, struct search_result *result);

/* The sentence that goes with a status, unless there is one. */
MUST_USE enum status search_status(enum status status, struct error *error);

#endif
