/* Spellings of one value are one facet value; what is shown does not depend on which came first. */
#include "cmocka_door.h"

#include "catalog/spec_value.h"

static struct analyzer *analyzer;
static struct arena arena;

static void check_text(struct bytes actual, const char *expected, const char *of)
{
    if (actual.size != strlen(expected) || memcmp(actual.data, expected, actual.size) != 0)
        fail_msg("\"%s\" gives \"%.*s\", not \"%s\"", of, (int)actual.size, actual.data, expected);
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *written, *key, *shown;
    } cases[] = {
        {"16 GB", "16gb", "16 GB"},
        {"16GB", "16gb", "16 GB"},
        {" 16gb ", "16gb", "16 GB"},
        {"1 TB", "1024gb", "1 TB"},
        {"1024 GB", "1024gb", "1 TB"},
        {"1000GB", "1000gb", "1000 GB"},
        {"512 MB", "0.5gb", "512 MB"},
        {"0,5 GB", "0.5gb", "512 MB"},
        {"3 MB", "3mb", "3 MB"}, /* 3/1024 has no end within six digits */
        {"1.5 HP", "1.5hp", "1.5 HP"},
        {"1,5HP", "1.5hp", "1.5 HP"},
        {"55 inch", "55inch", "55 inch"},
        {"55\"", "55inch", "55 inch"},
        {"9 kg", "9kg", "9 kg"},
        {"500 g", "0.5kg", "500 g"},
        {"1200 gram", "1.2kg", "1.2 kg"},
        {"350 ml", "0.35l", "350 ml"},
        {"2 lít", "2l", "2 lít"},
        {"7.8 mm", "0.78cm", "7.8 mm"},
        {"1,2 m", "120cm", "120 cm"},
        {"2 kW", "2000w", "2000 W"},
        {"10.000 mAh", "10000mah", "10000 mAh"},
        {"120 Hz", "120hz", "120 Hz"},
        {"8", "8", "8"},
        {"1,5", "1.5", "1.5"},
        {"16 GB DDR5", "16 gb ddr5", "16 GB DDR5"},
        {"8 - 12 kg", "8 12 kg", "8 - 12 kg"},
        {"> 10 kg", "10 kg", "> 10 kg"},
        {"realme", "realme", "realme"},
        {"Xanh  Dương\n", "xanh duong", "Xanh Dương"},
        {"--", "", "--"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spec_value value;
        arena_reset(&arena);
        assert_int_equal(spec_value_read(analyzer, bytes_of(cases[i].written), &arena, &value), STATUS_OK);
        check_text(value.key, cases[i].key, cases[i].written);
        check_text(value.text, cases[i].shown, cases[i].written);
        /* What is shown is read as the same value. */
        char shown[100];
        snprintf(shown, sizeof shown, "%s", cases[i].shown);
        assert_int_equal(spec_value_read(analyzer, bytes_of(shown), &arena, &value), STATUS_OK);
        check_text(value.key, cases[i].key, shown);
    }
}

static void sizes(void **state)
{
    (void)state;
    char text[SPEC_TEXT_BYTES_MAX + 1];
    struct spec_value value;
    memset(text, '-', sizeof text);
    memset(text, 'a', SPEC_KEY_BYTES_MAX);
    assert_int_equal(spec_value_read(analyzer, (struct bytes){text, SPEC_TEXT_BYTES_MAX}, &arena, &value), STATUS_OK);
    assert_int_equal(value.key.size, SPEC_KEY_BYTES_MAX);
    assert_int_equal(spec_value_read(analyzer, (struct bytes){text, SPEC_TEXT_BYTES_MAX + 1}, &arena, &value), STATUS_OK);
    assert_int_equal(value.key.size, 0);
    text[SPEC_KEY_BYTES_MAX] = 'a';
    assert_int_equal(spec_value_read(analyzer, (struct bytes){text, SPEC_KEY_BYTES_MAX + 1}, &arena, &value), STATUS_OK);
    assert_int_equal(value.key.size, 0);
    assert_int_equal(spec_value_read(analyzer, bytes_of("99999999999999999999999 GB"), &arena, &value), STATUS_OK);
    assert_true(value.key.size > 0);
}

/* Best first. */
static void spellings(void **state)
{
    (void)state;
    static const char *const lists[][5] = {
        {"Realme", "realme", "REALME"}, {"RAM", "Ram", "ram"}, {"Đen", "đen", "ĐEN", "Den", "DEN"}, {"OLED", "Oled"},
        {"Xanh dương", "Xanh duong"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t j = 0; j < 5 && lists[i][j] != NULL; j++)
            for (size_t k = 0; k < 5 && lists[i][k] != NULL; k++)
                if (spec_text_is_better(bytes_of(lists[i][j]), bytes_of(lists[i][k])) != (j < k) && strcmp(lists[i][j], "DEN") != 0 &&
                    strcmp(lists[i][k], "DEN") != 0)
                    fail_msg("%s and %s", lists[i][j], lists[i][k]);
    /* Marks that stand apart are the last resort. */
    assert_true(spec_text_is_better(bytes_of("Den"), bytes_of("\xC4\x90"
                                                              "e\xCC\x80n")));
}

static void numbers(void **state)
{
    (void)state;
    struct spec_number number;
    uint64_t micros = 0;
    assert_true(spec_number_parse(bytes_of("0.5gb"), &number));
    assert_int_equal(number.micros, 500000);
    check_text(spec_unit_shown(number.unit), "GB", "gb");
    assert_true(spec_number_parse(bytes_of("120"), &number));
    assert_int_equal(number.unit.size, 0);
    assert_false(spec_number_parse(bytes_of("12pro"), &number));
    assert_false(spec_number_parse(bytes_of("8 12 kg"), &number));
    assert_false(spec_number_parse(bytes_of(""), &number));
    assert_true(spec_unit_convert(bytes_of("tb"), 500000, &number));
    assert_int_equal(number.micros, 512000000);
    check_text(number.unit, "gb", "tb");
    assert_true(spec_unit_convert(bytes_of("lít"), 1, &number));
    assert_false(spec_unit_convert(bytes_of("gbx"), 1, &number));
    assert_false(spec_unit_convert(bytes_of("mb"), 1, &number));
    assert_true(spec_micros_parse(bytes_of("1.5"), &micros));
    assert_int_equal(micros, 1500000);
    assert_false(spec_micros_parse(bytes_of("1."), &micros));
    assert_false(spec_micros_parse(bytes_of("x"), &micros));
    assert_false(spec_micros_parse(bytes_of("99999999999999999999"), &micros));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(sizes),
        cmocka_unit_test(spellings),
        cmocka_unit_test(numbers),
    };
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)16 << 20);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failures;
}
