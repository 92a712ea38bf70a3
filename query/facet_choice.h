/* Inside query/ only: facets with two values, true and false, told by the offer that a product shows. */
#ifndef TIM_QUERY_FACET_CHOICE_H
#define TIM_QUERY_FACET_CHOICE_H

#include "query/facet.h"

struct choice_counters {
    uint64_t yes, all;
};

enum status choice_open(const struct facet_context *context, struct bytes name, void **counters);

/* Both values, those with a count or selected; `selected`: the request asks for yes. */
MUST_USE enum status choice_finish(const struct facet_context *context, const struct choice_counters *counters, struct bytes yes,
                                   struct bytes no, bool selected, struct facet_result *out);

#endif
