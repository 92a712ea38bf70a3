/* Reading columns, and the chunk's bytes. Grammar in column_block.h. */
#include "storage/column.h"

#include <assert.h>

#include "storage/bytes.h"
#include "storage/column_block.h"

enum { PAGE_BYTES = 4096 };

static unsigned record_width(const struct column_family *family)
{
    unsigned width = 0;
    for (unsigned field = 0; field < family->field_count; field++)
        width += family->widths[field];
    return width;
}

uint32_t column_chunk_entries(const struct column_family *family)
{
    unsigned width = record_width(family);
    assert(width > 0 && width <= COLUMN_RECORD_BYTES_MAX && COLUMN_CHUNK_BYTES % width == 0);
    return COLUMN_CHUNK_BYTES / width;
}

size_t column_array_at(const struct column_family *family, unsigned field)
{
    size_t before = 0;
    assert(field < family->field_count);
    for (unsigned i = 0; i < field; i++)
        before += family->widths[i];
    size_t at = before * column_chunk_entries(family);
    assert(at % family->widths[field] == 0);
    return COLUMN_HEADER_BYTES + at;
}

uint64_t column_chunk_id(const struct column_family *family, uint32_t chunk)
{
    return (uint64_t)family->space << 40 | (uint64_t)family->id << 32 | chunk;
}

void column_chunk_key(uint64_t id, unsigned char key[COLUMN_KEY_BYTES])
{
    key[0] = (unsigned char)(id >> 40);
    key[1] = (unsigned char)(id >> 32);
    key_put_u32(key + 2, (uint32_t)id);
}

static uint8_t family_shape(const struct column_family *family)
{
    unsigned shape = 0;
    for (unsigned field = 0; field < family->field_count; field++)
        shape |= (unsigned)__builtin_ctz(family->widths[field]) << (2 * field);
    return (uint8_t)shape;
}

static bool block_is_family(const struct column_family *family, const unsigned char *payload)
{
    return payload[0] == family->id && payload[1] == family->field_count && payload[2] == family_shape(family) && payload[3] == 0;
}

static enum status block_taken(struct snapshot *snapshot, const struct column_family *family, const unsigned char key[COLUMN_KEY_BYTES],
                               struct bytes found, const unsigned char **payload)
{
    const unsigned char *data = (const unsigned char *)found.data;
    if (found.size != COLUMN_PAYLOAD_BYTES || !block_is_family(family, data))
        return door_corrupt(snapshot, DB_COLUMN, key, COLUMN_KEY_BYTES, "a column chunk of another shape");
    assert((uintptr_t)(data + COLUMN_HEADER_BYTES) % 16 == 0);
    *payload = data;
    return STATUS_OK;
}

enum status column_block_get(struct snapshot *snapshot, const struct column_family *family, uint32_t chunk, const unsigned char **payload)
{
    unsigned char key[COLUMN_KEY_BYTES];
    struct bytes found = {0};
    column_chunk_key(column_chunk_id(family, chunk), key);
    enum status status = door_get(snapshot, DB_COLUMN, key, sizeof key, &found);
    return status == STATUS_OK ? block_taken(snapshot, family, key, found, payload) : status;
}

static uint64_t zone_read(const unsigned char *at, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, at, width);
    return value;
}

static void chunk_borrow(const struct column_family *family, const unsigned char *payload, bool with_zones, struct column_chunk *out)
{
    const unsigned char *zone = payload + 4;
    for (unsigned field = 0; field < family->field_count; field++) {
        unsigned width = family->widths[field];
        out->values[field] = payload + column_array_at(family, field);
        out->min[field] = with_zones ? zone_read(zone, width) : 0;
        out->max[field] = with_zones ? zone_read(zone + width, width) : UINT64_MAX;
        zone += (size_t)2 * width;
    }
}

static void chunk_unwritten(struct column_chunk *out)
{
    *out = (struct column_chunk){0};
    for (unsigned field = 0; field < COLUMN_FIELDS_MAX; field++)
        out->min[field] = UINT64_MAX;
}

