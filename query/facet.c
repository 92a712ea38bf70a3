#include "query/facet.h"

#include <string.h>

#include "base/settings.h"

const struct facet_kind *const facet_kinds[] = {&facet_brand, &facet_category, &facet_price, &facet_spec};
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

enum status facet_name_check(struct bytes name, struct error *error)
{
    const char *names[sizeof facet_kinds / sizeof facet_kinds[0]];
    char written[65] = {0};
    if (facet_find(name) != NULL)
        return STATUS_OK;
    for (size_t i = 0; i < facet_kind_count; i++)
        names[i] = facet_kinds[i]->name;
    if (name.size == 0)
        return error_set(error, STATUS_INVALID, "a facet without a name: facets must be a list of brand, category, price and specs.<name>");
    if (name.size >= sizeof written)
        return error_set(error, STATUS_INVALID, "a facet's name has %zu bytes: the facets are brand, category, price and specs.<name>",
                         name.size);
    memcpy(written, name.data, name.size);
    const char *nearest = name_nearest(written, names, facet_kind_count);
    if (nearest != NULL)
        return error_set(error, STATUS_INVALID, "unknown facet \"%s\"; did you mean %s?", written, nearest);
    return error_set(error, STATUS_INVALID, "unknown facet \"%s\": the facets are brand, category, price and specs.<name>", written);
}

enum { LANES = 4, LANES_LIMIT_MAX = 8192 /* so many ordinals that lanes would only cost memory */ };

enum status ordinal_counts_open(struct ordinal_counts *counts, uint32_t limit, struct arena *arena)
{
    unsigned lanes = limit <= LANES_LIMIT_MAX ? LANES : 1;
    *counts = (struct ordinal_counts){.counts = arena_calloc(arena, (size_t)limit * lanes, sizeof(uint32_t)), .limit = limit};
    if (counts->counts == NULL)
        return STATUS_LIMIT;
    for (unsigned lane = 0; lane < LANES; lane++)
        counts->lanes[lane] = counts->counts + (size_t)(lane % lanes) * limit;
    return STATUS_OK;
}

void ordinal_counts_close(struct ordinal_counts *counts)
{
    for (unsigned lane = 1; lane < LANES && counts->lanes[lane] != counts->counts; lane++)
        for (uint32_t i = 0; i < counts->limit; i++)
            counts->counts[i] += counts->lanes[lane][i];
}

enum status ordinal_counts_add(struct ordinal_counts *counts, struct columns *columns, enum column_slot slot, const uint64_t *documents)
{
    enum status status = columns_load(columns, slot, documents);
    if (status != STATUS_OK)
        return status;
    const uint32_t *ordinals = columns_values(columns, slot, 0);
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        for (uint64_t rest = documents[word]; rest != 0; rest &= rest - 1) {
            uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest);
            if (ordinals[at] < counts->limit)
                counts->lanes[at % LANES][ordinals[at]]++;
        }
    return STATUS_OK;
}

int facet_value_compare(const void *left, const void *right)
{
    const struct facet_value *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = bytes_compare(a->label, b->label);
    return order != 0 ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}
