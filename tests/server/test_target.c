/* Request targets: what is split, what is decoded, what is refused, and the bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/target.h"

static struct arena arena;
static struct target target;
static struct error error;

static enum status parse(const char *raw, size_t size)
{
    arena_reset(&arena);
    error = (struct error){0};
    return target_parse((struct bytes){.data = raw, .size = size}, &arena, &target, &error);
}

static enum status parse_text(const char *raw)
{
    return parse(raw, strlen(raw));
}

static void assert_bytes(struct bytes bytes, const char *text)
{
    assert_int_equal(bytes.size, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size);
}

static void assert_parameter(unsigned index, const char *name, const char *value)
{
    assert_true(index < target.parameter_count);
    assert_string_equal(target.parameters[index].name, name);
    assert_bytes(target.parameters[index].value, value);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *path;
    } cases[] = {
        {"/", "/"},
        {"/v1/search", "/v1/search"},
        {"/v1/search?", "/v1/search"},
        {"/v1/products/m%C3%A1y-gi%e1%ba%b7t", "/v1/products/máy-giặt"},
        {"/a+b", "/a+b"},
        {"/a%2Fb", "/a/b"},
        {"*", "*"},
        {"http://shop.vn/v1/search?q=a", "/v1/search"},
        {"https://shop.vn:8443/x", "/x"},
        {"http://shop.vn", "/"},
        {"/%zz%4", "/%zz%4"},
        {"/\xC3\xA1", "/á"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse_text(cases[i].raw), STATUS_OK);
        assert_bytes(target.path, cases[i].path);
    }
}

static void test_parameters(void **state)
{
    (void)state;
    assert_int_equal(parse_text("/s?q=t%E1%BB%A7+l%e1%ba%a1nh&brand=lg&brand=samsung&flag&empty=&&a=b=c&%71=%2B"), STATUS_OK);
    assert_int_equal(target.parameter_count, 7);
    assert_parameter(0, "q", "tủ lạnh");
    assert_parameter(1, "brand", "lg");
    assert_parameter(2, "brand", "samsung");
    assert_parameter(3, "flag", "");
    assert_parameter(4, "empty", "");
    assert_parameter(5, "a", "b=c");
    assert_parameter(6, "q", "+");
}

static void test_a_question_mark_in_a_value_is_text(void **state)
{
    (void)state;
    assert_int_equal(parse_text("/s?q=a?b"), STATUS_OK);
    assert_parameter(0, "q", "a?b");
}

static void test_half_escapes_are_text(void **state)
{
    (void)state;
    assert_int_equal(parse_text("/s?q=%&r=%4&s=%zz&t=100%25&u=%%41"), STATUS_OK);
    assert_parameter(0, "q", "%");
    assert_parameter(1, "r", "%4");
    assert_parameter(2, "s", "%zz");
    assert_parameter(3, "t", "100%");
    assert_parameter(4, "u", "%A");
}

static void test_an_empty_name_is_kept_for_the_endpoint_to_refuse(void **state)
{
    (void)state;
    assert_int_equal(parse_text("/s?=x"), STATUS_OK);
    assert_parameter(0, "", "x");
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"/a%00b",      "/s?q=a%00b",     "/s?q=%ff%fe",       "/s?q=\xff",     "/s?%00=1",
                                        "/s?q=%C0%AF", "/s?q=%ED%A0%80", "/s?q=%F5%80%80%80", "/\xff",         "",
                                        "v1/search",   "ftp://x/",       "/s?q=%E1%BB",       "/s?q=%F0%9F%98"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse_text(cases[i]), STATUS_INVALID);
        assert_true(strlen(error.text) > 10);
    }
    assert_int_equal(parse("/s?q=a\0b", 8), STATUS_INVALID);
    parse_text("/s?brand=%00");
    assert_non_null(strstr(error.text, "brand"));
}

static void fill(struct buffer *text, const char *piece, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        buffer_append_text(text, piece);
}

static void test_bound_of_parameters(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_text(&text, "/s?");
    fill(&text, "a=1&", PARAMETERS_MAX);
    assert_int_equal(parse(text.data, text.size), STATUS_OK);
    assert_int_equal(target.parameter_count, PARAMETERS_MAX);
    buffer_append_text(&text, "b");
    assert_int_equal(parse(text.data, text.size), STATUS_INVALID);
    assert_non_null(strstr(error.text, "64"));
    buffer_release(&text);
}

static void test_bound_of_bytes(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_text(&text, "/s?q=");
    fill(&text, "x", TARGET_BYTES_MAX - 5);
    assert_int_equal(parse(text.data, text.size), STATUS_OK);
    assert_int_equal(target.parameters[0].value.size, TARGET_BYTES_MAX - 5);
    buffer_append_char(&text, 'x');
    assert_int_equal(parse(text.data, text.size), STATUS_LIMIT);
    buffer_release(&text);
}

static void test_the_arena_cap_is_an_answer(void **state)
{
    (void)state;
    struct arena tiny;
    arena_init(&tiny, 32);
    const char *raw = "/v1/search?q=0123456789012345678901234567890123456789";
    assert_int_equal(target_parse(bytes_of(raw), &tiny, &target, &error), STATUS_LIMIT);
    arena_release(&tiny);
}

int main(void)
{
    arena_init(&arena, 1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_a_question_mark_in_a_value_is_text),
        cmocka_unit_test(test_half_escapes_are_text),
        cmocka_unit_test(test_an_empty_name_is_kept_for_the_endpoint_to_refuse),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bound_of_parameters),
        cmocka_unit_test(test_bound_of_bytes),
        cmocka_unit_test(test_the_arena_cap_is_an_answer),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