enum status column_cursor_get(struct column_cursor *cursor, struct snapshot *snapshot, uint32_t chunk, struct column_chunk *out)
{
    unsigned char key[COLUMN_KEY_BYTES];
    const unsigned char *payload = NULL;
    chunk_unwritten(out);
    enum status status = cursor->place == NULL ? door_cursor_keep(snapshot, DB_COLUMN, &cursor->place) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    column_chunk_key(column_chunk_id(cursor->family, chunk), key);
    status = door_cursor_get(cursor->place, key, sizeof key, cursor->placed && chunk == cursor->chunk + 1);
    cursor->placed = status == STATUS_OK;
    cursor->chunk = chunk;
    if (status == STATUS_OK)
        status = block_taken(snapshot, cursor->family, key, cursor->place->payload, &payload);
    if (status == STATUS_OK) {
        chunk_borrow(cursor->family, payload, true, out);
        /* Chunks written in order lie page by page: the header that the next step waits for is most likely there. */
        __builtin_prefetch(payload + PAGE_BYTES);
        __builtin_prefetch(payload + 2 * (size_t)PAGE_BYTES);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status column_chunk_get(struct snapshot *snapshot, const struct column_family *family, uint32_t chunk, struct column_chunk *out)
{
    const unsigned char *payload = snapshot->batch == NULL ? NULL : column_edits_find(snapshot->batch, family, chunk);
    bool copy = payload != NULL;
    chunk_unwritten(out);
    enum status status = copy ? STATUS_OK : column_block_get(snapshot, family, chunk, &payload);
    if (status == STATUS_OK)
        chunk_borrow(family, payload, !copy, out);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void column_reader_init(struct column_reader *reader, struct snapshot *snapshot, const struct column_family *family)
{
    *reader = (struct column_reader){
        .snapshot = snapshot,
        .family = family,
        .batch = snapshot->batch,
        .entries = column_chunk_entries(family),
    };
}

void column_reader_move(struct column_reader *reader, uint32_t entry)
{
    size_t copies = reader->batch == NULL ? 0 : column_edits_count(reader->batch);
    if (entry - reader->first < reader->count && copies == reader->copies_seen)
        return;
    uint32_t chunk = entry / reader->entries;
    enum status status = column_chunk_get(reader->snapshot, reader->family, chunk, &reader->current);
    if (status != STATUS_OK && reader->snapshot->status == STATUS_OK)
        reader->snapshot->status = status;
    reader->first = chunk * reader->entries;
    reader->count = reader->entries;
    reader->copies_seen = copies;
}

/* One loop per width, each in its own type: so written, the compiler makes vector instructions of them. Adding 1 turns unknown into 0, which
 * is no maximum, and every other value into itself plus 1. */
#define ZONE_SCAN(name, type)                                                                                                              \
    static void name(const unsigned char *array, uint32_t count, uint64_t *min, uint64_t *max)                                             \
    {                                                                                                                                      \
        type low = (type)UINT64_MAX, high = 0;                                                                                             \
        for (uint32_t i = 0; i < count; i++) {                                                                                             \
            type value, next;                                                                                                              \
            memcpy(&value, array + i * sizeof value, sizeof value);                                                                        \
            next = (type)(value + 1U);                                                                                                     \
            low = value < low ? value : low;                                                                                               \
            high = next > high ? next : high;                                                                                              \
        }                                                                                                                                  \
        *min = low;                                                                                                                        \
        *max = high == 0 ? 0 : high - 1U;                                                                                                  \
    }
ZONE_SCAN(zone_scan_1, uint8_t)
ZONE_SCAN(zone_scan_2, uint16_t)
ZONE_SCAN(zone_scan_4, uint32_t)
ZONE_SCAN(zone_scan_8, uint64_t)

static void zone_of(const unsigned char *array, unsigned width, uint32_t count, uint64_t *min, uint64_t *max)
{
    switch (width) {
    case 1:
        zone_scan_1(array, count, min, max);
        break;
    case 2:
        zone_scan_2(array, count, min, max);
        break;
    case 4:
        zone_scan_4(array, count, min, max);
        break;
    default:
        zone_scan_8(array, count, min, max);
        break;
    }
}

static void header_write(const struct column_family *family, const unsigned char *payload, unsigned char header[COLUMN_HEADER_BYTES])
{
    uint32_t entries = column_chunk_entries(family);
    unsigned char *zone = header + 4;
    memset(header, 0, COLUMN_HEADER_BYTES);
    header[0] = family->id;
    header[1] = family->field_count;
    header[2] = family_shape(family);
    for (unsigned field = 0; field < family->field_count; field++) {
        unsigned width = family->widths[field];
        uint64_t min, max;
        zone_of(payload + column_array_at(family, field), width, entries, &min, &max);
        memcpy(zone, &min, width);
        memcpy(zone + width, &max, width);
        zone += (size_t)2 * width;
    }
}

void column_block_seal(const struct column_family *family, unsigned char *payload)
{
    unsigned char header[COLUMN_HEADER_BYTES];
    header_write(family, payload, header);
    memcpy(payload, header, COLUMN_HEADER_BYTES);
}

bool column_block_sealed(const struct column_family *family, const unsigned char *payload)
{
    unsigned char header[COLUMN_HEADER_BYTES];
    header_write(family, payload, header);
    return memcmp(payload, header, COLUMN_HEADER_BYTES) == 0;
}
