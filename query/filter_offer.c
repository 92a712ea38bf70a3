/* The axes that are about an offer: price, stock, sale, specs. First every product by what it shows and has, which is the whole truth for those
 * without variants; then, run by run, the products whose variants may say otherwise. */
#include <string.h>

#include "query/filter.h"

enum {
    FAIL_PRICE = 1 << 0,
    FAIL_STOCK = 1 << 1,
    FAIL_SALE = 1 << 2,
    TOO_DEAR = 1 << 3, /* the price is above the maximum, and so are all variants' */
    FAIL_SHOWN = FAIL_PRICE | FAIL_STOCK | FAIL_SALE,
    CLOSE_LOOK_MIN = 12, /* documents of a part from which on all of its places are judged: vectors are that fast */
};

/* What the filters ask of an offer; values that let everything pass where they ask nothing. */
struct wanted {
    uint32_t price_min, price_max, stock_min, sale;
};

static struct wanted wanted_make(const struct filters *filters)
{
    bool priced = filters_active(filters, AXIS_PRICE);
    return (struct wanted){
        .price_min = priced ? filters->price_min_vnd : 0,
        .price_max = priced ? filters->price_max_vnd : VALUE_UNKNOWN, /* without a price filter an unknown price passes */
        .stock_min = filters_active(filters, AXIS_STOCK) ? 1 : 0,     /* an unknown stock reads as the greatest number: in stock */
        .sale = filters_active(filters, AXIS_SALE),
    };
}

static inline uint8_t offer_fails(struct wanted wanted, uint32_t price, uint32_t sale, uint32_t stock)
{
    uint32_t paid = paid_of(price, sale);
    uint32_t dear = paid > wanted.price_max, low = paid < wanted.price_min, out = stock < wanted.stock_min;
    uint32_t plain = wanted.sale & ((uint32_t)(sale >= price) | (uint32_t)(price == VALUE_UNKNOWN));
    return (uint8_t)((dear | low) * FAIL_PRICE | out * FAIL_STOCK | plain * FAIL_SALE | dear * TOO_DEAR);
}

WINDOW_CLONES static void offers_judge(const uint32_t *restrict price, const uint32_t *restrict sale, const uint32_t *restrict stock,
                                       uint32_t count, struct wanted wanted, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < count; i++)
        out[i] = offer_fails(wanted, price[i], sale[i], stock[i]);
}

/* fails[place] of every document. */
static enum status shown_window(const struct filters *filters, struct columns *columns, const uint64_t *documents,
                                uint8_t fails[COLUMN_WINDOW])
{
    const struct wanted wanted = wanted_make(filters);
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    memset(fails, 0, COLUMN_WINDOW);
    for (uint32_t next = 0; (status = columns_next(columns, SLOT_OFFER, documents, &next, &part)) == STATUS_OK;) {
        const uint32_t *price = part_u32(part, OFFER_PRICE), *sale = part_u32(part, OFFER_SALE), *stock = part_u32(part, OFFER_STOCK);
        if (window_count_range(documents, part->first, part->end) >= CLOSE_LOOK_MIN) {
            offers_judge(price, sale, stock, part->end - part->first, wanted, fails + part->first);
            continue;
        }
        for (uint32_t at = window_next(documents, part->first); at < part->end; at = window_next(documents, at + 1))
            fails[at] = offer_fails(wanted, price[at - part->first], sale[at - part->first], stock[at - part->first]);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* Bit i: bytes[i] has none of the bits of `failing`. */
static uint64_t bytes_to_bits(const uint8_t *bytes, uint8_t failing)
{
    uint64_t bits = 0, every = UINT64_C(0x0101010101010101), low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, bytes + (size_t)i * 8, sizeof eight);
        eight = (eight & every * failing) + low; /* the top bit of each byte: it fails */
        eight = ~eight >> 7 & every;
        bits |= (eight * UINT64_C(0x0102040810204080)) >> 56 << (i * 8);
    }
    return bits;
}

