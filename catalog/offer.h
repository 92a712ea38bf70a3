/* What a product is offered at, as column values. */
#ifndef TIM_CATALOG_OFFER_H
#define TIM_CATALOG_OFFER_H

#include <stdint.h>

#include "storage/column.h"

struct offer {
    uint64_t price, sale, stock; /* COLUMN_UNKNOWN each */
};

/* The offer of a product with a run of `count` entries from `first` on: that of its cheapest active variant, and the sum of the stocks they
 * know; unknown, not 0, when one of them does not know and the others have none. While none is active it is the product's own, which cannot
 * be bought. `variants` reads family_variant. */
struct offer offer_of_run(struct column_reader *variants, uint32_t document, uint32_t first, uint32_t count);

#endif
