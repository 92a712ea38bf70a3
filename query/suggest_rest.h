/* Inside query/ only: the words of a search box that name products, without a price or another wish that is being typed behind them: "laptop"
 * of "laptop dưới 15 triệu", and of "laptop dưới" already. */
#ifndef TIM_QUERY_SUGGEST_REST_H
#define TIM_QUERY_SUGGEST_REST_H

#include "query/understand.h"

/* The words that a search would look for; of size 0 when these are all or none. In the arena. */
MUST_USE enum status suggest_rest(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, struct arena *arena,
                                  struct bytes *rest);

#endif
