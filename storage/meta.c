/* What a generation knows about itself.
 *
 *   "format"      -> version u32le
 *   "counters"    -> next document u32le, next variant u32le, next term u32le
 *   "position"    -> lsn u64le, partial lsn u64le, partial rows u64le, system id u64le, timeline u32le, source id u64le, slot size u8, slot bytes
 *   "fingerprint" -> u64le
 *   "complete"    -> u8 */
#include "storage/meta.h"

#include <assert.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/door.h"

static enum status meta_get(struct snapshot *snapshot, const char *name, struct byte_reader *reader)
{
    struct bytes payload = {0};
    enum status status = door_get(snapshot, DB_META, name, strlen(name), &payload);
    *reader = byte_reader(payload.data, payload.size);
    return status;
}

/* OK when the record was read to its last byte and no further. */
static enum status meta_read(struct snapshot *snapshot, const char *name, const struct byte_reader *reader)
{
    if (reader->failed || reader->next != reader->end)
        return door_corrupt(snapshot, DB_META, name, strlen(name), "a record of the wrong size");
    return STATUS_OK;
}

static enum status meta_put(struct batch *batch, const char *name, struct buffer *record)
{
    enum status status = door_put(batch, DB_META, name, strlen(name), record->data, record->size);
    buffer_release(record);
    return status;
}

enum status format_get(struct snapshot *snapshot, uint32_t *out)
{
    struct byte_reader reader = {0};
    enum status status = meta_get(snapshot, "format", &reader);
    if (status != STATUS_OK)
        return status;
    *out = read_u32(&reader);
    return meta_read(snapshot, "format", &reader);
}

enum status format_put(struct batch *batch, uint32_t format)
{
    struct buffer record = {0};
    append_u32(&record, format);
    return meta_put(batch, "format", &record);
}

enum status counters_get(struct snapshot *snapshot, uint32_t counters[COUNTER_COUNT])
{
    struct byte_reader reader = {0};
    memset(counters, 0, COUNTER_COUNT * sizeof *counters);
    enum status status = meta_get(snapshot, "counters", &reader);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    for (unsigned i = 0; i < COUNTER_COUNT; i++) {
        counters[i] = read_u32(&reader);
        if (counters[i] > INT32_MAX)
            reader.failed = true;
    }
    return meta_read(snapshot, "counters", &reader);
}

enum status counters_put(struct batch *batch, const uint32_t counters[COUNTER_COUNT])
{
    struct buffer record = {0};
    for (unsigned i = 0; i < COUNTER_COUNT; i++)
        append_u32(&record, counters[i]);
    return meta_put(batch, "counters", &record);
}

enum status position_get(struct snapshot *snapshot, struct position *out)
{
    struct byte_reader reader = {0};
    *out = (struct position){0};
    enum status status = meta_get(snapshot, "position", &reader);
    if (status != STATUS_OK)
        return status;
    struct position position = {.lsn = read_u64(&reader)};
    position.partial_lsn = read_u64(&reader);
    position.partial_rows = read_u64(&reader);
    position.system_id = read_u64(&reader);
    position.timeline = read_u32(&reader);
    position.source_id = read_u64(&reader);
    uint8_t size = read_u8(&reader);
    const unsigned char *slot = read_span(&reader, size);
    if (size >= sizeof position.slot)
        reader.failed = true;
    else if (slot != NULL)
        memcpy(position.slot, slot, size);
    status = meta_read(snapshot, "position", &reader);
    if (status == STATUS_OK)
        *out = position;
    return status;
}

enum status position_put(struct batch *batch, const struct position *position)
{
    size_t size = strnlen(position->slot, sizeof position->slot);
    assert(size < sizeof position->slot);
    struct buffer record = {0};
    append_u64(&record, position->lsn);
    append_u64(&record, position->partial_lsn);
    append_u64(&record, position->partial_rows);
    append_u64(&record, position->system_id);
    append_u32(&record, position->timeline);
    append_u64(&record, position->source_id);
    append_u8(&record, (uint8_t)size);
    buffer_append(&record, position->slot, size);
    return meta_put(batch, "position", &record);
}

enum status fingerprint_get(struct snapshot *snapshot, uint64_t *out)
{
    struct byte_reader reader = {0};
    enum status status = meta_get(snapshot, "fingerprint", &reader);
    if (status != STATUS_OK)
        return status;
    *out = read_u64(&reader);
    return meta_read(snapshot, "fingerprint", &reader);
}

enum status fingerprint_put(struct batch *batch, uint64_t fingerprint)
{
    struct buffer record = {0};
    append_u64(&record, fingerprint);
    return meta_put(batch, "fingerprint", &record);
}

enum status complete_get(struct snapshot *snapshot, uint8_t *out)
{
    struct byte_reader reader = {0};
    *out = 0;
    enum status status = meta_get(snapshot, "complete", &reader);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    *out = read_u8(&reader);
    return meta_read(snapshot, "complete", &reader);
}

enum status complete_put(struct batch *batch, uint8_t complete)
{
    struct buffer record = {0};
    append_u8(&record, complete);
    return meta_put(batch, "complete", &record);
}
