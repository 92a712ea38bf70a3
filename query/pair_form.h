/* Inside query/ only: how two words are written where they stand side by side. Each word by itself may be written otherwise most of the time:
 * giật is commoner than giặt, but not behind máy. */
#ifndef TIM_QUERY_PAIR_FORM_H
#define TIM_QUERY_PAIR_FORM_H

#include "query/lattice.h"

struct snapshot;

enum { PAIR_FORM_DOCUMENTS = 8 /* of the pair that are looked at */ };

/* The most frequent form of each among the first documents of the pair, borrowed from the snapshot or the term; what no document tells stays as it
 * is. */
MUST_USE enum status pair_forms(struct snapshot *snapshot, const struct edge_term *first, const struct edge_term *second,
                                struct bytes *first_form, struct bytes *second_form);

#endif
