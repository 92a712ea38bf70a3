/* The brands of the found products, by count. */
#include "query/facet.h"

static enum status brand_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    uint32_t limit = 0;
    enum status status = label_limit(context->snapshot, FACET_BRAND, &limit);
    struct ordinal_counts *counts = arena_alloc(context->arena, sizeof *counts);
    if (status == STATUS_OK)
        status = counts == NULL ? STATUS_LIMIT : ordinal_counts_open(counts, limit, context->arena);
    *counters = counts;
    return status;
}

static enum status brand_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    return facet_column_count(context, SLOT_BRAND, counters, documents);
}

static enum status brand_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    const struct filters *filters = context->filters;
    struct ordinal_count *hits = NULL;
    uint32_t hit_count = 0;
    enum status status = ordinal_counts_take(counters, &hits, &hit_count);
    if (status != STATUS_OK)
        return status;
    const struct ordinal_set *selected = filters_active(filters, AXIS_BRAND) ? &filters->brand : NULL;
    return facet_list_finish(context, hits, hit_count, FACET_BRAND, selected, selected, out);
}

const struct facet_kind facet_brand = {"brand", AXIS_BRAND, brand_open, brand_count, brand_finish, true};
