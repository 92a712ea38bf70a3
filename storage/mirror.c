/* The mirrored rows and the document numbers.
 *
 *   row      := key: table u8, size u8, primary key, part u16be      value: as in parts.h
 *   document := key: product id                                      value: document u32le
 *
 * The size before the key keeps a row's parts together and apart from those of every other row. */
#include "storage/mirror.h"

#include <assert.h>
#include <stdlib.h>

#include "storage/bytes.h"
#include "storage/parts.h"
#include "storage/sorter.h"

enum { ROW_HEAD_BYTES = 2, ROW_KEY_BYTES_MAX = ROW_HEAD_BYTES + MIRROR_KEY_BYTES_MAX, PART_NUMBER_BYTES = 2 };

static bool key_fits(struct bytes key)
{
    return key.size > 0 && key.size <= MIRROR_KEY_BYTES_MAX;
}

static size_t row_key(unsigned char *at, uint8_t table, struct bytes key)
{
    at[0] = table;
    at[1] = (unsigned char)key.size;
    memcpy(at + ROW_HEAD_BYTES, key.data, key.size);
    return ROW_HEAD_BYTES + key.size;
}

static enum status copy_into(struct arena *arena, struct bytes *bytes)
{
    bytes->data = arena_copy(arena, bytes->data, bytes->size);
    return bytes->data == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status row_read(struct snapshot *snapshot, uint8_t table, struct bytes key, struct arena *arena, bool copied, struct bytes *row)
{
    unsigned char at[ROW_KEY_BYTES_MAX];
    if (!key_fits(key))
        return STATUS_NOT_FOUND;
    size_t arena_before = arena->used_bytes;
    enum status status = parts_get(snapshot, DB_ROW, at, row_key(at, table, key), arena, row);
    bool borrowed = arena->used_bytes == arena_before;
    if (status == STATUS_OK && copied && borrowed)
        status = copy_into(arena, row);
    return status;
}

enum status mirror_get(struct snapshot *snapshot, uint8_t table, struct bytes key, struct arena *arena, struct bytes *row)
{
    return row_read(snapshot, table, key, arena, snapshot->batch != NULL, row);
}

enum status mirror_get_copy(struct snapshot *snapshot, uint8_t table, struct bytes key, struct arena *arena, struct bytes *row)
{
    return row_read(snapshot, table, key, arena, true, row);
}

enum status mirror_put(struct batch *batch, uint8_t table, struct bytes key, struct bytes row)
{
    unsigned char at[ROW_KEY_BYTES_MAX];
    if (!key_fits(key))
        return STATUS_LIMIT;
    return parts_put(batch, DB_ROW, at, row_key(at, table, key), row.data, row.size);
}

enum status mirror_del(struct batch *batch, uint8_t table, struct bytes key)
{
    unsigned char at[ROW_KEY_BYTES_MAX];
    if (!key_fits(key))
        return STATUS_NOT_FOUND;
    return parts_del(batch, DB_ROW, at, row_key(at, table, key));
}

enum status mirror_sort(struct sorter *sorter, uint8_t table, struct bytes key, struct bytes row)
{
    unsigned char at[ROW_KEY_BYTES_MAX];
    if (!key_fits(key))
        return STATUS_LIMIT;
    return sorter_add(sorter, (struct bytes){(const char *)at, row_key(at, table, key)}, row);
}

enum status document_sort(struct sorter *sorter, struct bytes product_id, uint32_t document)
{
    if (!key_fits(product_id))
        return STATUS_LIMIT;
    return sorter_add(sorter, product_id, (struct bytes){(const char *)&document, sizeof document});
}

struct mirror_cursor {
    struct door_cursor cursor;
    uint8_t table;
    bool started;
    bool sought;                                              /* `key` was set by a seek: the cursor does not stand on it */
    unsigned char key[ROW_KEY_BYTES_MAX + PART_NUMBER_BYTES]; /* of the row last shown */
    size_t key_size;                                          /* without the part's number */
};

enum status mirror_cursor_open(struct snapshot *snapshot, uint8_t table, struct mirror_cursor **out)
{
    struct mirror_cursor *cursor = memory_calloc(1, sizeof *cursor);
    enum status status = door_cursor_open(snapshot, DB_ROW, &cursor->cursor);
    cursor->table = table;
    if (status != STATUS_OK)
        free(cursor);
    else
        *out = cursor;
    return status;
}

void mirror_cursor_close(struct mirror_cursor *cursor)
{
    if (cursor == NULL)
        return;
    door_cursor_close(&cursor->cursor);
    free(cursor);
}

/* Part numbers end below 65,535, so the key with that number lies behind all parts of the row. */
static enum status seek_behind_row(struct mirror_cursor *cursor)
{
    key_put_u16(cursor->key + cursor->key_size, UINT16_MAX);
    return door_cursor_seek(&cursor->cursor, cursor->key, cursor->key_size + PART_NUMBER_BYTES);
}

void mirror_cursor_seek_behind(struct mirror_cursor *cursor, struct bytes key)
{
    assert(key.size <= MIRROR_KEY_BYTES_MAX);
    cursor->started = cursor->sought = key.size > 0;
    if (key.size > 0)
        cursor->key_size = row_key(cursor->key, cursor->table, key);
}

/* The first part of the next row. */
static enum status row_move(struct mirror_cursor *cursor)
{
    enum status status;
    if (!cursor->started)
        status = door_cursor_seek(&cursor->cursor, &cursor->table, sizeof cursor->table);
    else if (cursor->sought || cursor->cursor.snapshot->batch != NULL)
        status = seek_behind_row(cursor);
    else
        status = door_cursor_next(&cursor->cursor);
    cursor->started = true;
    cursor->sought = false;
    while (status == STATUS_OK) {
        const unsigned char *key = (const unsigned char *)cursor->cursor.key.data;
        size_t size = cursor->cursor.key.size;
        if (key[0] != cursor->table)
            return STATUS_END;
        if (size <= ROW_HEAD_BYTES + PART_NUMBER_BYTES || size != (size_t)ROW_HEAD_BYTES + key[1] + PART_NUMBER_BYTES ||
            size > sizeof cursor->key)
            return door_corrupt(cursor->cursor.snapshot, DB_ROW, key, size, "a row's key of the wrong size");
        if (key_get_u16(key + size - PART_NUMBER_BYTES) == 0)
            break;
        status = door_cursor_next(&cursor->cursor);
    }
    return status;
}

enum status mirror_cursor_next(struct mirror_cursor *cursor, struct arena *arena, struct bytes *key, struct bytes *row)
{
    enum status status = row_move(cursor);
    if (status != STATUS_OK)
        return status;
    cursor->key_size = cursor->cursor.key.size - PART_NUMBER_BYTES;
    memcpy(cursor->key, cursor->cursor.key.data, cursor->key_size);
    size_t arena_before = arena->used_bytes;
    status = parts_get(cursor->cursor.snapshot, DB_ROW, cursor->key, cursor->key_size, arena, row);
    if (status == STATUS_OK && arena->used_bytes == arena_before)
        status = copy_into(arena, row);
    *key = (struct bytes){.data = (const char *)cursor->key + ROW_HEAD_BYTES, .size = cursor->key_size - ROW_HEAD_BYTES};
    return status;
}

enum status mirror_any(struct snapshot *snapshot, uint8_t table, struct arena *arena, bool *any)
{
    struct mirror_cursor *cursor = NULL;
    struct bytes key, row;
    enum status status = mirror_cursor_open(snapshot, table, &cursor);
    if (status == STATUS_OK)
        status = mirror_cursor_next(cursor, arena, &key, &row);
    mirror_cursor_close(cursor);
    *any = status == STATUS_OK;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status document_get(struct snapshot *snapshot, struct bytes product_id, uint32_t *document)
{
    struct bytes payload = {0};
    if (!key_fits(product_id))
        return STATUS_NOT_FOUND;
    enum status status = door_get(snapshot, DB_EXT, product_id.data, product_id.size, &payload);
    if (status != STATUS_OK)
        return status;
    if (payload.size != sizeof *document)
        return door_corrupt(snapshot, DB_EXT, product_id.data, product_id.size, "a document number of the wrong size");
    memcpy(document, payload.data, sizeof *document);
    return STATUS_OK;
}

enum status document_put(struct batch *batch, struct bytes product_id, uint32_t document)
{
    if (!key_fits(product_id))
        return STATUS_LIMIT;
    return door_put(batch, DB_EXT, product_id.data, product_id.size, &document, sizeof document);
}

enum status document_del(struct batch *batch, struct bytes product_id)
{
    return key_fits(product_id) ? door_del(batch, DB_EXT, product_id.data, product_id.size) : STATUS_NOT_FOUND;
}
