/* Relation messages and rows to changes: by name, whatever the order; keys; unchanged values; what is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "indexer/relation.h"
#include "tests/indexer/wire.h"

enum { BRANDS = 501, BRAND_WIRE_COLUMNS = 4 };

/* Another order than the schema's, with a column that it does not know. */
static const char *const brand_columns[] = {"slug", "logo", "id", "name", NULL};

struct fixture {
    struct schema schema;
    struct relations *relations;
    struct buffer wire;
    struct change change;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    schema_init(&fixture->schema);
    fixture->relations = relations_new(&fixture->schema);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    relations_free(fixture->relations);
    buffer_release(&fixture->wire);
    free(fixture);
    return 0;
}

static enum status learn(struct fixture *fixture)
{
    struct pgoutput_message message;
    assert_int_equal(pgoutput_decode(wire_bytes(&fixture->wire), &message, &fixture->error), STATUS_OK);
    return relations_learn(fixture->relations, &message, &fixture->error);
}

static enum status learn_brands(struct fixture *fixture, char identity, const char *const *columns)
{
    wire_relation(&fixture->wire, BRANDS, "public", "brands", identity, columns);
    return learn(fixture);
}

static enum status take(struct fixture *fixture)
{
    struct pgoutput_message message;
    assert_int_equal(pgoutput_decode(wire_bytes(&fixture->wire), &message, &fixture->error), STATUS_OK);
    return relations_change(fixture->relations, &message, &fixture->change, &fixture->error);
}

static void assert_text(const struct cell *cell, const char *text)
{
    assert_int_equal(cell->state, CELL_TEXT);
    assert_int_equal(cell->text.size, strlen(text));
    assert_memory_equal(cell->text.data, text, cell->text.size);
}

static void assert_old_key(const struct fixture *fixture, const char *text)
{
    assert_int_equal(fixture->change.old_key.size, strlen(text));
    if (text[0] != '\0')
        assert_memory_equal(fixture->change.old_key.data, text, strlen(text));
}

