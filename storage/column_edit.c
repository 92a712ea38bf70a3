/* Writing columns: a batch's copies of the chunks it has touched, and what becomes of them at its commit. Grammar in column_block.h. */
#include <assert.h>
#include <stdlib.h>

#include "storage/column_block.h"

enum { SLAB_COPIES = 64, SLOTS_MIN = 256 };

/* A copy lies as in a stored page, so that arrays are aligned as they are there: 4 bytes for the checksum, then the payload. */
struct column_copy {
    uint64_t id; /* of column_chunk_id */
    const struct column_family *family;
    _Alignas(16) unsigned char page[STORED_BYTES_MAX];
};

struct column_slab {
    struct column_copy copies[SLAB_COPIES];
};

/* Copies never move: readers and callers hold pointers into them. */
struct column_edits {
    struct column_slab **slabs;
    size_t slab_count, slab_room;
    size_t count;               /* copies */
    struct column_copy *last;   /* found or made last: fields of one entry are set one after the other */
    struct column_copy **slots; /* hash table, linear probing, at most half full */
    size_t slot_count;          /* a power of two */
};

static size_t slot_of(uint64_t id, size_t slot_count)
{
    return (size_t)((id * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slot_count - 1);
}

static struct column_copy *edits_find(const struct column_edits *edits, uint64_t id)
{
    if (edits->last != NULL && edits->last->id == id)
        return edits->last;
    for (size_t i = slot_of(id, edits->slot_count);; i = (i + 1) & (edits->slot_count - 1)) {
        struct column_copy *copy = edits->slots[i];
        if (copy == NULL || copy->id == id)
            return copy;
    }
}

const unsigned char *column_edits_find(const struct batch *batch, const struct column_family *family, uint32_t chunk)
{
    if (batch->columns == NULL)
        return NULL;
    const struct column_copy *copy = edits_find(batch->columns, column_chunk_id(family, chunk));
    return copy == NULL ? NULL : copy->page + STORED_BYTES_MAX - COLUMN_PAYLOAD_BYTES;
}

size_t column_edits_count(const struct batch *batch)
{
    return batch->columns == NULL ? 0 : batch->columns->count;
}

static struct column_edits *edits_new(void)
{
    struct column_edits *edits = memory_calloc(1, sizeof *edits);
    edits->slot_count = SLOTS_MIN;
    edits->slots = memory_calloc(edits->slot_count, sizeof(struct column_copy *));
    return edits;
}

static void slots_insert(struct column_edits *edits, struct column_copy *copy)
{
    size_t i = slot_of(copy->id, edits->slot_count);
    while (edits->slots[i] != NULL)
        i = (i + 1) & (edits->slot_count - 1);
    edits->slots[i] = copy;
}

static struct column_copy *copy_at(const struct column_edits *edits, size_t i)
{
    return &edits->slabs[i / SLAB_COPIES]->copies[i % SLAB_COPIES];
}

static void slots_grow(struct column_edits *edits)
{
    free(edits->slots);
    edits->slot_count *= 2;
    edits->slots = memory_calloc(edits->slot_count, sizeof(struct column_copy *));
    for (size_t i = 0; i < edits->count; i++)
        slots_insert(edits, copy_at(edits, i));
}

static struct column_copy *edits_add(struct column_edits *edits, const struct column_family *family, uint64_t id)
{
    if (edits->count == edits->slab_count * SLAB_COPIES) {
        if (edits->slab_count == edits->slab_room) {
            edits->slab_room = edits->slab_room == 0 ? 16 : edits->slab_room * 2;
            edits->slabs = memory_resize(edits->slabs, edits->slab_room * sizeof(struct column_slab *));
        }
        edits->slabs[edits->slab_count++] = memory_alloc(sizeof(struct column_slab));
    }
    if (2 * (edits->count + 1) > edits->slot_count)
        slots_grow(edits);
    struct column_copy *copy = copy_at(edits, edits->count++);
    copy->id = id;
    copy->family = family;
    slots_insert(edits, copy);
    return copy;
}

static unsigned char *copy_payload(struct column_copy *copy)
{
    return copy->page + STORED_BYTES_MAX - COLUMN_PAYLOAD_BYTES;
}

static void value_write(unsigned char *array, unsigned width, uint32_t at, uint64_t value)
{
    memcpy(array + (size_t)at * width, &value, width); /* little-endian: the low bytes come first */
}

static bool record_differs(const struct column_family *family, const unsigned char *payload, uint32_t at, const uint64_t *values,
                           unsigned first, unsigned count, uint64_t *before)
{
    bool differs = false;
    for (unsigned i = 0; i < count; i++) {
        unsigned field = first + i;
        before[i] = payload == NULL ? COLUMN_UNKNOWN : column_value(payload + column_array_at(family, field), family->widths[field], at);
        differs = differs || before[i] != values[i];
    }
    return differs;
}

/* Puts the fields from `first` on; the chunk is copied unless its values are these already. */
static enum status fields_put(struct batch *batch, const struct column_family *family, uint32_t entry, const uint64_t *values,
                              unsigned first, unsigned count, uint64_t *before, bool *changed)
{
    uint32_t entries = column_chunk_entries(family), chunk = entry / entries, at = entry % entries;
    uint64_t id = column_chunk_id(family, chunk);
    const unsigned char *stored = NULL;
    if (batch->columns == NULL)
        batch->columns = edits_new();
    struct column_copy *copy = edits_find(batch->columns, id);
    enum status status = copy == NULL ? column_block_get(&batch->view, family, chunk, &stored) : STATUS_OK;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (!record_differs(family, copy == NULL ? stored : copy_payload(copy), at, values, first, count, before))
        return STATUS_OK;
    *changed = true;
    if (copy == NULL) {
        copy = edits_add(batch->columns, family, id);
        if (stored == NULL)
            memset(copy_payload(copy), 0xFF, COLUMN_PAYLOAD_BYTES);
        else
            memcpy(copy_payload(copy), stored, COLUMN_PAYLOAD_BYTES);
    }
    batch->columns->last = copy;
    for (unsigned i = 0; i < count; i++)
        value_write(copy_payload(copy) + column_array_at(family, first + i), family->widths[first + i], at, values[i]);
    return STATUS_OK;
}

static bool value_fits(unsigned width, uint64_t value)
{
    return value == COLUMN_UNKNOWN || value < UINT64_MAX >> (64 - 8 * width);
}

enum status column_put(struct batch *batch, const struct column_family *family, unsigned field, uint32_t entry, uint64_t value)
{
    uint64_t before = 0;
    bool changed = false;
    assert(field < family->field_count && value_fits(family->widths[field], value));
    return fields_put(batch, family, entry, &value, field, 1, &before, &changed);
}

enum status column_put_record(struct batch *batch, const struct column_family *family, uint32_t entry, const uint64_t *values,
                              unsigned count, uint64_t *before, bool *changed)
{
    assert(count <= family->field_count);
    for (unsigned field = 0; field < count; field++)
        assert(value_fits(family->widths[field], values[field]));
    return fields_put(batch, family, entry, values, 0, count, before, changed);
}

static int copies_compare(const void *left, const void *right)
{
    uint64_t a = (*(struct column_copy *const *)left)->id, b = (*(struct column_copy *const *)right)->id;
    return (a > b) - (a < b);
}

enum status column_edits_write(struct batch *batch)
{
    struct column_edits *edits = batch->columns;
    struct column_copy **sorted = memory_alloc((edits->count + 1) * sizeof(struct column_copy *));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < edits->count; i++)
        sorted[i] = copy_at(edits, i);
    qsort(sorted, edits->count, sizeof(struct column_copy *), copies_compare);
    for (size_t i = 0; status == STATUS_OK && i < edits->count; i++) {
        unsigned char key[COLUMN_KEY_BYTES];
        column_chunk_key(sorted[i]->id, key);
        column_block_seal(sorted[i]->family, copy_payload(sorted[i]));
        status = door_put(batch, DB_COLUMN, key, sizeof key, copy_payload(sorted[i]), COLUMN_PAYLOAD_BYTES);
    }
    free(sorted);
    return status;
}

void column_edits_free(struct column_edits *edits)
{
    for (size_t i = 0; i < edits->slab_count; i++)
        free(edits->slabs[i]);
    free(edits->slabs);
    free(edits->slots);
    free(edits);
}

size_t column_edits_bytes(const struct column_edits *edits)
{
    return edits->count * sizeof(struct column_copy) + edits->slot_count * sizeof(struct column_copy *);
}
