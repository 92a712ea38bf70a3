#include "query/rule_boost.h"

#include <string.h>

#include "query/rank.h"
#include "storage/mirror.h"

_Static_assert(RULES_MAX *RULE_PERCENT_MAX <= UINT16_MAX, "a sum of percents fits");

static enum status percents_open(struct ordinal_boost *boost, uint32_t limit, struct arena *arena)
{
    if (boost->percents != NULL)
        return STATUS_OK;
    boost->percents = arena_calloc(arena, limit, sizeof *boost->percents);
    boost->limit = limit;
    return boost->percents == NULL ? STATUS_LIMIT : STATUS_OK;
}

static void percent_add(struct ordinal_boost *boost, uint32_t ordinal, unsigned percent)
{
    if (ordinal >= boost->limit)
        return;
    boost->percents[ordinal] = (uint16_t)(boost->percents[ordinal] + percent);
    boost->max = boost->percents[ordinal] > boost->max ? boost->percents[ordinal] : boost->max;
}

static enum status brand_take(struct rule_boost *boost, struct snapshot *snapshot, const struct rule *rule, struct arena *arena)
{
    uint32_t ordinal = 0, limit = 0;
    enum status status = label_find_slug(snapshot, FACET_BRAND, rule->brand, &ordinal);
    if (status == STATUS_OK)
        status = label_limit(snapshot, FACET_BRAND, &limit);
    if (status == STATUS_OK)
        status = percents_open(&boost->brands, limit, arena);
    if (status == STATUS_OK)
        percent_add(&boost->brands, ordinal, rule->percent);
    return status;
}

static enum status category_take(struct rule_boost *boost, struct snapshot *snapshot, const struct rule *rule, struct arena *arena)
{
    uint32_t ordinal = 0;
    struct tree tree = {0};
    enum status status = label_find_slug(snapshot, FACET_CATEGORY, rule->category, &ordinal);
    if (status == STATUS_OK)
        status = tree_get(snapshot, FACET_CATEGORY, arena, &tree);
    if (status == STATUS_OK)
        status = ordinal < tree.count ? percents_open(&boost->categories, tree.count, arena) : STATUS_NOT_FOUND;
    for (uint32_t i = 0; status == STATUS_OK && i < tree.count; i++) {
        const struct tree_interval *top = &tree.intervals[ordinal], *own = &tree.intervals[i];
        if (own->low != own->high && top->low <= own->low && own->low < top->high)
            percent_add(&boost->categories, i, rule->percent);
    }
    return status;
}

static enum status product_take(struct rule_boost *boost, struct snapshot *snapshot, const struct rule *rule)
{
    uint32_t document = 0;
    unsigned at = 0;
    enum status status = document_get(snapshot, rule->product_id, &document);
    if (status != STATUS_OK)
        return status;
    while (at < boost->product_count && boost->products[at].document != document)
        at++;
    if (at == boost->product_count)
        boost->products[boost->product_count++] = (struct product_boost){.document = document};
    boost->products[at].percent += rule->percent;
    return STATUS_OK;
}

static enum status rule_take(struct rule_boost *boost, struct snapshot *snapshot, const struct rule *rule, struct arena *arena)
{
    if (rule->brand.size > 0)
        return brand_take(boost, snapshot, rule, arena);
    return rule->category.size > 0 ? category_take(boost, snapshot, rule, arena) : product_take(boost, snapshot, rule);
}

enum status rule_boost_open(struct rule_boost *boost, struct snapshot *snapshot, const struct rules *rules, uint32_t score_max,
                            struct arena *arena)
{
    enum status status = STATUS_OK;
    *boost = (struct rule_boost){.whole = score_max == 0 ? PRIOR_MAX : score_max};
    for (unsigned i = 0; i < rules->count && status == STATUS_OK; i++) {
        const struct rule *rule = &rules->items[i].rule;
        if (rule->action != RULE_BOOST)
            continue;
        if (boost->lifts == NULL) {
            boost->lifts = arena_calloc(arena, rules->count, sizeof *boost->lifts);
            boost->products = arena_alloc(arena, rules->count * sizeof *boost->products);
        }
        if (boost->lifts == NULL || boost->products == NULL)
            return STATUS_LIMIT;
        status = rule_take(boost, snapshot, rule, arena);
        boost->lifts[i] = status == STATUS_OK;
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return status;
}

static uint32_t points_of(const struct rule_boost *boost, unsigned percent)
{
    unsigned bounded = percent < RULE_PERCENT_MAX ? percent : RULE_PERCENT_MAX;
    return (uint32_t)((uint64_t)boost->whole * bounded / RULE_PERCENT_MAX);
}

uint32_t rule_boost_most(const struct rule_boost *boost, uint32_t window)
{
    unsigned product = 0;
    for (unsigned i = 0; i < boost->product_count; i++)
        if (boost->products[i].document / COLUMN_WINDOW == window && boost->products[i].percent > product)
            product = boost->products[i].percent;
    return points_of(boost, product + boost->brands.max + boost->categories.max);
}

static enum status slot_add(const struct ordinal_boost *boost, struct columns *columns, enum column_slot slot, const uint64_t *documents,
                            uint32_t *percents)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    if (boost->limit == 0)
        return STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(columns, slot, documents, &next, &part)) == STATUS_OK;) {
        const uint32_t *ordinals = part_u32(part, 0);
        for (uint32_t at = window_next(documents, part->first); at < part->end; at = window_next(documents, at + 1)) {
            uint32_t own = ordinals[at - part->first];
            percents[at] += own < boost->limit ? boost->percents[own] : 0;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status rule_boost_add(const struct rule_boost *boost, struct columns *columns, const uint64_t *documents, uint32_t *points)
{
    uint32_t percents[COLUMN_WINDOW];
    if (rule_boost_most(boost, columns->window) == 0)
        return STATUS_OK;
    memset(percents, 0, sizeof percents);
    enum status status = slot_add(&boost->brands, columns, SLOT_BRAND, documents, percents);
    if (status == STATUS_OK)
        status = slot_add(&boost->categories, columns, SLOT_CATEGORY, documents, percents);
    for (unsigned i = 0; i < boost->product_count; i++)
        if (boost->products[i].document / COLUMN_WINDOW == columns->window)
            percents[boost->products[i].document % COLUMN_WINDOW] += boost->products[i].percent;
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW && status == STATUS_OK; at = window_next(documents, at + 1))
        points[at] += points_of(boost, percents[at]);
    return status;
}
