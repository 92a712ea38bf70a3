/* Random edits of all tables, in random order and batch sizes, against indexes made of the rows that are left, by edits and by a bulk build:
 * the same logical dump, also after further edits, and all verify clean. Seeds are printed; PROP_SEEDS sets how many (more than the default for a long run), PROP_SEED the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzers/analyzer.h"
#include "base/log.h"
#include "catalog/dump.h"
#include "catalog/field.h"
#include "indexer/apply.h"
#include "indexer/bulk.h"
#include "indexer/row_intake.h"
#include "storage/env.h"
#include "storage/snapshot.h"
#include "storage/verify.h"

enum { KEYS = 12, STEPS = 300, STEPS_AFTER = 60, SEEDS_DEFAULT = 12, TEXT_BYTES = 64 };

static const char *const words[] = {"Điện", "thoại", "Samsung", "Galaxy",    "Tủ",     "lạnh",   "Hoà",      "Hòa",
                                    "Phát", "máy",   "giặt",    "16GB",      "256 GB", "RT38CG", "NR-BV360", "bàn",
                                    "bán",  "ủi",    "loa",     "Bluetooth", "kỹ",     "kĩ",     "thuỷ",     "55\""};

/* What a table holds: present rows by key 1..KEYS, all texts owned. */
struct model_row {
    bool present;
    bool null[ROW_COLUMNS_MAX];
    char text[ROW_COLUMNS_MAX][TEXT_BYTES];
};

struct model {
    struct model_row rows[TABLE_COUNT][KEYS];
    uint64_t random;
};

struct subject {
    char folder[64];
    struct env *env;
    struct apply *apply;
};

static struct analyzer *analyzer;

static uint32_t draw(struct model *model, uint32_t below)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return (uint32_t)(model->random >> 33) % below;
}

static void draw_text(struct model *model, enum column_kind kind, char out[TEXT_BYTES])
{
    size_t size = 0;
    switch (kind) {
    case COLUMN_KEY:
    case COLUMN_REFERENCE:
        snprintf(out, TEXT_BYTES, "%u", 1 + draw(model, KEYS));
        return;
    case COLUMN_MONEY:
        snprintf(out, TEXT_BYTES, "%u000.00", draw(model, 5));
        return;
    case COLUMN_COUNT:
        snprintf(out, TEXT_BYTES, "%u", draw(model, 4));
        return;
    case COLUMN_RATING:
        snprintf(out, TEXT_BYTES, "%u.%u", draw(model, 5), draw(model, 10));
        return;
    case COLUMN_BOOLEAN:
        snprintf(out, TEXT_BYTES, "%s", draw(model, 2) ? "t" : "f");
        return;
    case COLUMN_TIME:
        snprintf(out, TEXT_BYTES, "2024-0%u-11 08:00:00+00", 1 + draw(model, 9));
        return;
    case COLUMN_JSON:
        snprintf(out, TEXT_BYTES, "{\"RAM\": \"%u GB\", \"Màu\": [\"đỏ\", \"đen\"]}", 1u << draw(model, 5));
        return;
    case COLUMN_TEXT:
        for (unsigned i = 0, count = 1 + draw(model, 3); i < count; i++)
            size += (size_t)snprintf(out + size, TEXT_BYTES - size, "%s%s", i > 0 ? " " : "",
                                     words[draw(model, sizeof words / sizeof words[0])]);
        return;
    }
}

static void draw_row(struct model *model, enum table table, unsigned key, struct model_row *row)
{
    const struct schema_table *known = &schema_tables[table];
    for (size_t i = 0; i < known->column_count; i++) {
        row->null[i] = draw(model, 6) == 0;
        draw_text(model, known->columns[i].kind, row->text[i]);
    }
    row->null[0] = false;
    snprintf(row->text[0], TEXT_BYTES, "%u", key + 1);
    if (table == TABLE_PRODUCT) {
        snprintf(row->text[PRODUCT_STATUS], TEXT_BYTES, "%s", draw(model, 4) == 0 ? "draft" : "active");
        snprintf(row->text[PRODUCT_SLUG], TEXT_BYTES, "slug-%u", key + 1);
        row->null[PRODUCT_SLUG] = false;
    }
    if (table == TABLE_VARIANT && draw(model, 2) == 0) /* often all of a product's */
        snprintf(row->text[VARIANT_IS_ACTIVE], TEXT_BYTES, "f");
    if (table == TABLE_BRAND || table == TABLE_CATEGORY) /* labels of one slug would be told apart by arrival */
        snprintf(row->text[table == TABLE_BRAND ? BRAND_SLUG : CATEGORY_SLUG], TEXT_BYTES, "%s-%u", known->word, key + 1);
    row->present = true;
}

static struct change change_of(const struct model_row *row, enum table table, enum change_kind kind)
{
    struct change change = {.kind = kind, .row.table = table};
    for (size_t i = 0; i < schema_tables[table].column_count; i++)
        if (!row->null[i])
            change.row.cells[i] = (struct cell){.state = CELL_TEXT, .text = {row->text[i], strlen(row->text[i])}};
    return change;
}

