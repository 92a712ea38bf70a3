/* The values of one spec among the found products: "specs.ram". A product with several values counts for each. */
#include <string.h>

#include "query/facet.h"
#include "query/window.h"
#include "storage/multi.h"

struct spec_counters {
    struct ordinal_counts counts; /* limit 0: no product has such a spec */
    uint16_t field;
};

static enum status spec_open(const struct facet_context *context, struct bytes name, void **counters)
{
    struct spec_counters *spec = arena_calloc(context->arena, 1, sizeof *spec);
    if (spec == NULL)
        return STATUS_LIMIT;
    *counters = spec;
    size_t prefix = strlen(facet_spec.name);
    struct bytes slug = {name.data + prefix, name.size - prefix};
    uint32_t ordinal = 0, limit = 0;
    enum status status = label_find_slug(context->snapshot, FACET_SPEC_NAMES, slug, &ordinal);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    spec->field = (uint16_t)(FACET_SPEC_FIRST + ordinal);
    if (status == STATUS_OK)
        status = label_limit(context->snapshot, spec->field, &limit);
    return status == STATUS_OK ? ordinal_counts_open(&spec->counts, limit, context->arena) : status;
}

static void chunk_count(struct spec_counters *spec, const struct multi_chunk *chunk, uint32_t base, const uint64_t *documents)
{
    for (uint32_t i = chunk->first < base ? base - chunk->first : 0; i < chunk->span; i++) {
        uint32_t at = chunk->first + i - base;
        if (at >= COLUMN_WINDOW)
            return;
        if (!window_has(documents, at))
            continue;
        for (uint32_t value = chunk->offsets[i]; value < chunk->offsets[i + 1]; value++) {
            uint32_t ordinal = chunk->ordinals[value];
            if (ordinal < spec->counts.limit)
                spec->counts.counts[ordinal]++;
        }
    }
}

static enum status spec_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct spec_counters *spec = counters;
    uint32_t base = context->columns->window * COLUMN_WINDOW;
    if (spec->counts.limit == 0)
        return STATUS_OK;
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW;) {
        struct multi_chunk chunk;
        enum status status = multi_seek(context->snapshot, spec->field, base + at, &chunk);
        if (status != STATUS_OK)
            return status == STATUS_END ? STATUS_OK : status;
        if (chunk.first >= base + COLUMN_WINDOW)
            return STATUS_OK;
        chunk_count(spec, &chunk, base, documents);
        uint32_t behind = chunk.first + chunk.span - base;
        at = behind < COLUMN_WINDOW ? window_next(documents, behind) : COLUMN_WINDOW;
    }
    return STATUS_OK;
}

static enum status spec_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    struct spec_counters *spec = counters;
    return facet_list_finish(context, &spec->counts, spec->field, NULL, out);
}

const struct facet_kind facet_spec = {"specs.", AXIS_NONE, spec_open, spec_count, spec_finish};
