/* Counted ordinals as a list of labelled values, the most frequent first. */
#include <stdlib.h>

#include "query/facet.h"

static void sift_down(uint32_t *heap, uint32_t count)
{
    for (uint32_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] < heap[child])
            child++;
        if (heap[at] <= heap[child])
            return;
        uint32_t swapped = heap[at];
        heap[at] = heap[child];
        heap[child] = swapped;
    }
}

static int ascending(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The count below which no value is among the `keep` greatest, so that its label need not be looked up. */
static enum status least_count(const struct ordinal_count *hits, uint32_t hit_count, uint32_t keep, struct arena *arena, uint32_t *least)
{
    *least = 1;
    if (hit_count <= keep)
        return STATUS_OK;
    uint32_t *heap = arena_alloc(arena, keep * sizeof *heap);
    if (heap == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < keep; i++)
        heap[i] = hits[i].count;
    qsort(heap, keep, sizeof *heap, ascending);
    for (uint32_t i = keep; i < hit_count; i++)
        if (hits[i].count > heap[0]) {
            heap[0] = hits[i].count;
            sift_down(heap, keep);
        }
    *least = heap[0];
    return STATUS_OK;
}

/* The labelled ones of the hits that have at least this count. */
static enum status values_label(const struct facet_context *context, uint16_t field, const struct ordinal_count *hits, uint32_t hit_count,
                                uint32_t least, const struct ordinal_set *selected, struct facet_result *out)
{
    struct label_reader reader = {.field = field};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < hit_count && status == STATUS_OK; i++) {
        struct label label = {0};
        if (hits[i].count < least)
            continue;
        status = label_reader_get(&reader, context->snapshot, hits[i].ordinal, &label);
        if (status == STATUS_OK)
            out->values[out->value_count++] =
                (struct facet_value){.ordinal = hits[i].ordinal,
                                     .slug = label.slug,
                                     .label = label.text,
                                     .parent = LABEL_NO_PARENT,
                                     .count = hits[i].count,
                                     .selected = selected != NULL && ordinal_set_has(selected, hits[i].ordinal)};
        else if (status == STATUS_NOT_FOUND) /* the label is gone, its products are about to be built again */
            status = STATUS_OK;
    }
    return status;
}

enum status facet_list_finish(const struct facet_context *context, struct ordinal_counts *counts, uint16_t field,
                              const struct ordinal_set *selected, struct facet_result *out)
{
    struct ordinal_count *hits = NULL;
    uint32_t hit_count = 0, least = 1, room = 0;
    enum status status = ordinal_counts_take(counts, &hits, &hit_count);
    if (status == STATUS_OK)
        status = least_count(hits, hit_count, context->request->facet_limit, context->arena, &least);
    if (status != STATUS_OK)
        return status;
    for (uint32_t i = 0; i < hit_count; i++)
        room += hits[i].count >= least;
    out->values = arena_alloc(context->arena, room * sizeof *out->values);
    if (out->values == NULL)
        return STATUS_LIMIT;
    status = values_label(context, field, hits, hit_count, least, selected, out);
    if (status != STATUS_OK)
        return status;
    qsort(out->values, out->value_count, sizeof *out->values, facet_value_compare);
    out->truncated = out->value_count > context->request->facet_limit || hit_count > room;
    if (out->value_count > context->request->facet_limit)
        out->value_count = context->request->facet_limit;
    return STATUS_OK;
}
