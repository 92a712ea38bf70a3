#include "indexer/pgoutput.h"

#include <stdio.h>
#include <string.h>

static const int64_t EPOCH_2000_US = 946684800000000; /* 2000-01-01 in microseconds since 1970 */

/* Reads front to back. After the first failure every read gives 0 and `failed` says what was wanted; nobody may use a value before
 * asking `failed`. */
struct reader {
    const char *at;
    size_t left;
    const char *failed;
};

static const char *reader_take(struct reader *reader, size_t size, const char *what)
{
    if (reader->failed != NULL)
        return NULL;
    if (size > reader->left) {
        reader->failed = what;
        return NULL;
    }
    const char *start = reader->at;
    reader->at += size;
    reader->left -= size;
    return start;
}

static uint64_t reader_number(struct reader *reader, size_t size, const char *what)
{
    const char *start = reader_take(reader, size, what);
    uint64_t value = 0;
    for (size_t i = 0; start != NULL && i < size; i++)
        value = value << 8 | (unsigned char)start[i];
    return value;
}

static uint8_t reader_u8(struct reader *reader, const char *what)
{
    return (uint8_t)reader_number(reader, 1, what);
}

static uint16_t reader_u16(struct reader *reader, const char *what)
{
    return (uint16_t)reader_number(reader, 2, what);
}

static uint32_t reader_u32(struct reader *reader, const char *what)
{
    return (uint32_t)reader_number(reader, 4, what);
}

static uint64_t reader_u64(struct reader *reader, const char *what)
{
    return reader_number(reader, 8, what);
}

/* Microseconds since 2000 to microseconds since 1970. Any 64 bits may come; the sum wraps instead of overflowing. */
static int64_t reader_time(struct reader *reader, const char *what)
{
    return (int64_t)(reader_u64(reader, what) + (uint64_t)EPOCH_2000_US);
}

static struct bytes reader_string(struct reader *reader, const char *what)
{
    const char *start = reader->at;
    const char *end = reader->failed == NULL && reader->left > 0 ? memchr(start, '\0', reader->left) : NULL;
    if (end == NULL) {
        if (reader->failed == NULL)
            reader->failed = what;
        return (struct bytes){0};
    }
    size_t size = (size_t)(end - start);
    (void)reader_take(reader, size + 1, what);
    return (struct bytes){start, size};
}

static struct bytes reader_sized(struct reader *reader, const char *what)
{
    uint32_t size = reader_u32(reader, what);
    const char *start = reader_take(reader, size, what);
    return start != NULL ? (struct bytes){start, size} : (struct bytes){0};
}

static void reader_refuse(struct reader *reader, const char *why)
{
    if (reader->failed == NULL)
        reader->failed = why;
}

static struct pgoutput_cell reader_cell(struct reader *reader)
{
    struct pgoutput_cell cell = {.kind = PGOUTPUT_CELL_NULL};
    switch (reader_u8(reader, "the kind of a column value")) {
    case PGOUTPUT_CELL_NULL:
        break;
    case PGOUTPUT_CELL_UNCHANGED:
        cell.kind = PGOUTPUT_CELL_UNCHANGED;
        break;
    case PGOUTPUT_CELL_TEXT:
        cell.kind = PGOUTPUT_CELL_TEXT;
        cell.text = reader_sized(reader, "a column value");
        break;
    default:
        reader_refuse(reader, "a column value of kind n, u or t");
    }
    return cell;
}

static struct pgoutput_column reader_column(struct reader *reader)
{
    struct pgoutput_column column = {0};
    column.key = (reader_u8(reader, "a column's flags") & 1) != 0;
    column.name = reader_string(reader, "a column's name");
    column.type_oid = reader_u32(reader, "a column's type");
    (void)reader_u32(reader, "a column's type modifier");
    return column;
}

static uint32_t reader_column_count(struct reader *reader)
{
    uint16_t count = reader_u16(reader, "the number of columns");
    if (count > PGOUTPUT_COLUMNS_MAX)
        reader_refuse(reader, "at most 1600 columns");
    return count;
}

static struct pgoutput_tuple reader_tuple(struct reader *reader)
{
    uint32_t count = reader_column_count(reader);
    const char *start = reader->at;
    for (uint32_t i = 0; i < count && reader->failed == NULL; i++)
        (void)reader_cell(reader);
    return (struct pgoutput_tuple){count, {start, (size_t)(reader->at - start)}};
}

static void decode_begin(struct reader *reader, struct pgoutput_message *out)
{
    out->begin.final_lsn = reader_u64(reader, "the final LSN");
    out->begin.commit_wall_us = reader_time(reader, "the commit time");
    out->begin.xid = reader_u32(reader, "the transaction id");
}

