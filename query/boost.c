#include "query/boost.h"

#include <string.h>

enum status boost_open(struct boost *boost, struct snapshot *snapshot, const struct understanding *understanding, const struct rules *rules,
                       uint32_t score_max, struct arena *arena)
{
    *boost = (struct boost){0};
    enum status status = rule_boost_open(&boost->rules, snapshot, rules, score_max, arena);
    for (unsigned i = 0; i < understanding->count && score_max >= BOOST_SHARE; i++) {
        const struct reading *reading = &understanding->readings[i];
        if (reading->effect != EFFECT_RANK)
            continue;
        bool brand = strcmp(reading->field, "brand") == 0, alone = !brand && reading->whole && understanding->text.size == 0;
        boost->has_brand = boost->has_brand || brand;
        boost->has_category = boost->has_category || !brand;
        *(brand ? &boost->brand : &boost->category) = reading->ordinal;
        *(brand ? &boost->brand_points : &boost->category_points) = score_max / (alone ? BOOST_SHARE_ALONE : BOOST_SHARE);
    }
    boost->points_max = boost->brand_points + boost->category_points;
    return status == STATUS_OK && boost->has_category ? tree_get(snapshot, FACET_CATEGORY, arena, &boost->tree) : status;
}

uint32_t boost_most(const struct boost *boost, uint32_t window)
{
    return boost->points_max + rule_boost_most(&boost->rules, window);
}

static bool category_fits(const struct boost *boost, uint32_t own)
{
    if (own == boost->category)
        return true;
    if (own >= boost->tree.count || boost->category >= boost->tree.count)
        return false;
    const struct tree_interval *outer = &boost->tree.intervals[boost->category];
    uint32_t low = boost->tree.intervals[own].low;
    return outer->low <= low && low < outer->high;
}

static enum status slot_add(const struct boost *boost, struct columns *columns, enum column_slot slot, const uint64_t *documents,
                            uint32_t *points)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(columns, slot, documents, &next, &part)) == STATUS_OK;) {
        const uint32_t *ordinals = part_u32(part, 0);
        for (uint32_t at = window_next(documents, part->first); at < part->end; at = window_next(documents, at + 1)) {
            uint32_t own = ordinals[at - part->first];
            if (slot == SLOT_BRAND)
                points[at] += own == boost->brand ? boost->brand_points : 0;
            else
                points[at] += category_fits(boost, own) ? boost->category_points : 0;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status boost_add(const struct boost *boost, struct columns *columns, const uint64_t *documents, uint32_t *points)
{
    enum status status = STATUS_OK;
    if (boost->has_brand)
        status = slot_add(boost, columns, SLOT_BRAND, documents, points);
    if (status == STATUS_OK && boost->has_category)
        status = slot_add(boost, columns, SLOT_CATEGORY, documents, points);
    return status == STATUS_OK ? rule_boost_add(&boost->rules, columns, documents, points) : status;
}
