/* Settings: the three sources and their order, every bound at its edge, and the sentence for each mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/settings.h"

static const struct setting rows[] = {
    {"port", SETTING_NUMBER, 1, 65535, "8080", "the port", "PORT"},
    {"balance", SETTING_NUMBER, -5, 5, "0", "a number that may be negative", "N"},
    {"index", SETTING_TEXT, 1, 20, NULL, "the index folder must be named", "DIR"},
    {"database", SETTING_SECRET, 1, 1000, NULL, "the connection", "CONNINFO"},
    {"keep", SETTING_FLAG, 0, 0, "false", "keep it", NULL},
    {"batch-ms", SETTING_NUMBER, 1, INT64_MAX, "100", "the wait", "MS"},
    {"table.products", SETTING_TEXT, 0, 63, "products", "the table", "NAME"},
    {"column.products.sale_price", SETTING_TEXT, 0, 63, "sale_price", "the column", "NAME"},
};

struct fixture {
    struct settings *settings;
    char path[64];
};

static int fixture_new(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->settings = settings_new(rows, sizeof rows / sizeof rows[0]);
    snprintf(fixture->path, sizeof fixture->path, "/tmp/tim_settings_XXXXXX");
    int file = mkstemp(fixture->path);
    assert_true(file >= 0);
    close(file);
    *state = fixture;
    return 0;
}

static int fixture_free(void **state)
{
    struct fixture *fixture = *state;
    settings_free(fixture->settings);
    unlink(fixture->path);
    free(fixture);
    return 0;
}

static void write_file(const struct fixture *fixture, const char *text, size_t size)
{
    FILE *file = fopen(fixture->path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static enum status read_text(const struct fixture *fixture, const char *text, struct error *error)
{
    write_file(fixture, text, strlen(text));
    return settings_read_file(fixture->settings, fixture->path, error);
}

static void expect_refused(const struct fixture *fixture, const char *name, const char *value, enum setting_source source, const char *part)
{
    struct error error = {0};
    assert_int_equal(settings_set(fixture->settings, name, value, source, &error), STATUS_INVALID);
    assert_int_equal(error.status, STATUS_INVALID);
    if (strstr(error.text, part) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", part, error.text);
}

static void accept(const struct fixture *fixture, const char *name, const char *value, enum setting_source source)
{
    struct error error = {0};
    if (settings_set(fixture->settings, name, value, source, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static void test_defaults(void **state)
{
    const struct fixture *fixture = *state;
    assert_int_equal(settings_number(fixture->settings, "port"), 8080);
    assert_null(settings_text(fixture->settings, "index"));
    assert_null(settings_text(fixture->settings, "database"));
    assert_false(settings_flag(fixture->settings, "keep"));
    assert_string_equal(settings_text(fixture->settings, "table.products"), "products");
}

static void test_numbers_at_their_bounds(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const good[] = {"1", "65535", "080"};
    static const char *const bad[] = {"0", "65536", "-1", "", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "99999999999999999999", "-", "١"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        accept(fixture, "port", good[i], SETTING_FROM_ARGUMENT);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_refused(fixture, "port", bad[i], SETTING_FROM_ARGUMENT, "--port is \"");
    expect_refused(fixture, "port", "70000", SETTING_FROM_ARGUMENT, "a whole number from 1 to 65535");
    assert_int_equal(settings_number(fixture->settings, "port"), 80);
    accept(fixture, "balance", "-5", SETTING_FROM_ARGUMENT);
    assert_int_equal(settings_number(fixture->settings, "balance"), -5);
    expect_refused(fixture, "balance", "-6", SETTING_FROM_ARGUMENT, "from -5 to 5");
    accept(fixture, "batch-ms", "9223372036854775807", SETTING_FROM_ARGUMENT);
    assert_true(settings_number(fixture->settings, "batch-ms") == INT64_MAX);
    expect_refused(fixture, "batch-ms", "9223372036854775808", SETTING_FROM_ARGUMENT, "whole number");
}

static void test_text_at_its_bounds(void **state)
{
    const struct fixture *fixture = *state;
    accept(fixture, "index", "x", SETTING_FROM_ARGUMENT);
    accept(fixture, "index", "12345678901234567890", SETTING_FROM_ARGUMENT);
    expect_refused(fixture, "index", "123456789012345678901", SETTING_FROM_ARGUMENT, "--index has 21 bytes: it must have 1 to 20");
    expect_refused(fixture, "index", "", SETTING_FROM_ARGUMENT, "--index is empty");
    assert_string_equal(settings_text(fixture->settings, "index"), "12345678901234567890");
    accept(fixture, "table.products", "", SETTING_FROM_ARGUMENT);
    assert_string_equal(settings_text(fixture->settings, "table.products"), "");
}

static void test_flags(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const words[] = {"true", "yes", "on", "1", "false", "no", "off", "0"};
    for (size_t i = 0; i < 8; i++) {
        accept(fixture, "keep", words[i], SETTING_FROM_FILE);
        assert_int_equal(settings_flag(fixture->settings, "keep"), i < 4);
    }
    expect_refused(fixture, "keep", "maybe", SETTING_FROM_FILE, "keep is \"maybe\": it must be true or false");
    expect_refused(fixture, "keep", "", SETTING_FROM_FILE, "true or false");
}

static void test_unknown_name_suggests_the_nearest(void **state)
{
    const struct fixture *fixture = *state;
    expect_refused(fixture, "prot", "1", SETTING_FROM_ARGUMENT, "unknown setting --prot; did you mean --port?");
    expect_refused(fixture, "table.product", "x", SETTING_FROM_FILE, "did you mean table.products?");
    expect_refused(fixture, "zzzzzz", "x", SETTING_FROM_FILE, "unknown setting zzzzzz; --help");
    expect_refused(fixture, "", "x", SETTING_FROM_FILE, "unknown setting");
    char endless[5000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    expect_refused(fixture, endless, "x", SETTING_FROM_FILE, "unknown setting xxx");
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"index", "build", "serve", "search"};
    assert_string_equal(name_nearest("indx", names, 4), "index");
    assert_string_equal(name_nearest("biuld", names, 4), "build");
    assert_string_equal(name_nearest("serach", names, 4), "search");
    assert_string_equal(name_nearest("index", names, 4), "index");
    assert_null(name_nearest("xyz", names, 4));
    assert_null(name_nearest("", names, 4));
    assert_null(name_nearest("index", names, 0));
}

static void test_secret_is_refused_as_an_argument(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    assert_int_equal(settings_set(fixture->settings, "database", "password=hunter2", SETTING_FROM_ARGUMENT, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "TIM_DATABASE"));
    assert_null(strstr(error.text, "hunter2"));
    assert_null(settings_text(fixture->settings, "database"));
    accept(fixture, "database", "password=hunter2", SETTING_FROM_ENVIRONMENT);
    assert_string_equal(settings_text(fixture->settings, "database"), "password=hunter2");
    char endless[1002];
    memset(endless, 'q', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(settings_set(fixture->settings, "database", endless, SETTING_FROM_FILE, &error), STATUS_INVALID);
    assert_null(strstr(error.text, "qq"));
}

static void test_later_source_wins_in_any_order(void **state)
{
    const struct fixture *fixture = *state;
    accept(fixture, "port", "3", SETTING_FROM_ARGUMENT);
    accept(fixture, "port", "2", SETTING_FROM_ENVIRONMENT);
    accept(fixture, "port", "1", SETTING_FROM_FILE);
    assert_int_equal(settings_number(fixture->settings, "port"), 3);
    expect_refused(fixture, "port", "x", SETTING_FROM_FILE, "port is \"x\"");
    accept(fixture, "balance", "1", SETTING_FROM_FILE);
    accept(fixture, "balance", "2", SETTING_FROM_ENVIRONMENT);
    assert_int_equal(settings_number(fixture->settings, "balance"), 2);
}

static void test_file(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    enum status status = read_text(fixture,
                                   "; the shop\n# and another\nport = 81\nindex=dir\n\n"
                                   "database = host=localhost\n    dbname=shop\n\tuser=tim\nkeep = yes\n"
                                   "[table]\nproducts = san_pham\n[column.products]\n  sale_price: gia\n",
                                   &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(settings_number(fixture->settings, "port"), 81);
    assert_string_equal(settings_text(fixture->settings, "index"), "dir");
    assert_string_equal(settings_text(fixture->settings, "database"), "host=localhost dbname=shop user=tim");
    assert_true(settings_flag(fixture->settings, "keep"));
    assert_string_equal(settings_text(fixture->settings, "table.products"), "san_pham");
    assert_string_equal(settings_text(fixture->settings, "column.products.sale_price"), "gia");
}

static void expect_bad_file(const struct fixture *fixture, const char *text, const char *part)
{
    struct error error = {0};
    assert_int_equal(read_text(fixture, text, &error), STATUS_INVALID);
    if (strstr(error.text, part) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", part, error.text);
}

static void test_file_mistakes_carry_their_line(void **state)
{
    const struct fixture *fixture = *state;
    expect_bad_file(fixture, "port = 81\n\nprot = 82\n", "line 3: unknown setting prot; did you mean port?");
    expect_bad_file(fixture, "port = 81\nrubbish\n", "line 2: a line reads name = value or [section]");
    expect_bad_file(fixture, "rubbish\nprot = 1\n", "line 1: a line reads");
    expect_bad_file(fixture, "[table\nproducts = x\n", "line 1: a line reads");
    expect_bad_file(fixture, "port = x\nkeep = yes\nindex = a\n", "line 1: port is \"x\"");
    expect_bad_file(fixture, "port = 81 ; the port\n", "line 1: \" ;\" inside a value");
    expect_bad_file(fixture, "= 81\n", "line 1: a value without a name");
    expect_bad_file(fixture, "[table]\nproduct = x", "line 2: unknown setting table.product; did you mean table.products?");
    expect_bad_file(fixture, "port = 81\n  82\n", "line 1: port is \"81 82\"");
}

static void test_file_lines_at_their_bound(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    char text[256];
    memset(text, 'x', sizeof text);
    memcpy(text, "database=", 9);
    text[199] = '\n';
    write_file(fixture, text, 200);
    assert_int_equal(settings_read_file(fixture->settings, fixture->path, &error), STATUS_OK);
    assert_int_equal(strlen(settings_text(fixture->settings, "database")), 190);
    text[199] = 'x';
    text[200] = '\n';
    write_file(fixture, text, 201);
    assert_int_equal(settings_read_file(fixture->settings, fixture->path, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "line 1: more than 199 bytes"));
    write_file(fixture, "port = 8\0\n", 10);
    assert_int_equal(settings_read_file(fixture->settings, fixture->path, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "line 1: a NUL byte"));
}

static void test_file_that_cannot_be_read(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    assert_int_equal(settings_read_file(fixture->settings, "/tmp/no/such/file.ini", &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "/tmp/no/such/file.ini"));
    assert_int_equal(settings_read_file(fixture->settings, "/tmp", &error), STATUS_IO);
    assert_int_equal(read_text(fixture, "", &error), STATUS_OK);
}

static void test_environment(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    setenv("TIM_BATCH_MS", "7", 1);
    setenv("TIM_COLUMN_PRODUCTS_SALE_PRICE", "gia_giam", 1);
    setenv("TIMELESS", "x", 1);
    assert_int_equal(settings_read_environment(fixture->settings, &error), STATUS_OK);
    assert_int_equal(settings_number(fixture->settings, "batch-ms"), 7);
    assert_string_equal(settings_text(fixture->settings, "column.products.sale_price"), "gia_giam");
    setenv("TIM_BATCH_MS", "0", 1);
    assert_int_equal(settings_read_environment(fixture->settings, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "TIM_BATCH_MS is \"0\""));
    unsetenv("TIM_BATCH_MS");
    setenv("TIM_BATCHMS", "7", 1);
    assert_int_equal(settings_read_environment(fixture->settings, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "unknown setting TIM_BATCHMS; did you mean TIM_BATCH_MS?"));
    unsetenv("TIM_BATCHMS");
    unsetenv("TIM_COLUMN_PRODUCTS_SALE_PRICE");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_numbers_at_their_bounds, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_text_at_its_bounds, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_flags, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_unknown_name_suggests_the_nearest, fixture_new, fixture_free),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test_setup_teardown(test_secret_is_refused_as_an_argument, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_later_source_wins_in_any_order, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_file, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_file_mistakes_carry_their_line, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_file_lines_at_their_bound, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_file_that_cannot_be_read, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_environment, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
