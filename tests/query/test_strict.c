/* Quotations and excluded words as they are found in a text. */
#include <stdio.h>

#include "query/strict.h"
#include "shop.h"

static void check(const char *text, const char *wanted, const char *wanted_plain)
{
    struct arena arena;
    struct strict_spans spans;
    struct bytes plain;
    struct buffer found = {0};
    arena_init(&arena, 1 << 16);
    must(strict_parse(bytes_of(text), &arena, &spans, &plain));
    for (unsigned i = 0; i < spans.count; i++)
        buffer_print(&found, "%s%.*s|", spans.items[i].excluded ? "-" : "", (int)spans.items[i].text.size, spans.items[i].text.data);
    buffer_append_char(&found, '\0');
    assert_string_equal(found.data, wanted);
    assert_int_equal(plain.size, strlen(wanted_plain));
    assert_memory_equal(plain.data, wanted_plain, plain.size);
    buffer_release(&found);
    arena_release(&arena);
}

static void spans(void **state)
{
    (void)state;
    check("", "", "");
    check("\"ốp lưng\" iphone", "ốp lưng|", "\"ốp lưng\" iphone");
    check("điện thoại “galaxy s24”", "galaxy s24|", "điện thoại “galaxy s24”");
    check("tivi -samsung -sony", "-samsung|-sony|", "tivi               ");
    check("-đỏ áo", "-đỏ|", "       áo");
    check("laptop -16gb", "-16gb|", "laptop      ");
    check("iphone -13 -5tr", "-13|-5tr|", "iphone         ");
    check("tủ lạnh -\"side by side\" lg", "-side by side|", "tủ lạnh                 lg");
    check("laptop -\"a", "", "laptop -\"a");
    check("\"a\" \"b c\" -d", "a|b c|-d|", "\"a\" \"b c\"   ");
}

/* Sizes, joiners, discounts and what is left open are no signs. */
static void no_spans(void **state)
{
    (void)state;
    static const char *const texts[] = {"màn hình 24\" 144hz 27\"",
                                        "wi-fi",
                                        "giảm -20%",
                                        "- samsung",
                                        "-",
                                        "\"",
                                        "\"\"",
                                        "\" a\"",
                                        "\"a",
                                        "a \"b\"c",
                                        "--a",
                                        "a -",
                                        "laptop 10 -15tr",
                                        "10tr -15tr",
                                        "10 triệu -15 triệu",
                                        "10 TRIEU -15",
                                        "43 inch -55 inch",
                                        "phòng 15 mét vuông -20",
                                        "tủ đông -18 độ",
                                        "tủ đông -18°c",
                                        "-20 %"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], "", texts[i]);
}

static void bounds(void **state)
{
    (void)state;
    char text[4 * STRICT_SPANS_MAX + 8] = {0}, wanted[4 * STRICT_SPANS_MAX + 8] = {0}, plain[4 * STRICT_SPANS_MAX + 8] = {0};
    for (unsigned i = 0; i < STRICT_SPANS_MAX + 1; i++) {
        strncat(text, "-a ", sizeof text - strlen(text) - 1);
        strncat(plain, i < STRICT_SPANS_MAX ? "   " : "-a ", sizeof plain - strlen(plain) - 1);
        strncat(wanted, i < STRICT_SPANS_MAX ? "-a|" : "", sizeof wanted - strlen(wanted) - 1);
    }
    check(text, wanted, plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spans), cmocka_unit_test(no_spans), cmocka_unit_test(bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
