#include "query/columns.h"

#include <assert.h>

static const struct column_family *const families[SLOT_COUNT] = {
    [SLOT_OFFER] = &family_offer,       [SLOT_FAME] = &family_fame,       [SLOT_BRAND] = &family_brand,
    [SLOT_CATEGORY] = &family_category, [SLOT_CREATED] = &family_created, [SLOT_RUN] = &family_run,
};

void columns_init(struct columns *columns, struct snapshot *snapshot, struct arena *arena)
{
    columns->snapshot = snapshot;
    columns->arena = arena;
    columns->window = UINT32_MAX;
    columns->unknown = NULL;
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++) {
        columns->slots[slot].cursor = (struct column_cursor){.family = families[slot]};
        columns->slots[slot].entries = column_chunk_entries(families[slot]);
        columns->slots[slot].loaded = 0;
        assert(COLUMN_WINDOW / columns->slots[slot].entries <= COLUMN_RECORD_BYTES_MAX);
    }
}

void columns_move(struct columns *columns, uint32_t window)
{
    if (columns->window == window)
        return;
    columns->window = window;
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        columns->slots[slot].loaded = 0;
}

/* Points the arrays of a chunk never written at unknown values. */
static enum status part_unknown(struct columns *columns, struct column_chunk *chunk)
{
    if (columns->unknown == NULL) {
        unsigned char *unknown = arena_alloc(columns->arena, COLUMN_CHUNK_BYTES);
        if (unknown == NULL)
            return STATUS_LIMIT;
        columns->unknown = memset(unknown, 0xFF, COLUMN_CHUNK_BYTES);
    }
    for (unsigned field = 0; field < COLUMN_FIELDS_MAX; field++)
        chunk->values[field] = columns->unknown;
    return STATUS_OK;
}

static enum status part_load(struct columns *columns, enum column_slot slot, uint32_t chunk)
{
    uint32_t entries = columns->slots[slot].entries;
    struct column_part *part = &columns->slots[slot].parts[chunk];
    enum status status = column_cursor_get(&columns->slots[slot].cursor, columns->snapshot,
                                           columns->window * (COLUMN_WINDOW / entries) + chunk, &part->chunk);
    if (status == STATUS_OK && part->chunk.values[0] == NULL)
        status = part_unknown(columns, &part->chunk);
    part->first = chunk * entries;
    part->end = part->first + entries;
    if (status == STATUS_OK)
        columns->slots[slot].loaded |= 1u << chunk;
    return status;
}

enum status columns_next(struct columns *columns, enum column_slot slot, const uint64_t *bits, uint32_t *at, const struct column_part **out)
{
    enum status status = STATUS_OK;
    uint32_t next = window_next(bits, *at);
    if (next >= COLUMN_WINDOW)
        return STATUS_END;
    uint32_t chunk = next / columns->slots[slot].entries;
    if ((columns->slots[slot].loaded >> chunk & 1) == 0)
        status = part_load(columns, slot, chunk);
    *out = &columns->slots[slot].parts[chunk];
    *at = (*out)->end;
    return status;
}
