#include "query/filter.h"

#include <stddef.h>
#include <string.h>

#include "catalog/spec_value.h"
#include "storage/snapshot.h"

static void axis_activate(struct filters *filters, enum filter_axis axis)
{
    filters->active |= 1u << axis;
}

static enum status category_open(struct filters *filters, struct snapshot *snapshot, struct bytes slug, struct arena *arena,
                                 struct error *error)
{
    enum status status = label_find_slug(snapshot, FACET_CATEGORY, slug, &filters->category_ordinal);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, STATUS_INVALID, "category \"%.*s\" does not exist: it must be the slug of a category", (int)slug.size,
                         slug.data);
    const struct tree *tree = &filters->tree;
    if (status == STATUS_OK)
        status = ordinal_set_open(&filters->category, tree->count, arena);
    if (status != STATUS_OK)
        return status;
    if (filters->category_ordinal < tree->count) {
        struct tree_interval within = tree->intervals[filters->category_ordinal];
        for (uint32_t i = 0; i < tree->count; i++)
            if (tree->intervals[i].low != tree->intervals[i].high && tree->intervals[i].low >= within.low &&
                tree->intervals[i].low < within.high)
                ordinal_set_add(&filters->category, i);
    }
    ordinal_set_close(&filters->category);
    axis_activate(filters, AXIS_CATEGORY);
    return STATUS_OK;
}

static enum status brands_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request,
                               struct arena *arena)
{
    uint32_t limit = 0;
    enum status status = label_limit(snapshot, FACET_BRAND, &limit);
    if (status == STATUS_OK)
        status = ordinal_set_open(&filters->brand, limit, arena);
    for (unsigned i = 0; i < request->brand_count && status == STATUS_OK; i++) {
        uint32_t ordinal = 0;
        status = label_find_slug(snapshot, FACET_BRAND, request->brands[i], &ordinal);
        if (status == STATUS_OK)
            ordinal_set_add(&filters->brand, ordinal);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    if (status == STATUS_OK)
        ordinal_set_close(&filters->brand);
    axis_activate(filters, AXIS_BRAND);
    return status;
}

/* Every value of the slug: two may share it ("16 GB", "16-GB"). */
static enum status spec_value_add(struct snapshot *snapshot, uint16_t field, struct bytes slug, struct ordinal_set *values)
{
    enum status status = STATUS_OK;
    for (uint32_t ordinal = 0; (status = label_next_slug(snapshot, field, slug, &ordinal)) == STATUS_OK; ordinal++)
        ordinal_set_add(values, ordinal);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Every value of the field whose number lies in the range. */
static enum status spec_range_add(struct snapshot *snapshot, uint16_t field, uint32_t limit, const struct spec_choice *range,
                                  struct ordinal_set *values)
{
    struct label_reader reader = {.field = field};
    enum status status = STATUS_OK;
    for (uint32_t ordinal = 0; ordinal < limit && status == STATUS_OK; ordinal++) {
        struct label label = {0};
        struct spec_number number;
        status = label_reader_get(&reader, snapshot, ordinal, &label);
        if (status == STATUS_OK && spec_number_parse(label.key, &number) && number.micros >= range->min_micros &&
            number.micros <= range->max_micros && (range->unit.size == 0 || bytes_equal(range->unit, number.unit)))
            ordinal_set_add(values, ordinal);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    return status;
}

static enum status spec_choices_add(struct spec_filter *spec, struct snapshot *snapshot, const struct search_request *request,
                                    unsigned number, uint32_t limit, struct error *error)
{
    uint16_t field = spec->products.field;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < request->spec_value_count && status == STATUS_OK; i++) {
        const struct spec_choice *choice = &request->spec_values[i];
        if (choice->spec != number)
            continue;
        if (choice->is_range && limit > RANGE_LABELS_MAX)
            return error_set(error, STATUS_INVALID, "specs.%.*s has more than %d values: select them one by one, not by a range",
                             (int)request->specs[number].size, request->specs[number].data, RANGE_LABELS_MAX);
        if (choice->is_range)
            status = spec_range_add(snapshot, field, limit, choice, &spec->values);
        else
            status = spec_value_add(snapshot, field, choice->slug, &spec->named);
    }
    for (uint32_t word = 0; word <= limit / 64; word++)
        spec->values.bits[word] |= spec->named.bits[word];
    return status;
}

static enum status spec_open(struct spec_filter *spec, struct snapshot *snapshot, const struct search_request *request, unsigned number,
                             struct arena *arena, struct error *error)
{
    uint32_t name = 0, limit = 0;
    *spec = (struct spec_filter){0};
    enum status status = label_find_slug(snapshot, FACET_SPEC_NAMES, request->specs[number], &name);
    bool known = status == STATUS_OK;
    uint16_t field = (uint16_t)(FACET_SPEC_FIRST + name);
    spec->products.field = field;
    spec->variants.field = (uint16_t)(field | MULTI_SPACE_VARIANT);
    if (known)
        status = label_limit(snapshot, field, &limit);
    else if (status == STATUS_NOT_FOUND)
        status = STATUS_OK;
    if (status == STATUS_OK)
        status = ordinal_set_open(&spec->values, limit, arena);
    if (status == STATUS_OK)
        status = ordinal_set_open(&spec->named, limit, arena);
    if (status == STATUS_OK && known)
        status = spec_choices_add(spec, snapshot, request, number, limit, error);
    if (status != STATUS_OK)
        return status;
    ordinal_set_close(&spec->values);
    ordinal_set_close(&spec->named);
    return STATUS_OK;
}

static enum status offer_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request, struct arena *arena,
                              struct error *error)
{
    uint32_t variants = 0;
    enum status status = snapshot_variant_limit(snapshot, &variants);
    filters->price_min_vnd = request->has_price_min ? request->price_min_vnd : 0;
    filters->price_max_vnd = request->has_price_max ? request->price_max_vnd : PRICE_VND_MAX;
    if (request->has_price_min || request->has_price_max)
        axis_activate(filters, AXIS_PRICE);
    if (request->in_stock)
        axis_activate(filters, AXIS_STOCK);
    if (request->on_sale)
        axis_activate(filters, AXIS_SALE);
    for (; filters->spec_count < request->spec_count && status == STATUS_OK; filters->spec_count++) {
        status = spec_open(&filters->specs[filters->spec_count], snapshot, request, filters->spec_count, arena, error);
        axis_activate(filters, AXIS_SPEC + filters->spec_count);
    }
    uint32_t offer_axes = filters->active & (uint32_t)AXES_OFFER;
    /* One spec alone is told by what the product has in all. */
    bool told = offer_axes == 0 || offer_axes == 1u << AXIS_SPEC;
    filters->runs_judged = variants > 0 && !told;
    filters->variants = (struct column_cursor){.family = &family_variant};
    return status;
}

enum status filters_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request, uint32_t omitted,
                         struct arena *arena, struct error *error)
{
    memset(filters, 0, offsetof(struct filters, passing));
    filters->snapshot = snapshot;
    enum status status = tree_get(snapshot, FACET_CATEGORY, arena, &filters->tree);
    if (status == STATUS_OK && request->category.size > 0)
        status = category_open(filters, snapshot, request->category, arena, error);
    if (status == STATUS_OK && request->brand_count > 0)
        status = brands_open(filters, snapshot, request, arena);
    filters->rating_min = request->rating_min;
    if (request->rating_min > 0)
        axis_activate(filters, AXIS_RATING);
    if (status == STATUS_OK)
        status = offer_open(filters, snapshot, request, arena, error);
    filters->omitted = omitted & filters->active;
    return status;
}

