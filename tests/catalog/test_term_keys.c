/* Which keys a term is filed under. */
#include "tests/catalog/cmocka_door.h"

#include "analyzers/typo.h"
#include "catalog/term_keys.h"

static struct analyzer *analyzer;

/* "d:samsung d:smsung ..." of the first `most` keys. */
static unsigned keys_print(const char *term, unsigned most, char out[512])
{
    struct vocabulary_keys keys = {.count = 0};
    size_t size = 0;
    out[0] = '\0';
    term_keys_build(analyzer, bytes_of(term), &keys);
    for (unsigned i = 0; i < keys.count && i < most; i++)
        size += (size_t)snprintf(out + size, 512 - size, "%s%c:%.*s", i == 0 ? "" : " ", keys.keys[i].kind, keys.keys[i].size,
                                 (const char *)keys.keys[i].bytes);
    return keys.count;
}

static void each_kind(void **state)
{
    char out[512];
    (void)state;
    assert_int_equal(keys_print("tu", VOCABULARY_KEYS_MAX, out), 1);
    assert_string_equal(out, "f:tu");
    assert_int_equal(keys_print("giat", VOCABULARY_KEYS_MAX, out), 5);
    assert_string_equal(out, "f:dat d:giat d:gat d:git d:gia");
    assert_int_equal(keys_print("dell", VOCABULARY_KEYS_MAX, out), 3);
    assert_string_equal(out, "d:dell d:dll d:del");
    assert_int_equal(keys_print("samsung", 1, out), 7);
    assert_string_equal(out, "d:samsung");
    assert_int_equal(keys_print("electrolux", 2, out), TYPO_KEYS_MAX);
    assert_string_equal(out, "d:electrol d:eectrol");
    static const char *const none[] = {"tv", "rtx4060ti8", "2024", "a55", "\xe9\x9b\xbb", "1.5"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(keys_print(none[i], VOCABULARY_KEYS_MAX, out), 0);
}

static void units_sort_by_number(void **state)
{
    static const char *const rising[] = {"0.5hp", "1hp", "1.5hp", "2hp", "10hp", "12.25hp", "100hp"};
    struct vocabulary_keys last = {.count = 0};
    (void)state;
    for (size_t i = 0; i < sizeof rising / sizeof rising[0]; i++) {
        struct vocabulary_keys keys = {.count = 0};
        term_keys_build(analyzer, bytes_of(rising[i]), &keys);
        assert_int_equal(keys.count, 1);
        assert_int_equal(keys.keys[0].kind, VOCABULARY_UNIT);
        assert_int_equal(keys.keys[0].size, 2 + 1 + 8);
        assert_true(i == 0 || memcmp(last.keys[0].bytes, keys.keys[0].bytes, keys.keys[0].size) < 0);
        last = keys;
    }
    unsigned char key[UNIT_KEY_BYTES_MAX];
    assert_int_equal(unit_key(bytes_of("hp"), 100000000, key), last.keys[0].size);
    assert_memory_equal(key, last.keys[0].bytes, last.keys[0].size);
    assert_int_equal(unit_key(bytes_of("longer-than"), 1, key), 0);
    assert_int_equal(unit_key(bytes_of(""), 1, key), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind),
        cmocka_unit_test(units_sort_by_number),
    };
    analyzer = analyzer_new();
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failures;
}
