/* Reading multi-valued facets. Grammar in multi_block.h. */
#include "storage/multi.h"

#include <assert.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/multi_block.h"

void multi_key(unsigned char key[MULTI_KEY_BYTES], uint16_t field, uint32_t first)
{
    key_put_u16(key, field);
    key_put_u32(key + 2, first);
}

typedef uint16_t lanes __attribute__((vector_size(16)));

/* Whether offsets never fall. Eight at a time: this runs for every chunk that a facet count reads. */
static bool offsets_ascend(const multi_offset *offsets, uint32_t span)
{
    lanes fallen = {0};
    uint32_t i = 0;
    for (; i + 8 <= span; i += 8) {
        lanes here, next;
        memcpy(&here, offsets + i, sizeof here);
        memcpy(&next, offsets + i + 1, sizeof next);
        fallen |= (lanes)(here > next);
    }
    bool ascend = true;
    for (; i < span; i++)
        ascend &= offsets[i] <= offsets[i + 1];
    uint64_t halves[2];
    memcpy(halves, &fallen, sizeof halves);
    return ascend && (halves[0] | halves[1]) == 0;
}

bool multi_block_borrow(uint32_t first, struct bytes payload, struct multi_chunk *out)
{
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    uint32_t span = read_u16(&reader);
    if (span != 504 && span != 252 && span != 126 && span != 63)
        return false;
    const void *offsets = read_span(&reader, 2 * ((size_t)span + 1));
    if (offsets == NULL || first % span != 0)
        return false;
    *out = (struct multi_chunk){.first = first, .span = span, .offsets = offsets, .ordinals = (const void *)reader.next};
    out->count = out->offsets[span];
    return out->offsets[0] == 0 && payload.size == multi_block_bytes(span, out->count);
}

bool multi_block_open(uint32_t first, struct bytes payload, struct multi_chunk *out)
{
    return multi_block_borrow(first, payload, out) && offsets_ascend(out->offsets, out->span);
}

typedef bool block_opener(uint32_t first, struct bytes payload, struct multi_chunk *out);

/* The cursor's chunk when it is of this field and ends behind `entry`; END when not. */
static enum status chunk_taken(const struct door_cursor *cursor, uint16_t field, uint32_t entry, block_opener *opener,
                               struct multi_chunk *out)
{
    const unsigned char *key = (const unsigned char *)cursor->key.data;
    if (cursor->key.size != MULTI_KEY_BYTES || key_get_u16(key) != field)
        return STATUS_END;
    if (!opener(key_get_u32(key + 2), cursor->payload, out))
        return door_corrupt(cursor->snapshot, DB_MULTI, key, MULTI_KEY_BYTES, "a chunk of ordinals that does not decode");
    return entry < out->first || entry - out->first < out->span ? STATUS_OK : STATUS_END;
}

static enum status chunk_seek(struct door_cursor *cursor, uint16_t field, uint32_t entry, block_opener *opener, struct multi_chunk *out)
{
    unsigned char key[MULTI_KEY_BYTES];
    multi_key(key, field, entry);
    enum status status = door_cursor_seek_back(cursor, key, sizeof key);
    bool before = status == STATUS_OK;
    if (status == STATUS_OK)
        status = chunk_taken(cursor, field, entry, opener, out);
    if (status != STATUS_END)
        return status;
    status = before ? door_cursor_next(cursor) : door_cursor_seek(cursor, key, sizeof key);
    return status == STATUS_OK ? chunk_taken(cursor, field, entry, opener, out) : status;
}

enum status multi_seek(struct snapshot *snapshot, uint16_t field, uint32_t entry, struct multi_chunk *out)
{
    struct door_cursor cursor = {0};
    enum status status = STATUS_OK;
    *out = (struct multi_chunk){0};
    if (snapshot->batch != NULL && snapshot->batch->multis != NULL)
        status = multi_edits_write(snapshot->batch);
    if (status == STATUS_OK)
        status = door_cursor_open(snapshot, DB_MULTI, &cursor);
    if (status == STATUS_OK)
        status = chunk_seek(&cursor, field, entry, multi_block_open, out);
    door_cursor_close(&cursor);
    return status;
}

enum status multi_next(struct snapshot *snapshot, uint16_t *field, uint32_t entry, struct multi_chunk *out)
{
    unsigned char key[MULTI_KEY_BYTES];
    struct door_cursor cursor = {0};
    enum status status = door_cursor_open(snapshot, DB_MULTI, &cursor);
    *out = (struct multi_chunk){0};
    multi_key(key, *field, entry);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, key, sizeof key);
    if (status == STATUS_OK && cursor.key.size != MULTI_KEY_BYTES)
        status = door_corrupt(snapshot, DB_MULTI, cursor.key.data, cursor.key.size, "a key of no chunk");
    if (status == STATUS_OK) {
        const unsigned char *at = (const unsigned char *)cursor.key.data;
        *field = key_get_u16(at);
        status = chunk_taken(&cursor, *field, key_get_u32(at + 2), multi_block_open, out);
    }
    door_cursor_close(&cursor);
    return status;
}

/* Steps to the chunk behind the one at hand when it covers `entry` or lies behind it; END when that is of no use. */
static enum status chunk_step(struct multi_cursor *cursor, uint32_t entry)
{
    if (cursor->chunk.span == 0 || cursor->ended || entry < cursor->chunk.first)
        return STATUS_END;
    uint32_t behind = cursor->chunk.first + cursor->chunk.span;
    enum status status = door_cursor_next(cursor->place);
    if (status == STATUS_OK)
        status = chunk_taken(cursor->place, cursor->field, entry, multi_block_borrow, &cursor->chunk);
    cursor->known_from = behind;
    return status;
}

enum status multi_cursor_seek(struct multi_cursor *cursor, struct snapshot *snapshot, uint32_t entry, struct multi_chunk *out)
{
    uint32_t end = cursor->chunk.first + cursor->chunk.span;
    enum status status = cursor->place == NULL ? door_cursor_keep(snapshot, DB_MULTI, &cursor->place) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (cursor->ended && entry >= cursor->known_from)
        return STATUS_END;
    if (cursor->chunk.span == 0 || entry < cursor->known_from || entry >= end) {
        status = chunk_step(cursor, entry);
        if (status == STATUS_END) {
            status = chunk_seek(cursor->place, cursor->field, entry, multi_block_borrow, &cursor->chunk);
            cursor->known_from = status == STATUS_OK && cursor->chunk.first < entry ? cursor->chunk.first : entry;
        }
        cursor->ended = status == STATUS_END;
        if (status != STATUS_OK)
            cursor->chunk.span = 0;
    }
    *out = cursor->chunk;
    return status;
}

enum status multi_cursor_corrupt(const struct multi_cursor *cursor, struct snapshot *snapshot)
{
    unsigned char key[MULTI_KEY_BYTES];
    multi_key(key, cursor->field, cursor->chunk.first);
    return door_corrupt(snapshot, DB_MULTI, key, sizeof key, "a chunk of ordinals whose offsets do not rise");
}
