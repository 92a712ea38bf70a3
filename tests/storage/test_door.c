/* Checksums, the table of verified blocks, cursors, parts, counters and the batch that must not be committed. */
#include "storage/bytes.h"
#include "storage/meta.h"
#include "storage/parts.h"
#include "tests/storage/scratch.h"

/* Bit by bit: what the instruction, the three streams and their joining must give. */
static uint32_t crc_naive(uint32_t seed, const unsigned char *data, size_t size)
{
    uint32_t crc = ~seed;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? UINT32_C(0x82F63B78) : 0);
    }
    return ~crc;
}

static void crc32c_values(void **state)
{
    (void)state;
    enum { SIZE = 9000 };
    static unsigned char data[SIZE + 8];
    uint64_t random = seed_take();
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)random_next(&random);
    assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
    assert_int_equal(crc32c(0, NULL, 0), 0);
    for (size_t size = 0; size < SIZE; size += size < 300 || (size > 3900 && size < 4100) ? 1 : 97) {
        const unsigned char *at = data + random_below(&random, 8);
        assert_int_equal(crc32c(7, at, size), crc_naive(7, at, size));
        size_t cut = size == 0 ? 0 : random_below(&random, (uint32_t)size);
        assert_int_equal(crc32c(crc32c(0, at, cut), at + cut, size - cut), crc32c(0, at, size));
    }
}

static void varints(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, UINT32_MAX};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct buffer buffer = {0};
        append_varint(&buffer, values[i]);
        struct byte_reader reader = byte_reader(buffer.data, buffer.size);
        assert_int_equal(read_varint(&reader), values[i]);
        assert_false(reader.failed);
        assert_ptr_equal(reader.next, reader.end);
        for (size_t cut = 0; cut < buffer.size; cut++) {
            reader = byte_reader(buffer.data, cut);
            assert_int_equal(read_varint(&reader), 0);
            assert_true(reader.failed);
        }
        buffer_release(&buffer);
    }
    static const unsigned char wrong[][6] = {{0x80, 0x00}, {0xFF, 0xFF, 0xFF, 0xFF, 0x10}, {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct byte_reader reader = byte_reader(wrong[i], sizeof wrong[i]);
        assert_int_equal(read_varint(&reader), 0);
        assert_true(reader.failed);
        assert_int_equal(read_u64(&reader), 0);
    }
}

