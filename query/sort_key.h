/* Orders other than relevance: a rank out of one column. */
#ifndef TIM_QUERY_SORT_KEY_H
#define TIM_QUERY_SORT_KEY_H

#include "query/columns.h"
#include "query/request.h"

/* The orders:
 *
 *   price        what is paid: that of the cheapest active variant
 *   newest       seconds
 *   bestSelling  pieces sold
 *   rating       the mean over the reviews and REVIEWS_ASSUMED more of RATING_ASSUMED, in 1/100,000 of a star, then the reviews' number: one
 *                review of five stars says less than a hundred of 4.8. A rating of which nobody knows how many gave it counts as one;
 *                without reviews, or with a rating of 0, there is none
 *   discount     in hundredths of a percent of the price, of what is on sale
 */

/* The column that an order reads. */
enum column_slot sort_slot(enum sort sort);

/* The best rank that a document of the part may have, by its zone map. */
uint64_t sort_bound(enum sort sort, const struct column_part *part);

/* The rank of the document at `at` of the part's arrays: the greater stands first, what is unknown last. */
uint64_t sort_rank(enum sort sort, const struct column_part *part, uint32_t at);

#endif
