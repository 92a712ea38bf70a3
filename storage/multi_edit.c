/* Writing multi-valued facets: a batch's puts, sorted at commit, and the chunks they end up in. Grammar in multi_block.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/multi_block.h"

struct multi_edit {
    uint64_t place;    /* field, entry: the order of the keys */
    uint32_t sequence; /* a later put of the same place wins */
    uint32_t at;       /* of its ordinals in multi_edits.ordinals */
    uint32_t count;
};

struct multi_edits {
    struct multi_edit *items;
    size_t count, room;
    uint32_t *ordinals;
    size_t ordinal_count, ordinal_room;
};

/* The values of one field for MULTI_SPAN_MAX entries: what a put may rearrange. */
struct group {
    uint16_t field;
    uint32_t base; /* its first entry */
    uint32_t offsets[MULTI_SPAN_MAX + 1];
    uint32_t ordinals[MULTI_SPAN_MAX * MULTI_VALUES_MAX];
    uint32_t stored[MULTI_GROUP_CHUNKS_MAX]; /* where the chunks now in the database begin */
    unsigned stored_count;
};

static uint64_t place_of(uint16_t field, uint32_t entry)
{
    return (uint64_t)field << 32 | entry;
}

static void edits_reserve(struct multi_edits *edits, unsigned ordinals)
{
    if (edits->count == edits->room) {
        edits->room = edits->room == 0 ? 256 : edits->room * 2;
        edits->items = memory_resize(edits->items, edits->room * sizeof *edits->items);
    }
    if (edits->ordinal_count + ordinals > edits->ordinal_room) {
        edits->ordinal_room = edits->ordinal_room == 0 ? 1024 : edits->ordinal_room * 2;
        edits->ordinals = memory_resize(edits->ordinals, edits->ordinal_room * sizeof *edits->ordinals);
    }
}

enum status multi_put(struct batch *batch, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count)
{
    if (count > MULTI_VALUES_MAX)
        return STATUS_LIMIT;
    for (unsigned i = 1; i < count; i++)
        assert(ordinals[i - 1] < ordinals[i]);
    if (batch->multis == NULL)
        batch->multis = memory_calloc(1, sizeof *batch->multis);
    struct multi_edits *edits = batch->multis;
    if (edits->count >= UINT32_MAX / MULTI_VALUES_MAX - 1)
        return STATUS_LIMIT;
    edits_reserve(edits, count);
    if (count > 0)
        memcpy(edits->ordinals + edits->ordinal_count, ordinals, count * sizeof *ordinals);
    edits->items[edits->count] = (struct multi_edit){
        .place = place_of(field, entry),
        .sequence = (uint32_t)edits->count,
        .at = (uint32_t)edits->ordinal_count,
        .count = count,
    };
    edits->count++;
    edits->ordinal_count += count;
    return STATUS_OK;
}