static void put_get_bounds(void **state)
{
    (void)state;
    struct scratch scratch;
    struct bytes payload = {0};
    static unsigned char value[PAYLOAD_BYTES_MAX], key[STORED_KEY_BYTES_MAX];
    memset(value, 0x5A, sizeof value);
    memset(key, 0xFF, sizeof key);
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(door_put(batch, DB_HIT, "empty", 5, NULL, 0), STATUS_OK);
    assert_int_equal(door_put(batch, DB_HIT, key, sizeof key, value, sizeof value), STATUS_OK);
    assert_int_equal(door_put(batch, DB_HIT, "a", 1, value, 1), STATUS_OK);
    assert_int_equal(door_del(batch, DB_HIT, "b", 1), STATUS_NOT_FOUND);
    assert_int_equal(door_get(batch_snapshot(batch), DB_HIT, "a", 1, &payload), STATUS_OK);
    scratch_commit(batch);
    scratch_reopen(&scratch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(door_get(snapshot, DB_HIT, "empty", 5, &payload), STATUS_OK);
    assert_int_equal(payload.size, 0);
    assert_int_equal(door_get(snapshot, DB_HIT, key, sizeof key, &payload), STATUS_OK);
    assert_int_equal(payload.size, sizeof value);
    assert_memory_equal(payload.data, value, sizeof value);
    assert_int_equal(door_get(snapshot, DB_HIT, "zz", 2, &payload), STATUS_NOT_FOUND);
    assert_int_equal(door_get(snapshot, DB_ROW, "a", 1, &payload), STATUS_NOT_FOUND);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

/* A value longer than one overflow page, or under another key or database, or changed: each is found, and stays with the snapshot. */
static void wrong_checksums(void **state)
{
    (void)state;
    struct scratch scratch;
    struct bytes payload = {0};
    unsigned char large[1000] = {1, 2, 3};
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(door_put(batch, DB_HIT, "small", 5, "x", 1), STATUS_OK);
    assert_int_equal(door_put(batch, DB_HIT, "large", 5, large, sizeof large), STATUS_OK);
    assert_int_equal(door_put(batch, DB_HIT, "whole", 5, "x", 1), STATUS_OK);
    scratch_damage(batch, DB_HIT, "small", 5);
    scratch_damage(batch, DB_HIT, "large", 5);
    MDB_val key = {.mv_size = 5, .mv_data = large}, value = {0};
    memcpy(large, "whole", 5);
    assert_int_equal(mdb_get(batch->view.txn, scratch.env->dbi[DB_HIT], &key, &value), 0);
    memcpy(large, "moved", 5);
    assert_int_equal(mdb_put(batch->view.txn, scratch.env->dbi[DB_HIT], &key, &value, 0), 0);
    memcpy(large, "whole", 5);
    assert_int_equal(mdb_get(batch->view.txn, scratch.env->dbi[DB_HIT], &key, &value), 0);
    assert_int_equal(mdb_put(batch->view.txn, scratch.env->dbi[DB_ROW], &key, &value, 0), 0);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(door_get(snapshot, DB_HIT, "whole", 5, &payload), STATUS_OK);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
    static const char *const damaged[] = {"small", "large", "moved"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(snapshot_renew(snapshot), STATUS_OK);
        assert_int_equal(door_get(snapshot, DB_HIT, damaged[i], 5, &payload), STATUS_CORRUPT);
        assert_int_equal(snapshot_status(snapshot), STATUS_CORRUPT);
    }
    assert_int_equal(door_get(snapshot, DB_ROW, "whole", 5, &payload), STATUS_CORRUPT);
    /* A cursor says where and goes on. */
    struct door_cursor cursor = {0};
    assert_int_equal(door_cursor_open(snapshot, DB_HIT, &cursor), STATUS_OK);
    assert_int_equal(door_cursor_seek(&cursor, NULL, 0), STATUS_CORRUPT);
    assert_true(bytes_are(cursor.key, "large"));
    assert_int_equal(door_cursor_next(&cursor), STATUS_CORRUPT);
    assert_int_equal(door_cursor_next(&cursor), STATUS_CORRUPT);
    assert_int_equal(door_cursor_next(&cursor), STATUS_OK);
    assert_true(bytes_are(cursor.key, "whole"));
    assert_int_equal(door_cursor_next(&cursor), STATUS_END);
    door_cursor_close(&cursor);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

/* A block rewritten again and again lands on the same pages: the table must never take a new block for the old one. */
static void verified_blocks(void **state)
{
    (void)state;
    struct scratch scratch;
    uint64_t random = seed_take();
    unsigned char value[2000];
    scratch_open(&scratch);
    struct snapshot *snapshot = scratch_read(&scratch);
    for (unsigned round = 0; round < 200; round++) {
        struct bytes payload = {0};
        bool damage = random_below(&random, 4) == 0;
        struct batch *batch = scratch_begin(&scratch);
        memset(value, (int)round, sizeof value);
        assert_int_equal(door_put(batch, DB_HIT, "k", 1, value, sizeof value), STATUS_OK);
        if (damage)
            scratch_damage(batch, DB_HIT, "k", 1);
        scratch_commit(batch);
        assert_int_equal(snapshot_renew(snapshot), STATUS_OK);
        for (unsigned again = 0; again < 2; again++)
            assert_int_equal(door_get(snapshot, DB_HIT, "k", 1, &payload), damage ? STATUS_CORRUPT : STATUS_OK);
        if (!damage)
            assert_memory_equal(payload.data, value, sizeof value);
    }
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void cursors(void **state)
{
    (void)state;
    struct scratch scratch;
    struct door_cursor cursor = {0};
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned char key = 10; key <= 50; key = (unsigned char)(key + 10))
        assert_int_equal(door_put(batch, DB_EXT, &key, 1, &key, 1), STATUS_OK);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(door_cursor_open(snapshot, DB_EXT, &cursor), STATUS_OK);
    for (unsigned wanted = 0; wanted < 60; wanted++) {
        unsigned char key = (unsigned char)wanted;
        unsigned behind = wanted == 0 ? 10 : (wanted + 9) / 10 * 10, before = wanted / 10 * 10;
        enum status status = door_cursor_seek(&cursor, &key, 1);
        assert_int_equal(status, behind > 50 ? STATUS_END : STATUS_OK);
        if (status == STATUS_OK)
            assert_int_equal((unsigned char)cursor.payload.data[0], behind);
        status = door_cursor_seek_back(&cursor, &key, 1);
        assert_int_equal(status, before < 10 ? STATUS_END : STATUS_OK);
        if (status == STATUS_OK)
            assert_int_equal((unsigned char)cursor.payload.data[0], before > 50 ? 50 : before);
    }
    door_cursor_close(&cursor);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void part_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, PART_BYTES_MAX - 1, PART_BYTES_MAX, PART_BYTES_MAX + 1, 3 * PART_BYTES_MAX, 100000, 5, 20000, 4};
    static char value[100000];
    struct scratch scratch;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    scratch_open(&scratch);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bytes got = {0};
        uint64_t count = 0;
        memset(value, (int)('a' + i), sizeof value);
        struct batch *batch = scratch_begin(&scratch);
        assert_int_equal(parts_put(batch, DB_ROW, "key", 3, value, sizes[i]), STATUS_OK);
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        assert_int_equal(parts_get(snapshot, DB_ROW, "key", 3, &arena, &got), STATUS_OK);
        assert_int_equal(got.size, sizes[i]);
        assert_memory_equal(sizes[i] == 0 ? "" : got.data, value, sizes[i]);
        assert_int_equal(door_count(snapshot, DB_ROW, &count), STATUS_OK);
        assert_int_equal(count, sizes[i] == 0 ? 1 : (sizes[i] + PART_BYTES_MAX - 1) / PART_BYTES_MAX);
        assert_int_equal(parts_get(snapshot, DB_ROW, "ke", 2, &arena, &got), STATUS_NOT_FOUND);
        snapshot_close(snapshot);
        arena_reset(&arena);
    }
    struct batch *batch = scratch_begin(&scratch);
    struct bytes got = {0};
    assert_int_equal(parts_put(batch, DB_ROW, "key", 3, value, sizeof value), STATUS_OK);
    struct arena small;
    arena_init(&small, 50000);
    assert_int_equal(parts_get(batch_snapshot(batch), DB_ROW, "key", 3, &small, &got), STATUS_LIMIT);
    arena_release(&small);
    unsigned char second[] = {'k', 'e', 'y', 0, 1};
    assert_int_equal(door_del(batch, DB_ROW, second, sizeof second), STATUS_OK);
    assert_int_equal(parts_get(batch_snapshot(batch), DB_ROW, "key", 3, &arena, &got), STATUS_CORRUPT);
    batch_abort(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(parts_put(batch, DB_ROW, "key", 3, value, (size_t)PARTS_MAX * PART_BYTES_MAX + 1), STATUS_LIMIT);
    assert_int_equal(parts_del(batch, DB_ROW, "key", 3), STATUS_OK);
    assert_int_equal(parts_del(batch, DB_ROW, "key", 3), STATUS_NOT_FOUND);
    scratch_commit(batch);
    arena_release(&arena);
    scratch_close(&scratch);
}

static void counters_and_meta(void **state)
{
    (void)state;
    struct scratch scratch;
    uint32_t first = 0, limit = 0;
    uint64_t fingerprint = 0;
    uint8_t complete = 9;
    struct position position = {0}, stored = {.lsn = 1, .partial_lsn = 2, .partial_rows = 3, .system_id = UINT64_MAX, .timeline = 4};
    memset(stored.slot, 's', sizeof stored.slot - 1);
    scratch_open(&scratch);
    struct snapshot *before = scratch_read(&scratch);
    uint64_t commit = snapshot_commit(before);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(position_get(batch_snapshot(batch), &position), STATUS_NOT_FOUND);
    assert_int_equal(fingerprint_get(batch_snapshot(batch), &fingerprint), STATUS_NOT_FOUND);
    assert_int_equal(complete_get(batch_snapshot(batch), &complete), STATUS_OK);
    assert_int_equal(complete, 0);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 10, &first), STATUS_OK);
    assert_int_equal(first, 0);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 1, &first), STATUS_OK);
    assert_int_equal(first, 10);
    assert_int_equal(batch_take(batch, COUNTER_VARIANT, INT32_MAX, &first), STATUS_OK);
    assert_int_equal(batch_take(batch, COUNTER_VARIANT, 1, &first), STATUS_LIMIT);
    assert_int_equal(position_put(batch, &stored), STATUS_OK);
    assert_int_equal(fingerprint_put(batch, 77), STATUS_OK);
    assert_int_equal(complete_put(batch, 1), STATUS_OK);
    assert_int_equal(snapshot_document_limit(batch_snapshot(batch), &limit), STATUS_OK);
    assert_int_equal(limit, 11);
    scratch_commit(batch);
    /* A frozen view stays what it was. */
    assert_int_equal(snapshot_document_limit(before, &limit), STATUS_OK);
    assert_int_equal(limit, 0);
    assert_int_equal(snapshot_renew(before), STATUS_OK);
    assert_int_equal(snapshot_commit(before), commit + 1);
    assert_int_equal(snapshot_document_limit(before, &limit), STATUS_OK);
    assert_int_equal(limit, 11);
    assert_int_equal(snapshot_variant_limit(before, &limit), STATUS_OK);
    assert_int_equal(limit, INT32_MAX);
    assert_int_equal(position_get(before, &position), STATUS_OK);
    assert_memory_equal(&position, &stored, sizeof stored);
    assert_int_equal(fingerprint_get(before, &fingerprint), STATUS_OK);
    assert_int_equal(fingerprint, 77);
    assert_int_equal(complete_get(before, &complete), STATUS_OK);
    assert_int_equal(complete, 1);
    snapshot_close(before);
    batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 5, &first), STATUS_OK);
    batch_abort(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, 5, &first), STATUS_OK);
    assert_int_equal(first, 11);
    batch_abort(batch);
    scratch_close(&scratch);
}

/* A batch that came upon damage must not become durable, whatever its caller made of it. */
static void damaged_batch(void **state)
{
    (void)state;
    struct scratch scratch;
    struct bytes payload = {0};
    struct error error = {0};
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(door_put(batch, DB_HIT, "k", 1, "v", 1), STATUS_OK);
    scratch_damage(batch, DB_HIT, "k", 1);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(door_put(batch, DB_HIT, "other", 5, "v", 1), STATUS_OK);
    assert_int_equal(door_get(batch_snapshot(batch), DB_HIT, "k", 1, &payload), STATUS_CORRUPT);
    assert_int_equal(batch_commit(batch, &error), STATUS_CORRUPT);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(door_get(snapshot, DB_HIT, "other", 5, &payload), STATUS_NOT_FOUND);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_values),   cmocka_unit_test(varints),           cmocka_unit_test(put_get_bounds),
        cmocka_unit_test(wrong_checksums), cmocka_unit_test(verified_blocks),   cmocka_unit_test(cursors),
        cmocka_unit_test(part_sizes),      cmocka_unit_test(counters_and_meta), cmocka_unit_test(damaged_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
