/* Counted ordinals as a list of labelled values, the most frequent first. */
#include <stdlib.h>

#include "analyzers/collation.h"
#include "catalog/spec_value.h"
#include "query/facet.h"
#include "query/label_match.h"
#include "storage/bytes.h"

enum {
    LABEL_SCRATCH_BYTES = 1 << 20, /* to analyse one label */
    NUMBER_LABELS_MAX = 2000,      /* with more values than this nobody looks whether they are numbers */
    UNITS_MAX = 8,                 /* of one spec; values in further ones count as texts */
};

/* The numbers of one unit among the counted values. */
struct unit_range {
    struct bytes unit;
    uint64_t count, min_micros, max_micros;
};

/* The values of one facet on their way. */
struct listing {
    const struct facet_context *context;
    const struct facet_option *option; /* NULL: none */
    const struct ordinal_set *selected, *named;
    struct label_match match;
    struct arena scratch;
    uint32_t least; /* values that are found less often, and not named, are left out unseen */
    bool searched;  /* only what `match` lets pass */
    uint16_t field;
    bool numbers; /* to be looked for */
    struct unit_range ranges[UNITS_MAX];
};

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

static bool is_named(const struct listing *listing, uint32_t ordinal)
{
    return listing->named != NULL && ordinal_set_has(listing->named, ordinal);
}

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

static void number_note(struct listing *listing, const struct label *label, uint32_t count)
{
    struct spec_number number;
    if (listing->numbers && count > 0 && spec_number_parse(label->key, &number))
        range_add(listing->ranges, &number, count);
}

/* Numbers stand before texts, by unit and value: 8 GB before 1 TB. */
static enum status order_key(const struct listing *listing, const struct label *label, struct bytes *out)
{
    enum { UNIT_END = 8, KEY_BYTES = UNIT_END + 8 };
    const struct facet_context *context = listing->context;
    struct spec_number number;
    if (listing->field < FACET_SPEC_FIRST || !spec_number_parse(label->key, &number) || number.unit.size >= UNIT_END)
        return collation_key(context->analyzer, label->text, context->arena, out);
    unsigned char *key = arena_calloc(context->arena, 1, KEY_BYTES);
    if (key == NULL)
        return STATUS_LIMIT;
    key[0] = 1; /* below the first byte of any text's collation key */
    if (number.unit.size > 0)
        memcpy(key + 1, number.unit.data, number.unit.size);
    key_put_u32(key + UNIT_END, (uint32_t)(number.micros >> 32));
    key_put_u32(key + UNIT_END + 4, (uint32_t)number.micros);
    *out = (struct bytes){(const char *)key, KEY_BYTES};
    return STATUS_OK;
}

static enum status value_take(struct listing *listing, struct label_reader *reader, const struct ordinal_count *hit,
                              struct facet_result *out)
{
    const struct facet_context *context = listing->context;
    struct label label = {0};
    bool fits = true;
    enum status status = label_reader_get(reader, context->snapshot, hit->ordinal, &label);
    if (status == STATUS_NOT_FOUND) /* the label is gone, its products are about to be built again */
        return STATUS_OK;
    if (status == STATUS_OK)
        number_note(listing, &label, hit->count);
    if (status == STATUS_OK && listing->searched)
        status = label_fits(&listing->match, label.text, &listing->scratch, &fits);
    if (status != STATUS_OK || !fits)
        return status;
    struct facet_value *value = &out->values[out->value_count++];
    *value = (struct facet_value){.ordinal = hit->ordinal,
                                  .slug = label.slug,
                                  .label = label.text,
                                  .parent = LABEL_NO_PARENT,
                                  .count = hit->count,
                                  .selected = listing->selected != NULL && ordinal_set_has(listing->selected, hit->ordinal)};
    if (listing->option != NULL && listing->option->by_label)
        return order_key(listing, &label, &value->collation);
    return STATUS_OK;
}

