#include "tests/catalog/cmocka_door.h"

#include "catalog/row.h"
#include "catalog/schema.h"

static struct cell cell_of(const char *text)
{
    return text == NULL ? (struct cell){.state = CELL_NULL} : (struct cell){.state = CELL_TEXT, .text = bytes_of(text)};
}

static struct row sample_product(void)
{
    struct row row = {.table = TABLE_PRODUCT};
    row.cells[PRODUCT_ID] = cell_of("42");
    row.cells[PRODUCT_NAME] = cell_of("Tủ lạnh Panasonic 322 lít");
    row.cells[PRODUCT_PRICE] = cell_of("12990000.00");
    row.cells[PRODUCT_DESCRIPTION] = cell_of("");
    row.cells[PRODUCT_STATUS] = cell_of("active");
    return row;
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int with_hot = 0; with_hot <= 1; with_hot++) {
        struct row row = sample_product(), back;
        struct buffer encoded = {0};
        bool has_hot = false;
        uint16_t slot = 0;
        row_encode(&row, with_hot, 7, &encoded);
        assert_int_equal(row_decode(TABLE_PRODUCT, (struct bytes){encoded.data, encoded.size}, &back, &has_hot, &slot), STATUS_OK);
        assert_int_equal(has_hot, with_hot);
        assert_int_equal(slot, 7);
        assert_int_equal(back.cells[PRODUCT_PRICE].state, with_hot ? CELL_TEXT : CELL_NULL);
        for (unsigned i = 0; i < PRODUCT_COLUMNS; i++)
            if (!schema_tables[TABLE_PRODUCT].columns[i].hot)
                assert_true(cell_equal(&row.cells[i], &back.cells[i]));
        buffer_release(&encoded);
    }
}

/* Every cut is CORRUPT, and so is a byte too many: a row never decodes to less than was stored. */
static void test_damage(void **state)
{
    (void)state;
    struct row row = sample_product(), back;
    struct buffer encoded = {0};
    bool has_hot;
    uint16_t slot;
    row_encode(&row, true, 0, &encoded);
    for (size_t size = 0; size < encoded.size; size++) {
        char *cut = memory_copy(encoded.data, size);
        assert_int_equal(row_decode(TABLE_PRODUCT, (struct bytes){cut, size}, &back, &has_hot, &slot), STATUS_CORRUPT);
        free(cut);
    }
    buffer_append_char(&encoded, 0);
    assert_int_equal(row_decode(TABLE_PRODUCT, (struct bytes){encoded.data, encoded.size}, &back, &has_hot, &slot), STATUS_CORRUPT);
    buffer_release(&encoded);
}

static void test_scaled(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned decimals;
        uint64_t max;
        bool clamp;
        uint64_t expected;
    } cases[] = {
        {"1299000.00", 0, 4294967294u, false, 1299000},
        {"1299000.49", 0, 4294967294u, false, 1299000},
        {"1299000.50", 0, 4294967294u, false, 1299001},
        {"0", 0, 100, false, 0},
        {"-0", 0, 100, false, 0},
        {"-1", 0, 100, false, COLUMN_UNKNOWN},
        {"-1", 0, 100, true, 0},
        {"100", 0, 100, false, 100},
        {"101", 0, 100, false, COLUMN_UNKNOWN},
        {"101", 0, 100, true, 100},
        {"100.5", 0, 100, false, COLUMN_UNKNOWN},
        {"4.6", 2, 500, true, 460},
        {"4.666", 2, 500, true, 467},
        {"4", 2, 500, true, 400},
        {"9999999999999999999999999999", 0, 100, true, 100},
        {"9999999999999999999999999999", 0, 100, false, COLUMN_UNKNOWN},
        {"NaN", 0, 100, true, COLUMN_UNKNOWN},
        {"Infinity", 0, 100, true, COLUMN_UNKNOWN},
        {"-Infinity", 0, 100, true, COLUMN_UNKNOWN},
        {"1e5", 0, 1000000, true, COLUMN_UNKNOWN},
        {"", 0, 100, true, COLUMN_UNKNOWN},
        {".", 0, 100, true, COLUMN_UNKNOWN},
        {".5", 0, 100, true, 1},
        {NULL, 0, 100, true, COLUMN_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cell cell = cell_of(cases[i].text);
        uint64_t value = cell_scaled(&cell, cases[i].decimals, cases[i].max, cases[i].clamp);
        if (value != cases[i].expected)
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)value);
    }
}

