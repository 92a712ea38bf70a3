/* Labels of facet values. Grammar in label_entry.h. */
#include "storage/label.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/label_entry.h"

void label_key_head(struct label_key *key, enum label_entry entry, uint16_t field)
{
    key->bytes[0] = (unsigned char)entry;
    key_put_u16(key->bytes + 1, field);
    key->size = LABEL_HEAD_BYTES;
}

static void key_append_ordinal(struct label_key *key, uint32_t ordinal)
{
    key_put_u32(key->bytes + key->size, ordinal);
    key->size += 4;
}

void label_key_record(struct label_key *key, uint16_t field, uint32_t ordinal)
{
    label_key_head(key, LABEL_RECORD, field);
    key_append_ordinal(key, ordinal);
}

void label_key_name(struct label_key *key, enum label_entry entry, uint16_t field, struct bytes name)
{
    label_key_head(key, entry, field);
    key->size += key_name_put(key->bytes + key->size, name);
}

void label_key_slug(struct label_key *key, uint16_t field, struct bytes slug, uint32_t ordinal)
{
    label_key_name(key, LABEL_SLUG, field, slug);
    key_append_ordinal(key, ordinal);
}

bool label_decode(struct bytes payload, struct label *out)
{
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    out->parent = read_u32(&reader);
    out->key.size = read_u16(&reader);
    out->text.size = read_u16(&reader);
    out->slug.size = read_u16(&reader);
    out->key.data = (const char *)read_span(&reader, out->key.size);
    out->text.data = (const char *)read_span(&reader, out->text.size);
    out->slug.data = (const char *)read_span(&reader, out->slug.size);
    return !reader.failed && reader.next == reader.end;
}

/* Appends at `*at` and moves it. */
static void put_bytes(unsigned char **at, const void *data, size_t size)
{
    if (size > 0)
        memcpy(*at, data, size);
    *at += size;
}

static size_t label_encode(const struct label *label, unsigned char record[LABEL_RECORD_BYTES_MAX])
{
    unsigned char *at = record;
    uint16_t sizes[3] = {(uint16_t)label->key.size, (uint16_t)label->text.size, (uint16_t)label->slug.size};
    put_bytes(&at, &label->parent, sizeof label->parent);
    put_bytes(&at, sizes, sizeof sizes);
    put_bytes(&at, label->key.data, label->key.size);
    put_bytes(&at, label->text.data, label->text.size);
    put_bytes(&at, label->slug.data, label->slug.size);
    return (size_t)(at - record);
}

static enum status record_get(struct snapshot *snapshot, const struct label_key *key, struct bytes *payload, struct label *out)
{
    enum status status = door_get(snapshot, DB_LABEL, key->bytes, key->size, payload);
    if (status == STATUS_OK && !label_decode(*payload, out))
        return door_corrupt(snapshot, DB_LABEL, key->bytes, key->size, "a label that does not decode");
    return status;
}

enum status label_get(struct snapshot *snapshot, uint16_t field, uint32_t ordinal, struct label *out)
{
    struct label_key key;
    struct bytes payload = {0};
    label_key_record(&key, field, ordinal);
    return record_get(snapshot, &key, &payload, out);
}

static enum status number_get(struct snapshot *snapshot, const struct label_key *key, uint32_t *number)
{
    struct bytes payload = {0};
    enum status status = door_get(snapshot, DB_LABEL, key->bytes, key->size, &payload);
    if (status != STATUS_OK)
        return status;
    if (payload.size != sizeof *number)
        return door_corrupt(snapshot, DB_LABEL, key->bytes, key->size, "an ordinal of the wrong size");
    memcpy(number, payload.data, sizeof *number);
    return STATUS_OK;
}

enum status label_find(struct snapshot *snapshot, uint16_t field, struct bytes key, uint32_t *ordinal)
{
    struct label_key at;
    label_key_name(&at, LABEL_KEY, field, key);
    return number_get(snapshot, &at, ordinal);
}

enum status label_reader_get(struct label_reader *reader, struct snapshot *snapshot, uint32_t ordinal, struct label *out)
{
    struct label_key key;
    enum status status = reader->place == NULL ? door_cursor_keep(snapshot, DB_LABEL, &reader->place) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    label_key_record(&key, reader->field, ordinal);
    status = door_cursor_get(reader->place, key.bytes, key.size, reader->placed && ordinal == reader->ordinal + 1);
    reader->placed = status == STATUS_OK;
    reader->ordinal = ordinal;
    if (status == STATUS_OK && !label_decode(reader->place->payload, out))
        return door_corrupt(snapshot, DB_LABEL, key.bytes, key.size, "a label that does not decode");
    return status;
}

