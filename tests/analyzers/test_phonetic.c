/* Which spellings share a phonetic key and which do not; quantities read back from tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/phonetic.h"
#include "analyzers/quantity.h"

static struct analyzer *analyzer;

static size_t key_of(const char *folded, char out[TOKEN_BYTES_MAX])
{
    return phonetic_key(analyzer, bytes_of(folded), out);
}

static bool sounds_alike(const char *one, const char *other)
{
    char left[TOKEN_BYTES_MAX], right[TOKEN_BYTES_MAX];
    size_t left_size = key_of(one, left), right_size = key_of(other, right);
    if (left_size == 0 || right_size == 0)
        print_error("%s or %s is no syllable\n", one, other);
    assert_true(left_size > 0 && right_size > 0);
    return left_size == right_size && memcmp(left, right, left_size) == 0;
}

static void alike(void **state)
{
    static const char *const pairs[][2] = {
        {"xay", "say"},      {"xuoi", "suoi"},     {"chen", "tren"},   {"trung", "chun"}, {"da", "gia"},      {"da", "ra"},
        {"da", "va"},        {"giat", "dac"},      {"rieng", "gieng"}, {"vien", "dieng"}, {"gio", "ro"},      {"gi", "di"},
        {"gin", "vin"},      {"lanh", "nanh"},     {"noi", "loi"},     {"lon", "nong"},   {"ban", "bang"},    {"dien", "dieng"},
        {"inh", "in"},       {"benh", "ben"},      {"lich", "lit"},    {"lech", "let"},   {"mat", "mac"},     {"quat", "quac"},
        {"nuoc", "nuot"},    {"yen", "yeng"},      {"tieu", "tiu"},    {"chuoi", "chui"}, {"tiem", "tim"},    {"diep", "dip"},
        {"nghanh", "nganh"}, {"nge", "nghe"},      {"ge", "ghe"},      {"gho", "go"},     {"ka", "ca"},       {"ceo", "keo"},
        {"ky", "ki"},        {"nghieng", "ngien"}, {"gieo", "reo"},    {"quy", "qui"},    {"giuong", "duon"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (!sounds_alike(pairs[i][0], pairs[i][1]))
            print_error("%s and %s\n", pairs[i][0], pairs[i][1]);
        assert_true(sounds_alike(pairs[i][0], pairs[i][1]));
    }
}

static void apart(void **state)
{
    static const char *const pairs[][2] = {
        {"may", "mai"}, {"tu", "tru"},     {"nha", "na"},   {"kha", "ca"},     {"thuy", "thui"}, {"ban", "banh"},
        {"cua", "qua"}, {"phong", "bong"}, {"ghe", "nghe"}, {"ngach", "ngat"}, {"gia", "ga"},    {"hoa", "ho"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (sounds_alike(pairs[i][0], pairs[i][1]))
            print_error("%s and %s\n", pairs[i][0], pairs[i][1]);
        assert_false(sounds_alike(pairs[i][0], pairs[i][1]));
    }
}

/* Letters that Vietnamese does not have are keys of what is typed, not of what is written. */
static void typed_letters(void **state)
{
    static const char *const pairs[][2] = {{"fim", "phim"},  {"fong", "phong"}, {"zay", "day"},
                                           {"zung", "dung"}, {"jay", "giay"},   {"may", "may"}};
    char typed[TOKEN_BYTES_MAX], written[TOKEN_BYTES_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t size = phonetic_key_typed(analyzer, bytes_of(pairs[i][0]), typed);
        assert_int_equal(size, key_of(pairs[i][1], written));
        assert_memory_equal(typed, written, size);
    }
    assert_int_equal(phonetic_key_typed(analyzer, bytes_of("f"), typed), 0);
    assert_int_equal(phonetic_key_typed(analyzer, bytes_of("fwifi"), typed), 0);
    assert_int_equal(phonetic_key_typed(analyzer, bytes_of("fnghienggg"), typed), 0);
    assert_int_equal(key_of("fim", written), 0);
}

static void no_syllables(void **state)
{
    static const char *const words[] = {"",      "samsung",   "laptop", "b",        "gh",   "ngh", "k",
                                        "256gb", "nghieengg", "xyz",    "\xc4\x91", "wifi", "qu"};
    char out[TOKEN_BYTES_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_int_equal(key_of(words[i], out), 0);
}

static void quantities(void **state)
{
    static const struct {
        const char *token, *unit;
        uint64_t micros;
    } rows[] = {
        {"256gb", "gb", 256000000},
        {"1.5hp", "hp", 1500000},
        {"0.25l", "l", 250000},
        {"5g", "g", 5000000},
        {"1.12345678kg", "kg", 1123456},
        {"18446744073709551616w", "w", UINT64_MAX},
        {"0w", "w", 0},
        {"18446744073710w", "w", UINT64_MAX},
    };
    static const char *const others[] = {"", "256", "gb", "1.gb", "1.5", ".5gb", "5gb1", "5g-b", "1gbgbgbgbg", "1.5.5gb", "5l\xc3\xad"};
    struct quantity quantity;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(quantity_parse(bytes_of(rows[i].token), &quantity));
        assert_true(bytes_equal(quantity.unit, bytes_of(rows[i].unit)));
        assert_true(quantity.micros == rows[i].micros);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(quantity_parse(bytes_of(others[i]), &quantity));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike),        cmocka_unit_test(apart),      cmocka_unit_test(typed_letters),
        cmocka_unit_test(no_syllables), cmocka_unit_test(quantities),
    };
    analyzer = analyzer_new();
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failures;
}
