/* Long values in parts. Grammar in parts.h. */
#include "storage/parts.h"

#include <assert.h>
#include <string.h>

#include "storage/bytes.h"

enum { PART_NUMBER_BYTES = 2 };

struct part_key {
    unsigned char bytes[STORED_KEY_BYTES_MAX];
    size_t size; /* with the part's number */
};

static struct part_key part_key(const void *key, size_t key_size)
{
    assert(key_size > 0 && key_size <= STORED_KEY_BYTES_MAX - PART_NUMBER_BYTES);
    struct part_key part = {.size = key_size + PART_NUMBER_BYTES};
    memcpy(part.bytes, key, key_size);
    return part;
}

static void part_key_number(struct part_key *key, size_t part)
{
    key_put_u16(key->bytes + key->size - PART_NUMBER_BYTES, (uint16_t)part);
}

struct part {
    uint16_t total;
    struct bytes bytes;
};

static enum status part_get(struct snapshot *snapshot, enum database db, struct part_key *key, size_t number, struct part *out)
{
    struct bytes payload = {0};
    part_key_number(key, number);
    enum status status = door_get(snapshot, db, key->bytes, key->size, &payload);
    if (status != STATUS_OK)
        return status;
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    out->total = read_u16(&reader);
    if (reader.failed || out->total <= number)
        return door_corrupt(snapshot, db, key->bytes, key->size, "a part that counts itself wrong");
    out->bytes = (struct bytes){.data = payload.data + sizeof out->total, .size = payload.size - sizeof out->total};
    if (number + 1 < out->total && out->bytes.size != PART_BYTES_MAX)
        return door_corrupt(snapshot, db, key->bytes, key->size, "a part that is not full and not the last");
    return STATUS_OK;
}

static enum status parts_join(struct snapshot *snapshot, enum database db, struct part_key *key, const struct part *first,
                              struct arena *arena, struct bytes *out)
{
    char *joined = arena_alloc(arena, (size_t)first->total * PART_BYTES_MAX);
    if (joined == NULL)
        return STATUS_LIMIT;
    memcpy(joined, first->bytes.data, first->bytes.size);
    size_t size = first->bytes.size;
    for (size_t number = 1; number < first->total; number++) {
        struct part part = {0};
        enum status status = part_get(snapshot, db, key, number, &part);
        if (status == STATUS_NOT_FOUND || (status == STATUS_OK && part.total != first->total))
            return door_corrupt(snapshot, db, key->bytes, key->size, "a part that is missing or of another value");
        if (status != STATUS_OK)
            return status;
        memcpy(joined + size, part.bytes.data, part.bytes.size);
        size += part.bytes.size;
    }
    *out = (struct bytes){.data = joined, .size = size};
    return STATUS_OK;
}

enum status parts_get(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, struct arena *arena, struct bytes *out)
{
    struct part_key at = part_key(key, key_size);
    struct part first = {0};
    enum status status = part_get(snapshot, db, &at, 0, &first);
    if (status != STATUS_OK)
        return status;
    if (first.total > 1)
        return parts_join(snapshot, db, &at, &first, arena, out);
    *out = first.bytes;
    return STATUS_OK;
}

/* How many parts are stored: 0 when none. */
static enum status parts_stored(struct batch *batch, enum database db, struct part_key *key, size_t *count)
{
    struct part first = {0};
    enum status status = part_get(&batch->view, db, key, 0, &first);
    *count = status == STATUS_OK ? first.total : 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status parts_drop(struct batch *batch, enum database db, struct part_key *key, size_t from, size_t to)
{
    for (size_t number = from; number < to; number++) {
        part_key_number(key, number);
        enum status status = door_del(batch, db, key->bytes, key->size);
        if (status == STATUS_NOT_FOUND)
            return door_corrupt(&batch->view, db, key->bytes, key->size, "a missing part");
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status parts_put(struct batch *batch, enum database db, const void *key, size_t key_size, const void *data, size_t size)
{
    struct part_key at = part_key(key, key_size);
    size_t stored = 0, total = size == 0 ? 1 : (size + PART_BYTES_MAX - 1) / PART_BYTES_MAX;
    if (total > PARTS_MAX)
        return STATUS_LIMIT;
    enum status status = parts_stored(batch, db, &at, &stored);
    if (status != STATUS_OK)
        return status;
    const unsigned char *next = data;
    for (size_t number = 0; number < total; number++) {
        unsigned char payload[PAYLOAD_BYTES_MAX];
        uint16_t total_stored = (uint16_t)total;
        size_t part_size = size < PART_BYTES_MAX ? size : PART_BYTES_MAX;
        memcpy(payload, &total_stored, sizeof total_stored);
        if (part_size > 0)
            memcpy(payload + sizeof total_stored, next, part_size);
        part_key_number(&at, number);
        status = door_put(batch, db, at.bytes, at.size, payload, sizeof total_stored + part_size);
        if (status != STATUS_OK)
            return status;
        next += part_size;
        size -= part_size;
    }
    return parts_drop(batch, db, &at, total, stored);
}

enum status parts_del(struct batch *batch, enum database db, const void *key, size_t key_size)
{
    struct part_key at = part_key(key, key_size);
    size_t stored = 0;
    enum status status = parts_stored(batch, db, &at, &stored);
    if (status != STATUS_OK)
        return status;
    return stored == 0 ? STATUS_NOT_FOUND : parts_drop(batch, db, &at, 0, stored);
}