enum status label_next_slug(struct snapshot *snapshot, uint16_t field, struct bytes slug, uint32_t *ordinal)
{
    struct label_key at;
    struct door_cursor cursor = {0};
    label_key_slug(&at, field, slug, *ordinal);
    size_t name_size = at.size - sizeof *ordinal;
    enum status status = door_cursor_open(snapshot, DB_LABEL, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, at.bytes, at.size);
    if (status == STATUS_OK && (cursor.key.size != at.size || memcmp(cursor.key.data, at.bytes, name_size) != 0))
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        *ordinal = key_get_u32((const unsigned char *)cursor.key.data + name_size);
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_NOT_FOUND : status;
}

enum status label_find_slug(struct snapshot *snapshot, uint16_t field, struct bytes slug, uint32_t *ordinal)
{
    uint32_t first = 0;
    enum status status = label_next_slug(snapshot, field, slug, &first);
    if (status == STATUS_OK)
        *ordinal = first;
    return status;
}

enum status label_limit(struct snapshot *snapshot, uint16_t field, uint32_t *limit)
{
    struct label_key key;
    label_key_head(&key, LABEL_NEXT, field);
    *limit = 0;
    enum status status = number_get(snapshot, &key, limit);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status number_put(struct batch *batch, const struct label_key *key, uint32_t number)
{
    return door_put(batch, DB_LABEL, key->bytes, key->size, &number, sizeof number);
}

/* The ordinal for a key that has none yet. */
static enum status label_take(struct batch *batch, uint16_t field, struct bytes name, uint32_t *ordinal)
{
    struct label_key key, next;
    label_key_name(&key, LABEL_KEY, field, name);
    label_key_head(&next, LABEL_NEXT, field);
    enum status status = label_limit(&batch->view, field, ordinal);
    if (status == STATUS_OK && *ordinal == LABEL_NO_PARENT)
        return STATUS_LIMIT;
    if (status == STATUS_OK)
        status = number_put(batch, &next, *ordinal + 1);
    if (status == STATUS_OK)
        status = number_put(batch, &key, *ordinal);
    return status;
}

/* Stores the record and moves its slug entry. A slug key of size 0 stands for no slug. */
static enum status label_store(struct batch *batch, const struct label_key *at, struct bytes record, const struct label_key *old_slug,
                               const struct label_key *new_slug)
{
    bool same = old_slug->size == new_slug->size && memcmp(old_slug->bytes, new_slug->bytes, new_slug->size) == 0;
    enum status status = door_put(batch, DB_LABEL, at->bytes, at->size, record.data, record.size);
    if (status == STATUS_OK && !same && old_slug->size > 0)
        status = door_del(batch, DB_LABEL, old_slug->bytes, old_slug->size);
    if (status == STATUS_OK && !same && new_slug->size > 0)
        status = door_put(batch, DB_LABEL, new_slug->bytes, new_slug->size, NULL, 0);
    return status;
}

/* Everything that is written is encoded before the first write: the new label and the old one may point into pages that a write moves. */
enum status label_put(struct batch *batch, uint16_t field, const struct label *label, uint32_t *ordinal)
{
    unsigned char record[LABEL_RECORD_BYTES_MAX];
    struct label_key at, old_slug = {.size = 0}, new_slug = {.size = 0};
    struct label old = {0};
    struct bytes stored = {0};
    if (label->key.size > LABEL_TEXT_BYTES_MAX || label->text.size > LABEL_TEXT_BYTES_MAX || label->slug.size > LABEL_TEXT_BYTES_MAX)
        return STATUS_LIMIT;
    size_t size = label_encode(label, record);
    if (label->slug.size > 0)
        label_key_name(&new_slug, LABEL_SLUG, field, label->slug);
    enum status status = label_find(&batch->view, field, label->key, ordinal);
    if (status == STATUS_NOT_FOUND)
        status = label_take(batch, field, label->key, ordinal);
    if (status != STATUS_OK)
        return status;
    if (new_slug.size > 0)
        key_append_ordinal(&new_slug, *ordinal);
    label_key_record(&at, field, *ordinal);
    status = record_get(&batch->view, &at, &stored, &old);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (status == STATUS_OK && stored.size == size && memcmp(stored.data, record, size) == 0)
        return STATUS_OK;
    if (old.slug.size > 0)
        label_key_slug(&old_slug, field, old.slug, *ordinal);
    return label_store(batch, &at, (struct bytes){.data = (const char *)record, .size = size}, &old_slug, &new_slug);
}

enum status label_del(struct batch *batch, uint16_t field, uint32_t ordinal)
{
    struct label_key at, key, slug;
    struct bytes payload = {0};
    struct label old = {0};
    label_key_record(&at, field, ordinal);
    enum status status = record_get(&batch->view, &at, &payload, &old);
    if (status != STATUS_OK)
        return status;
    bool has_slug = old.slug.size > 0;
    label_key_name(&key, LABEL_KEY, field, old.key);
    label_key_slug(&slug, field, old.slug, ordinal);
    status = door_del(batch, DB_LABEL, at.bytes, at.size);
    if (status == STATUS_OK)
        status = door_del(batch, DB_LABEL, key.bytes, key.size);
    if (status == STATUS_OK && has_slug)
        status = door_del(batch, DB_LABEL, slug.bytes, slug.size);
    return status;
}
