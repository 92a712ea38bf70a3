/* Inside query/ only: what a number without a unit counts, by the products of the category that was read. */
#ifndef TIM_QUERY_UNIT_GUESS_H
#define TIM_QUERY_UNIT_GUESS_H

#include "query/read.h"

/* The unit in which the category's products have the numbers low..high (thousandths) or numbers around them; of size 0 when there is no
 * category, or none or several units are possible. */
MUST_USE enum status unit_guess(const struct reader_state *state, int64_t low_milli, int64_t high_milli, struct bytes *unit);

#endif
