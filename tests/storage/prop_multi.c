/* Multi-valued facets against arrays: random fields, spans of crowding, commits, aborts, reopenings; and the same chunks whatever the order. */
#include "storage/multi.h"
#include "tests/storage/scratch.h"

enum { FIELDS = 3, ENTRIES = 1600, ROUNDS = 80 };

struct values {
    uint8_t count;
    uint32_t ordinals[MULTI_VALUES_MAX];
};

struct model {
    struct values values[FIELDS][ENTRIES];
};

static struct values random_values(uint64_t *state, unsigned most)
{
    struct values values = {.count = (uint8_t)random_below(state, most + 1)};
    uint32_t ordinal = random_below(state, 50);
    for (unsigned i = 0; i < values.count; i++, ordinal += 1 + random_below(state, 1000))
        values.ordinals[i] = ordinal;
    return values;
}

static void compare_entry(const struct multi_chunk *chunk, uint32_t entry, const struct values *wanted, unsigned field)
{
    uint32_t at = chunk->offsets[entry - chunk->first], count = chunk->offsets[entry - chunk->first + 1] - at;
    if (count != wanted->count)
        fail_msg("field %u, entry %u: %u values instead of %u", field, entry, count, wanted->count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(chunk->ordinals[at + i], wanted->ordinals[i]);
}

static void compare(struct snapshot *snapshot, const struct model *model)
{
    for (uint16_t field = 0; field < FIELDS; field++) {
        struct multi_chunk chunk = {0};
        enum status status = STATUS_OK;
        for (uint32_t entry = 0; entry < ENTRIES; entry++) {
            if (status == STATUS_OK && entry >= chunk.first + chunk.span)
                status = multi_seek(snapshot, field, entry, &chunk);
            if (status == STATUS_OK && entry >= chunk.first)
                compare_entry(&chunk, entry, &model->values[field][entry], field);
            else
                assert_int_equal(model->values[field][entry].count, 0);
        }
    }
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
}

/* The same through a cursor that moves forward in steps and leaps, and now and then back. */
static void compare_by_cursor(struct snapshot *snapshot, const struct model *model, uint64_t *state)
{
    for (uint16_t field = 0; field < FIELDS; field++) {
        struct multi_cursor cursor = {.field = field};
        uint32_t leap = 1 + random_below(state, 900);
        for (uint32_t entry = 0; entry < ENTRIES; entry += 1 + random_below(state, leap)) {
            struct multi_chunk chunk = {0};
            uint32_t begin = 0, end = 0;
            enum status status = multi_cursor_seek(&cursor, snapshot, entry, &chunk);
            uint32_t covered = status == STATUS_OK ? chunk.first : ENTRIES;
            for (uint32_t i = entry; i < covered && i < ENTRIES; i++)
                assert_int_equal(model->values[field][i].count, 0);
            if (status == STATUS_OK && entry >= chunk.first) {
                assert_true(multi_chunk_values(&chunk, entry - chunk.first, &begin, &end));
                compare_entry(&chunk, entry, &model->values[field][entry], field);
            }
            if (random_below(state, 1000) == 0)
                entry = random_below(state, entry + 1);
        }
    }
    snapshot_cursors_return(snapshot);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
}

static void random_puts(struct batch *batch, struct model *model, uint64_t *state)
{
    unsigned most = random_below(state, 3) == 0 ? MULTI_VALUES_MAX : 1 + random_below(state, 4);
    for (unsigned i = random_below(state, 900); i > 0; i--) {
        uint16_t field = (uint16_t)random_below(state, FIELDS);
        uint32_t entry = random_below(state, ENTRIES);
        struct values values = random_values(state, most);
        assert_int_equal(multi_put(batch, field, entry, values.ordinals, values.count), STATUS_OK);
        model->values[field][entry] = values;
        if (random_below(state, 300) == 0)
            compare(batch_snapshot(batch), model);
    }
}

/* The bytes of the whole database, as a sum that order enters into. */
static uint64_t database_hash(struct scratch *scratch)
{
    struct door_cursor cursor;
    uint64_t hash = 0;
    struct snapshot *snapshot = scratch_read(scratch);
    assert_int_equal(door_cursor_open(snapshot, DB_MULTI, &cursor), STATUS_OK);
    enum status status = door_cursor_seek(&cursor, NULL, 0);
    for (; status == STATUS_OK; status = door_cursor_next(&cursor))
        hash = hash * 31 + crc32c(crc32c(0, cursor.key.data, cursor.key.size), cursor.payload.data, cursor.payload.size);
    assert_int_equal(status, STATUS_END);
    door_cursor_close(&cursor);
    snapshot_close(snapshot);
    return hash;
}

static void multis_equal_arrays(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    struct model *model = memory_calloc(1, sizeof *model), *before = memory_alloc(sizeof *before);
    struct check check = {0};
    struct scratch scratch, rebuilt;
    scratch_open(&scratch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct batch *batch = scratch_begin(&scratch);
        memcpy(before, model, sizeof *model);
        random_puts(batch, model, &random);
        if (random_below(&random, 5) == 0) {
            batch_abort(batch);
            memcpy(model, before, sizeof *model);
        } else {
            scratch_commit(batch);
        }
        if (random_below(&random, 10) == 0)
            scratch_reopen(&scratch);
        struct snapshot *snapshot = scratch_read(&scratch);
        compare(snapshot, model);
        compare_by_cursor(snapshot, model, &random);
        compare_by_cursor(snapshot, model, &random);
        snapshot_close(snapshot);
        assert_int_equal(check_run(&scratch, &check, multi_verify), 0);
    }
    scratch_open(&rebuilt);
    struct batch *batch = scratch_begin(&rebuilt);
    for (uint32_t entry = 0; entry < ENTRIES; entry++)
        for (uint16_t field = 0; field < FIELDS; field++)
            assert_int_equal(multi_put(batch, field, entry, model->values[field][entry].ordinals, model->values[field][entry].count),
                             STATUS_OK);
    scratch_commit(batch);
    assert_true(database_hash(&scratch) == database_hash(&rebuilt));
    scratch_close(&rebuilt);
    scratch_close(&scratch);
    free(model);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(multis_equal_arrays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
