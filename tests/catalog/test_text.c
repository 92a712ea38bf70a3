/* Markup, slugs, JSON text, impacts and orders: the small pure parts of catalog/. */
#include "tests/catalog/cmocka_door.h"

#include <jansson.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/json_writer.h"
#include "catalog/markup.h"
#include "catalog/slug.h"
#include "catalog/text_set.h"

static void test_markup(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"không có thẻ nào", "không có thẻ nào"},
        {"<p>Màn hình <b>AMOLED</b></p>", " Màn hình  AMOLED  "},
        {"a<!-- <b> ẩn -->b", "a b"},
        {"5 < 6 và 7 > 3", "5 < 6 và 7 > 3"},
        {"ch&acirc;u &Acirc;u &amp; &#7889; &#x1EC7; &nbsp;|", "châu Âu & ố ệ  |"},
        {"&khongbiet; & &; &#xD800; &#0; &#99999999;", "&khongbiet; & &; &#xD800; &#0; &#99999999;"},
        {"<", "<"},
        {"&", "&"},
        {"<p không đóng", "<p không đóng"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct bytes plain;
        arena_init(&arena, 4096);
        assert_int_equal(markup_strip(bytes_of(cases[i].text), &arena, &plain), STATUS_OK);
        if (!bytes_equal(plain, bytes_of(cases[i].plain)))
            fail_msg("%s gave %.*s", cases[i].text, (int)plain.size, plain.data);
        arena_release(&arena);
    }
}

static void test_slug(void **state)
{
    (void)state;
    struct analyzer *analyzer = analyzer_new();
    struct arena arena;
    struct bytes slug;
    arena_init(&arena, 1 << 20);
    assert_int_equal(slug_build(analyzer, bytes_of("Máy giặt LG 9 kg (Đen)"), (struct bytes){0}, &arena, &slug), STATUS_OK);
    assert_true(bytes_equal(slug, bytes_of("may-giat-lg-9-kg-den")));
    assert_int_equal(slug_build(analyzer, bytes_of("Loa"), bytes_of("sp7"), &arena, &slug), STATUS_OK);
    assert_true(bytes_equal(slug, bytes_of("loa-sp7")));
    assert_int_equal(slug_build(analyzer, bytes_of("!!!"), bytes_of("sp7"), &arena, &slug), STATUS_OK);
    assert_true(bytes_equal(slug, bytes_of("sp7")));
    char *name = arena_alloc(&arena, 1000);
    for (size_t i = 0; i < 1000; i++)
        name[i] = i % 10 == 9 ? ' ' : 'a';
    assert_int_equal(slug_build(analyzer, (struct bytes){name, 1000}, (struct bytes){0}, &arena, &slug), STATUS_OK);
    assert_in_range(slug.size, SLUG_BYTES_MAX - 10, SLUG_BYTES_MAX);
    assert_int_equal(slug.data[slug.size - 1], 'a');
    arena_release(&arena);
    analyzer_free(analyzer);
}

/* What is written must be read back by a parser that is not ours. */
static void test_json_text(void **state)
{
    (void)state;
    static const char sample[] = "a\"b\\c\n\t\x01\x7F</script> \xE2\x80\xA8\xE2\x80\xA9 ệ 😀";
    struct buffer out = {0};
    struct json_writer json = {.out = &out};
    json_begin_object(&json);
    json_put_key(&json, "text");
    json_put_literal(&json, sample);
    json_put_key(&json, "numbers");
    json_begin_array(&json);
    json_put_number(&json, INT64_MIN);
    json_put_number(&json, 0);
    json_put_hundredths(&json, 460);
    json_put_hundredths(&json, 5);
    json_put_hundredths(&json, -150);
    json_put_boolean(&json, true);
    json_put_null(&json);
    json_end_array(&json);
    json_end_object(&json);
    json_t *back = json_loadb(out.data, out.size, 0, NULL);
    assert_non_null(back);
    assert_string_equal(json_string_value(json_object_get(back, "text")), sample);
    const json_t *numbers = json_object_get(back, "numbers");
    assert_int_equal(json_integer_value(json_array_get(numbers, 0)), INT64_MIN);
    assert_float_equal(json_real_value(json_array_get(numbers, 2)), 4.6, 1e-9);
    assert_float_equal(json_real_value(json_array_get(numbers, 3)), 0.05, 1e-9);
    assert_null(memmem(out.data, out.size, "\xE2\x80\xA8", 3));
    json_decref(back);
    buffer_release(&out);
}