/* passing := documents whose ordinal is in the set. A chunk whose bounds exclude every member is not looked at: in an index ordered by
 * category, most of them. */
static enum status set_window(struct columns *columns, enum column_slot slot, const struct ordinal_set *set, const uint64_t *documents,
                              uint64_t *passing)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    window_clear(passing);
    for (uint32_t next = 0; (status = columns_next(columns, slot, documents, &next, &part)) == STATUS_OK;) {
        if (!ordinal_set_meets(set, part->chunk.min[0], part->chunk.max[0]))
            continue;
        const uint32_t *ordinals = part_u32(part, 0);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                unsigned at = (unsigned)__builtin_ctzll(rest);
                passing[word] |= (uint64_t)ordinal_set_has(set, ordinals[word * 64 + at - part->first]) << at;
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status rating_window(const struct filters *filters, struct columns *columns, const uint64_t *documents, uint64_t *passing)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    window_clear(passing);
    for (uint32_t next = 0; (status = columns_next(columns, SLOT_FAME, documents, &next, &part)) == STATUS_OK;) {
        if (part->chunk.min[FAME_RATING] > part->chunk.max[FAME_RATING] || part->chunk.max[FAME_RATING] < filters->rating_min)
            continue;
        const uint16_t *ratings = part_u16(part, FAME_RATING);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                unsigned at = (unsigned)__builtin_ctzll(rest);
                uint16_t rating = ratings[word * 64 + at - part->first];
                passing[word] |= (uint64_t)(rating >= filters->rating_min && rating != VALUE_UNKNOWN_U16) << at;
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* What an axis needs to judge: documents that every mask it is part of may still hold, so an earlier axis narrows a later one unless some
 * facet leaves that one out. */
enum status filters_window(struct filters *filters, struct columns *columns, const uint64_t *documents)
{
    uint64_t narrowed[WINDOW_WORDS];
    enum status status = STATUS_OK;
    window_copy(narrowed, documents);
    for (enum filter_axis axis = AXIS_CATEGORY; axis < AXIS_PRICE && status == STATUS_OK; axis++) {
        if (!filters_active(filters, axis))
            continue;
        if (axis == AXIS_CATEGORY)
            status = set_window(columns, SLOT_CATEGORY, &filters->category, narrowed, filters->passing[axis]);
        else if (axis == AXIS_BRAND)
            status = set_window(columns, SLOT_BRAND, &filters->brand, narrowed, filters->passing[axis]);
        else
            status = rating_window(filters, columns, narrowed, filters->passing[axis]);
        if (status == STATUS_OK && (filters->omitted >> axis & 1) == 0)
            window_copy(narrowed, filters->passing[axis]);
    }
    if (status == STATUS_OK && (filters->active & (uint32_t)AXES_OFFER) != 0)
        status = offers_window(filters, columns, narrowed);
    return status;
}

void filters_mask(const struct filters *filters, const uint64_t *documents, enum filter_axis omit, uint64_t *out)
{
    window_copy(out, documents);
    for (enum filter_axis axis = AXIS_CATEGORY; axis < AXIS_PRICE; axis++)
        if (filters_active(filters, axis) && axis != omit)
            window_and(out, filters->passing[axis]);
    if ((filters->active & (uint32_t)AXES_OFFER) != 0)
        window_and(out, filters->passing[omit >= AXIS_PRICE ? omit : AXIS_NONE]);
}
