/* Random edits of all tables, in random order and batch sizes, against indexes made of the rows that are left, by edits and by a bulk build:
 * the same logical dump, also after further edits, and all verify clean. PROP_SEEDS sets how many seeds there are, PROP_SEED the first. */
#include "tests/indexer/random_shop.h"

#include "base/log.h"
#include "indexer/bulk.h"
#include "indexer/row_intake.h"

enum { STEPS = 300, STEPS_AFTER = 60, SEEDS_DEFAULT = 400 };

/* Now and then an older row comes first under the same key: the later one stands. */
static void take_bulk(void *context, struct model *model, const struct change *change)
{
    struct error error = {0};
    struct change older = *change;
    for (size_t i = 1; i < schema_tables[change->row.table].column_count; i++)
        older.row.cells[i] = (struct cell){.state = CELL_NULL};
    if (draw(model, 8) == 0)
        assert_int_equal(row_intake_take(context, &older.row, &error), STATUS_OK);
    assert_int_equal(row_intake_take(context, &change->row, &error), STATUS_OK);
}

static void build_in_bulk(struct model *model, struct subject *subject)
{
    struct error error = {0};
    struct bulk_counts counts = {0};
    struct bulk_options options = {.memory_bytes = draw(model, 2) ? 1 : 0, .threads = 1 + draw(model, 3), .now_s = 1000000000};
    struct row_intake *intake = row_intake_new(subject->env, options.memory_bytes);
    each_left(model, take_bulk, intake);
    if (row_intake_write(intake, NULL, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    row_intake_free(intake);
    if (bulk_build(subject->env, analyzer, &options, &counts, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    if (apply_new(subject->env, analyzer, &subject->apply, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static void expect_equal(struct subject *a, struct subject *b, uint64_t seed, const char *what)
{
    char left[33], right[33];
    inspect(a, left, NULL);
    inspect(b, right, NULL);
    if (strcmp(left, right) == 0)
        return;
    inspect(a, left, "/tmp/tim-prop-apply-left.ndjson");
    inspect(b, right, "/tmp/tim-prop-apply-right.ndjson");
    fail_msg("seed %llu, %s: the dumps differ: compare /tmp/tim-prop-apply-{left,right}.ndjson", (unsigned long long)seed, what);
}

/* Both get the same further steps: a bulk build must leave what edits can go on from. */
static void steps_same(struct model *model, struct subject *a, struct subject *b)
{
    static struct model twin;
    twin = *model;
    for (unsigned i = 0; i < STEPS_AFTER; i++) {
        step(model, a->apply);
        step(&twin, b->apply);
    }
    drain(a->apply);
    drain(b->apply);
}

static void run_seed(uint64_t seed)
{
    static struct model model;
    memset(&model, 0, sizeof model);
    model.random = seed * 0x9E3779B97F4A7C15u + 1;
    struct subject edited, built, bulk;
    subject_open(&edited);
    subject_open(&built);
    subject_open(&bulk);
    apply_free(bulk.apply);
    for (unsigned i = 0; i < STEPS; i++) {
        step(&model, edited.apply);
        if (i == STEPS / 2) { /* what was not flushed is lost with a crash; here it is flushed, and the index opened again */
            drain(edited.apply);
            apply_free(edited.apply);
            struct error error = {0};
            assert_int_equal(apply_new(edited.env, analyzer, &edited.apply, &error), STATUS_OK);
        }
    }
    drain(edited.apply);
    for (unsigned key = 0; key < KEYS; key++) /* nothing builds these documents again behind the last prices */
        if (model.rows[TABLE_PRODUCT][key].present)
            hot_edit(&model, edited.apply, TABLE_PRODUCT, &model.rows[TABLE_PRODUCT][key]);
    drain(edited.apply);
    build_by_edits(&model, &built);
    expect_equal(&edited, &built, seed, "edits and a build by edits");
    build_in_bulk(&model, &bulk);
    expect_equal(&edited, &bulk, seed, "edits and a bulk build");
    steps_same(&model, &edited, &bulk);
    expect_equal(&edited, &bulk, seed, "edits and edits of a bulk build");
    subject_close(&edited);
    subject_close(&built);
    subject_close(&bulk);
}

static void test_edits_equal_build(void **state)
{
    (void)state;
    const char *seeds = getenv("PROP_SEEDS"), *first = getenv("PROP_SEED");
    uint64_t start = first == NULL ? 1 : strtoull(first, NULL, 10), count = seeds == NULL ? SEEDS_DEFAULT : strtoull(seeds, NULL, 10);
    for (uint64_t seed = start; seed < start + count; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        run_seed(seed);
    }
}

int main(void)
{
    log_set_level(LOG_WARN);
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_edits_equal_build)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failed;
}
