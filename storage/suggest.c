/* Reading suggestions. Grammar in suggest_entry.h. */
#include "storage/suggest.h"

#include <assert.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/suggest_entry.h"

void suggest_key(struct suggest_key *key, enum suggest_row row, const unsigned char *bytes, size_t size)
{
    key->bytes[0] = (unsigned char)row;
    if (size > 0)
        memcpy(key->bytes + 1, bytes, size);
    key->size = 1 + size;
}

size_t suggest_name_text(const unsigned char *name, size_t size)
{
    const unsigned char *end = size < 2 ? NULL : memchr(name, 0, size - 1);
    bool fits = end != NULL && end - name <= SUGGEST_KEY_BYTES_MAX && size <= SUGGEST_NAME_BYTES_MAX;
    return fits ? (size_t)(end - name) : SIZE_MAX;
}

void suggest_key_ranked(struct suggest_key *key, const struct suggest_item *item)
{
    size_t text = suggest_name_text(item->name, item->size);
    size_t head = text < SUGGEST_PREFIX_BYTES_MAX ? text : SUGGEST_PREFIX_BYTES_MAX;
    suggest_key(key, SUGGEST_RANKED, item->name, head);
    key->bytes[key->size] = 0;
    key_put_u16(key->bytes + key->size + 1, (uint16_t)(UINT16_MAX - item->weight));
    memcpy(key->bytes + key->size + 3, item->name, item->size);
    key->size += (size_t)3 + item->size;
}

/* UTF-8 continuation bytes are 10xxxxxx: a cut before one falls inside a character. */
static size_t text_cut(struct bytes text)
{
    size_t size = text.size;
    if (size > SUGGEST_KEY_BYTES_MAX)
        for (size = SUGGEST_KEY_BYTES_MAX; size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80;)
            size--;
    return size;
}

enum status suggest_name(const struct suggestion *entry, unsigned char name[SUGGEST_NAME_BYTES_MAX], uint8_t *size)
{
    size_t text = text_cut(entry->text);
    if (entry->reference.size > SUGGEST_REFERENCE_BYTES_MAX)
        return STATUS_LIMIT;
    if (text > 0 && memchr(entry->text.data, 0, text) != NULL)
        return STATUS_INVALID;
    if (text > 0)
        memcpy(name, entry->text.data, text);
    name[text] = 0;
    name[text + 1] = entry->kind;
    if (entry->reference.size > 0)
        memcpy(name + text + 2, entry->reference.data, entry->reference.size);
    *size = (uint8_t)(text + 2 + entry->reference.size);
    return STATUS_OK;
}

bool suggest_before(const struct suggest_item *a, const struct suggest_item *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    int order = memcmp(a->name, b->name, a->size < b->size ? a->size : b->size);
    return order != 0 ? order < 0 : a->size < b->size;
}

void suggest_offer(struct suggest_best *best, struct suggest_item item)
{
    unsigned at = best->count;
    if (at == SUGGEST_TOP && !suggest_before(&item, &best->items[SUGGEST_TOP - 1]))
        return;
    if (at == SUGGEST_TOP)
        at--;
    else
        best->count++;
    for (; at > 0 && suggest_before(&item, &best->items[at - 1]); at--)
        best->items[at] = best->items[at - 1];
    best->items[at] = item;
}

static bool key_begins(struct bytes key, const struct suggest_key *prefix)
{
    return key.size >= prefix->size && memcmp(key.data, prefix->bytes, prefix->size) == 0;
}

