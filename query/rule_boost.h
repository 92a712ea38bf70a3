/* Points for products that the shop's rules lift: for a product, a brand, a category with what is under it. Percents of several rules add up to at
 * most RULE_PERCENT_MAX, which is worth the greatest text score of the query; without words the greatest prior (rank.h). So it stands
 * above every product that is met as well and in stock or out of it likewise, and never above a better band. */
#ifndef TIM_QUERY_RULE_BOOST_H
#define TIM_QUERY_RULE_BOOST_H

#include "query/columns.h"
#include "query/rules.h"
#include "storage/label.h"

/* By ordinal, in percents; limit 0: none. */
struct ordinal_boost {
    uint16_t *percents;
    uint32_t limit;
    unsigned max;
};

struct product_boost {
    uint32_t document;
    unsigned percent;
};

struct rule_boost {
    uint32_t whole; /* what RULE_PERCENT_MAX is worth */
    struct ordinal_boost brands, categories;
    struct product_boost *products;
    unsigned product_count;
    bool *lifts; /* by rule: the index has what it lifts; NULL: none does */
};

/* Brands, categories and products that the index does not have are left out. `score_max` is the greatest text score. In the arena. */
MUST_USE enum status rule_boost_open(struct rule_boost *boost, struct snapshot *snapshot, const struct rules *rules, uint32_t score_max,
                                     struct arena *arena);

/* What a product of the window can get, at most. */
uint32_t rule_boost_most(const struct rule_boost *boost, uint32_t window);

/* Adds to `points`, by place, those of the window's `documents`. */
MUST_USE enum status rule_boost_add(const struct rule_boost *boost, struct columns *columns, const uint64_t *documents, uint32_t *points);

#endif
