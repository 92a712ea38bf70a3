/* A random shop for property tests: a model of its rows, random edits done to the model and to an index, an index built from what is left, and
 * the comparison of both. */
#ifndef TIM_TESTS_RANDOM_SHOP_H
#define TIM_TESTS_RANDOM_SHOP_H

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
#include "catalog/dump.h"
#include "catalog/field.h"
#include "catalog/product_verify.h"
#include "catalog/setting_verify.h"
#include "indexer/apply.h"
#include "storage/env.h"
#include "storage/snapshot.h"
#include "tests/fast_folder.h"

enum { KEYS = 12, TEXT_BYTES = 64 };

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

/* One value in several spellings, one name in several, or none of it. */
static void draw_specs(struct model *model, char out[TEXT_BYTES])
{
    static const char *const units[] = {" GB", "GB", " gb", " TB", " MB"}, *const names[] = {"Màu", "màu", "MÀU", "Loại"},
                             *const values[] = {"đỏ", "Đỏ", "do", "trắng"};
    int size = snprintf(out, TEXT_BYTES, "{\"RAM\": \"%u%s\"", 1u << draw(model, 5), units[draw(model, 5)]);
    if (draw(model, 4) > 0)
        snprintf(out + size, TEXT_BYTES - (size_t)size, ", \"%s\": [\"%s\", \"đen\"]}", names[draw(model, 4)], values[draw(model, 4)]);
    else
        snprintf(out + size, TEXT_BYTES - (size_t)size, "}");
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
        draw_specs(model, out);
        return;
    case COLUMN_TEXT:
        for (unsigned i = 0, count = 1 + draw(model, 3); i < count; i++)
            size += (size_t)snprintf(out + size, TEXT_BYTES - size, "%s%s", i > 0 ? " " : "",
                                     words[draw(model, sizeof words / sizeof words[0])]);
        return;
    }
}

/* Mostly something that a rule says; what is left of a row drawn at random often is nothing. */
static void draw_rule(struct model *model, struct model_row *row)
{
    static const char *const actions[] = {"pin", "hide", "boost", "redirect", "lift"}, *const params[] = {
                                                                                           "{}", "{\"at\": 3}", "{\"match\": \"contains\"}",
                                                                                           "{\"url\": \"/a\"}",
                                                                                           "{\"url\": \"/a\", \"match\": \"contains\"}"};
    snprintf(row->text[RULE_ACTION], TEXT_BYTES, "%s", actions[draw(model, sizeof actions / sizeof actions[0])]);
    snprintf(row->text[RULE_PARAMS], TEXT_BYTES, "%s", params[draw(model, sizeof params / sizeof params[0])]);
    snprintf(row->text[RULE_QUERY], TEXT_BYTES, "%s", words[draw(model, sizeof words / sizeof words[0])]);
    row->null[RULE_QUERY] = draw(model, 3) == 0;
    row->null[RULE_CATEGORY_ID] = draw(model, 2) == 0;
    row->null[RULE_PRODUCT_ID] = draw(model, 6) == 0;
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
    static const char *const kinds[] = {"synonym", "oneway", "abbreviation", "off"};
    if (table == TABLE_SYNONYM)
        snprintf(row->text[SYNONYM_KIND], TEXT_BYTES, "%s", kinds[draw(model, sizeof kinds / sizeof kinds[0])]);
    if (table == TABLE_RULE)
        draw_rule(model, row);
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
static inline void step(struct model *model, struct apply *apply)
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
    assert_true(fast_folder(subject->folder, sizeof subject->folder, "prop-apply"));
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
static inline void inspect(struct subject *subject, char hash[33], const char *path)
{
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    struct verify_counts counts = {0};
    assert_int_equal(snapshot_open(subject->env, &snapshot, &error), STATUS_OK);
    assert_int_equal(product_verify(snapshot, report, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    assert_int_equal(setting_verify(snapshot, analyzer, report, NULL, &counts), STATUS_OK);
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
static inline void build_by_edits(struct model *model, struct subject *subject)
{
    each_left(model, take_edit, subject->apply);
    drain(subject->apply);
}

#endif