static void insert_maps_by_name(void **state)
{
    struct fixture *fixture = *state;
    static const char *const row[] = {"sam-sung", "x.png", "7", NULL};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    wire_insert(&fixture->wire, BRANDS, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_int_equal(fixture->change.kind, CHANGE_INSERT);
    assert_int_equal(fixture->change.row.table, TABLE_BRAND);
    assert_text(&fixture->change.row.cells[BRAND_ID], "7");
    assert_int_equal(fixture->change.row.cells[BRAND_NAME].state, CELL_NULL);
    assert_text(&fixture->change.row.cells[BRAND_SLUG], "sam-sung");
    assert_old_key(fixture, "");
}

static void columns_may_move_between_two_rows(void **state)
{
    struct fixture *fixture = *state;
    static const char *const moved[] = {"id", "name", "slug", NULL};
    static const char *const row[] = {"7", "LG", "lg"};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    assert_int_equal(learn_brands(fixture, 'd', moved), STATUS_OK);
    wire_insert(&fixture->wire, BRANDS, 3, row);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_text(&fixture->change.row.cells[BRAND_NAME], "LG");
    wire_insert(&fixture->wire, BRANDS, 2, row);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
}

static void key_change_says_the_old_key(void **state)
{
    struct fixture *fixture = *state;
    static const char *const old[] = {NULL, NULL, "7", NULL};
    static const char *const row[] = {WIRE_UNCHANGED, NULL, "8", "LG"};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    wire_update(&fixture->wire, BRANDS, 'K', old, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_int_equal(fixture->change.kind, CHANGE_UPDATE);
    assert_old_key(fixture, "7");
    assert_text(&fixture->change.row.cells[BRAND_ID], "8");
    assert_int_equal(fixture->change.row.cells[BRAND_SLUG].state, CELL_UNCHANGED);
}

static void same_key_in_an_old_row_is_no_key_change(void **state)
{
    struct fixture *fixture = *state;
    static const char *const old[] = {"a-very-long-slug", NULL, "7", "LG"};
    static const char *const row[] = {WIRE_UNCHANGED, NULL, "7", "LG2"};
    assert_int_equal(learn_brands(fixture, 'f', brand_columns), STATUS_OK);
    wire_update(&fixture->wire, BRANDS, 'O', old, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_old_key(fixture, "");
    assert_text(&fixture->change.row.cells[BRAND_SLUG], "a-very-long-slug");
    static const char *const moved[] = {WIRE_UNCHANGED, NULL, "9", "LG2"};
    wire_update(&fixture->wire, BRANDS, 'O', old, BRAND_WIRE_COLUMNS, moved);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_old_key(fixture, "7");
}

static void an_unchanged_key_comes_from_the_old_row_or_not_at_all(void **state)
{
    struct fixture *fixture = *state;
    static const char *const old[] = {NULL, NULL, "7", NULL};
    static const char *const row[] = {"s", NULL, WIRE_UNCHANGED, "LG"};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    wire_update(&fixture->wire, BRANDS, 'K', old, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_text(&fixture->change.row.cells[BRAND_ID], "7");
    assert_old_key(fixture, "");
    wire_update(&fixture->wire, BRANDS, 0, NULL, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
}

static void an_insert_has_no_unchanged_values(void **state)
{
    struct fixture *fixture = *state;
    static const char *const row[] = {WIRE_UNCHANGED, NULL, "7", "LG"};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    wire_insert(&fixture->wire, BRANDS, BRAND_WIRE_COLUMNS, row);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
}

static void delete_says_the_key(void **state)
{
    struct fixture *fixture = *state;
    static const char *const old[] = {NULL, NULL, "7", NULL};
    static const char *const other_index[] = {"s", NULL, NULL, NULL};
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    wire_delete(&fixture->wire, BRANDS, 'K', BRAND_WIRE_COLUMNS, old);
    assert_int_equal(take(fixture), STATUS_OK);
    assert_int_equal(fixture->change.kind, CHANGE_DELETE);
    assert_int_equal(fixture->change.row.table, TABLE_BRAND);
    assert_old_key(fixture, "7");
    wire_delete(&fixture->wire, BRANDS, 'K', BRAND_WIRE_COLUMNS, other_index);
    assert_int_equal(take(fixture), STATUS_MISMATCH);
}

static void what_is_not_ours_is_ignored(void **state)
{
    struct fixture *fixture = *state;
    static const char *const other[] = {"id", NULL};
    static const char *const row[] = {"1"};
    wire_relation(&fixture->wire, 900, "public", "orders", 'n', other);
    assert_int_equal(learn(fixture), STATUS_OK);
    wire_insert(&fixture->wire, 900, 1, row);
    assert_int_equal(take(fixture), STATUS_NOT_FOUND);
    wire_relation(&fixture->wire, 901, "archive", "brands", 'd', other); /* our name, another schema */
    assert_int_equal(learn(fixture), STATUS_OK);
    wire_insert(&fixture->wire, 901, 1, row);
    assert_int_equal(take(fixture), STATUS_NOT_FOUND);
    enum table table = TABLE_BRAND;
    assert_int_equal(relations_table(fixture->relations, 900, &table, &fixture->error), STATUS_NOT_FOUND);
    assert_int_equal(relations_table(fixture->relations, 902, &table, &fixture->error), STATUS_CORRUPT);
    wire_insert(&fixture->wire, 902, 1, row);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
}

static void a_renamed_column_stops_the_stream(void **state)
{
    struct fixture *fixture = *state;
    static const char *const renamed[] = {"id", "title", "slug", NULL};
    assert_int_equal(learn_brands(fixture, 'd', renamed), STATUS_MISMATCH);
    assert_non_null(strstr(fixture->error.text, "schema_mismatch"));
    assert_non_null(strstr(fixture->error.text, "\"name\""));
    assert_non_null(strstr(fixture->error.text, "column.brands.name"));
    fixture->schema.column[TABLE_BRAND][BRAND_NAME] = "title"; /* the mapping follows */
    assert_int_equal(learn_brands(fixture, 'd', renamed), STATUS_OK);
    fixture->schema.column[TABLE_BRAND][BRAND_NAME] = ""; /* or does without */
    assert_int_equal(learn_brands(fixture, 'd', renamed), STATUS_OK);
}

static void an_identity_without_the_key_stops_the_stream(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(learn_brands(fixture, 'n', brand_columns), STATUS_MISMATCH);
    assert_int_equal(learn_brands(fixture, 'i', brand_columns), STATUS_MISMATCH);
    assert_int_equal(learn_brands(fixture, 'f', brand_columns), STATUS_OK);
}

static void many_relations(void **state)
{
    struct fixture *fixture = *state;
    static const char *const other[] = {"id", NULL};
    for (uint32_t oid = 1000; oid < 1200; oid++) {
        wire_relation(&fixture->wire, oid, "public", "other", 'd', other);
        assert_int_equal(learn(fixture), STATUS_OK);
    }
    assert_int_equal(learn_brands(fixture, 'd', brand_columns), STATUS_OK);
    enum table table = TABLE_COUNT;
    assert_int_equal(relations_table(fixture->relations, BRANDS, &table, NULL), STATUS_OK);
    assert_int_equal(table, TABLE_BRAND);
    assert_int_equal(relations_table(fixture->relations, 1100, &table, NULL), STATUS_NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(insert_maps_by_name),
        CASE(columns_may_move_between_two_rows),
        CASE(key_change_says_the_old_key),
        CASE(same_key_in_an_old_row_is_no_key_change),
        CASE(an_unchanged_key_comes_from_the_old_row_or_not_at_all),
        CASE(an_insert_has_no_unchanged_values),
        CASE(delete_says_the_key),
        CASE(what_is_not_ours_is_ignored),
        CASE(a_renamed_column_stops_the_stream),
        CASE(an_identity_without_the_key_stops_the_stream),
        CASE(many_relations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