static void bytes_to_window(const uint8_t *fails, uint8_t failing, const uint64_t *documents, uint64_t *out)
{
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        out[word] = documents[word] == 0 ? 0 : documents[word] & bytes_to_bits(fails + (size_t)word * 64, failing);
}

static bool any_selected(const struct spec_filter *spec, const struct multi_chunk *chunk, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++)
        if (ordinal_set_has(&spec->values, chunk->ordinals[i]))
            return true;
    return false;
}

/* Of the documents, those that have a selected value of the spec. */
static enum status spec_window(struct filters *filters, struct spec_filter *spec, uint32_t base, const uint64_t *documents, uint64_t *out)
{
    struct multi_chunk chunk;
    enum status status = STATUS_OK;
    window_clear(out);
    if (spec->values.limit == 0)
        return STATUS_OK;
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW;) {
        status = multi_cursor_seek(&spec->products, filters->snapshot, base + at, &chunk);
        if (status != STATUS_OK || chunk.first >= base + COLUMN_WINDOW)
            break;
        uint32_t first = chunk.first - base, end = first + chunk.span;
        for (at = window_next(documents, at > first ? at : first); at < end; at = window_next(documents, at + 1)) {
            uint32_t begin = 0, behind = 0;
            if (!multi_chunk_values(&chunk, at - first, &begin, &behind))
                return multi_cursor_corrupt(&spec->products, filters->snapshot);
            out[at >> 6] |= (uint64_t)any_selected(spec, &chunk, begin, behind) << (at & 63);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* The offer of a variant. Its owner's number, with VARIANT_INACTIVE when it is not sold. */
static enum status variant_read(struct filters *filters, uint32_t entry, struct wanted wanted, uint32_t *owner, uint8_t *fails)
{
    if (entry < filters->variant_first || entry >= filters->variant_end) {
        uint32_t entries = column_chunk_entries(&family_variant), chunk = entry / entries;
        enum status status = column_cursor_get(&filters->variants, filters->snapshot, chunk, &filters->variant_chunk);
        if (status != STATUS_OK)
            return status;
        filters->variant_first = chunk * entries;
        filters->variant_end = filters->variant_first + entries;
    }
    const struct column_chunk *chunk = &filters->variant_chunk;
    uint32_t at = entry - filters->variant_first, values[COLUMN_FIELDS_MAX] = {VALUE_UNKNOWN, VALUE_UNKNOWN, VALUE_UNKNOWN, VALUE_UNKNOWN};
    for (unsigned field = 0; field < COLUMN_FIELDS_MAX && chunk->values[0] != NULL; field++)
        memcpy(&values[field], chunk->values[field] + at * sizeof values[0], sizeof values[0]);
    *owner = values[VARIANT_OFFER_OWNER];
    *fails = offer_fails(wanted, values[VARIANT_OFFER_PRICE], values[VARIANT_OFFER_SALE], values[VARIANT_OFFER_STOCK]) & FAIL_SHOWN;
    return STATUS_OK;
}

/* Whether the variant has a selected value of the spec. */
static enum status variant_has(struct filters *filters, struct spec_filter *spec, uint32_t entry, bool *has)
{
    struct multi_chunk chunk;
    uint32_t begin = 0, end = 0;
    *has = false;
    enum status status = spec->values.limit == 0 ? STATUS_END : multi_cursor_seek(&spec->variants, filters->snapshot, entry, &chunk);
    if (status == STATUS_OK && chunk.first <= entry) {
        if (!multi_chunk_values(&chunk, entry - chunk.first, &begin, &end))
            return multi_cursor_corrupt(&spec->variants, filters->snapshot);
        *has = any_selected(spec, &chunk, begin, end);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* A product's run, and the specs by which its variants differ: a bit each. Of the others the product's own values hold for all. */
struct run_judged {
    uint32_t document, first, count;
    uint32_t has;    /* the specs that the product or a variant has */
    uint32_t differ; /* of these, the ones that some variant has by itself */
};

static enum status run_compare(struct filters *filters, struct run_judged *run)
{
    for (unsigned i = 0; i < filters->spec_count; i++)
        for (uint32_t entry = run->first + 1; (run->has >> i & 1) != 0 && entry - run->first < run->count; entry++) {
            bool has = false;
            enum status status = variant_has(filters, &filters->specs[i], entry, &has);
            if (status != STATUS_OK)
                return status;
            if (has) {
                run->differ |= 1u << i;
                break;
            }
        }
    return STATUS_OK;
}

/* The offer axes on which a variant fails. */
static enum status variant_judge(struct filters *filters, const struct run_judged *run, uint32_t entry, uint8_t shown, uint32_t *failed)
{
    *failed = (shown & FAIL_PRICE ? 1u << AXIS_PRICE : 0) | (shown & FAIL_STOCK ? 1u << AXIS_STOCK : 0) |
              (shown & FAIL_SALE ? 1u << AXIS_SALE : 0);
    for (unsigned i = 0; i < filters->spec_count; i++) {
        bool has = (run->has >> i & 1) != 0;
        enum status status = (run->differ >> i & 1) != 0 ? variant_has(filters, &filters->specs[i], entry, &has) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        if (!has)
            *failed |= 1u << (AXIS_SPEC + i);
    }
    return STATUS_OK;
}

static void mask_set(uint64_t *bits, uint32_t at, bool passes)
{
    uint64_t bit = (uint64_t)1 << (at & 63);
    bits[at >> 6] = passes ? bits[at >> 6] | bit : bits[at >> 6] & ~bit;
}

/* Judges the product anew by its active variants, when it has any. The run's first entry is the product itself. */
static enum status run_judge(struct filters *filters, struct run_judged *run, struct wanted wanted, uint32_t at)
{
    uint32_t omitted = filters->omitted & (uint32_t)AXES_OFFER;
    uint32_t passed = 0; /* the omitted axes without which one variant passes, and AXIS_NONE: it passes all */
    bool any = false;
    enum status status = run_compare(filters, run);
    for (uint32_t entry = run->first + 1; entry - run->first < run->count && status == STATUS_OK; entry++) {
        uint32_t owner = 0, failed = 0;
        uint8_t shown = 0;
        status = variant_read(filters, entry, wanted, &owner, &shown);
        if (status != STATUS_OK || owner != run->document)
            continue;
        any = true;
        status = variant_judge(filters, run, entry, shown, &failed);
        if (failed == 0) {
            passed = UINT32_MAX;
            break;
        }
        if ((failed & (failed - 1)) == 0)
            passed |= failed & omitted;
    }
    if (status != STATUS_OK || !any)
        return status;
    mask_set(filters->passing[AXIS_NONE], at, (passed >> AXIS_NONE & 1) != 0);
    for (uint32_t rest = omitted; rest != 0; rest &= rest - 1) {
        unsigned axis = (unsigned)__builtin_ctz(rest);
        mask_set(filters->passing[axis], at, (passed >> axis & 1) != 0);
    }
    return STATUS_OK;
}

static enum status runs_window(struct filters *filters, struct columns *columns, const uint64_t *candidates, uint64_t (*has)[WINDOW_WORDS])
{
    const struct wanted wanted = wanted_make(filters);
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(columns, SLOT_RUN, candidates, &next, &part)) == STATUS_OK;) {
        if (part->chunk.min[RUN_FIRST] > part->chunk.max[RUN_FIRST])
            continue;
        const uint32_t *first = part_u32(part, RUN_FIRST), *count = part_u32(part, RUN_COUNT);
        for (uint32_t at = window_next(candidates, part->first); at < part->end; at = window_next(candidates, at + 1)) {
            struct run_judged run = {columns->window * COLUMN_WINDOW + at, first[at - part->first], count[at - part->first], 0, 0};
            if (run.first == VALUE_UNKNOWN || run.count == VALUE_UNKNOWN)
                continue;
            for (unsigned i = 0; i < filters->spec_count; i++)
                run.has |= (uint32_t)window_has(has[i], at) << i;
            status = run_judge(filters, &run, wanted, at);
            if (status != STATUS_OK)
                return status;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* passing[axis] := what shows and has all that is asked but this axis. */
static void shown_mask(struct filters *filters, enum filter_axis axis, const uint8_t *fails, uint64_t (*has)[WINDOW_WORDS],
                       const uint64_t *documents)
{
    static const uint8_t bits[] = {[AXIS_PRICE] = FAIL_PRICE, [AXIS_STOCK] = FAIL_STOCK, [AXIS_SALE] = FAIL_SALE};
    uint8_t left_out = axis < AXIS_SPEC ? bits[axis] : 0;
    uint64_t *out = filters->passing[axis];
    if (fails == NULL)
        window_copy(out, documents);
    else
        bytes_to_window(fails, (uint8_t)(FAIL_SHOWN & ~left_out), documents, out);
    for (unsigned i = 0; i < filters->spec_count; i++)
        if (axis != AXIS_SPEC + i)
            window_and(out, has[i]);
}

/* Those that a look at the variants may judge otherwise. */
static void candidates_find(const struct filters *filters, const uint8_t *fails, uint64_t (*has)[WINDOW_WORDS], const uint64_t *documents,
                            uint64_t *out)
{
    uint32_t axes = filters->active & (uint32_t)AXES_OFFER;
    bool one = (axes & (axes - 1)) == 0; /* left out, it lets everything pass */
    window_copy(out, documents);
    if (fails != NULL && (one || (filters->omitted >> AXIS_PRICE & 1) == 0))
        bytes_to_window(fails, TOO_DEAR, documents, out);
    for (unsigned i = 0; i < filters->spec_count; i++)
        if ((filters->omitted >> (AXIS_SPEC + i) & 1) == 0)
            window_and(out, has[i]);
    /* One thing alone that the product shows is what one of its variants has. */
    if (one)
        for (unsigned word = 0; word < WINDOW_WORDS; word++)
            out[word] &= ~filters->passing[AXIS_NONE][word];
}

enum status offers_window(struct filters *filters, struct columns *columns, const uint64_t *documents)
{
    uint8_t fails[COLUMN_WINDOW];
    uint64_t has[SPECS_MAX][WINDOW_WORDS], candidates[WINDOW_WORDS];
    uint32_t shown_axes = 1u << AXIS_PRICE | 1u << AXIS_STOCK | 1u << AXIS_SALE;
    bool shown = (filters->active & shown_axes) != 0;
    enum status status = shown ? shown_window(filters, columns, documents, fails) : STATUS_OK;
    for (unsigned i = 0; i < filters->spec_count && status == STATUS_OK; i++)
        status = spec_window(filters, &filters->specs[i], columns->window * COLUMN_WINDOW, documents, has[i]);
    if (status != STATUS_OK)
        return status;
    shown_mask(filters, AXIS_NONE, shown ? fails : NULL, has, documents);
    for (uint32_t rest = filters->omitted & (uint32_t)AXES_OFFER; rest != 0; rest &= rest - 1)
        shown_mask(filters, (enum filter_axis)__builtin_ctz(rest), shown ? fails : NULL, has, documents);
    if (!filters->runs_judged)
        return STATUS_OK;
    candidates_find(filters, shown ? fails : NULL, has, documents, candidates);
    return runs_window(filters, columns, candidates, has);
}

/* Into the order of prices; the dearest leaves when there are too many. */
static void variant_note(struct hit_variants *out, uint32_t prices[HIT_VARIANTS_MAX], uint16_t place, uint32_t paid)
{
    unsigned at = out->count < HIT_VARIANTS_MAX ? out->count++ : HIT_VARIANTS_MAX;
    out->total++;
    if (at == HIT_VARIANTS_MAX && paid >= prices[--at])
        return;
    for (; at > 0 && prices[at - 1] > paid; at--) {
        prices[at] = prices[at - 1];
        out->places[at] = out->places[at - 1];
    }
    prices[at] = paid;
    out->places[at] = place;
}

static uint32_t variant_value(const struct filters *filters, uint32_t entry, unsigned field)
{
    uint32_t value = VALUE_UNKNOWN;
    if (filters->variant_chunk.values[field] != NULL)
        memcpy(&value, filters->variant_chunk.values[field] + (entry - filters->variant_first) * sizeof value, sizeof value);
    return value;
}

static uint64_t value_or_unknown(uint32_t value)
{
    return value == VALUE_UNKNOWN ? COLUMN_UNKNOWN : value;
}

/* What the product has of the specs, and which of them its variants have by themselves. */
static enum status run_open(struct filters *filters, uint32_t document, struct run_judged *run)
{
    struct column_reader runs;
    column_reader_init(&runs, filters->snapshot, &family_run);
    uint64_t first = column_get(&runs, RUN_FIRST, document), count = column_get(&runs, RUN_COUNT, document);
    *run = (struct run_judged){.document = document};
    if (first == COLUMN_UNKNOWN || count == COLUMN_UNKNOWN)
        return STATUS_OK;
    run->first = (uint32_t)first;
    run->count = (uint32_t)count;
    for (unsigned i = 0; i < filters->spec_count; i++) {
        struct spec_filter *spec = &filters->specs[i];
        struct multi_chunk chunk;
        uint32_t begin = 0, end = 0;
        enum status status = spec->values.limit == 0 ? STATUS_END : multi_cursor_seek(&spec->products, filters->snapshot, document, &chunk);
        if (status == STATUS_END || (status == STATUS_OK && chunk.first > document))
            continue;
        if (status != STATUS_OK)
            return status;
        if (!multi_chunk_values(&chunk, document - chunk.first, &begin, &end))
            return multi_cursor_corrupt(&spec->products, filters->snapshot);
        run->has |= (uint32_t)any_selected(spec, &chunk, begin, end) << i;
    }
    return run_compare(filters, run);
}

enum status filters_variants(struct filters *filters, uint32_t document, struct hit_variants *out)
{
    const struct wanted wanted = wanted_make(filters);
    uint32_t prices[HIT_VARIANTS_MAX];
    struct run_judged run = {0};
    uint64_t stock = 0;
    bool known = false, unknown = false;
    *out = (struct hit_variants){.price = COLUMN_UNKNOWN, .sale = COLUMN_UNKNOWN, .stock = COLUMN_UNKNOWN};
    enum status status = (filters->active & (uint32_t)AXES_OFFER) == 0 ? STATUS_OK : run_open(filters, document, &run);
    out->first = run.first;
    for (uint32_t place = 1; place < run.count && status == STATUS_OK; place++) {
        uint32_t owner = 0, failed = 0, entry = run.first + place;
        uint8_t shown = 0;
        status = variant_read(filters, entry, wanted, &owner, &shown);
        if (status != STATUS_OK || owner != document)
            continue;
        status = variant_judge(filters, &run, entry, shown, &failed);
        if (status != STATUS_OK || failed != 0)
            continue;
        uint32_t price = variant_value(filters, entry, VARIANT_OFFER_PRICE), sale = variant_value(filters, entry, VARIANT_OFFER_SALE);
        uint32_t pieces = variant_value(filters, entry, VARIANT_OFFER_STOCK);
        variant_note(out, prices, (uint16_t)place, paid_of(price, sale));
        if (out->places[0] == place) {
            out->price = value_or_unknown(price);
            out->sale = value_or_unknown(sale);
        }
        known = known || pieces != VALUE_UNKNOWN;
        unknown = unknown || pieces == VALUE_UNKNOWN;
        stock += pieces == VALUE_UNKNOWN ? 0 : pieces;
    }
    if (stock > 0 || (known && !unknown))
        out->stock = stock < COUNT_MAX ? stock : COUNT_MAX;
    return status;
}
