#include "storage/column.h"
#include "storage/column_block.h"
#include "tests/storage/scratch.h"

static const struct column_family price = {.name = "price", .id = 7, .space = SPACE_VARIANT, .field_count = 3, .widths = {4, 4, 4}};
static const struct column_family mixed = {.name = "mixed", .id = 7, .space = SPACE_DOCUMENT, .field_count = 4, .widths = {8, 4, 1, 1}};
static const struct column_family wide = {.name = "wide", .id = 9, .space = SPACE_DOCUMENT, .field_count = 3, .widths = {8, 8, 2}};
static const struct column_family *const families[] = {&price, &mixed, &wide};

static uint64_t get_one(struct scratch *scratch, const struct column_family *family, unsigned field, uint32_t entry)
{
    struct column_reader reader;
    struct snapshot *snapshot = scratch_read(scratch);
    column_reader_init(&reader, snapshot, family);
    uint64_t value = column_get(&reader, field, entry);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
    snapshot_close(snapshot);
    return value;
}

static void entries_divide_the_window(void **state)
{
    (void)state;
    assert_int_equal(column_chunk_entries(&price), 336);
    assert_int_equal(column_chunk_entries(&mixed), 288);
    assert_int_equal(column_chunk_entries(&wide), 224);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(COLUMN_WINDOW % column_chunk_entries(families[i]), 0);
}

static void unknown_until_written(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    assert_true(get_one(&scratch, &price, 0, 5) == COLUMN_UNKNOWN);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 5, 100), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(get_one(&scratch, &price, 0, 5), 100);
    assert_true(get_one(&scratch, &price, 1, 5) == COLUMN_UNKNOWN);
    assert_true(get_one(&scratch, &price, 0, 4) == COLUMN_UNKNOWN);
    assert_true(get_one(&scratch, &price, 0, UINT32_MAX) == COLUMN_UNKNOWN);
    batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 5, COLUMN_UNKNOWN), STATUS_OK);
    scratch_commit(batch);
    assert_true(get_one(&scratch, &price, 0, 5) == COLUMN_UNKNOWN);
    scratch_close(&scratch);
}

static void widths_at_their_bounds(void **state)
{
    (void)state;
    static const uint64_t most[] = {UINT64_MAX - 1, UINT32_MAX - 1, UINT8_MAX - 1, 0};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    for (unsigned field = 0; field < 4; field++)
        assert_int_equal(column_put(batch, &mixed, field, 287, most[field]), STATUS_OK);
    assert_int_equal(column_put(batch, &wide, 2, 224, UINT16_MAX - 1), STATUS_OK);
    scratch_commit(batch);
    for (unsigned field = 0; field < 4; field++) {
        assert_true(get_one(&scratch, &mixed, field, 287) == most[field]);
        assert_true(get_one(&scratch, &mixed, field, 286) == COLUMN_UNKNOWN);
        assert_true(get_one(&scratch, &mixed, field, 288) == COLUMN_UNKNOWN);
    }
    assert_int_equal(get_one(&scratch, &wide, 2, 224), UINT16_MAX - 1);
    scratch_close(&scratch);
}

static void zone_maps_leave_unknowns_out(void **state)
{
    (void)state;
    struct column_chunk chunk;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 1, 336, 9), STATUS_OK);
    assert_int_equal(column_put(batch, &price, 1, 340, 3), STATUS_OK);
    assert_int_equal(column_put(batch, &price, 2, 336, 0), STATUS_OK);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(column_chunk_get(snapshot, &price, 1, &chunk), STATUS_OK);
    assert_true(chunk.min[0] > chunk.max[0]);
    assert_int_equal(chunk.min[1], 3);
    assert_int_equal(chunk.max[1], 9);
    assert_int_equal(chunk.min[2], 0);
    assert_int_equal(chunk.max[2], 0);
    assert_int_equal(column_value(chunk.values[1], 4, 4), 3);
    for (unsigned field = 0; field < 3; field++)
        assert_int_equal((uintptr_t)chunk.values[field] % 16, 0);
    assert_int_equal(column_chunk_get(snapshot, &price, 2, &chunk), STATUS_OK);
    assert_null(chunk.values[0]);
    assert_true(chunk.min[0] > chunk.max[0]);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void a_batch_sees_its_own_values(void **state)
{
    (void)state;
    struct column_reader reader;
    struct column_chunk chunk;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 1, 10), STATUS_OK);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    column_reader_init(&reader, batch_snapshot(batch), &price);
    assert_int_equal(column_get(&reader, 0, 1), 10);
    assert_int_equal(column_put(batch, &price, 0, 1, 11), STATUS_OK); /* the remembered chunk is now the stored one, and stale */
    assert_int_equal(column_get(&reader, 0, 1), 11);
    assert_int_equal(column_put(batch, &price, 0, 1, 12), STATUS_OK);
    assert_int_equal(column_get(&reader, 0, 1), 12);
    assert_int_equal(column_put(batch, &price, 0, 1000, 13), STATUS_OK);
    assert_int_equal(column_get(&reader, 0, 1000), 13);
    assert_int_equal(column_chunk_get(batch_snapshot(batch), &price, 0, &chunk), STATUS_OK);
    assert_int_equal(chunk.min[0], 0);
    assert_true(chunk.max[0] == UINT64_MAX);
    assert_int_equal(get_one(&scratch, &price, 0, 1), 10); /* nobody else does */
    batch_abort(batch);
    assert_int_equal(get_one(&scratch, &price, 0, 1), 10);
    scratch_close(&scratch);
}

