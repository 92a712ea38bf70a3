#include "catalog/field.h"

#include <string.h>

/* Weights in quarters. The core zone decides what is found first; the body zone helps when the core has nothing. */
const struct text_field_info text_fields[TEXT_FIELD_COUNT] = {
    [TEXT_NAME] = {"name", ZONE_CORE, 12, true, 10},
    [TEXT_MADE_FOR] = {"madeFor", ZONE_CORE, 3, true, 10},
    [TEXT_BRAND] = {"brand", ZONE_CORE, 6, false, 2},
    [TEXT_CATEGORY] = {"category", ZONE_CORE, 4, false, 6},
    [TEXT_CODES] = {"codes", ZONE_CORE, 12, false, 4},
    [TEXT_KEY_SPECS] = {"keySpecs", ZONE_CORE, 4, false, 12},
    [TEXT_SHORT_DESC] = {"shortDesc", ZONE_BODY, 6, false, 30},
    [TEXT_SPECS] = {"specs", ZONE_BODY, 4, false, 80},
    [TEXT_DESCRIPTION] = {"description", ZONE_BODY, 4, false, 200},
};

/* All in integers, so that every machine and compiler gives the same byte: frequencies in 1/1000. */
enum { MILLI = 1000, K1_MILLI = 1200, B_PERCENT = 60, IMPACT_MAX = 255 };

static uint64_t field_frequency(const struct text_field_info *info, uint64_t occurrences, uint64_t length)
{
    return occurrences * info->weight * MILLI / 4 * info->nominal_tokens * 100 / length;
}

struct field_norms field_norms(const uint32_t lengths[TEXT_FIELD_COUNT])
{
    struct field_norms norms;
    for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
        const struct text_field_info *info = &text_fields[field];
        norms.length[field] = (uint64_t)info->nominal_tokens * (100 - B_PERCENT) + (uint64_t)lengths[field] * B_PERCENT;
        norms.once[field] = field_frequency(info, 1, norms.length[field]);
    }
    return norms;
}

uint8_t field_impact(enum zone zone, const uint16_t occurrences[TEXT_FIELD_COUNT], const struct field_norms *norms)
{
    uint64_t frequency = 0;
    for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
        const struct text_field_info *info = &text_fields[field];
        if (info->zone != zone || occurrences[field] == 0)
            continue;
        frequency +=
            occurrences[field] == 1 || info->once ? norms->once[field] : field_frequency(info, occurrences[field], norms->length[field]);
    }
    uint64_t impact = (IMPACT_MAX * frequency + (frequency + K1_MILLI) / 2) / (frequency + K1_MILLI);
    return (uint8_t)(impact < 1 ? 1 : impact > IMPACT_MAX ? IMPACT_MAX : impact);
}

/* Family ids are part of stored keys: append, never renumber. */
const struct column_family family_offer = {"offer", 1, SPACE_DOCUMENT, 4, {4, 4, 4, 4}};
const struct column_family family_fame = {"fame", 2, SPACE_DOCUMENT, 4, {4, 4, 2, 2}};
const struct column_family family_brand = {"brand", 3, SPACE_DOCUMENT, 1, {4}};
const struct column_family family_category = {"category", 4, SPACE_DOCUMENT, 1, {4}};
const struct column_family family_created = {"created", 5, SPACE_DOCUMENT, 1, {4}};
const struct column_family family_run = {"run", 6, SPACE_DOCUMENT, 2, {4, 4}};
const struct column_family family_order = {"order", 7, SPACE_DOCUMENT, 1, {8}};
const struct column_family family_variant = {"variant", 1, SPACE_VARIANT, 4, {4, 4, 4, 4}};

const struct column_family *const column_families[] = {&family_offer,   &family_fame, &family_brand, &family_category,
                                                       &family_created, &family_run,  &family_order, &family_variant};
const unsigned column_family_count = sizeof column_families / sizeof column_families[0];

enum { DECIMAL_ID_DIGITS_MAX = 18 };

static bool id_is_decimal(struct bytes id)
{
    if (id.size == 0 || id.size > DECIMAL_ID_DIGITS_MAX || (id.data[0] == '0' && id.size > 1))
        return false;
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] < '0' || id.data[i] > '9')
            return false;
    return true;
}

uint64_t id_order(struct bytes product_id)
{
    if (id_is_decimal(product_id)) {
        uint64_t value = 0;
        for (size_t i = 0; i < product_id.size; i++)
            value = value * 10 + (uint64_t)(product_id.data[i] - '0');
        return value;
    }
    /* The top bit sets texts behind numbers; seven bytes follow. All bits set would read as unknown: the low bits stay 0. */
    unsigned char head[7] = {0};
    memcpy(head, product_id.data, product_id.size < sizeof head ? product_id.size : sizeof head);
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof head; i++)
        value = value << 8 | head[i];
    return (uint64_t)1 << 63 | value << 7;
}

/* log2 in sixteenths, by the position of the top bit and linear in between. */
static uint64_t log2_sixteenths(uint64_t value)
{
    if (value < 2)
        return 0;
    unsigned top = 63u - (unsigned)__builtin_clzll(value);
    uint64_t rest = value - ((uint64_t)1 << top);
    return (uint64_t)top * 16 + (top >= 4 ? rest >> (top - 4) : rest << (4 - top));
}

static uint64_t freshness(uint64_t created_s)
{
    enum { YEAR_S = 365 * 24 * 3600 + 6 * 3600 };
    if (created_s == COLUMN_UNKNOWN || created_s < FRESH_FROM_S)
        return 0;
    uint64_t points = (created_s - FRESH_FROM_S) * FRESH_YEAR / YEAR_S;
    return points < FRESH_MAX ? points : FRESH_MAX;
}

uint16_t field_prior(uint64_t sold, uint64_t reviews, uint64_t rating_hundredths, bool featured, uint64_t created_s)
{
    uint64_t fame = sold == COLUMN_UNKNOWN ? 0 : log2_sixteenths(sold + 1) * 8;
    uint64_t liked = 0;
    if (reviews != COLUMN_UNKNOWN && rating_hundredths != COLUMN_UNKNOWN && reviews > 0)
        liked = (reviews * rating_hundredths + (uint64_t)REVIEWS_ASSUMED * RATING_ASSUMED) / (reviews + REVIEWS_ASSUMED);
    uint64_t prior = fame + liked * 2 + (featured ? 400 : 0) + freshness(created_s);
    return (uint16_t)(prior > PRIOR_MAX ? PRIOR_MAX : prior);
}
