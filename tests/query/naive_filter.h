/* A request's selections, held against every product. */
#ifndef TIM_TESTS_QUERY_NAIVE_FILTER_H
#define TIM_TESTS_QUERY_NAIVE_FILTER_H

#include "query/request.h"
#include "shop.h"

static inline bool is_under(const struct shop *shop, uint32_t category, uint32_t top)
{
    while (category != UINT32_MAX && category != top)
        category = shop->parents[category];
    return category == top;
}

static inline bool category_passes(const struct shop *shop, const struct search_request *request, const struct product *product)
{
    char slug[32];
    if (request->category.size == 0)
        return true;
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        snprintf(slug, sizeof slug, "nganh-%u", i);
        if (bytes_are(request->category, slug))
            return product->category != UINT32_MAX && is_under(shop, product->category, i);
    }
    return false;
}

static inline bool brand_passes(const struct search_request *request, const struct product *product)
{
    char slug[32];
    snprintf(slug, sizeof slug, "hang-%u", product->brand);
    for (unsigned i = 0; i < request->brand_count; i++)
        if (product->brand != UINT32_MAX && bytes_are(request->brands[i], slug))
            return true;
    return request->brand_count == 0;
}

/* The selections, and which one is left out. Specs count from NAIVE_SPEC in the request's order. */
enum naive_axis { NAIVE_NO_AXIS, NAIVE_CATEGORY, NAIVE_BRAND, NAIVE_RATING, NAIVE_PRICE, NAIVE_STOCK, NAIVE_SALE, NAIVE_SPEC };

static inline bool naive_range_has(const struct spec_choice *choice, unsigned spec, unsigned value)
{
    uint64_t micros = (uint64_t)value * NUMBER_STEP * 1000000;
    bool unit = choice->unit.size == 0 || bytes_are(choice->unit, "gb");
    return choice->is_range && spec == SPECS - 1 && unit && micros >= choice->min_micros && micros <= choice->max_micros;
}

/* The values that a request wants of its spec, a bit each, and of which spec; SPECS when there is none of this name. `named`: of these, those
 * that it names. */
static inline unsigned naive_spec(const struct search_request *request, unsigned number, unsigned *spec, unsigned *named)
{
    char slug[32];
    unsigned wanted = 0;
    *named = 0;
    for (*spec = 0; *spec < SPECS; ++*spec) {
        snprintf(slug, sizeof slug, "thong-so-%u", *spec);
        if (bytes_are(request->specs[number], slug))
            break;
    }
    for (unsigned i = 0; i < request->spec_value_count; i++)
        for (unsigned value = 0; value < SPEC_VALUES && request->spec_values[i].spec == number; value++) {
            snprintf(slug, sizeof slug, "gia-tri-%u", value == SPEC_VALUES - 1 ? value - 1 : value);
            if (bytes_are(request->spec_values[i].slug, slug))
                *named |= 1u << value;
            if (naive_range_has(&request->spec_values[i], *spec, value))
                wanted |= 1u << value;
        }
    return wanted | *named;
}

static inline bool is_on_sale(uint64_t price, uint64_t sale)
{
    return price != COLUMN_UNKNOWN && sale < price;
}

/* One thing on offer: a product without active variants, or one of these. */
static inline bool offer_fits(const struct search_request *request, uint64_t price, uint64_t sale, uint64_t stock,
                              const unsigned values[SPECS], unsigned omit)
{
    uint64_t paid = paid_of(price, sale);
    bool priced = request->has_price_min || request->has_price_max;
    if (priced && omit != NAIVE_PRICE &&
        (paid == COLUMN_UNKNOWN || (request->has_price_min && paid < request->price_min_vnd) ||
         (request->has_price_max && paid > request->price_max_vnd)))
        return false;
    if ((request->in_stock && omit != NAIVE_STOCK && stock == 0) || (request->on_sale && omit != NAIVE_SALE && !is_on_sale(price, sale)))
        return false;
    for (unsigned i = 0; i < request->spec_count; i++) {
        unsigned spec = 0, named = 0, wanted = naive_spec(request, i, &spec, &named);
        if (omit != NAIVE_SPEC + i && (spec == SPECS || (values[spec] & wanted) == 0))
            return false;
    }
    return true;
}

static inline bool offer_passes(const struct search_request *request, const struct product *product, unsigned omit)
{
    bool any_active = false;
    for (unsigned i = 0; i < product->variant_count; i++) {
        const struct shop_variant *variant = &product->variants[i];
        unsigned values[SPECS];
        for (unsigned spec = 0; spec < SPECS; spec++)
            values[spec] = variant_spec(product, i, spec);
        any_active = any_active || variant->active;
        if (variant->active && offer_fits(request, variant->price, variant->sale, variant->stock, values, omit))
            return true;
    }
    return !any_active && offer_fits(request, product->price, product->sale, product->stock, product->specs, omit);
}

static inline bool product_passes(const struct shop *shop, const struct search_request *request, const struct product *product,
                                  unsigned omit)
{
    bool rated = request->rating_min == 0 || (product->rating != COLUMN_UNKNOWN && product->rating >= request->rating_min);
    return (omit == NAIVE_CATEGORY || category_passes(shop, request, product)) && (omit == NAIVE_BRAND || brand_passes(request, product)) &&
           (omit == NAIVE_RATING || rated) && offer_passes(request, product, omit);
}

#endif