static void decode_commit(struct reader *reader, struct pgoutput_message *out)
{
    (void)reader_u8(reader, "the flags");
    out->commit.commit_lsn = reader_u64(reader, "the commit LSN");
    out->commit.end_lsn = reader_u64(reader, "the end LSN");
    out->commit.commit_wall_us = reader_time(reader, "the commit time");
}

static void decode_origin(struct reader *reader)
{
    (void)reader_u64(reader, "the origin's LSN");
    (void)reader_string(reader, "the origin's name");
}

static void decode_type(struct reader *reader)
{
    (void)reader_u32(reader, "the type's oid");
    (void)reader_string(reader, "the type's namespace");
    (void)reader_string(reader, "the type's name");
}

static void decode_relation(struct reader *reader, struct pgoutput_message *out)
{
    out->relation.oid = reader_u32(reader, "the relation's oid");
    out->relation.namespace = reader_string(reader, "the relation's namespace");
    out->relation.name = reader_string(reader, "the relation's name");
    out->relation.identity = (char)reader_u8(reader, "the replica identity");
    if (reader->failed == NULL && (out->relation.identity == '\0' || strchr("dnfi", out->relation.identity) == NULL))
        reader_refuse(reader, "a replica identity of d, n, f or i");
    uint32_t count = reader_column_count(reader);
    const char *start = reader->at;
    for (uint32_t i = 0; i < count && reader->failed == NULL; i++)
        (void)reader_column(reader);
    out->relation.columns = (struct pgoutput_columns){count, {start, (size_t)(reader->at - start)}};
}

static void decode_row(struct reader *reader, struct pgoutput_message *out)
{
    out->row.oid = reader_u32(reader, "the relation's oid");
    char part = (char)reader_u8(reader, "the kind of a row");
    bool may_be_old = out->kind != PGOUTPUT_INSERT;
    if (may_be_old && (part == 'K' || part == 'O')) {
        out->row.old_kind = part;
        out->row.old = reader_tuple(reader);
        if (out->kind == PGOUTPUT_DELETE)
            return;
        part = (char)reader_u8(reader, "the kind of a row");
    }
    if (part == 'N' && out->kind != PGOUTPUT_DELETE)
        out->row.new = reader_tuple(reader);
    else
        reader_refuse(reader, "a row of kind K, O or N in its place");
}

static void decode_truncate(struct reader *reader, struct pgoutput_message *out)
{
    uint32_t count = reader_u32(reader, "the number of relations");
    out->truncate.cascade = (reader_u8(reader, "the options") & 1) != 0;
    const char *start = reader_take(reader, (size_t)count * sizeof(uint32_t), "the relations' oids");
    out->truncate.oids = (struct pgoutput_oids){count, {start, (size_t)count * sizeof(uint32_t)}};
}

static void decode_message(struct reader *reader, struct pgoutput_message *out)
{
    out->message.transactional = (reader_u8(reader, "the flags") & 1) != 0;
    out->message.lsn = reader_u64(reader, "the message's LSN");
    out->message.prefix = reader_string(reader, "the message's prefix");
    out->message.content = reader_sized(reader, "the message's content");
}

enum status pgoutput_decode(struct bytes input, struct pgoutput_message *out, struct error *error)
{
    struct reader reader = {.at = input.data, .left = input.size};
    uint8_t kind = reader_u8(&reader, "its kind");
    *out = (struct pgoutput_message){.kind = (enum pgoutput_kind)kind};
    switch (kind) {
    case PGOUTPUT_BEGIN:
        decode_begin(&reader, out);
        break;
    case PGOUTPUT_COMMIT:
        decode_commit(&reader, out);
        break;
    case PGOUTPUT_ORIGIN:
        decode_origin(&reader);
        break;
    case PGOUTPUT_TYPE:
        decode_type(&reader);
        break;
    case PGOUTPUT_RELATION:
        decode_relation(&reader, out);
        break;
    case PGOUTPUT_INSERT:
    case PGOUTPUT_UPDATE:
    case PGOUTPUT_DELETE:
        decode_row(&reader, out);
        break;
    case PGOUTPUT_TRUNCATE:
        decode_truncate(&reader, out);
        break;
    case PGOUTPUT_MESSAGE:
        decode_message(&reader, out);
        break;
    default:
        reader_refuse(&reader, "a kind of protocol version 1");
    }
    if (reader.failed != NULL)
        return error_set(error, STATUS_CORRUPT, "replication message 0x%02x of %zu bytes is cut or malformed: expected %s", kind,
                         input.size, reader.failed);
    if (reader.left > 0)
        return error_set(error, STATUS_CORRUPT, "replication message 0x%02x of %zu bytes has %zu bytes behind its end", kind, input.size,
                         reader.left);
    return STATUS_OK;
}

