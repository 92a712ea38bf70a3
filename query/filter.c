#include "query/filter.h"

#include <stddef.h>
#include <string.h>

#include "storage/snapshot.h"

/* `has` to a set: NULL is the arena's cap. */
static enum status set_make(const uint8_t *has, uint32_t limit, struct arena *arena, struct ordinal_set *out)
{
    uint32_t *before = arena_alloc(arena, ((size_t)limit + 1) * sizeof *before);
    if (has == NULL || before == NULL)
        return STATUS_LIMIT;
    before[0] = 0;
    for (uint32_t i = 0; i < limit; i++)
        before[i + 1] = before[i] + has[i];
    *out = (struct ordinal_set){has, before, limit};
    return STATUS_OK;
}

static enum status category_open(struct filters *filters, struct snapshot *snapshot, struct bytes slug, struct arena *arena,
                                 struct error *error)
{
    enum status status = label_find_slug(snapshot, FACET_CATEGORY, slug, &filters->category_ordinal);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, STATUS_INVALID, "category \"%.*s\" does not exist: it must be the slug of a category", (int)slug.size,
                         slug.data);
    uint8_t *has = arena_calloc(arena, filters->tree.count, 1);
    if (status == STATUS_OK && has == NULL)
        status = STATUS_LIMIT;
    if (status != STATUS_OK)
        return status;
    const struct tree *tree = &filters->tree;
    if (filters->category_ordinal < tree->count) {
        struct tree_interval within = tree->intervals[filters->category_ordinal];
        for (uint32_t i = 0; i < tree->count; i++)
            has[i] = tree->intervals[i].low != tree->intervals[i].high && tree->intervals[i].low >= within.low &&
                     tree->intervals[i].low < within.high;
    }
    filters->active[AXIS_CATEGORY] = true;
    return set_make(has, tree->count, arena, &filters->category);
}

static enum status brands_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request,
                               struct arena *arena)
{
    uint32_t limit = 0;
    enum status status = label_limit(snapshot, FACET_BRAND, &limit);
    uint8_t *has = arena_calloc(arena, limit, 1);
    if (status == STATUS_OK && has == NULL)
        status = STATUS_LIMIT;
    for (unsigned i = 0; i < request->brand_count && status == STATUS_OK; i++) {
        uint32_t ordinal = 0;
        status = label_find_slug(snapshot, FACET_BRAND, request->brands[i], &ordinal);
        if (status == STATUS_OK && ordinal < limit)
            has[ordinal] = 1;
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    filters->active[AXIS_BRAND] = true;
    return status == STATUS_OK ? set_make(has, limit, arena, &filters->brand) : status;
}

static enum status offer_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request)
{
    uint32_t variants = 0;
    enum status status = snapshot_variant_limit(snapshot, &variants);
    filters->has_variants = variants > 0;
    filters->has_price = request->has_price_min || request->has_price_max;
    filters->price_min_vnd = request->has_price_min ? request->price_min_vnd : 0;
    filters->price_max_vnd = request->has_price_max ? request->price_max_vnd : PRICE_VND_MAX;
    filters->in_stock = request->in_stock;
    filters->active[AXIS_OFFER] = filters->has_price || filters->in_stock;
    filters->stock_apart = filters->has_price && filters->in_stock && (filters->omitted >> AXIS_OFFER & 1) != 0;
    column_reader_init(&filters->variants, snapshot, &family_variant);
    return status;
}

enum status filters_open(struct filters *filters, struct snapshot *snapshot, const struct search_request *request, unsigned omitted,
                         struct arena *arena, struct error *error)
{
    memset(filters, 0, offsetof(struct filters, passing));
    filters->omitted = omitted;
    enum status status = tree_get(snapshot, FACET_CATEGORY, arena, &filters->tree);
    if (status == STATUS_OK && request->category.size > 0)
        status = category_open(filters, snapshot, request->category, arena, error);
    if (status == STATUS_OK && request->brand_count > 0)
        status = brands_open(filters, snapshot, request, arena);
    return status == STATUS_OK ? offer_open(filters, snapshot, request) : status;
}