enum status suggest_scan(struct door_cursor *cursor, const unsigned char *prefix, size_t size, unsigned limit, struct suggest_best *best,
                         unsigned *count)
{
    struct suggest_key key;
    suggest_key(&key, SUGGEST_ENTRY, prefix, size);
    *count = 0;
    enum status status = door_cursor_seek(cursor, key.bytes, key.size);
    while (status == STATUS_OK && *count < limit && key_begins(cursor->key, &key)) {
        struct suggest_item item = {.name = (const unsigned char *)cursor->key.data + 1, .size = (uint8_t)(cursor->key.size - 1)};
        if (cursor->payload.size != sizeof item.weight || cursor->key.size > 1 + SUGGEST_NAME_BYTES_MAX)
            return door_corrupt(cursor->snapshot, DB_SUGGEST, cursor->key.data, cursor->key.size, "a suggestion that does not decode");
        memcpy(&item.weight, cursor->payload.data, sizeof item.weight);
        if (best != NULL)
            suggest_offer(best, item);
        ++*count;
        status = door_cursor_next(cursor);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status suggest_ranked(struct door_cursor *cursor, const unsigned char *head, size_t size, struct suggest_best *best)
{
    struct suggest_key key;
    suggest_key(&key, SUGGEST_RANKED, head, size);
    key.bytes[key.size++] = 0;
    enum status status = door_cursor_seek(cursor, key.bytes, key.size);
    for (unsigned i = 0; status == STATUS_OK && i < SUGGEST_TOP && key_begins(cursor->key, &key); i++) {
        const unsigned char *at = (const unsigned char *)cursor->key.data;
        size_t before = key.size + 2, name = cursor->key.size < before ? 0 : cursor->key.size - before;
        if (suggest_name_text(at + before, name) == SIZE_MAX)
            return door_corrupt(cursor->snapshot, DB_SUGGEST, at, cursor->key.size, "a ranked suggestion that does not decode");
        uint16_t weight = (uint16_t)(UINT16_MAX - key_get_u16(at + key.size));
        suggest_offer(best, (struct suggest_item){.name = at + before, .size = (uint8_t)name, .weight = weight});
        status = door_cursor_next(cursor);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status suggest_stored(struct snapshot *snapshot, const unsigned char *prefix, size_t size, struct suggest_best *best)
{
    struct suggest_key key;
    struct bytes payload = {0};
    suggest_key(&key, SUGGEST_STORED_TOP, prefix, size);
    enum status status = door_get(snapshot, DB_SUGGEST, key.bytes, key.size, &payload);
    if (status != STATUS_OK)
        return status;
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    bool whole = true;
    for (unsigned i = 0; i < SUGGEST_TOP && whole; i++) {
        struct suggest_item item = {0};
        item.weight = read_u16(&reader);
        item.size = read_u8(&reader);
        item.name = read_span(&reader, item.size);
        whole = !reader.failed && suggest_name_text(item.name, item.size) != SIZE_MAX;
        if (whole)
            suggest_offer(best, item);
    }
    if (!whole || reader.next != reader.end)
        return door_corrupt(snapshot, DB_SUGGEST, key.bytes, key.size, "a suggestion top that does not decode");
    return STATUS_OK;
}

size_t suggest_top_encode(const struct suggest_best *best, unsigned char payload[SUGGEST_TOP_BYTES_MAX])
{
    unsigned char *at = payload;
    for (unsigned i = 0; i < best->count; i++) {
        const struct suggest_item *item = &best->items[i];
        memcpy(at, &item->weight, sizeof item->weight);
        at[2] = item->size;
        memcpy(at + 3, item->name, item->size);
        at += (size_t)3 + item->size;
    }
    return (size_t)(at - payload);
}

static enum status best_find(struct snapshot *snapshot, struct door_cursor *cursor, struct bytes prefix, struct suggest_best *best)
{
    const unsigned char *bytes = (const unsigned char *)prefix.data;
    unsigned seen = 0;
    if (prefix.size == SUGGEST_PREFIX_BYTES_MAX)
        return suggest_ranked(cursor, bytes, prefix.size, best);
    if (prefix.size > SUGGEST_PREFIX_BYTES_MAX)
        return suggest_scan(cursor, bytes, prefix.size, SUGGEST_SCAN_MAX, best, &seen);
    enum status status = suggest_stored(snapshot, bytes, prefix.size, best);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = suggest_scan(cursor, bytes, prefix.size, SUGGEST_CROWDED + 1, best, &seen);
    if (status == STATUS_OK && seen > SUGGEST_CROWDED)
        return door_corrupt(snapshot, DB_SUGGEST, bytes, prefix.size, "a crowded prefix without its top");
    return status;
}

static enum status item_copy(const struct suggest_item *item, struct arena *arena, struct suggestion *out)
{
    size_t text = suggest_name_text(item->name, item->size);
    if (text == SIZE_MAX)
        return STATUS_CORRUPT;
    const char *name = arena_copy(arena, item->name, item->size);
    if (name == NULL)
        return STATUS_LIMIT;
    *out = (struct suggestion){
        .text = {.data = name, .size = text},
        .kind = item->name[text + 1],
        .weight = item->weight,
        .reference = {.data = name + text + 2, .size = item->size - text - 2},
    };
    return STATUS_OK;
}

enum status suggest_top(struct snapshot *snapshot, struct bytes prefix, unsigned limit, struct arena *arena, struct suggestion *out,
                        unsigned *count)
{
    struct door_cursor cursor = {0};
    struct suggest_best best = {0};
    enum status status = STATUS_OK;
    assert(limit <= SUGGEST_TOP);
    *count = 0;
    if (prefix.size > SUGGEST_KEY_BYTES_MAX || (prefix.size > 0 && memchr(prefix.data, 0, prefix.size) != NULL))
        return STATUS_OK;
    if (snapshot->batch != NULL && snapshot->batch->suggests != NULL)
        status = suggest_edits_write(snapshot->batch);
    if (status == STATUS_OK)
        status = door_cursor_open(snapshot, DB_SUGGEST, &cursor);
    if (status == STATUS_OK)
        status = best_find(snapshot, &cursor, prefix, &best);
    for (unsigned i = 0; status == STATUS_OK && i < best.count && i < limit; i++)
        status = item_copy(&best.items[i], arena, &out[i]);
    door_cursor_close(&cursor);
    if (status == STATUS_OK)
        *count = best.count < limit ? best.count : limit;
    return status;
}

enum status suggest_named(struct snapshot *snapshot, struct bytes text, uint8_t kind, unsigned limit, struct arena *arena,
                          struct suggestion *out, unsigned *count)
{
    struct door_cursor cursor = {0};
    struct suggest_key key;
    *count = 0;
    assert(snapshot->batch == NULL);
    if (text.size == 0 || text.size > SUGGEST_KEY_BYTES_MAX || memchr(text.data, 0, text.size) != NULL)
        return STATUS_OK;
    suggest_key(&key, SUGGEST_ENTRY, (const unsigned char *)text.data, text.size);
    key.bytes[key.size++] = 0;
    key.bytes[key.size++] = kind;
    enum status status = door_cursor_open(snapshot, DB_SUGGEST, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, key.bytes, key.size);
    while (status == STATUS_OK && *count < limit && key_begins(cursor.key, &key)) {
        struct suggest_item item = {.name = (const unsigned char *)cursor.key.data + 1, .size = (uint8_t)(cursor.key.size - 1)};
        if (cursor.payload.size != sizeof item.weight || cursor.key.size > 1 + SUGGEST_NAME_BYTES_MAX)
            status = door_corrupt(snapshot, DB_SUGGEST, cursor.key.data, cursor.key.size, "a suggestion that does not decode");
        if (status == STATUS_OK) {
            memcpy(&item.weight, cursor.payload.data, sizeof item.weight);
            status = item_copy(&item, arena, &out[*count]);
        }
        *count += status == STATUS_OK;
        if (status == STATUS_OK)
            status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_OK : status;
}
