/* The decoder against hand-made messages: each kind, every truncation, trailing bytes, impossible values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "indexer/pgoutput.h"
#include "tests/indexer/wire.h"

static const char *const columns[] = {"id", "name", "giá", NULL};

/* The n-th message of the corpus, one per shape; false past the last. */
static bool corpus(unsigned n, struct buffer *out)
{
    static const char *const row[] = {"1", NULL, "Điện thoại"};
    static const char *const changed[] = {"2", WIRE_UNCHANGED, ""};
    static const uint32_t oids[] = {16384, 4000000000u};
    switch (n) {
    case 0:
        wire_begin(out, 0x1234567890);
        return true;
    case 1:
        wire_commit(out, 0x1234567890, 0x12345678C0);
        return true;
    case 2:
        wire_kind(out, 'O');
        wire_number(out, 5, 8);
        wire_string(out, "origin");
        return true;
    case 3:
        wire_kind(out, 'Y');
        wire_number(out, 16999, 4);
        wire_string(out, "public");
        wire_string(out, "state");
        return true;
    case 4:
        wire_relation(out, 16384, "public", "products", 'd', columns);
        return true;
    case 5:
        wire_insert(out, 16384, 3, row);
        return true;
    case 6:
        wire_update(out, 16384, 0, NULL, 3, changed);
        return true;
    case 7:
        wire_update(out, 16384, 'K', row, 3, changed);
        return true;
    case 8:
        wire_update(out, 16384, 'O', row, 3, changed);
        return true;
    case 9:
        wire_delete(out, 16384, 'K', 3, row);
        return true;
    case 10:
        wire_delete(out, 16384, 'O', 3, row);
        return true;
    case 11:
        wire_truncate(out, 2, oids);
        return true;
    case 12:
        wire_kind(out, 'M');
        wire_number(out, 1, 1);
        wire_number(out, 9, 8);
        wire_string(out, "timnhanh");
        wire_number(out, 3, 4);
        buffer_append(out, "a\0b", 3);
        return true;
    case 13:
        wire_insert(out, 16384, 0, NULL);
        return true;
    default:
        return false;
    }
}

/* From a copy of exactly this size on the heap, so that the sanitizer sees a read past the end. */
static enum status decode_exact(const char *data, size_t size, struct pgoutput_message *out, struct error *error)
{
    char *copy = size > 0 ? malloc(size) : NULL;
    if (size > 0)
        memcpy(copy, data, size);
    enum status status = pgoutput_decode((struct bytes){copy, size}, out, error);
    free(copy);
    return status;
}

static struct pgoutput_message decode(const struct buffer *message)
{
    struct pgoutput_message out;
    struct error error = {0};
    enum status status = pgoutput_decode(wire_bytes(message), &out, &error);
    if (status != STATUS_OK)
        print_error("%s\n", error.text);
    assert_int_equal(status, STATUS_OK);
    return out;
}

static void begin_and_commit(void **state)
{
    (void)state;
    struct buffer wire = {0};
    corpus(0, &wire);
    struct pgoutput_message begin = decode(&wire);
    assert_int_equal(begin.kind, PGOUTPUT_BEGIN);
    assert_true(begin.begin.final_lsn == 0x1234567890);
    assert_true(begin.begin.commit_wall_us == 946684801000000);
    assert_int_equal(begin.begin.xid, 77);
    corpus(1, &wire);
    struct pgoutput_message commit = decode(&wire);
    assert_true(commit.commit.commit_lsn == 0x1234567890);
    assert_true(commit.commit.end_lsn == 0x12345678C0);
    buffer_release(&wire);
}

static void relation(void **state)
{
    (void)state;
    struct buffer wire = {0};
    corpus(4, &wire);
    struct pgoutput_message message = decode(&wire);
    assert_int_equal(message.relation.oid, 16384);
    assert_memory_equal(message.relation.namespace.data, "public", 7);
    assert_int_equal(message.relation.name.size, 8);
    assert_int_equal(message.relation.identity, 'd');
    struct pgoutput_columns list = message.relation.columns;
    struct pgoutput_column column;
    for (unsigned i = 0; i < 3; i++) {
        assert_true(pgoutput_column_next(&list, &column));
        assert_int_equal(column.name.size, strlen(columns[i]));
        assert_memory_equal(column.name.data, columns[i], column.name.size);
        assert_int_equal(column.key, i == 0);
        assert_int_equal(column.type_oid, 25);
    }
    assert_false(pgoutput_column_next(&list, &column));
    buffer_release(&wire);
}

static void assert_cell(struct pgoutput_tuple *tuple, enum pgoutput_cell_kind kind, const char *text)
{
    struct pgoutput_cell cell;
    assert_true(pgoutput_cell_next(tuple, &cell));
    assert_int_equal(cell.kind, kind);
    assert_int_equal(cell.text.size, strlen(text));
    if (cell.text.size > 0)
        assert_memory_equal(cell.text.data, text, cell.text.size);
}

