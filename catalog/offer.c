#include "catalog/offer.h"

#include <stdbool.h>

#include "catalog/field.h"

struct offer offer_of_run(struct column_reader *variants, uint32_t document, uint32_t first, uint32_t count)
{
    struct offer best = {COLUMN_UNKNOWN, COLUMN_UNKNOWN, COLUMN_UNKNOWN};
    uint64_t best_paid = COLUMN_UNKNOWN, stock = 0, active = 0;
    bool unknown = false;
    for (uint32_t i = first + 1; i < first + count; i++) {
        if (column_get(variants, VARIANT_OFFER_OWNER, i) != document)
            continue; /* inactive */
        struct offer offer = {column_get(variants, VARIANT_OFFER_PRICE, i), column_get(variants, VARIANT_OFFER_SALE, i),
                              column_get(variants, VARIANT_OFFER_STOCK, i)};
        uint64_t paid = offer.price < offer.sale ? offer.price : offer.sale;
        if (active++ == 0 || paid < best_paid) {
            best = offer;
            best_paid = paid;
        }
        unknown = unknown || offer.stock == COLUMN_UNKNOWN;
        stock += offer.stock == COLUMN_UNKNOWN ? 0 : offer.stock;
    }
    if (active == 0)
        return (struct offer){column_get(variants, VARIANT_OFFER_PRICE, first), column_get(variants, VARIANT_OFFER_SALE, first), 0};
    best.stock = stock == 0 && unknown ? COLUMN_UNKNOWN : stock > COUNT_MAX ? COUNT_MAX : stock;
    return best;
}
