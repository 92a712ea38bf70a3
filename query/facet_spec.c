/* The values of one spec among the found products: "specs.ram". A product with several values counts for each; the values of its active
 * variants are its own. */
#include <string.h>

#include "catalog/spec_value.h"
#include "query/facet.h"

enum {
    NUMBER_LABELS_MAX = 2000, /* with more values than this nobody looks whether they are numbers */
    UNITS_MAX = 8,            /* of one spec; values in further ones count as texts */
};

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

/* The numbers of one unit among the counted values. */
struct unit_range {
    struct bytes unit;
    uint64_t count, min_micros, max_micros;
};

static void range_add(struct unit_range ranges[UNITS_MAX], const struct spec_number *number, uint32_t count)
{
    unsigned at = 0;
    while (at < UNITS_MAX && ranges[at].count > 0 && !bytes_equal(ranges[at].unit, number->unit))
        at++;
    if (at == UNITS_MAX)
        return;
    struct unit_range *range = &ranges[at];
    if (range->count == 0)
        *range = (struct unit_range){number->unit, 0, number->micros, number->micros};
    range->count += count;
    range->min_micros = number->micros < range->min_micros ? number->micros : range->min_micros;
    range->max_micros = number->micros > range->max_micros ? number->micros : range->max_micros;
}

/* Whether more than half of what was counted are numbers of one unit, and from where to where. */
static enum status numbers_find(const struct facet_context *context, uint16_t field, const struct ordinal_count *hits, uint32_t hit_count,
                                struct facet_result *out)
{
    struct unit_range ranges[UNITS_MAX] = {{{0}, 0, 0, 0}};
    struct label_reader reader = {.field = field};
    enum status status = STATUS_OK;
    uint64_t all = 0;
    if (hit_count > NUMBER_LABELS_MAX)
        return STATUS_OK;
    for (uint32_t i = 0; i < hit_count && status == STATUS_OK; i++) {
        struct label label = {0};
        struct spec_number number;
        all += hits[i].count;
        status = label_reader_get(&reader, context->snapshot, hits[i].ordinal, &label);
        if (status == STATUS_OK && spec_number_parse(label.key, &number))
            range_add(ranges, &number, hits[i].count);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    for (unsigned i = 0; i < UNITS_MAX; i++)
        if (ranges[i].count > all / 2) {
            out->is_numeric = true;
            out->min_micros = ranges[i].min_micros;
            out->max_micros = ranges[i].max_micros;
            out->unit = spec_unit_shown(ranges[i].unit);
        }
    return status;
}

static enum status spec_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    struct spec_counters *spec = counters;
    const struct spec_filter *filter = spec->axis == AXIS_NONE ? NULL : &context->filters->specs[spec->axis - AXIS_SPEC];
    uint16_t field = spec->chunks.field;
    struct ordinal_count *hits = NULL;
    uint32_t hit_count = 0;
    enum status status = ordinal_counts_take(&spec->counts, &hits, &hit_count);
    if (status == STATUS_OK)
        status = numbers_find(context, field, hits, hit_count, out);
    if (status != STATUS_OK)
        return status;
    return facet_list_finish(context, hits, hit_count, field, filter == NULL ? NULL : &filter->values,
                             filter == NULL ? NULL : &filter->named, out);
}

const struct facet_kind facet_spec = {"specs.", AXIS_SPEC, spec_open, spec_count, spec_finish, true};