static void rows(void **state)
{
    (void)state;
    struct buffer wire = {0};
    corpus(7, &wire);
    struct pgoutput_message message = decode(&wire);
    assert_int_equal(message.row.old_kind, 'K');
    assert_cell(&message.row.old, PGOUTPUT_CELL_TEXT, "1");
    assert_cell(&message.row.old, PGOUTPUT_CELL_NULL, "");
    assert_cell(&message.row.old, PGOUTPUT_CELL_TEXT, "Điện thoại");
    assert_cell(&message.row.new, PGOUTPUT_CELL_TEXT, "2");
    assert_cell(&message.row.new, PGOUTPUT_CELL_UNCHANGED, "");
    assert_cell(&message.row.new, PGOUTPUT_CELL_TEXT, "");
    struct pgoutput_cell none;
    assert_false(pgoutput_cell_next(&message.row.new, &none));
    corpus(6, &wire);
    assert_int_equal(decode(&wire).row.old_kind, 0);
    corpus(10, &wire);
    assert_int_equal(decode(&wire).row.old_kind, 'O');
    buffer_release(&wire);
}

static void truncate_and_message(void **state)
{
    (void)state;
    struct buffer wire = {0};
    corpus(11, &wire);
    struct pgoutput_message message = decode(&wire);
    uint32_t oid = 0;
    assert_true(message.truncate.cascade);
    assert_true(pgoutput_oid_next(&message.truncate.oids, &oid) && oid == 16384);
    assert_true(pgoutput_oid_next(&message.truncate.oids, &oid) && oid == 4000000000u);
    assert_false(pgoutput_oid_next(&message.truncate.oids, &oid));
    corpus(12, &wire);
    message = decode(&wire);
    assert_true(message.message.transactional);
    assert_int_equal(message.message.prefix.size, 8);
    assert_int_equal(message.message.content.size, 3);
    assert_memory_equal(message.message.content.data, "a\0b", 3);
    buffer_release(&wire);
}

static void every_truncation_is_corrupt(void **state)
{
    (void)state;
    struct buffer wire = {0};
    for (unsigned n = 0; corpus(n, &wire); n++) {
        for (size_t size = 0; size < wire.size; size++) {
            struct pgoutput_message out;
            struct error error = {0};
            assert_int_equal(decode_exact(wire.data, size, &out, &error), STATUS_CORRUPT);
            assert_true(error.text[0] != '\0');
        }
        struct pgoutput_message whole;
        assert_int_equal(decode_exact(wire.data, wire.size, &whole, NULL), STATUS_OK);
    }
    buffer_release(&wire);
}

static void bytes_behind_the_end_are_corrupt(void **state)
{
    (void)state;
    struct buffer wire = {0};
    for (unsigned n = 0; corpus(n, &wire); n++) {
        for (int byte = 0; byte < 256; byte++) {
            struct pgoutput_message out;
            struct error error = {0};
            buffer_append_char(&wire, (char)byte);
            assert_int_equal(decode_exact(wire.data, wire.size, &out, &error), STATUS_CORRUPT);
            wire.size--;
        }
    }
    buffer_release(&wire);
}

static void expect_corrupt(struct buffer *wire)
{
    struct pgoutput_message out;
    struct error error = {0};
    assert_int_equal(decode_exact(wire->data, wire->size, &out, &error), STATUS_CORRUPT);
}

static void impossible_values_are_corrupt(void **state)
{
    (void)state;
    static const char *const row[] = {"1", "2", "3"};
    struct buffer wire = {0};
    for (int kind = 0; kind < 256; kind++) {
        if (kind != 0 && strchr("BCOYRIUDTM", kind) != NULL)
            continue;
        wire_begin(&wire, 1);
        wire.data[0] = (char)kind;
        expect_corrupt(&wire);
    }
    wire_relation(&wire, 1, "public", "t", 'x', columns);
    expect_corrupt(&wire);
    wire_relation(&wire, 1, "public", "t", '\0', columns);
    expect_corrupt(&wire);
    wire_insert(&wire, 1, 3, row);
    wire.data[5] = 'K'; /* an insert with an old row */
    expect_corrupt(&wire);
    wire_delete(&wire, 1, 'N', 3, row);
    expect_corrupt(&wire);
    wire_insert(&wire, 1, 3, row);
    wire.data[8] = 'b'; /* a binary value */
    expect_corrupt(&wire);
    wire_kind(&wire, 'I');
    wire_number(&wire, 1, 4);
    buffer_append_char(&wire, 'N');
    wire_number(&wire, PGOUTPUT_COLUMNS_MAX + 1, 2);
    for (unsigned i = 0; i <= PGOUTPUT_COLUMNS_MAX; i++)
        buffer_append_char(&wire, 'n');
    expect_corrupt(&wire);
    wire_kind(&wire, 'T'); /* four thousand million oids that are not there */
    wire_number(&wire, UINT32_MAX, 4);
    wire_number(&wire, 0, 1);
    expect_corrupt(&wire);
    buffer_release(&wire);
}

