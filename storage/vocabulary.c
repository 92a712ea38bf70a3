/* The vocabulary: one row per key and term, so that no value grows with what is filed under a key.
 *
 *   key  := kind u8, size of the key's bytes u8, key's bytes, term's bytes      the value is empty
 *
 * The size in front keeps the terms of one key together, and those of one unit in the order of their numbers. */
#include "storage/vocabulary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/door.h"
#include "storage/vocabulary_row.h"

_Static_assert((int)VOCABULARY_ROW_BYTES_MAX <= (int)STORED_KEY_BYTES_MAX, "a row's key fits LMDB's bound");

enum { ROW_HEAD_BYTES = 2 };

void env_set_term_keys(struct env *env, term_keys *keys, const void *context)
{
    env->term_keys = keys;
    env->term_keys_context = context;
}

void vocabulary_key_add(struct vocabulary_keys *keys, enum vocabulary_kind kind, const void *bytes, size_t size)
{
    struct vocabulary_key key = {.kind = (uint8_t)kind, .size = (uint8_t)size};
    assert(size > 0 && size <= VOCABULARY_KEY_BYTES_MAX);
    memcpy(key.bytes, bytes, size);
    for (unsigned i = 0; i < keys->count; i++) {
        if (keys->keys[i].kind == key.kind && keys->keys[i].size == key.size && memcmp(keys->keys[i].bytes, key.bytes, size) == 0)
            return;
    }
    assert(keys->count < VOCABULARY_KEYS_MAX);
    keys->keys[keys->count++] = key;
}

void vocabulary_row_encode(struct vocabulary_row *row, const struct vocabulary_key *key, struct bytes term)
{
    assert(term.size <= TERM_BYTES_MAX);
    row->bytes[0] = key->kind;
    row->bytes[1] = key->size;
    memcpy(row->bytes + ROW_HEAD_BYTES, key->bytes, key->size);
    if (term.size > 0)
        memcpy(row->bytes + ROW_HEAD_BYTES + key->size, term.data, term.size);
    row->size = ROW_HEAD_BYTES + key->size + term.size;
}

enum status vocabulary_row_decode(struct bytes row, struct vocabulary_entry *out)
{
    if (row.size < ROW_HEAD_BYTES)
        return STATUS_CORRUPT;
    uint8_t kind = (uint8_t)row.data[0];
    size_t size = (uint8_t)row.data[1];
    if (kind != VOCABULARY_TYPO && kind != VOCABULARY_PHONETIC && kind != VOCABULARY_UNIT)
        return STATUS_CORRUPT;
    if (size == 0 || size > VOCABULARY_KEY_BYTES_MAX || row.size <= ROW_HEAD_BYTES + size ||
        row.size > ROW_HEAD_BYTES + size + TERM_BYTES_MAX)
        return STATUS_CORRUPT;
    out->key = (struct bytes){row.data + ROW_HEAD_BYTES, size};
    out->term = (struct bytes){row.data + ROW_HEAD_BYTES + size, row.size - ROW_HEAD_BYTES - size};
    return STATUS_OK;
}

struct vocabulary_cursor {
    struct door_cursor door;
    struct vocabulary_key last; /* of the range in hand */
};

enum status vocabulary_cursor_open(struct snapshot *snapshot, struct vocabulary_cursor **out)
{
    struct vocabulary_cursor *cursor = memory_calloc(1, sizeof *cursor);
    enum status status = door_cursor_open(snapshot, DB_VOCABULARY, &cursor->door);
    if (status != STATUS_OK) {
        free(cursor);
        return status;
    }
    *out = cursor;
    return STATUS_OK;
}

void vocabulary_cursor_close(struct vocabulary_cursor *cursor)
{
    if (cursor == NULL)
        return;
    door_cursor_close(&cursor->door);
    free(cursor);
}

static enum status cursor_found(struct vocabulary_cursor *cursor, enum status status, struct vocabulary_entry *out)
{
    const struct door_cursor *door = &cursor->door;
    const struct vocabulary_key *last = &cursor->last;
    if (status != STATUS_OK)
        return status;
    if (vocabulary_row_decode(door->key, out) != STATUS_OK || door->payload.size != 0)
        return door_corrupt(door->snapshot, DB_VOCABULARY, door->key.data, door->key.size, "a vocabulary entry that does not decode");
    if ((uint8_t)door->key.data[0] != last->kind || out->key.size != last->size || memcmp(out->key.data, last->bytes, last->size) > 0)
        return STATUS_END;
    return STATUS_OK;
}

enum status vocabulary_cursor_seek(struct vocabulary_cursor *cursor, enum vocabulary_kind kind, struct bytes first, struct bytes last,
                                   struct vocabulary_entry *out)
{
    unsigned char key[ROW_HEAD_BYTES + VOCABULARY_KEY_BYTES_MAX] = {(unsigned char)kind, (unsigned char)first.size};
    assert(first.size > 0 && first.size == last.size && first.size <= VOCABULARY_KEY_BYTES_MAX);
    memcpy(key + ROW_HEAD_BYTES, first.data, first.size);
    cursor->last = (struct vocabulary_key){.kind = (uint8_t)kind, .size = (uint8_t)last.size};
    memcpy(cursor->last.bytes, last.data, last.size);
    return cursor_found(cursor, door_cursor_seek(&cursor->door, key, ROW_HEAD_BYTES + first.size), out);
}

enum status vocabulary_cursor_next(struct vocabulary_cursor *cursor, struct vocabulary_entry *out)
{
    return cursor_found(cursor, door_cursor_next(&cursor->door), out);
}

/* The terms under `key`; counted only while `terms` is NULL. */
static enum status terms_take(struct vocabulary_cursor *cursor, enum vocabulary_kind kind, struct bytes key, struct arena *arena,
                              struct bytes *terms, uint32_t *count)
{
    struct vocabulary_entry entry;
    *count = 0;
    enum status status = vocabulary_cursor_seek(cursor, kind, key, key, &entry);
    for (; status == STATUS_OK; status = vocabulary_cursor_next(cursor, &entry)) {
        if (terms != NULL) {
            char *copy = arena_copy(arena, entry.term.data, entry.term.size);
            if (copy == NULL)
                return STATUS_LIMIT;
            terms[*count] = (struct bytes){copy, entry.term.size};
        }
        ++*count;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status vocabulary_list(struct snapshot *snapshot, enum vocabulary_kind kind, struct bytes key, struct arena *arena,
                            struct bytes **terms, uint32_t *count)
{
    struct vocabulary_cursor *cursor = NULL;
    *terms = NULL;
    *count = 0;
    if (key.size == 0 || key.size > VOCABULARY_KEY_BYTES_MAX)
        return STATUS_OK;
    enum status status = vocabulary_cursor_open(snapshot, &cursor);
    if (status == STATUS_OK)
        status = terms_take(cursor, kind, key, arena, NULL, count);
    if (status == STATUS_OK && *count > 0) {
        *terms = arena_calloc(arena, *count, sizeof **terms);
        status = *terms == NULL ? STATUS_LIMIT : terms_take(cursor, kind, key, arena, *terms, count);
    }
    vocabulary_cursor_close(cursor);
    if (status != STATUS_OK)
        *count = 0;
    return status;
}
