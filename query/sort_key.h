/* Orders other than relevance: a rank out of one column. */
#ifndef TIM_QUERY_SORT_KEY_H
#define TIM_QUERY_SORT_KEY_H

#include "query/columns.h"
#include "query/request.h"

/* The column that an order reads. */
enum column_slot sort_slot(enum sort sort);

/* The best rank that a document of the part may have, by its zone map. */
uint64_t sort_bound(enum sort sort, const struct column_part *part);

/* The rank of the document at `at` of the part's arrays: the greater stands first, what is unknown last. */
uint64_t sort_rank(enum sort sort, const struct column_part *part, uint32_t at);

#endif