static void the_widest_row_is_taken(void **state)
{
    (void)state;
    struct buffer wire = {0};
    wire_kind(&wire, 'I');
    wire_number(&wire, 1, 4);
    buffer_append_char(&wire, 'N');
    wire_number(&wire, PGOUTPUT_COLUMNS_MAX, 2);
    for (unsigned i = 0; i < PGOUTPUT_COLUMNS_MAX; i++)
        buffer_append_char(&wire, 'n');
    assert_int_equal(decode(&wire).row.new.count, PGOUTPUT_COLUMNS_MAX);
    buffer_release(&wire);
}

static void envelopes(void **state)
{
    (void)state;
    struct buffer wire = {0};
    struct pgoutput_envelope out;
    wire_kind(&wire, 'w');
    wire_number(&wire, 0, 8);
    wire_number(&wire, 0x100000002, 8);
    wire_number(&wire, 0, 8);
    buffer_append_text(&wire, "payload");
    assert_int_equal(pgoutput_envelope_decode(wire_bytes(&wire), &out, NULL), STATUS_OK);
    assert_true(out.wal_end == 0x100000002);
    assert_int_equal(out.payload.size, 7);
    assert_memory_equal(out.payload.data, "payload", 7);
    for (size_t size = 0; size < 25; size++)
        assert_int_equal(pgoutput_envelope_decode((struct bytes){wire.data, size}, &out, NULL), STATUS_CORRUPT);
    wire_kind(&wire, 'k');
    wire_number(&wire, 7, 8);
    wire_number(&wire, 2000000, 8);
    wire_number(&wire, 1, 1);
    assert_int_equal(pgoutput_envelope_decode(wire_bytes(&wire), &out, NULL), STATUS_OK);
    assert_true(out.reply_requested && out.wal_end == 7 && out.sent_wall_us == 946684802000000);
    for (size_t size = 0; size < wire.size; size++)
        assert_int_equal(pgoutput_envelope_decode((struct bytes){wire.data, size}, &out, NULL), STATUS_CORRUPT);
    buffer_append_char(&wire, 0);
    assert_int_equal(pgoutput_envelope_decode(wire_bytes(&wire), &out, NULL), STATUS_CORRUPT);
    wire.data[0] = 'x';
    assert_int_equal(pgoutput_envelope_decode(wire_bytes(&wire), &out, NULL), STATUS_CORRUPT);
    buffer_release(&wire);
}

static void reply(void **state)
{
    (void)state;
    char bytes[PGOUTPUT_REPLY_BYTES];
    struct pgoutput_reply reply = {
        .received_lsn = 0x0102030405060708, .durable_lsn = 0x1112131415161718, .wall_us = 946684800000001, .reply_now = true};
    pgoutput_reply_encode(&reply, bytes);
    static const unsigned char wanted[PGOUTPUT_REPLY_BYTES] = {'r',  1,    2,    3,    4,    5,    6,    7,    8,    0x11, 0x12, 0x13,
                                                               0x14, 0x15, 0x16, 0x17, 0x18, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                                               0x18, 0,    0,    0,    0,    0,    0,    0,    1,    1};
    assert_memory_equal(bytes, wanted, sizeof wanted);
}

static void lsn_text(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 0xFFFFFFFF, 0x100000000, 0x16B3748, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[LSN_TEXT_BYTES];
        uint64_t back = 1;
        lsn_format(values[i], text);
        assert_int_equal(lsn_parse(text, &back), STATUS_OK);
        assert_true(back == values[i]);
    }
    uint64_t lower = 0;
    assert_int_equal(lsn_parse("a/fF", &lower), STATUS_OK);
    assert_true(lower == 0xA000000FF);
    static const char *const wrong[] = {"", "/", "0", "0/", "/0", "0/0/0", "123456789/0", "0/123456789", "G/0", "0/ 1", "-1/0", "0x1/0"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(lsn_parse(wrong[i], &lower), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begin_and_commit),
        cmocka_unit_test(relation),
        cmocka_unit_test(rows),
        cmocka_unit_test(truncate_and_message),
        cmocka_unit_test(every_truncation_is_corrupt),
        cmocka_unit_test(bytes_behind_the_end_are_corrupt),
        cmocka_unit_test(impossible_values_are_corrupt),
        cmocka_unit_test(the_widest_row_is_taken),
        cmocka_unit_test(envelopes),
        cmocka_unit_test(reply),
        cmocka_unit_test(lsn_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