static int edit_compare(const void *left, const void *right)
{
    const struct multi_edit *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* Sorts and keeps the last put of each place. */
static void edits_settle(struct multi_edits *edits)
{
    size_t kept = 0;
    bool sorted = true;
    for (size_t i = 1; i < edits->count && sorted; i++)
        sorted = edits->items[i - 1].place <= edits->items[i].place;
    if (!sorted)
        qsort(edits->items, edits->count, sizeof *edits->items, edit_compare);
    for (size_t i = 0; i < edits->count; i++) {
        if (kept > 0 && edits->items[kept - 1].place == edits->items[i].place)
            kept--;
        edits->items[kept++] = edits->items[i];
    }
    edits->count = kept;
}

/* Adds a stored chunk's entries behind those the group has. */
static void group_append(struct group *group, const struct multi_chunk *chunk, uint32_t *filled)
{
    uint32_t at = chunk->first - group->base;
    uint32_t have = group->offsets[*filled];
    for (uint32_t i = *filled; i < at; i++)
        group->offsets[i + 1] = have;
    for (uint32_t i = 0; i < chunk->span; i++)
        group->offsets[at + i + 1] = have + chunk->offsets[i + 1];
    memcpy(group->ordinals + have, chunk->ordinals, chunk->offsets[chunk->span] * sizeof *group->ordinals);
    *filled = at + chunk->span;
}

/* What of the chunk would not fit beside what the group has, or would overlap it. */
static bool chunk_fits(const struct group *group, const struct multi_chunk *chunk, uint32_t filled)
{
    uint32_t at = chunk->first - group->base;
    return at >= filled && chunk->span <= MULTI_SPAN_MAX - at &&
           group->offsets[filled] + chunk->offsets[chunk->span] <= sizeof group->ordinals / sizeof *group->ordinals;
}

static enum status group_read(struct door_cursor *cursor, struct group *group)
{
    unsigned char key[MULTI_KEY_BYTES];
    uint32_t filled = 0;
    group->offsets[0] = 0;
    group->stored_count = 0;
    multi_key(key, group->field, group->base);
    enum status status = door_cursor_seek(cursor, key, sizeof key);
    while (status == STATUS_OK) {
        const unsigned char *at = (const unsigned char *)cursor->key.data;
        struct multi_chunk chunk = {0};
        if (cursor->key.size != MULTI_KEY_BYTES || key_get_u16(at) != group->field || key_get_u32(at + 2) - group->base >= MULTI_SPAN_MAX)
            break;
        if (group->stored_count == MULTI_GROUP_CHUNKS_MAX || !multi_block_open(key_get_u32(at + 2), cursor->payload, &chunk) ||
            !chunk_fits(group, &chunk, filled))
            return door_corrupt(cursor->snapshot, DB_MULTI, at, MULTI_KEY_BYTES, "a chunk of ordinals that does not decode");
        group->stored[group->stored_count++] = chunk.first;
        group_append(group, &chunk, &filled);
        status = door_cursor_next(cursor);
    }
    for (; filled < MULTI_SPAN_MAX; filled++)
        group->offsets[filled + 1] = group->offsets[filled];
    return status == STATUS_END ? STATUS_OK : status;
}

/* `out` becomes `in` with the edits [first, first + count) of this group put into it. */
static void group_merge(const struct group *in, const struct multi_edits *edits, size_t first, size_t count, struct group *out)
{
    const struct multi_edit *edit = edits->items + first, *end = edit + count;
    uint32_t have = 0;
    out->offsets[0] = 0;
    for (uint32_t i = 0; i < MULTI_SPAN_MAX; i++) {
        const uint32_t *ordinals = in->ordinals + in->offsets[i];
        uint32_t size = in->offsets[i + 1] - in->offsets[i];
        if (edit < end && (uint32_t)edit->place == in->base + i) {
            ordinals = edits->ordinals + edit->at;
            size = edit->count;
            edit++;
        }
        if (size > 0)
            memcpy(out->ordinals + have, ordinals, size * sizeof *ordinals);
        have += size;
        out->offsets[i + 1] = have;
    }
}

static size_t chunk_encode(const struct group *group, uint32_t at, uint32_t span, unsigned char payload[PAYLOAD_BYTES_MAX])
{
    uint16_t span_stored = (uint16_t)span;
    uint32_t from = group->offsets[at], count = group->offsets[at + span] - from;
    unsigned char *next = payload + sizeof span_stored;
    memcpy(payload, &span_stored, sizeof span_stored);
    for (uint32_t i = 0; i <= span; i++, next += 2) {
        uint16_t offset = (uint16_t)(group->offsets[at + i] - from);
        memcpy(next, &offset, sizeof offset);
    }
    memcpy(next, group->ordinals + from, count * sizeof *group->ordinals);
    return multi_block_bytes(span, count);
}

static enum status chunk_write(struct batch *batch, const struct group *group, uint32_t at, uint32_t span)
{
    unsigned char key[MULTI_KEY_BYTES], payload[PAYLOAD_BYTES_MAX];
    struct bytes stored = {0};
    size_t size = chunk_encode(group, at, span, payload);
    multi_key(key, group->field, group->base + at);
    enum status status = door_get(&batch->view, DB_MULTI, key, sizeof key, &stored);
    if (status == STATUS_OK && stored.size == size && memcmp(stored.data, payload, size) == 0)
        return STATUS_OK;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    return door_put(batch, DB_MULTI, key, sizeof key, payload, size);
}

static enum status chunks_drop(struct batch *batch, const struct group *group, uint32_t from, uint32_t to)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < group->stored_count; i++) {
        unsigned char key[MULTI_KEY_BYTES];
        if (group->stored[i] - group->base < from || group->stored[i] - group->base >= to)
            continue;
        multi_key(key, group->field, group->stored[i]);
        status = door_del(batch, DB_MULTI, key, sizeof key);
    }
    return status;
}

static enum status group_write(struct batch *batch, const struct group *group)
{
    enum status status = STATUS_OK;
    for (uint32_t at = 0, span; status == STATUS_OK && at < MULTI_SPAN_MAX; at += span) {
        uint32_t count;
        for (span = MULTI_SPAN_MAX; at % span != 0;)
            span /= 2;
        while (count = group->offsets[at + span] - group->offsets[at], multi_block_bytes(span, count) > PAYLOAD_BYTES_MAX)
            span /= 2;
        status = chunks_drop(batch, group, at + (count > 0), at + span);
        if (status == STATUS_OK && count > 0)
            status = chunk_write(batch, group, at, span);
    }
    return status;
}

/* How many edits from the first on fall into its group. */
static size_t edits_in_group(const struct multi_edits *edits, size_t first, uint32_t base)
{
    size_t count = 1;
    uint64_t end = (edits->items[first].place >> 32 << 32 | base) + MULTI_SPAN_MAX;
    while (first + count < edits->count && edits->items[first + count].place < end)
        count++;
    return count;
}

enum status multi_edits_write(struct batch *batch)
{
    struct multi_edits *edits = batch->multis;
    struct group *old = memory_alloc(sizeof *old), *new = memory_alloc(sizeof *new);
    struct door_cursor cursor = {0};
    enum status status = edits->count == 0 ? STATUS_OK : door_cursor_open(&batch->view, DB_MULTI, &cursor);
    edits_settle(edits);
    for (size_t i = 0, count; status == STATUS_OK && i < edits->count; i += count) {
        uint32_t entry = (uint32_t)edits->items[i].place;
        old->field = (uint16_t)(edits->items[i].place >> 32);
        old->base = entry - entry % MULTI_SPAN_MAX;
        count = edits_in_group(edits, i, old->base);
        status = group_read(&cursor, old);
        if (status != STATUS_OK)
            break;
        new->field = old->field;
        new->base = old->base;
        new->stored_count = old->stored_count;
        memcpy(new->stored, old->stored, sizeof new->stored);
        group_merge(old, edits, i, count, new);
        status = group_write(batch, new);
    }
    edits->count = edits->ordinal_count = 0;
    door_cursor_close(&cursor);
    free(old);
    free(new);
    return status;
}

void multi_edits_free(struct multi_edits *edits)
{
    free(edits->items);
    free(edits->ordinals);
    free(edits);
}

size_t multi_edits_bytes(const struct multi_edits *edits)
{
    return edits->count * sizeof *edits->items + edits->ordinal_count * sizeof *edits->ordinals;
}
