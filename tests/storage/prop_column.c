/* Columns against arrays: random families, puts, commits, aborts and reopenings. */
#include "storage/column.h"
#include "tests/storage/scratch.h"

enum { FAMILIES = 5, ENTRIES = 5000, ROUNDS = 300 };

static const struct column_family families[FAMILIES] = {
    {.name = "a", .id = 1, .space = SPACE_DOCUMENT, .field_count = 4, .widths = {4, 4, 4, 4}},
    {.name = "b", .id = 1, .space = SPACE_VARIANT, .field_count = 4, .widths = {4, 2, 1, 1}},
    {.name = "c", .id = 2, .space = SPACE_DOCUMENT, .field_count = 1, .widths = {1}},
    {.name = "d", .id = 3, .space = SPACE_VARIANT, .field_count = 3, .widths = {8, 8, 2}},
    {.name = "e", .id = 255, .space = SPACE_DOCUMENT, .field_count = 2, .widths = {4, 2}},
};

struct model {
    uint64_t values[FAMILIES][COLUMN_FIELDS_MAX][ENTRIES];
};

static uint64_t random_value(uint64_t *state, unsigned width)
{
    uint64_t unknown = UINT64_MAX >> (64 - 8 * width);
    switch (random_below(state, 8)) {
    case 0:
        return COLUMN_UNKNOWN;
    case 1:
        return unknown - 1;
    case 2:
        return 0;
    default:
        return random_next(state) % unknown;
    }
}

static void compare(struct snapshot *snapshot, const struct model *model)
{
    for (unsigned f = 0; f < FAMILIES; f++) {
        struct column_reader reader;
        column_reader_init(&reader, snapshot, &families[f]);
        for (uint32_t entry = 0; entry < ENTRIES; entry++)
            for (unsigned field = 0; field < families[f].field_count; field++)
                if (column_get(&reader, field, entry) != model->values[f][field][entry])
                    fail_msg("family %u, field %u, entry %u", f, field, entry);
    }
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
}

static void compare_zones(struct snapshot *snapshot, const struct model *model)
{
    for (unsigned f = 0; f < FAMILIES; f++) {
        uint32_t entries = column_chunk_entries(&families[f]);
        for (uint32_t chunk = 0; chunk * entries < ENTRIES; chunk++) {
            struct column_chunk found;
            assert_int_equal(column_chunk_get(snapshot, &families[f], chunk, &found), STATUS_OK);
            for (unsigned field = 0; field < families[f].field_count; field++) {
                uint64_t min = UINT64_MAX, max = 0;
                for (uint32_t entry = chunk * entries; entry < (chunk + 1) * entries && entry < ENTRIES; entry++) {
                    uint64_t value = model->values[f][field][entry];
                    min = value < min ? value : min;
                    max = value != COLUMN_UNKNOWN && value > max ? value : max;
                }
                if (min == COLUMN_UNKNOWN)
                    assert_true(found.min[field] > found.max[field]);
                else
                    assert_true(found.min[field] == min && found.max[field] == max);
            }
        }
    }
}

/* The same chunks through a cursor that skips some and now and then goes back. */
static void compare_by_cursor(struct snapshot *snapshot, uint64_t *state)
{
    for (unsigned f = 0; f < FAMILIES; f++) {
        struct column_cursor cursor = {.family = &families[f]};
        uint32_t chunks = ENTRIES / column_chunk_entries(&families[f]) + 2;
        for (uint32_t chunk = 0; chunk < chunks; chunk += random_below(state, 4)) {
            struct column_chunk found, wanted;
            assert_int_equal(column_cursor_get(&cursor, snapshot, chunk, &found), STATUS_OK);
            assert_int_equal(column_chunk_get(snapshot, &families[f], chunk, &wanted), STATUS_OK);
            for (unsigned field = 0; field < families[f].field_count; field++) {
                assert_ptr_equal(found.values[field], wanted.values[field]);
                assert_true(found.min[field] == wanted.min[field] && found.max[field] == wanted.max[field]);
            }
            if (random_below(state, 10) == 0)
                chunk = random_below(state, chunk + 1);
        }
    }
    snapshot_cursors_return(snapshot);
}

/* The first fields of an entry at once; now and then what they are already. */
static void random_record(struct batch *batch, struct model *model, uint64_t *state, unsigned f, uint32_t entry)
{
    uint64_t values[COLUMN_FIELDS_MAX], before[COLUMN_FIELDS_MAX];
    unsigned count = 1 + random_below(state, families[f].field_count);
    bool differs = false, changed = false, same = random_below(state, 3) == 0;
    for (unsigned field = 0; field < count; field++) {
        values[field] = same ? model->values[f][field][entry] : random_value(state, families[f].widths[field]);
        differs = differs || values[field] != model->values[f][field][entry];
    }
    assert_int_equal(column_put_record(batch, &families[f], entry, values, count, before, &changed), STATUS_OK);
    assert_int_equal(changed, differs);
    for (unsigned field = 0; field < count; field++) {
        assert_true(before[field] == model->values[f][field][entry]);
        model->values[f][field][entry] = values[field];
    }
}

static void random_puts(struct batch *batch, struct model *model, uint64_t *state)
{
    struct column_reader readers[FAMILIES];
    for (unsigned f = 0; f < FAMILIES; f++)
        column_reader_init(&readers[f], batch_snapshot(batch), &families[f]);
    uint32_t span = random_below(state, 2) == 0 ? ENTRIES : 400;
    for (unsigned i = random_below(state, 1500); i > 0; i--) {
        unsigned f = random_below(state, FAMILIES), field = random_below(state, families[f].field_count);
        uint32_t entry = random_below(state, span);
        assert_true(column_get(&readers[f], field, entry) == model->values[f][field][entry]);
        if (random_below(state, 4) == 0) {
            random_record(batch, model, state, f, entry);
            continue;
        }
        uint64_t value = random_value(state, families[f].widths[field]);
        assert_int_equal(column_put(batch, &families[f], field, entry, value), STATUS_OK);
        model->values[f][field][entry] = value;
    }
}

static void columns_equal_arrays(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    struct model *model = memory_alloc(sizeof *model), *before = memory_alloc(sizeof *before);
    struct check check = {.family_count = FAMILIES, .document_limit = ENTRIES, .variant_limit = ENTRIES};
    const struct column_family *table[FAMILIES];
    struct scratch scratch;
    for (unsigned f = 0; f < FAMILIES; f++)
        table[f] = &families[f];
    check.families = table;
    memset(model, 0xFF, sizeof *model);
    scratch_open(&scratch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct batch *batch = scratch_begin(&scratch);
        memcpy(before, model, sizeof *model);
        random_puts(batch, model, &random);
        if (random_below(&random, 4) == 0)
            compare(batch_snapshot(batch), model);
        if (random_below(&random, 5) == 0) {
            batch_abort(batch);
            memcpy(model, before, sizeof *model);
        } else {
            scratch_commit(batch);
        }
        if (random_below(&random, 10) == 0)
            scratch_reopen(&scratch);
        if (round % 5 == 0) {
            struct snapshot *snapshot = scratch_read(&scratch);
            compare(snapshot, model);
            compare_by_cursor(snapshot, &random);
            compare_zones(snapshot, model);
            snapshot_close(snapshot);
        }
    }
    assert_int_equal(check_run(&scratch, &check, column_verify), 0);
    scratch_close(&scratch);
    free(model);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_equal_arrays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