/* Ascending, the last ones equal. */
static void test_order(void **state)
{
    (void)state;
    static const char *const texts[] = {"-99999999999999999999", "-9000000000", "-5", "-1.5", "-1.25", "0", "0.000001", "3", "2147483648",
                                        "99999999999999999999",  "NaN",         "x",  "",     NULL};
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cell cell = {.state = texts[i] == NULL ? CELL_NULL : CELL_TEXT};
        if (texts[i] != NULL)
            cell.text = bytes_of(texts[i]);
        int64_t order = cell_order(&cell);
        assert_true(order > before || (order == INT64_MAX && before == INT64_MAX));
        assert_int_equal(order == INT64_MAX, i >= 10);
        before = order;
    }
}

static void test_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t expected;
    } cases[] = {
        {"1970-01-01 00:00:00+00", 0},
        {"2024-02-29 12:30:45+00", 1709209845},
        {"2024-02-29 12:30:45.123456+00", 1709209845},
        {"2024-02-29T12:30:45Z", 1709209845},
        {"2024-02-29 19:30:45+07", 1709209845},
        {"2024-02-29 19:30:45+07:00", 1709209845},
        {"2024-02-29 07:00:45-05:30", 1709209845},
        {"2024-02-29", 1709164800},
        {"2022-02-16", 1644969600},
        {"infinity", COLUMN_UNKNOWN},
        {"-infinity", COLUMN_UNKNOWN},
        {"0044-03-15 12:00:00+00 BC", COLUMN_UNKNOWN},
        {"1969-12-31 23:59:59+00", COLUMN_UNKNOWN},
        {"2106-02-07 06:28:15+00", COLUMN_UNKNOWN},
        {"12024-01-01 00:00:00+00", COLUMN_UNKNOWN},
        {"01/01/2024", COLUMN_UNKNOWN},
        {"2024-13-01", COLUMN_UNKNOWN},
        {"hôm qua", COLUMN_UNKNOWN},
        {"", COLUMN_UNKNOWN},
        {NULL, COLUMN_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cell cell = cell_of(cases[i].text);
        if (cell_seconds(&cell) != cases[i].expected)
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)cell_seconds(&cell));
    }
}

static void test_booleans(void **state)
{
    (void)state;
    struct cell yes = cell_of("t"), no = cell_of("false"), null = cell_of(NULL), odd = cell_of("?");
    assert_true(cell_boolean(&yes, false));
    assert_false(cell_boolean(&no, true));
    assert_true(cell_boolean(&null, true));
    assert_false(cell_boolean(&odd, false));
}

/* Names come from settings; a shop without a needed column is told which. */
static void test_schema_names(void **state)
{
    (void)state;
    size_t count = 0;
    struct setting *rows = schema_setting_rows(&count);
    struct settings *settings = settings_new(rows, count);
    struct schema schema;
    struct error error = {0};
    assert_int_equal(schema_from_settings(&schema, settings, &error), STATUS_OK);
    assert_string_equal(schema.column[TABLE_PRODUCT][PRODUCT_STOCK], "stock_quantity");
    assert_int_equal(schema_find_table(&schema, bytes_of("public"), bytes_of("product_variants")), TABLE_VARIANT);
    assert_int_equal(schema_find_table(&schema, bytes_of("other"), bytes_of("products")), TABLE_COUNT);
    assert_int_equal(settings_set(settings, "table.products", "san_pham", SETTING_FROM_FILE, &error), STATUS_OK);
    assert_int_equal(settings_set(settings, "column.products.price", "gia", SETTING_FROM_FILE, &error), STATUS_OK);
    assert_int_equal(settings_set(settings, "table.brands", "", SETTING_FROM_FILE, &error), STATUS_OK);
    assert_int_equal(schema_from_settings(&schema, settings, &error), STATUS_OK);
    assert_int_equal(schema_find_table(&schema, bytes_of("public"), bytes_of("san_pham")), TABLE_PRODUCT);
    assert_string_equal(schema.column[TABLE_PRODUCT][PRODUCT_PRICE], "gia");
    assert_int_equal(schema_find_table(&schema, bytes_of("public"), bytes_of("brands")), TABLE_COUNT);
    assert_int_equal(settings_set(settings, "column.products.name", "", SETTING_FROM_FILE, &error), STATUS_OK);
    assert_int_equal(schema_from_settings(&schema, settings, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "column.products.name"));
    settings_free(settings);
    schema_setting_rows_free(rows, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_damage),  cmocka_unit_test(test_scaled),
        cmocka_unit_test(test_order),        cmocka_unit_test(test_seconds), cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_schema_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