static void what_is_there_is_not_written_again(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 1, COLUMN_UNKNOWN), STATUS_OK);
    assert_int_equal(column_edits_count(batch), 0);
    assert_int_equal(column_put(batch, &price, 0, 1, 10), STATUS_OK);
    scratch_commit(batch);
    batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 1, 10), STATUS_OK);
    assert_int_equal(column_edits_count(batch), 0);
    assert_int_equal(batch_pending_bytes(batch) < 4096, 1);
    assert_int_equal(column_put(batch, &price, 0, 1, 11), STATUS_OK);
    assert_int_equal(column_edits_count(batch), 1);
    assert_true(batch_pending_bytes(batch) >= 4096);
    scratch_commit(batch);
    scratch_close(&scratch);
}

static void another_shape_is_corrupt(void **state)
{
    (void)state;
    static const struct column_family fewer = {.name = "price", .id = 7, .space = SPACE_VARIANT, .field_count = 2, .widths = {4, 4}};
    struct scratch scratch;
    struct column_chunk chunk;
    struct column_reader reader;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 1, 10), STATUS_OK);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(column_chunk_get(snapshot, &fewer, 0, &chunk), STATUS_CORRUPT);
    assert_null(chunk.values[0]);
    assert_int_equal(snapshot_status(snapshot), STATUS_CORRUPT);
    assert_int_equal(snapshot_renew(snapshot), STATUS_OK);
    column_reader_init(&reader, snapshot, &fewer);
    assert_true(column_get(&reader, 0, 1) == COLUMN_UNKNOWN);
    assert_int_equal(snapshot_status(snapshot), STATUS_CORRUPT);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void plant(struct scratch *scratch, size_t at, unsigned char byte)
{
    unsigned char key[COLUMN_KEY_BYTES], payload[COLUMN_PAYLOAD_BYTES];
    struct bytes stored = {0};
    struct batch *batch = scratch_begin(scratch);
    column_chunk_key(column_chunk_id(&price, 0), key);
    assert_int_equal(door_get(batch_snapshot(batch), DB_COLUMN, key, sizeof key, &stored), STATUS_OK);
    assert_int_equal(stored.size, sizeof payload);
    memcpy(payload, stored.data, sizeof payload);
    payload[at] = byte;
    assert_int_equal(door_put(batch, DB_COLUMN, key, sizeof key, payload, sizeof payload), STATUS_OK);
    scratch_commit(batch);
}

static void verify_finds_planted_faults(void **state)
{
    (void)state;
    struct check check = {.families = families, .family_count = 3, .document_limit = 0, .variant_limit = 300};
    unsigned char key[COLUMN_KEY_BYTES];
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(column_put(batch, &price, 0, 299, 10), STATUS_OK);
    assert_int_equal(column_put(batch, &price, 0, 3, 17), STATUS_OK);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, column_verify), 0);
    assert_int_equal(check.counts.chunks, 1);
    plant(&scratch, 4, 9); /* the first zone's minimum */
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    assert_non_null(strstr(check.last, "zone map"));
    plant(&scratch, 4, 10);
    plant(&scratch, COLUMN_HEADER_BYTES + 4 * 3, 18); /* the value that is the maximum */
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    plant(&scratch, COLUMN_HEADER_BYTES + 4 * 3, 17);
    plant(&scratch, 2, 0xFF);
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    plant(&scratch, 2, 2 | 2 << 2 | 2 << 4);
    assert_int_equal(check_run(&scratch, &check, column_verify), 0);
    check.variant_limit = 299;
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    assert_non_null(strstr(check.last, "past the last number"));
    check.variant_limit = 300;
    check.families = families + 1;
    check.family_count = 2;
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    assert_non_null(strstr(check.last, "no declared family"));
    check.families = families;
    check.family_count = 3;
    batch = scratch_begin(&scratch);
    column_chunk_key(column_chunk_id(&price, 0), key);
    scratch_damage(batch, DB_COLUMN, key, sizeof key);
    scratch_commit(batch);
    assert_int_equal(check_run(&scratch, &check, column_verify), 1);
    assert_non_null(strstr(check.last, "checksum"));
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_divide_the_window),   cmocka_unit_test(unknown_until_written),
        cmocka_unit_test(widths_at_their_bounds),      cmocka_unit_test(zone_maps_leave_unknowns_out),
        cmocka_unit_test(a_batch_sees_its_own_values), cmocka_unit_test(what_is_there_is_not_written_again),
        cmocka_unit_test(another_shape_is_corrupt),    cmocka_unit_test(verify_finds_planted_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