static void test_impacts(void **state)
{
    (void)state;
    uint16_t once[TEXT_FIELD_COUNT] = {[TEXT_NAME] = 1}, named_twice[TEXT_FIELD_COUNT] = {[TEXT_NAME] = 2},
             twice[TEXT_FIELD_COUNT] = {[TEXT_DESCRIPTION] = 2}, body[TEXT_FIELD_COUNT] = {[TEXT_DESCRIPTION] = 1};
    uint32_t nominal[TEXT_FIELD_COUNT], longer[TEXT_FIELD_COUNT];
    for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
        nominal[field] = text_fields[field].nominal_tokens;
        longer[field] = nominal[field] * 3;
    }
    struct field_norms nominal_norms = field_norms(nominal), longer_norms = field_norms(longer);
    uint8_t base = field_impact(ZONE_CORE, once, &nominal_norms);
    assert_int_equal(base, 182); /* 3 / (3 + 1.2) of 255: stored bytes must not drift */
    assert_int_equal(field_impact(ZONE_CORE, named_twice, &nominal_norms), base);
    assert_true(field_impact(ZONE_BODY, twice, &nominal_norms) > field_impact(ZONE_BODY, body, &nominal_norms));
    assert_true(field_impact(ZONE_CORE, once, &longer_norms) < base);
    assert_true(field_impact(ZONE_BODY, body, &nominal_norms) < base);
    assert_int_equal(field_impact(ZONE_CORE, body, &nominal_norms), 1); /* what the zone does not have still is a posting */
}

static void test_orders(void **state)
{
    (void)state;
    static const char *const ascending[] = {"0", "2", "10", "999999999999999999", "1000000000000000000", "a", "abcdefg", "abcdefgh", "b"};
    for (size_t i = 1; i < sizeof ascending / sizeof ascending[0]; i++) {
        assert_true(id_order(bytes_of(ascending[i - 1])) <= id_order(bytes_of(ascending[i])));
        assert_true(key_compare(bytes_of(ascending[i - 1]), bytes_of(ascending[i])) < 0);
    }
    assert_true(id_order(bytes_of("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")) != COLUMN_UNKNOWN);
}

static void test_prior(void **state)
{
    (void)state;
    const uint64_t unknown = COLUMN_UNKNOWN, year_s = 365 * 24 * 3600 + 6 * 3600, today_s = FRESH_FROM_S + 11 * year_s;
    assert_int_equal(field_prior(unknown, unknown, unknown, false, unknown), 0);
    assert_true(field_prior(1000, 10, 450, false, unknown) > field_prior(10, 10, 450, false, unknown));
    assert_true(field_prior(10, 1000, 490, false, unknown) > field_prior(10, 1, 500, false, unknown));
    assert_int_equal(field_prior(COUNT_MAX, COUNT_MAX, 500, true, UINT32_MAX), PRIOR_MAX);
    /* Two years are worth twice the sales. */
    assert_int_equal(field_prior(1023, unknown, unknown, false, today_s), field_prior(511, unknown, unknown, false, today_s + 2 * year_s));
    assert_true(field_prior(10, 5, 400, false, today_s) < field_prior(10, 5, 400, false, today_s + year_s / 12));
    assert_int_equal(field_prior(unknown, unknown, unknown, false, 0), 0);
    assert_int_equal(field_prior(unknown, unknown, unknown, false, FRESH_FROM_S), 0);
    assert_int_equal(field_prior(unknown, unknown, unknown, false, FRESH_FROM_S + 25 * year_s - 1), FRESH_MAX - 1);
    assert_int_equal(field_prior(unknown, unknown, unknown, false, FRESH_FROM_S + 25 * year_s), FRESH_MAX);
    assert_int_equal(field_prior(unknown, unknown, unknown, false, UINT32_MAX), FRESH_MAX);
}

static void test_set(void **state)
{
    (void)state;
    struct text_set *set = text_set_new();
    char text[16];
    bool known = false;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 1; i <= 5000; i++) {
            snprintf(text, sizeof text, "t%u", i);
            assert_int_equal(text_set_add(set, bytes_of(text), &known), i);
            assert_false(known);
        }
        assert_int_equal(text_set_add(set, bytes_of("t77"), &known), 77);
        assert_true(known);
        assert_int_equal(text_set_number(set, bytes_of("không")), 0);
        assert_true(bytes_equal(text_set_at(set, 4999), bytes_of("t4999")));
        text_set_clear(set);
        assert_int_equal(text_set_count(set), 0);
    }
    text_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markup), cmocka_unit_test(test_slug),  cmocka_unit_test(test_json_text), cmocka_unit_test(test_impacts),
        cmocka_unit_test(test_orders), cmocka_unit_test(test_prior), cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