static void take_change(struct apply *apply, const struct change *change)
{
    struct error error = {0};
    if (apply_change(apply, change, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static void flush(struct apply *apply)
{
    struct error error = {0};
    if (apply_flush(apply, NULL, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

/* Hot fields only. */
static void hot_edit(struct model *model, struct apply *apply, enum table table, struct model_row *row)
{
    for (size_t i = 0; i < schema_tables[table].column_count; i++)
        if (schema_tables[table].columns[i].hot)
            draw_text(model, schema_tables[table].columns[i].kind, row->text[i]);
    struct change change = change_of(row, table, CHANGE_UPDATE);
    take_change(apply, &change);
}

/* One random step, done to the model and to the index. */
static void step(struct model *model, struct apply *apply)
{
    enum table table = (enum table)draw(model, TABLE_COUNT);
    if (draw(model, 2) == 0)
        table = draw(model, 2) ? TABLE_PRODUCT : TABLE_VARIANT;
    unsigned key = draw(model, KEYS), what = draw(model, 100);
    struct model_row *row = &model->rows[table][key];
    if (what < 2) {
        struct change change = {.kind = CHANGE_TRUNCATE, .row.table = table};
        for (unsigned i = 0; i < KEYS; i++)
            model->rows[table][i].present = false;
        take_change(apply, &change);
    } else if (what < 15) {
        struct change change = {.kind = CHANGE_DELETE, .row.table = table};
        char text[16];
        change.old_key = (struct bytes){text, (size_t)snprintf(text, sizeof text, "%u", key + 1)};
        row->present = false;
        take_change(apply, &change);
    } else if (what < 25 && row->present) { /* the key changes, long values stay where they are */
        unsigned other = draw(model, KEYS);
        struct model_row moved = *row;
        char text[16];
        snprintf(moved.text[0], TEXT_BYTES, "%u", other + 1);
        if (table == TABLE_PRODUCT)
            snprintf(moved.text[PRODUCT_SLUG], TEXT_BYTES, "slug-%u", other + 1);
        struct change change = change_of(&moved, table, CHANGE_UPDATE);
        if (table == TABLE_PRODUCT)
            change.row.cells[PRODUCT_DESCRIPTION].state = CELL_UNCHANGED;
        change.old_key = (struct bytes){text, (size_t)snprintf(text, sizeof text, "%u", key + 1)};
        row->present = false;
        model->rows[table][other] = moved;
        take_change(apply, &change);
    } else if (what < 60 && row->present) {
        hot_edit(model, apply, table, row);
    } else {
        draw_row(model, table, key, row);
        struct change change = change_of(row, table, CHANGE_INSERT);
        take_change(apply, &change);
    }
    if (draw(model, 8) == 0)
        flush(apply);
}

static void subject_open(struct subject *subject)
{
    struct error error = {0};
    snprintf(subject->folder, sizeof subject->folder, "/tmp/tim-prop-apply-XXXXXX");
    assert_non_null(mkdtemp(subject->folder));
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = (uint64_t)1 << 30};
    if (env_open(subject->folder, &options, &subject->env, &error) != STATUS_OK ||
        apply_new(subject->env, analyzer, &subject->apply, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static void subject_close(struct subject *subject)
{
    char path[128];
    apply_free(subject->apply);
    env_close(subject->env);
    snprintf(path, sizeof path, "%s/data.mdb", subject->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", subject->folder);
    unlink(path);
    rmdir(subject->folder);
}

static void report(void *context, const char *sentence)
{
    (void)context;
    print_error("verify: %s\n", sentence);
}

/* Verifies and hashes; with `file`, also writes the dump there, for a look at a difference. */
static void inspect(struct subject *subject, char hash[33], const char *path)
{
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    struct verify_counts counts = {0};
    assert_int_equal(snapshot_open(subject->env, &snapshot, &error), STATUS_OK);
    assert_int_equal(verify_run(snapshot, column_families, column_family_count, report, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (dump_write(snapshot, analyzer, DUMP_ALL, file, hash, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    if (file != NULL)
        fclose(file);
    snapshot_close(snapshot);
}

static void drain(struct apply *apply)
{
    flush(apply);
    while (apply_has_queue(apply))
        flush(apply);
}

/* Shows the rows that are left, in a random order of tables. */
typedef void take_left(void *context, struct model *model, const struct change *change);

static void each_left(struct model *model, take_left *take, void *context)
{
    unsigned start = draw(model, TABLE_COUNT);
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        enum table table = (enum table)((t + start) % TABLE_COUNT);
        for (unsigned key = 0; key < KEYS; key++)
            if (model->rows[table][key].present) {
                struct change change = change_of(&model->rows[table][key], table, CHANGE_INSERT);
                take(context, model, &change);
            }
    }
}

static void take_edit(void *context, struct model *model, const struct change *change)
{
    take_change(context, change);
    if (draw(model, 8) == 0)
        flush(context);
}

/* Through edits alone: children before or behind their product, names that arrive after those who bear them. */
static void build_by_edits(struct model *model, struct subject *subject)
{
    each_left(model, take_edit, subject->apply);
    drain(subject->apply);
}

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
