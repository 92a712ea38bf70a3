#include "storage/bytes.h"
#include "storage/multi.h"
#include "storage/multi_block.h"
#include "tests/storage/scratch.h"

static void put_same(struct batch *batch, uint16_t field, uint32_t entry, unsigned count)
{
    uint32_t ordinals[MULTI_VALUES_MAX];
    for (unsigned i = 0; i < count; i++)
        ordinals[i] = entry * 100 + i;
    assert_int_equal(multi_put(batch, field, entry, ordinals, count), STATUS_OK);
}

static void assert_values(struct snapshot *snapshot, uint16_t field, uint32_t entry, unsigned count)
{
    struct multi_chunk chunk = {0};
    enum status status = multi_seek(snapshot, field, entry, &chunk);
    if (count == 0 && (status == STATUS_END || chunk.first > entry))
        return;
    assert_int_equal(status, STATUS_OK);
    assert_true(chunk.first <= entry && entry - chunk.first < chunk.span);
    uint32_t at = chunk.offsets[entry - chunk.first];
    assert_int_equal(chunk.offsets[entry - chunk.first + 1] - at, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(chunk.ordinals[at + i], entry * 100 + i);
}

static void seek_finds_the_chunk_or_the_next(void **state)
{
    (void)state;
    struct multi_chunk chunk;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    put_same(batch, 3, 600, 2);
    put_same(batch, 3, 5000, 1);
    put_same(batch, 5, 10, 1);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(multi_seek(snapshot, 3, 0, &chunk), STATUS_OK);
    assert_int_equal(chunk.first, 504);
    assert_int_equal(chunk.span, 504);
    assert_int_equal(multi_seek(snapshot, 3, 1007, &chunk), STATUS_OK);
    assert_int_equal(chunk.first, 504);
    assert_int_equal(multi_seek(snapshot, 3, 1008, &chunk), STATUS_OK);
    assert_int_equal(chunk.first, 4536);
    assert_int_equal(multi_seek(snapshot, 3, 5040, &chunk), STATUS_END);
    assert_int_equal(multi_seek(snapshot, 4, 0, &chunk), STATUS_END);
    assert_int_equal(multi_seek(snapshot, 2, 0, &chunk), STATUS_END);
    assert_int_equal(multi_seek(snapshot, 5, 504, &chunk), STATUS_END);
    assert_values(snapshot, 3, 600, 2);
    assert_values(snapshot, 3, 601, 0);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void counts_at_their_bounds(void **state)
{
    (void)state;
    uint32_t ordinals[MULTI_VALUES_MAX + 1];
    struct scratch scratch;
    for (uint32_t i = 0; i <= MULTI_VALUES_MAX; i++)
        ordinals[i] = UINT32_MAX - MULTI_VALUES_MAX + i;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(multi_put(batch, 1, 0, ordinals, MULTI_VALUES_MAX + 1), STATUS_LIMIT);
    assert_int_equal(multi_put(batch, 1, 0, ordinals, MULTI_VALUES_MAX), STATUS_OK);
    put_same(batch, 1, 503, 1);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    struct multi_chunk chunk = {0};
    assert_int_equal(multi_seek(snapshot, 1, 0, &chunk), STATUS_OK);
    assert_int_equal(chunk.offsets[1], MULTI_VALUES_MAX);
    assert_int_equal(chunk.ordinals[MULTI_VALUES_MAX - 1], UINT32_MAX - 1);
    assert_values(snapshot, 1, 503, 1);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static unsigned span_of(struct scratch *scratch, uint32_t entry)
{
    struct multi_chunk chunk = {0};
    struct snapshot *snapshot = scratch_read(scratch);
    assert_int_equal(multi_seek(snapshot, 1, entry, &chunk), STATUS_OK);
    unsigned span = chunk.span;
    snapshot_close(snapshot);
    return span;
}

static void crowded_chunks_split_and_join(void **state)
{
    (void)state;
    struct check check = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    /* 2 + 2 * 505 + 4 * 766 = 4,076: exactly full */
    for (uint32_t entry = 0; entry < 504; entry++)
        put_same(batch, 1, entry, entry < 262 ? 2 : 1);
    scratch_commit(batch);
    assert_int_equal(span_of(&scratch, 0), 504);
    batch = scratch_begin(&scratch);
    put_same(batch, 1, 300, 2);
    scratch_commit(batch);
    assert_int_equal(span_of(&scratch, 0), 252);
    assert_int_equal(span_of(&scratch, 300), 252);
    batch = scratch_begin(&scratch);
    for (uint32_t entry = 0; entry < 504; entry++)
        put_same(batch, 1, entry, MULTI_VALUES_MAX);
    scratch_commit(batch);
    assert_int_equal(span_of(&scratch, 0), 63);
    assert_int_equal(span_of(&scratch, 503), 63);
    assert_int_equal(check_run(&scratch, &check, multi_verify), 0);
    assert_int_equal(check.counts.values, 504 * MULTI_VALUES_MAX);
    batch = scratch_begin(&scratch);
    for (uint32_t entry = 126; entry < 504; entry++)
        put_same(batch, 1, entry, entry % 2);
    for (uint32_t entry = 0; entry < 126; entry++)
        put_same(batch, 1, entry, 3);
    scratch_commit(batch);
    assert_int_equal(span_of(&scratch, 0), 504);
    assert_int_equal(check_run(&scratch, &check, multi_verify), 0);
    batch = scratch_begin(&scratch);
    for (uint32_t entry = 0; entry < 504; entry++)
        put_same(batch, 1, entry, 0);
    scratch_commit(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    struct multi_chunk chunk;
    assert_int_equal(multi_seek(snapshot, 1, 0, &chunk), STATUS_END);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void a_batch_sees_its_own_puts(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    put_same(batch, 1, 7, 2);
    assert_values(batch_snapshot(batch), 1, 7, 2);
    put_same(batch, 1, 7, 3);
    put_same(batch, 1, 7, 1);
    put_same(batch, 1, 8, 4);
    assert_true(batch_pending_bytes(batch) > 0);
    assert_values(batch_snapshot(batch), 1, 7, 1);
    assert_values(batch_snapshot(batch), 1, 8, 4);
    batch_abort(batch);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_values(snapshot, 1, 7, 0);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void plant(struct scratch *scratch, uint32_t first, unsigned span, const uint16_t *offsets, const uint32_t *ordinals, size_t size)
{
    unsigned char key[MULTI_KEY_BYTES], payload[PAYLOAD_BYTES_MAX] = {0};
    uint16_t span_stored = (uint16_t)span;
    struct batch *batch = scratch_begin(scratch);
    memcpy(payload, &span_stored, 2);
    memcpy(payload + 2, offsets, 2 * ((size_t)span + 1));
    memcpy(payload + 2 + 2 * ((size_t)span + 1), ordinals, 8);
    multi_key(key, 1, first);
    assert_int_equal(door_put(batch, DB_MULTI, key, sizeof key, payload, size), STATUS_OK);
    scratch_commit(batch);
}

static void verify_finds_planted_faults(void **state)
{
    (void)state;
    struct check check = {0};
    struct scratch scratch;
    struct multi_chunk chunk;
    uint16_t offsets[MULTI_SPAN_MAX + 1];
    uint32_t good[2] = {4, 9}, bad[2] = {9, 4};
    scratch_open(&scratch);
    for (unsigned i = 0; i <= MULTI_SPAN_MAX; i++)
        offsets[i] = i > 5 ? 2 : 0;
    plant(&scratch, 0, 63, offsets, good, multi_block_bytes(63, 2));
    assert_int_equal(check_run(&scratch, &check, multi_verify), 0);
    assert_int_equal(check.counts.values, 2);
    plant(&scratch, 0, 63, offsets, bad, multi_block_bytes(63, 2));
    assert_int_equal(check_run(&scratch, &check, multi_verify), 1);
    assert_non_null(strstr(check.last, "ascend"));
    plant(&scratch, 0, 63, offsets, good, multi_block_bytes(63, 2) - 1);
    assert_int_equal(check_run(&scratch, &check, multi_verify), 1);
    struct snapshot *snapshot = scratch_read(&scratch);
    assert_int_equal(multi_seek(snapshot, 1, 0, &chunk), STATUS_CORRUPT);
    assert_int_equal(snapshot_status(snapshot), STATUS_CORRUPT);
    snapshot_close(snapshot);
    for (unsigned fall = 4; fall < 63; fall++) { /* in a vector and in the rest behind it */
        offsets[fall] = 3;
        plant(&scratch, 0, 63, offsets, good, multi_block_bytes(63, 2));
        assert_int_equal(check_run(&scratch, &check, multi_verify), 1);
        offsets[fall] = fall > 5 ? 2 : 0;
    }
    plant(&scratch, 0, 126, offsets, good, multi_block_bytes(126, 2));
    assert_int_equal(check_run(&scratch, &check, multi_verify), 0);
    plant(&scratch, 63, 63, offsets, good, multi_block_bytes(63, 2));
    assert_int_equal(check_run(&scratch, &check, multi_verify), 1);
    assert_non_null(strstr(check.last, "overlaps"));
    plant(&scratch, 0, 63, offsets, good, multi_block_bytes(63, 2));
    assert_int_equal(check_run(&scratch, &check, multi_verify), 1);
    assert_non_null(strstr(check.last, "fits into one"));
    plant(&scratch, 1, 63, offsets, good, multi_block_bytes(63, 2));
    assert_true(check_run(&scratch, &check, multi_verify) >= 1);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seek_finds_the_chunk_or_the_next), cmocka_unit_test(counts_at_their_bounds),
        cmocka_unit_test(crowded_chunks_split_and_join),    cmocka_unit_test(a_batch_sees_its_own_puts),
        cmocka_unit_test(verify_finds_planted_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
