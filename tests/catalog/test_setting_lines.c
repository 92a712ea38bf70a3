/* Rows of the search settings from NDJSON: every kind of value, and every malformed line by its number. */
#include <unistd.h>

#include "cmocka_door.h"

#include "catalog/setting_lines.h"

static struct setting_lines *open_text(const char *text)
{
    char path[64];
    struct setting_lines *lines = NULL;
    struct error error = {0};
    snprintf(path, sizeof path, "/tmp/tim-setting-lines-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(setting_lines_open(path, &lines, &error), STATUS_OK);
    unlink(path);
    return lines;
}

static void assert_cell(const struct row *row, unsigned column, const char *text)
{
    const struct cell *cell = &row->cells[column];
    assert_int_equal(cell->state, text == NULL ? CELL_NULL : CELL_TEXT);
    if (text != NULL)
        assert_true(bytes_equal(cell->text, bytes_of(text)));
}

static void test_rows(void **state)
{
    (void)state;
    struct setting_lines *lines =
        open_text("{\"table\":\"search_synonyms\",\"kind\":\"oneway\",\"input\":\"a\",\"output\":\"tủ lạnh\"}\n"
                  "\n"
                  "{\"table\":\"search_synonyms\",\"id\":77,\"kind\":\"off\",\"input\":\"a\",\"output\":null,\"is_active\":false}\n"
                  "{\"table\":\"search_rules\",\"action\":\"pin\",\"params\":{\"at\":1},\"product_id\":\"p-1\"}");
    struct row row;
    struct error error = {0};
    assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_OK);
    assert_int_equal(row.table, TABLE_SYNONYM);
    assert_cell(&row, SYNONYM_ID, "1");
    assert_cell(&row, SYNONYM_OUTPUT, "tủ lạnh");
    assert_cell(&row, SYNONYM_IS_ACTIVE, NULL);
    assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_OK);
    assert_cell(&row, SYNONYM_ID, "77");
    assert_cell(&row, SYNONYM_OUTPUT, NULL);
    assert_cell(&row, SYNONYM_IS_ACTIVE, "f");
    assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_OK);
    assert_int_equal(row.table, TABLE_RULE);
    assert_cell(&row, RULE_ID, "4");
    assert_cell(&row, RULE_PARAMS, "{\"at\":1}");
    assert_cell(&row, RULE_PRODUCT_ID, "p-1");
    assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_END);
    setting_lines_close(lines);
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"{", "7", "{}", "{\"table\":\"products\"}", "{\"table\":\"search_synonyms\",\"inputs\":\"a\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[256];
        struct row row;
        struct error error = {0};
        snprintf(text, sizeof text, "%s\n{\"table\":\"search_rules\"}\n", bad[i]);
        struct setting_lines *lines = open_text(text);
        assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_INVALID);
        assert_non_null(strstr(error.text, "line 1"));
        assert_int_equal(setting_lines_next(lines, &row, &error), STATUS_OK);
        assert_cell(&row, RULE_ID, "2");
        setting_lines_close(lines);
    }
}

static void test_absent(void **state)
{
    (void)state;
    struct setting_lines *lines = NULL;
    struct error error = {0};
    assert_int_equal(setting_lines_open("/nonexistent/settings", &lines, &error), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_malformed), cmocka_unit_test(test_absent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
