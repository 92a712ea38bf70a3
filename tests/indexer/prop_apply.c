/* Random edits of all tables, in random order and batch sizes, against an index built from the rows that are left: the same logical dump, and
 * both verify clean. Seeds are printed; PROP_SEEDS sets how many (more than the default for a long run), PROP_SEED the first. */
#include "tests/indexer/random_shop.h"

enum { STEPS = 300, SEEDS_DEFAULT = 12 };

static void run_seed(uint64_t seed)
{
    static struct model model;
    memset(&model, 0, sizeof model);
    model.random = seed * 0x9E3779B97F4A7C15u + 1;
    struct subject edited, built;
    subject_open(&edited);
    subject_open(&built);
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
    build_from_model(&model, built.apply);
    char left[33], right[33];
    inspect(&edited, left, NULL);
    inspect(&built, right, NULL);
    if (strcmp(left, right) != 0) {
        inspect(&edited, left, "/tmp/tim-prop-apply-edited.ndjson");
        inspect(&built, right, "/tmp/tim-prop-apply-built.ndjson");
        fail_msg("seed %llu: the dumps differ: compare /tmp/tim-prop-apply-{edited,built}.ndjson", (unsigned long long)seed);
    }
    subject_close(&edited);
    subject_close(&built);
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
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_edits_equal_build)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failed;
}
