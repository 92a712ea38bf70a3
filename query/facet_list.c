/* Counted ordinals as a list of labelled values, the most frequent first. */
#include <stdlib.h>

#include "query/facet.h"

/* The value of an ordinal, or NOT_FOUND when its label is gone. */
static enum status value_get(const struct facet_context *context, uint16_t field, uint32_t ordinal, uint32_t count, struct facet_value *out)
{
    struct label label = {0};
    enum status status = label_get(context->snapshot, field, ordinal, &label);
    if (status == STATUS_OK)
        *out = (struct facet_value){.ordinal = ordinal, .slug = label.slug, .label = label.text, .parent = LABEL_NO_PARENT, .count = count};
    return status;
}

static int descending(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? 1 : a > b ? -1 : 0;
}

/* The count below which no value can be among the `keep` greatest, so that its label need not be looked up; and how many values there are. */
static enum status least_count(const struct ordinal_counts *counts, uint32_t keep, struct arena *arena, uint32_t *least, uint32_t *values)
{
    uint32_t *sorted = arena_alloc(arena, counts->limit * sizeof *sorted);
    if (sorted == NULL)
        return STATUS_LIMIT;
    uint32_t used = 0;
    for (uint32_t i = 0; i < counts->limit; i++)
        if (counts->counts[i] > 0)
            sorted[used++] = counts->counts[i];
    *least = 1;
    if (used > keep) {
        qsort(sorted, used, sizeof *sorted, descending);
        *least = sorted[keep];
    }
    *values = used;
    return STATUS_OK;
}

enum status facet_list_finish(const struct facet_context *context, struct ordinal_counts *counts, uint16_t field, facet_selected *selected,
                              struct facet_result *out)
{
    uint32_t least = 1, room = 0, values = 0;
    ordinal_counts_close(counts);
    enum status status = least_count(counts, context->request->facet_limit, context->arena, &least, &values);
    for (uint32_t i = 0; i < counts->limit; i++)
        room += counts->counts[i] >= least;
    out->values = arena_alloc(context->arena, room * sizeof *out->values);
    if (out->values == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < counts->limit && status == STATUS_OK; i++) {
        if (counts->counts[i] < least)
            continue;
        struct facet_value *value = &out->values[out->value_count];
        status = value_get(context, field, i, counts->counts[i], value);
        if (status == STATUS_OK) {
            value->selected = selected != NULL && selected(context->filters, i);
            out->value_count++;
        } else if (status == STATUS_NOT_FOUND) {
            status = STATUS_OK;
        }
    }
    qsort(out->values, out->value_count, sizeof *out->values, facet_value_compare);
    out->truncated = out->value_count > context->request->facet_limit || values > room;
    if (out->value_count > context->request->facet_limit)
        out->value_count = context->request->facet_limit;
    return status;
}