bool filters_brand_selected(const struct filters *filters, uint32_t ordinal)
{
    return filters->active[AXIS_BRAND] && ordinal < filters->brand.limit && filters->brand.has[ordinal] != 0;
}

/* True when a chunk with these bounds may hold a member. */
static bool set_meets(const struct ordinal_set *set, uint64_t min, uint64_t max)
{
    if (min > max || min >= set->limit)
        return false;
    return set->before[max < set->limit ? max + 1 : set->limit] > set->before[min];
}

/* Leaves out the documents of chunks whose bounds exclude every member: in an index ordered by category, most of them. */
static void zones_apply(const struct columns *columns, enum column_slot slot, const struct ordinal_set *set, uint64_t *documents)
{
    uint32_t entries = columns->slots[slot].entries;
    for (uint32_t chunk = 0; chunk * entries < COLUMN_WINDOW; chunk++)
        if ((columns->slots[slot].loaded >> chunk & 1) != 0 &&
            !set_meets(set, columns->slots[slot].min[chunk], columns->slots[slot].max[chunk]))
            window_clear_range(documents, chunk * entries, (chunk + 1) * entries);
}

/* passing := documents whose ordinal is in the set. */
static enum status set_window(struct columns *columns, enum column_slot slot, const struct ordinal_set *set, const uint64_t *documents,
                              uint64_t *passing)
{
    enum status status = columns_load(columns, slot, documents);
    if (status != STATUS_OK)
        return status;
    const uint32_t *ordinals = columns_values(columns, slot, 0);
    window_copy(passing, documents);
    zones_apply(columns, slot, set, passing);
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        for (uint64_t rest = passing[word]; rest != 0; rest &= rest - 1) {
            uint32_t ordinal = ordinals[word * 64 + (unsigned)__builtin_ctzll(rest)];
            if (ordinal >= set->limit || set->has[ordinal] == 0)
                passing[word] &= ~(rest & -rest);
        }
    return STATUS_OK;
}

/* The low bit of each of 64 bytes as one word. */
static uint64_t bytes_to_bits(const uint8_t *bytes)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, bytes + (size_t)i * 8, sizeof eight);
        bits |= (eight * 0x0102040810204080u) >> 56 << (i * 8);
    }
    return bits;
}

/* 1 for each document whose own offer passes. An unknown stock reads as the greatest number: in stock. */
WINDOW_CLONES static void offer_range(const uint32_t *price, const uint32_t *sale, const uint32_t *stock, uint32_t min, uint32_t max,
                                      uint32_t least_stock, uint8_t *out)
{
    for (uint32_t i = 0; i < COLUMN_WINDOW; i++) {
        uint32_t paid = price[i] < sale[i] ? price[i] : sale[i];
        out[i] = (uint8_t)((paid >= min) & (paid <= max) & (stock[i] >= least_stock));
    }
}

/* Without a price filter an unknown price passes: the greatest number is then allowed. */
static void own_offers(const struct filters *filters, const struct columns *columns, bool with_price, const uint64_t *documents,
                       uint64_t *passing)
{
    uint8_t passes[COLUMN_WINDOW];
    offer_range(columns_values(columns, SLOT_OFFER, OFFER_PRICE), columns_values(columns, SLOT_OFFER, OFFER_SALE),
                columns_values(columns, SLOT_OFFER, OFFER_STOCK), with_price ? filters->price_min_vnd : 0,
                with_price ? filters->price_max_vnd : VALUE_UNKNOWN, filters->in_stock ? 1 : 0, passes);
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        passing[word] = documents[word] == 0 ? 0 : documents[word] & bytes_to_bits(passes + (size_t)word * 64);
}

enum verdict { VERDICT_NONE_ACTIVE, VERDICT_FAILS, VERDICT_PASSES };

