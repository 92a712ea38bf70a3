/* Products like one product, for its page: of the same category, in stock first, then the nearest by what its specs say and by price. */
#ifndef TIM_QUERY_SIMILAR_H
#define TIM_QUERY_SIMILAR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;

enum {
    SIMILAR_MAX = 50,
    SIMILAR_DEFAULT = 10,
    SIMILAR_CANDIDATES_MAX = 4096, /* of a category: the first by document number, which a build gives by popularity */
    SIMILAR_SPECS_MAX = 32,        /* compared */
};

/* The nearest to a live product, the nearest first, at most `limit` (1..SIMILAR_MAX); exact over the category's products up to the bound. A spec
 * in common (brand among them) counts as much as any other, all of them twice as much as the same price; what is equally near goes by
 * fame, then by document number. A category is the product's own, without those below it. None without a category. */
MUST_USE enum status similar_run(struct snapshot *snapshot, uint32_t document, unsigned limit, struct arena *arena,
                                 uint32_t documents[SIMILAR_MAX], unsigned *count);

#endif
