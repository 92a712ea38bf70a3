/* Reverse keys: who points here?
 *
 *   key   := kind u8, from (a name as in key_name.h), to
 *   value := empty
 */
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"
#include "storage/key_name.h"
#include "storage/mirror.h"
#include "storage/sorter.h"

enum { REVERSE_KEY_BYTES_MAX = 1 + KEY_NAME_BYTES_MAX + REVERSE_TO_BYTES_MAX };
_Static_assert((int)REVERSE_KEY_BYTES_MAX == (int)STORED_KEY_BYTES_MAX, "the longest reverse key is the longest key");
_Static_assert((int)REVERSE_FROM_BYTES_MAX == (int)NAME_BYTES_MAX, "as the header says");

struct reverse_key {
    unsigned char bytes[REVERSE_KEY_BYTES_MAX];
    size_t prefix_size; /* kind and from */
    size_t size;
};

/* `to` fits. */
static void reverse_key(struct reverse_key *key, uint8_t kind, struct bytes from, struct bytes to)
{
    key->bytes[0] = kind;
    key->prefix_size = 1 + key_name_put(key->bytes + 1, from);
    key->size = key->prefix_size + to.size;
    if (to.size > 0)
        memcpy(key->bytes + key->prefix_size, to.data, to.size);
}

enum status reverse_put(struct batch *batch, uint8_t kind, struct bytes from, struct bytes to)
{
    struct reverse_key key;
    if (to.size > REVERSE_TO_BYTES_MAX)
        return STATUS_LIMIT;
    reverse_key(&key, kind, from, to);
    return door_put(batch, DB_REVERSE, key.bytes, key.size, NULL, 0);
}

enum status reverse_sort(struct sorter *sorter, uint8_t kind, struct bytes from, struct bytes to)
{
    struct reverse_key key;
    if (to.size > REVERSE_TO_BYTES_MAX)
        return STATUS_LIMIT;
    reverse_key(&key, kind, from, to);
    return sorter_add(sorter, (struct bytes){(const char *)key.bytes, key.size}, (struct bytes){0});
}

enum status reverse_del(struct batch *batch, uint8_t kind, struct bytes from, struct bytes to)
{
    struct reverse_key key;
    if (to.size > REVERSE_TO_BYTES_MAX)
        return STATUS_NOT_FOUND;
    reverse_key(&key, kind, from, to);
    return door_del(batch, DB_REVERSE, key.bytes, key.size);
}

/* What the cursor stands on as a `to` of this key's kind and from; END when it is another's. */
static enum status reverse_to(const struct door_cursor *cursor, const struct reverse_key *key, struct bytes *to)
{
    if (cursor->key.size < key->prefix_size || memcmp(cursor->key.data, key->bytes, key->prefix_size) != 0)
        return STATUS_END;
    *to = (struct bytes){.data = cursor->key.data + key->prefix_size, .size = cursor->key.size - key->prefix_size};
    return STATUS_OK;
}

struct to_list {
    struct arena *arena;
    struct bytes *items;
    size_t count, room;
};

static enum status list_append(struct to_list *list, struct bytes to)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 8 : list->room * 2;
        struct bytes *items = arena_alloc(list->arena, room * sizeof *items);
        if (items == NULL)
            return STATUS_LIMIT;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->room = room;
    }
    const char *copy = arena_copy(list->arena, to.data, to.size);
    if (copy == NULL)
        return STATUS_LIMIT;
    list->items[list->count++] = (struct bytes){.data = copy, .size = to.size};
    return STATUS_OK;
}

enum status reverse_page(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes after, size_t limit, struct arena *arena,
                         struct bytes **to, size_t *count)
{
    struct reverse_key key;
    struct to_list list = {.arena = arena};
    struct door_cursor cursor = {0};
    struct bytes found = {0};
    *to = NULL;
    *count = 0;
    if (after.size > REVERSE_TO_BYTES_MAX)
        return STATUS_LIMIT;
    reverse_key(&key, kind, from, after);
    enum status status = door_cursor_open(snapshot, DB_REVERSE, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, key.bytes, key.size);
    if (status == STATUS_OK && after.size > 0 && cursor.key.size == key.size && memcmp(cursor.key.data, key.bytes, key.size) == 0)
        status = door_cursor_next(&cursor);
    while (status == STATUS_OK && list.count < limit) {
        status = reverse_to(&cursor, &key, &found);
        if (status == STATUS_OK)
            status = list_append(&list, found);
        if (status == STATUS_OK)
            status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    *to = list.items;
    *count = list.count;
    return STATUS_OK;
}

enum status reverse_list(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct arena *arena, struct bytes **to, size_t *count)
{
    return reverse_page(snapshot, kind, from, (struct bytes){0}, SIZE_MAX, arena, to, count);
}

enum status reverse_first(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes *to)
{
    struct reverse_key key;
    struct door_cursor cursor = {0};
    reverse_key(&key, kind, from, (struct bytes){0});
    enum status status = door_cursor_open(snapshot, DB_REVERSE, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, key.bytes, key.size);
    if (status == STATUS_OK)
        status = reverse_to(&cursor, &key, to);
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_NOT_FOUND : status;
}

enum status reverse_has(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes to)
{
    struct reverse_key key;
    struct bytes payload = {0};
    if (to.size > REVERSE_TO_BYTES_MAX)
        return STATUS_NOT_FOUND;
    reverse_key(&key, kind, from, to);
    return door_get(snapshot, DB_REVERSE, key.bytes, key.size, &payload);
}

enum status reverse_count(struct snapshot *snapshot, uint8_t kind, uint64_t *count)
{
    struct door_cursor cursor = {0};
    *count = 0;
    enum status status = door_cursor_open(snapshot, DB_REVERSE, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, &kind, 1);
    while (status == STATUS_OK && (unsigned char)cursor.key.data[0] == kind) {
        ++*count;
        status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_OK : status;
}
