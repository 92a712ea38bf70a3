/* Queries that many have asked, by the beginning of their folded text: a table in memory that never changes once it is made, so that any
 * number of threads read it. */
#ifndef TIM_QUERY_POPULAR_H
#define TIM_QUERY_POPULAR_H

#include <stdint.h>

#include "base/arena.h"

struct popular;

struct popular_query {
    struct bytes folded; /* as fold_text gives it */
    struct bytes text;   /* as shown */
    uint64_t weight;
};

enum { POPULAR_TOP_MAX = 10 };

/* Copies what it is given. The folded texts are all different; the order does not matter. Left out is what looks like somebody's pause
 * while typing: a query whose last word goes on in another one that is asked at least half as often ("tu la" beside "tu lanh"). */
struct popular *popular_new(const struct popular_query *queries, uint32_t count);
void popular_free(struct popular *popular);

/* How many there are. */
uint32_t popular_count(const struct popular *popular);

/* The heaviest whose folded text begins with the prefix (all, when it is empty), the heaviest first, then by bytes; at most `limit`
 * (1..POPULAR_TOP_MAX). What costs is the limit, not how many begin so. Valid as long as the table. */
unsigned popular_top(const struct popular *popular, struct bytes prefix, unsigned limit, struct popular_query out[POPULAR_TOP_MAX]);

#endif