bool pgoutput_cell_next(struct pgoutput_tuple *tuple, struct pgoutput_cell *out)
{
    if (tuple->count == 0)
        return false;
    struct reader reader = {.at = tuple->body.data, .left = tuple->body.size};
    *out = reader_cell(&reader);
    *tuple = (struct pgoutput_tuple){tuple->count - 1, {reader.at, reader.left}};
    return reader.failed == NULL;
}

bool pgoutput_column_next(struct pgoutput_columns *columns, struct pgoutput_column *out)
{
    if (columns->count == 0)
        return false;
    struct reader reader = {.at = columns->body.data, .left = columns->body.size};
    *out = reader_column(&reader);
    *columns = (struct pgoutput_columns){columns->count - 1, {reader.at, reader.left}};
    return reader.failed == NULL;
}

bool pgoutput_oid_next(struct pgoutput_oids *oids, uint32_t *out)
{
    if (oids->count == 0)
        return false;
    struct reader reader = {.at = oids->body.data, .left = oids->body.size};
    *out = reader_u32(&reader, "an oid");
    *oids = (struct pgoutput_oids){oids->count - 1, {reader.at, reader.left}};
    return reader.failed == NULL;
}

enum status pgoutput_envelope_decode(struct bytes input, struct pgoutput_envelope *out, struct error *error)
{
    struct reader reader = {.at = input.data, .left = input.size};
    uint8_t kind = reader_u8(&reader, "its kind");
    *out = (struct pgoutput_envelope){.kind = (enum pgoutput_envelope_kind)kind};
    if (kind == PGOUTPUT_DATA) {
        (void)reader_u64(&reader, "the WAL start"); /* 0/0 for some messages: never progress */
        out->wal_end = reader_u64(&reader, "the WAL end");
        out->sent_wall_us = reader_time(&reader, "the time");
        out->payload = (struct bytes){reader.at, reader.left};
        (void)reader_take(&reader, reader.left, "the message");
    } else if (kind == PGOUTPUT_KEEPALIVE) {
        out->wal_end = reader_u64(&reader, "the WAL end");
        out->sent_wall_us = reader_time(&reader, "the time");
        out->reply_requested = reader_u8(&reader, "whether a reply is wanted") != 0;
    } else {
        reader_refuse(&reader, "kind w or k");
    }
    if (reader.failed != NULL || reader.left > 0)
        return error_set(error, STATUS_CORRUPT, "replication envelope 0x%02x of %zu bytes is malformed: expected %s", kind, input.size,
                         reader.failed != NULL ? reader.failed : "no bytes behind its end");
    return STATUS_OK;
}

static char *put_u64(char *at, uint64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (char)(unsigned char)(value >> shift);
    return at;
}

void pgoutput_reply_encode(const struct pgoutput_reply *reply, char out[PGOUTPUT_REPLY_BYTES])
{
    char *at = out;
    *at++ = 'r';
    at = put_u64(at, reply->received_lsn);
    at = put_u64(at, reply->durable_lsn);
    at = put_u64(at, reply->durable_lsn);
    at = put_u64(at, (uint64_t)reply->wall_us - (uint64_t)EPOCH_2000_US);
    *at = reply->reply_now ? 1 : 0;
}

void lsn_format(uint64_t lsn, char out[LSN_TEXT_BYTES])
{
    snprintf(out, LSN_TEXT_BYTES, "%X/%X", (unsigned)(lsn >> 32), (unsigned)(lsn & UINT32_MAX));
}

/* One half of an LSN up to `end`; returns where it stopped, NULL when it is no number of 1 to 8 digits. */
static const char *half_parse(const char *text, char end, uint64_t *out)
{
    uint64_t value = 0;
    const char *at = text;
    for (; *at != end && *at != '\0'; at++) {
        const char *digits = "0123456789ABCDEFabcdef";
        const char *digit = strchr(digits, *at);
        if (digit == NULL || at - text >= 8)
            return NULL;
        ptrdiff_t place = digit - digits;
        value = value << 4 | (uint64_t)(place < 16 ? place : place - 6);
    }
    *out = value;
    return *at == end && at > text ? at : NULL;
}

enum status lsn_parse(const char *text, uint64_t *out)
{
    uint64_t high = 0, low = 0;
    const char *slash = half_parse(text, '/', &high);
    if (slash == NULL || half_parse(slash + 1, '\0', &low) == NULL)
        return STATUS_INVALID;
    *out = high << 32 | low;
    return STATUS_OK;
}
