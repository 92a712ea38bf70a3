#include "storage/verify_walk.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/parts.h"

enum status verify_walk(struct verify *verify, enum database db, verify_entry *entry, void *context)
{
    struct door_cursor cursor = {0};
    enum status status = door_cursor_open(verify->snapshot, db, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, NULL, 0);
    while (status == STATUS_OK || (status == STATUS_CORRUPT && cursor.key.size > 0)) {
        if (status == STATUS_CORRUPT)
            verify_fault_at(verify, db, cursor.key, "a wrong checksum");
        else if ((status = entry(verify, context, cursor.key, cursor.payload)) != STATUS_OK)
            break;
        status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

void parts_walk_end(struct parts_walk *walk, struct verify *verify, enum database db)
{
    struct bytes key = {.data = (const char *)walk->prefix, .size = walk->prefix_size};
    if (walk->next != walk->total && !walk->faulty)
        verify_fault_at(verify, db, key, "a value whose last parts are missing");
    *walk = (struct parts_walk){0};
}

static void walk_begin(struct parts_walk *walk, struct bytes prefix, unsigned total)
{
    memcpy(walk->prefix, prefix.data, prefix.size);
    walk->prefix_size = prefix.size;
    walk->next = 0;
    walk->total = total;
    walk->faulty = false;
}

void parts_walk_next(struct parts_walk *walk, struct verify *verify, enum database db, struct bytes key, struct bytes payload, bool *first)
{
    struct byte_reader reader = byte_reader(payload.data, payload.size);
    struct bytes prefix = {.data = key.data, .size = key.size < 2 ? 0 : key.size - 2};
    unsigned total = read_u16(&reader);
    unsigned number = prefix.size == 0 ? 0 : key_get_u16((const unsigned char *)key.data + prefix.size);
    bool same = walk->prefix_size == prefix.size && memcmp(walk->prefix, prefix.data, prefix.size) == 0;
    *first = !same;
    if (!same) {
        parts_walk_end(walk, verify, db);
        walk_begin(walk, prefix, total);
    }
    size_t left = (size_t)(reader.end - reader.next);
    bool fits = prefix.size > 0 && !reader.failed && total == walk->total && number == walk->next && number < total;
    if (!walk->faulty && (!fits || left > PART_BYTES_MAX || (number + 1 < total && left != PART_BYTES_MAX))) {
        walk->faulty = true;
        verify_fault_at(verify, db, key, "a part that does not follow the one before it");
    }
    walk->next++;
}