/* PASSES when one active variant of the run has the price and the stock. The run's first entry is the product itself, not a variant. */
static enum verdict variants_judge(struct filters *filters, uint32_t document, uint32_t first, uint32_t count, bool with_price)
{
    struct column_reader *reader = &filters->variants;
    enum verdict verdict = VERDICT_NONE_ACTIVE;
    for (uint32_t entry = first + 1; entry - first < count; entry++) {
        /* An inactive one carries VARIANT_INACTIVE beside its owner. */
        if (column_get(reader, VARIANT_OFFER_OWNER, entry) != document)
            continue;
        verdict = VERDICT_FAILS;
        uint64_t price = column_get(reader, VARIANT_OFFER_PRICE, entry), sale = column_get(reader, VARIANT_OFFER_SALE, entry);
        uint64_t paid = price < sale ? price : sale;
        if (with_price && (paid < filters->price_min_vnd || paid > filters->price_max_vnd))
            continue;
        if (!filters->in_stock || column_get(reader, VARIANT_OFFER_STOCK, entry) > 0)
            return VERDICT_PASSES;
    }
    return verdict;
}

static enum status offer_window(struct filters *filters, struct columns *columns, bool with_price, const uint64_t *documents,
                                uint64_t *passing)
{
    enum status status = columns_load(columns, SLOT_OFFER, documents);
    if (status != STATUS_OK)
        return status;
    own_offers(filters, columns, with_price, documents, passing);
    if (!filters->has_variants)
        return STATUS_OK;
    status = columns_load(columns, SLOT_RUN, documents);
    if (status != STATUS_OK)
        return status;
    const uint32_t *first = columns_values(columns, SLOT_RUN, RUN_FIRST), *count = columns_values(columns, SLOT_RUN, RUN_COUNT);
    uint32_t base = columns->window * COLUMN_WINDOW;
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW; at = window_next(documents, at + 1)) {
        if (first[at] == VALUE_UNKNOWN || count[at] == VALUE_UNKNOWN)
            continue;
        /* The product shows its cheapest variant: when that is too dear, all are, and it has failed already. */
        if (with_price && columns_paid(columns, at) > filters->price_max_vnd)
            continue;
        enum verdict verdict = variants_judge(filters, base + at, first[at], count[at], with_price);
        if (verdict == VERDICT_PASSES)
            window_set(passing, at);
        else if (verdict == VERDICT_FAILS)
            passing[at >> 6] &= ~((uint64_t)1 << (at & 63));
    }
    return STATUS_OK;
}

/* What an axis needs to judge: documents that every mask it is part of may still hold, so an earlier axis narrows a later one unless some
 * facet leaves that one out. */
static enum status axis_window(struct filters *filters, struct columns *columns, enum filter_axis axis, uint64_t *documents)
{
    uint64_t *passing = filters->passing[axis];
    enum status status = STATUS_OK;
    if (axis == AXIS_CATEGORY)
        status = set_window(columns, SLOT_CATEGORY, &filters->category, documents, passing);
    else if (axis == AXIS_BRAND)
        status = set_window(columns, SLOT_BRAND, &filters->brand, documents, passing);
    else
        status = offer_window(filters, columns, filters->has_price, documents, passing);
    if (status == STATUS_OK && axis == AXIS_OFFER && filters->stock_apart)
        status = offer_window(filters, columns, false, documents, filters->passing[AXIS_NONE]);
    if (status == STATUS_OK && (filters->omitted >> axis & 1) == 0)
        window_copy(documents, passing);
    return status;
}

enum status filters_window(struct filters *filters, struct columns *columns, const uint64_t *documents)
{
    uint64_t narrowed[WINDOW_WORDS];
    enum status status = STATUS_OK;
    window_copy(narrowed, documents);
    for (enum filter_axis axis = AXIS_CATEGORY; axis < AXIS_COUNT && status == STATUS_OK; axis++)
        if (filters->active[axis])
            status = axis_window(filters, columns, axis, narrowed);
    return status;
}

void filters_mask(const struct filters *filters, const uint64_t *documents, enum filter_axis omit, uint64_t *out)
{
    window_copy(out, documents);
    for (enum filter_axis axis = AXIS_CATEGORY; axis < AXIS_COUNT; axis++)
        if (filters->active[axis] && axis != omit)
            window_and(out, filters->passing[axis]);
    if (omit == AXIS_OFFER && filters->stock_apart)
        window_and(out, filters->passing[AXIS_NONE]);
    else if (omit == AXIS_OFFER && filters->in_stock)
        window_and(out, filters->passing[AXIS_OFFER]);
}
