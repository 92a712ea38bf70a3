/* Points for products of the brand and the category that were read from the words: added to the text score, so that "samsung" asks for the
 * brand before what mentions it; and those of the shop's rules. Bounded, and never worth a band. */
#ifndef TIM_QUERY_BOOST_H
#define TIM_QUERY_BOOST_H

#include "query/columns.h"
#include "query/rule_boost.h"
#include "query/understand.h"
#include "storage/label.h"

/* What they are worth, as shares of the greatest text score. */
enum {
    BOOST_SHARE = 8,
    BOOST_SHARE_ALONE = 2, /* of a category that was named in full, with nothing besides but what else was read */
};

struct boost {
    bool has_brand, has_category;
    uint32_t brand, category; /* ordinals */
    struct tree tree;
    uint32_t brand_points, category_points;
    uint32_t points_max; /* what a product can get of both */
    struct rule_boost rules;
};

/* The readings whose effect is EFFECT_RANK, and the rules that lift. `score_max` is the greatest text score. */
MUST_USE enum status boost_open(struct boost *boost, struct snapshot *snapshot, const struct understanding *understanding,
                                const struct rules *rules, uint32_t score_max, struct arena *arena);

/* What a product of the window can get of all of it, at most. */
uint32_t boost_most(const struct boost *boost, uint32_t window);

/* Adds to `points`, by place, those of the window's `documents`. */
MUST_USE enum status boost_add(const struct boost *boost, struct columns *columns, const uint64_t *documents, uint32_t *points);

#endif
