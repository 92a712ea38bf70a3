/* What readings do to a search: the request with their filters and order, the role of each word, the terms of ranges and of sizes typed otherwise,
 * and the points for products of the brand and category that were read. */
#ifndef TIM_QUERY_APPLICATION_H
#define TIM_QUERY_APPLICATION_H

#include "query/alternative.h"
#include "query/understand.h"

enum {
    RANGES_MAX = 8,
    RANGE_TERMS_MAX = 1000, /* of one range; the higher values are left out */
};

struct application {
    struct search_request request;   /* with the filters and the order that were read */
    bool filters_category;           /* only its products are found: by price or in an order, what merely names it would stand first */
    uint8_t roles[QUERY_TOKENS_MAX]; /* enum word_role */
    struct alternative ranges[RANGES_MAX];
    unsigned range_count;
    uint32_t named; /* words that a brand or a category was read from, a bit each */
    bool changes;   /* it is another search than that of the words alone */
};

/* The request with what is taken of the readings: one of the two, or in `room`. */
const struct search_request *application_request(const struct application *application, const struct search_request *own,
                                                 enum reading_use use, struct search_request *room);

/* The readings are those of `request` and its tokens; one that the request overrules (a price or an order of its own), or that nothing in the index has a
 * measure for, gets EFFECT_NONE. Lives in the arena and the snapshot, and borrows the request. */
MUST_USE enum status application_build(struct snapshot *snapshot, const struct token_list *tokens, const struct search_request *request,
                                       struct understanding *understanding, struct arena *arena, struct application *out);

#endif
