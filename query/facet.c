#include "query/facet.h"

#include <assert.h>
#include <string.h>

#include "base/settings.h"

const struct facet_kind *const facet_kinds[] = {&facet_brand, &facet_category, &facet_price, &facet_rating,
                                                &facet_sale,  &facet_stock,    &facet_spec};
const size_t facet_kind_count = sizeof facet_kinds / sizeof facet_kinds[0];

bool facet_is_family(const struct facet_kind *kind)
{
    return kind->name[strlen(kind->name) - 1] == '.';
}

const struct facet_kind *facet_find(struct bytes name)
{
    for (size_t i = 0; i < facet_kind_count; i++) {
        size_t size = strlen(facet_kinds[i]->name);
        bool family = facet_is_family(facet_kinds[i]);
        if ((family ? name.size > size : name.size == size) && memcmp(facet_kinds[i]->name, name.data, size) == 0)
            return facet_kinds[i];
    }
    return NULL;
}

#define NAMES "brand, category, price, rating, sale, stock and specs.<name>"

enum filter_axis facet_axis(const struct facet_kind *kind, const struct search_request *request, struct bytes name)
{
    size_t size = strlen(kind->name);
    if (kind->own != AXIS_SPEC)
        return kind->own;
    for (unsigned i = 0; i < request->spec_count; i++)
        if (bytes_equal(request->specs[i], (struct bytes){name.data + size, name.size - size}))
            return AXIS_SPEC + i;
    return AXIS_NONE;
}

enum status facet_name_check(struct bytes name, struct error *error)
{
    const char *names[sizeof facet_kinds / sizeof facet_kinds[0]];
    char written[65] = {0};
    if (facet_find(name) != NULL)
        return STATUS_OK;
    for (size_t i = 0; i < facet_kind_count; i++)
        names[i] = facet_kinds[i]->name;
    if (name.size == 0)
        return error_set(error, STATUS_INVALID, "a facet without a name: facets must be a list of " NAMES);
    if (name.size >= sizeof written)
        return error_set(error, STATUS_INVALID, "a facet's name has %zu bytes: the facets are " NAMES, name.size);
    memcpy(written, name.data, name.size);
    const char *nearest = name_nearest(written, names, facet_kind_count);
    if (nearest != NULL)
        return error_set(error, STATUS_INVALID, "unknown facet \"%s\"; did you mean %s?", written, nearest);
    return error_set(error, STATUS_INVALID, "unknown facet \"%s\": the facets are " NAMES, written);
}

/* True when every value is this one: the zone map does not tell whether some are unknown. */
WINDOW_CLONES static bool all_equal(const uint32_t *values, uint32_t count, uint32_t value)
{
    uint32_t differ = 0;
    for (uint32_t i = 0; i < count; i++)
        differ |= values[i] ^ value;
    return differ == 0;
}

/* In an index ordered by category most chunks are of one: those are counted as a whole. */
static bool part_is_uniform(const struct column_part *part, uint32_t members)
{
    uint32_t places = part->end - part->first;
    return part->chunk.min[0] == part->chunk.max[0] && members > places / 8 &&
           all_equal(part_u32(part, 0), places, (uint32_t)part->chunk.min[0]);
}

enum status facet_column_count(const struct facet_context *context, enum column_slot slot, struct ordinal_counts *counts,
                               const uint64_t *documents)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(context->columns, slot, documents, &next, &part)) == STATUS_OK;) {
        uint32_t members = window_count_range(documents, part->first, part->end), places = part->end - part->first;
        if (members > places / 8)
            window_read_ahead(part_u32(part, 0), places * sizeof(uint32_t));
        status = part_is_uniform(part, members) ? ordinal_counts_repeat(counts, (uint32_t)part->chunk.min[0], members)
                                                : ordinal_counts_add(counts, part_u32(part, 0), part->first, part->end, documents);
        if (status != STATUS_OK)
            return status;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status facet_value_add(const struct facet_context *context, struct facet_result *out, unsigned room, const struct facet_value *value)
{
    if (out->values == NULL)
        out->values = arena_alloc(context->arena, room * sizeof *out->values);
    if (out->values == NULL)
        return STATUS_LIMIT;
    assert(out->value_count < room);
    out->values[out->value_count++] = *value;
    return STATUS_OK;
}

int facet_value_compare(const void *left, const void *right)
{
    const struct facet_value *a = left, *b = right;
    int keys = bytes_compare(a->collation, b->collation);
    if (keys != 0)
        return keys;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = bytes_compare(a->label, b->label);
    return order != 0 ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}
