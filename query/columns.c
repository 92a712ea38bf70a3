#include "query/columns.h"

#include <assert.h>

/* What a slot fetches. */
struct slot {
    const struct column_family *family;
    unsigned fields; /* a bit each */
};

static const struct slot slots[SLOT_COUNT] = {
    [SLOT_OFFER] = {&family_offer, 1u << OFFER_PRICE | 1u << OFFER_SALE | 1u << OFFER_STOCK},
    [SLOT_PRIOR] = {&family_fame, 1u << FAME_PRIOR},
    [SLOT_SOLD] = {&family_fame, 1u << FAME_SOLD},
    [SLOT_BRAND] = {&family_brand, 1},
    [SLOT_CATEGORY] = {&family_category, 1},
    [SLOT_CREATED] = {&family_created, 1},
    [SLOT_RUN] = {&family_run, 1u << RUN_FIRST | 1u << RUN_COUNT},
};

void columns_init(struct columns *columns, struct snapshot *snapshot, struct arena *arena)
{
    *columns = (struct columns){.snapshot = snapshot, .arena = arena, .window = UINT32_MAX};
}

void columns_move(struct columns *columns, uint32_t window)
{
    if (columns->window == window)
        return;
    columns->window = window;
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        columns->slots[slot].loaded = 0;
}

static enum status slot_ready(struct columns *columns, enum column_slot slot)
{
    uint32_t entries = column_chunk_entries(slots[slot].family), chunks = COLUMN_WINDOW / entries;
    assert(chunks <= COLUMN_RECORD_BYTES_MAX);
    columns->slots[slot].entries = entries;
    for (unsigned field = 0; field < slots[slot].family->field_count; field++) {
        if ((slots[slot].fields >> field & 1) == 0)
            continue;
        columns->slots[slot].values[field] = arena_alloc(columns->arena, COLUMN_WINDOW * sizeof(uint32_t));
        if (columns->slots[slot].values[field] == NULL)
            return STATUS_LIMIT;
    }
    columns->slots[slot].complete = (1u << chunks) - 1;
    return STATUS_OK;
}

enum { WIDEN_STEP = 16 /* divides the entries of every family with such values */ };

/* Half-width values widened, their unknown too; in steps that the compiler knows, so that it makes vectors of them. */
static void values_widen(uint32_t *restrict out, const unsigned char *restrict array, uint32_t count)
{
    assert(count % WIDEN_STEP == 0);
    for (uint32_t i = 0; i < count; i += WIDEN_STEP) {
        uint16_t values[WIDEN_STEP];
        memcpy(values, array + (size_t)i * sizeof values[0], sizeof values);
        for (unsigned j = 0; j < WIDEN_STEP; j++)
            out[i + j] = values[j] == UINT16_MAX ? VALUE_UNKNOWN : values[j];
    }
}

static void values_copy(uint32_t *out, const unsigned char *array, unsigned width, uint32_t count)
{
    assert(width == sizeof(uint16_t) || width == sizeof(uint32_t));
    if (array == NULL)
        memset(out, 0xFF, count * sizeof *out);
    else if (width == sizeof *out)
        memcpy(out, array, count * sizeof *out);
    else
        values_widen(out, array, count);
}

static enum status chunk_load(struct columns *columns, enum column_slot slot, uint32_t chunk, uint32_t entries)
{
    const struct column_family *family = slots[slot].family;
    struct column_chunk found = {0};
    uint32_t chunks = COLUMN_WINDOW / entries;
    enum status status = column_chunk_get(columns->snapshot, family, columns->window * chunks + chunk, &found);
    if (status != STATUS_OK)
        return status;
    columns->slots[slot].min[chunk] = found.min[0];
    columns->slots[slot].max[chunk] = found.max[0];
    for (unsigned field = 0; field < family->field_count; field++)
        if (columns->slots[slot].values[field] != NULL)
            values_copy(columns->slots[slot].values[field] + (size_t)chunk * entries, found.values[field], family->widths[field], entries);
    columns->slots[slot].loaded |= 1u << chunk;
    return STATUS_OK;
}

enum status columns_load(struct columns *columns, enum column_slot slot, const uint64_t *bits)
{
    enum status status = columns->slots[slot].complete == 0 ? slot_ready(columns, slot) : STATUS_OK;
    if (status != STATUS_OK || columns->slots[slot].loaded == columns->slots[slot].complete)
        return status;
    uint32_t entries = columns->slots[slot].entries;
    for (uint32_t at = window_next(bits, 0); at < COLUMN_WINDOW && status == STATUS_OK;) {
        uint32_t chunk = at / entries;
        if ((columns->slots[slot].loaded >> chunk & 1) == 0)
            status = chunk_load(columns, slot, chunk, entries);
        at = window_next(bits, (chunk + 1) * entries);
    }
    return status;
}