/* A value that is not listed. */
static enum status number_take(struct listing *listing, struct label_reader *reader, const struct ordinal_count *hit)
{
    struct label label = {0};
    enum status status = label_reader_get(reader, listing->context->snapshot, hit->ordinal, &label);
    if (status == STATUS_OK)
        number_note(listing, &label, hit->count);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The named ordinals that were found nowhere. */
static enum status missing_find(const struct listing *listing, const struct ordinal_count *hits, uint32_t hit_count,
                                struct ordinal_count **out, uint32_t *count)
{
    const struct ordinal_set *named = listing->named;
    uint32_t words = named == NULL ? 0 : named->limit / 64 + 1, members = 0, at = 0;
    for (uint32_t word = 0; word < words; word++)
        members += (uint32_t)__builtin_popcountll(named->bits[word]);
    struct ordinal_count *missing = arena_alloc(listing->context->arena, members * sizeof *missing);
    *out = missing;
    *count = 0;
    if (missing == NULL)
        return STATUS_LIMIT;
    for (uint32_t word = 0; word < words; word++)
        for (uint64_t rest = named->bits[word]; rest != 0; rest &= rest - 1) {
            uint32_t ordinal = word * 64 + (unsigned)__builtin_ctzll(rest);
            while (at < hit_count && hits[at].ordinal < ordinal)
                at++;
            if (at == hit_count || hits[at].ordinal != ordinal)
                missing[(*count)++] = (struct ordinal_count){ordinal, 0};
        }
    return STATUS_OK;
}

static enum status values_take(struct listing *listing, const struct ordinal_count *hits, uint32_t hit_count, struct facet_result *out)
{
    struct label_reader reader = {.field = listing->field};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < hit_count && status == STATUS_OK; i++)
        if (hits[i].count >= listing->least || is_named(listing, hits[i].ordinal))
            status = value_take(listing, &reader, &hits[i], out);
        else if (listing->numbers)
            status = number_take(listing, &reader, &hits[i]);
    return status;
}

/* Whether more than half of what was counted are numbers of one unit, and from where to where. */
static void numbers_finish(const struct listing *listing, const struct ordinal_count *hits, uint32_t hit_count, struct facet_result *out)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < hit_count; i++)
        all += hits[i].count;
    for (unsigned i = 0; i < UNITS_MAX; i++)
        if (listing->ranges[i].count > all / 2) {
            out->is_numeric = true;
            out->min_micros = listing->ranges[i].min_micros;
            out->max_micros = listing->ranges[i].max_micros;
            out->unit = spec_unit_shown(listing->ranges[i].unit);
        }
}

/* Keeps facet_limit values, and the named ones behind them. */
static void values_cut(const struct listing *listing, struct facet_result *out)
{
    unsigned limit = listing->context->request->facet_limit, kept = limit;
    for (unsigned i = limit; i < out->value_count; i++)
        if (is_named(listing, out->values[i].ordinal))
            out->values[kept++] = out->values[i];
        else
            out->truncated = true;
    if (out->value_count > limit)
        out->value_count = kept;
}

static enum status values_list(struct listing *listing, const struct ordinal_count *hits, uint32_t hit_count, struct facet_result *out)
{
    struct ordinal_count *missing = NULL;
    uint32_t missing_count = 0, room = 0;
    enum status status = missing_find(listing, hits, hit_count, &missing, &missing_count);
    for (uint32_t i = 0; i < hit_count; i++) {
        bool taken = hits[i].count >= listing->least || is_named(listing, hits[i].ordinal);
        room += taken;
        out->truncated = out->truncated || !taken;
    }
    out->values = arena_alloc(listing->context->arena, (room + missing_count) * sizeof *out->values);
    if (status != STATUS_OK || out->values == NULL)
        return STATUS_LIMIT;
    status = values_take(listing, hits, hit_count, out);
    if (status == STATUS_OK)
        status = values_take(listing, missing, missing_count, out);
    if (status != STATUS_OK)
        return status;
    qsort(out->values, out->value_count, sizeof *out->values, facet_value_compare);
    values_cut(listing, out);
    return STATUS_OK;
}

enum status facet_list_finish(const struct facet_context *context, const struct ordinal_count *hits, uint32_t hit_count, uint16_t field,
                              const struct ordinal_set *selected, const struct ordinal_set *named, struct facet_result *out)
{
    struct listing listing = {.context = context, .selected = selected, .named = named, .field = field};
    listing.numbers = field >= FACET_SPEC_FIRST && hit_count <= NUMBER_LABELS_MAX;
    listing.option = request_facet_option(context->request, out->name);
    listing.searched = listing.option != NULL && listing.option->query.size > 0;
    bool all_seen = listing.searched || (listing.option != NULL && listing.option->by_label);
    enum status status = STATUS_OK;
    arena_init(&listing.scratch, LABEL_SCRATCH_BYTES);
    if (listing.searched)
        status = label_match_open(&listing.match, context->analyzer, listing.option->query, context->arena);
    if (status == STATUS_OK)
        status = least_count(hits, hit_count, all_seen ? FACET_LABELS_MAX : context->request->facet_limit, context->arena, &listing.least);
    if (status == STATUS_OK)
        status = values_list(&listing, hits, hit_count, out);
    if (status == STATUS_OK)
        numbers_finish(&listing, hits, hit_count, out);
    arena_release(&listing.scratch);
    return status;
}
