/* The values of one spec among the found products: "specs.ram". A product with several values counts for each; the values of its active
 * variants are its own. */
#include <string.h>

#include "query/facet.h"

struct spec_counters {
    struct ordinal_counts counts; /* limit 0: no product has such a spec */
    struct multi_cursor chunks;
    enum filter_axis axis; /* of the request's selection of this spec; AXIS_NONE */
};

static struct bytes spec_slug(struct bytes name)
{
    size_t prefix = strlen(facet_spec.name);
    return (struct bytes){name.data + prefix, name.size - prefix};
}

static enum status spec_open(const struct facet_context *context, struct bytes name, void **counters)
{
    struct spec_counters *spec = arena_calloc(context->arena, 1, sizeof *spec);
    if (spec == NULL)
        return STATUS_LIMIT;
    *counters = spec;
    spec->axis = facet_axis(&facet_spec, context->request, name);
    uint32_t ordinal = 0, limit = 0;
    enum status status = label_find_slug(context->snapshot, FACET_SPEC_NAMES, spec_slug(name), &ordinal);
    if (status == STATUS_NOT_FOUND)
        return ordinal_counts_open(&spec->counts, 0, context->arena);
    spec->chunks.field = (uint16_t)(FACET_SPEC_FIRST + ordinal);
    if (status == STATUS_OK)
        status = label_limit(context->snapshot, spec->chunks.field, &limit);
    return status == STATUS_OK ? ordinal_counts_open(&spec->counts, limit, context->arena) : status;
}

static enum status spec_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct spec_counters *spec = counters;
    struct multi_chunk chunk;
    enum status status = STATUS_OK;
    uint32_t base = context->columns->window * COLUMN_WINDOW;
    if (spec->counts.limit == 0)
        return STATUS_OK;
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW;) {
        status = multi_cursor_seek(&spec->chunks, context->snapshot, base + at, &chunk);
        if (status != STATUS_OK || chunk.first >= base + COLUMN_WINDOW)
            break;
        uint32_t first = chunk.first - base;
        if (!ordinal_counts_add_multi(&spec->counts, &chunk, first, documents))
            return multi_cursor_corrupt(&spec->chunks, context->snapshot);
        at = window_next(documents, first + chunk.span);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status spec_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    struct spec_counters *spec = counters;
    const struct spec_filter *filter = spec->axis == AXIS_NONE ? NULL : &context->filters->specs[spec->axis - AXIS_SPEC];
    uint16_t field = spec->chunks.field;
    struct ordinal_count *hits = NULL;
    uint32_t hit_count = 0;
    enum status status = ordinal_counts_take(&spec->counts, &hits, &hit_count);
    if (status != STATUS_OK)
        return status;
    return facet_list_finish(context, hits, hit_count, field, filter == NULL ? NULL : &filter->values,
                             filter == NULL ? NULL : &filter->named, out);
}

const struct facet_kind facet_spec = {"specs.", AXIS_SPEC, spec_open, spec_count, spec_finish, true};
