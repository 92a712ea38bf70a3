/* A search from rows to JSON where variants differ: the hit names those that match and shows the offer of the cheapest of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query/search.h"
#include "server/render_search.h"
#include "tests/cli/shelf.h"

static struct shelf shelf;

static const char products[] =
    "{\"id\":\"1\",\"name\":\"Áo thun nam\",\"specs\":{\"Chất liệu\":\"Cotton\"},\"variants\":["
    "{\"id\":\"11\",\"sku\":\"A-DO-M\",\"name\":\"Đỏ M\",\"price\":120000,\"stock\":0,\"attributes\":{\"Màu\":\"Đỏ\",\"Size\":\"M\"}},"
    "{\"id\":\"12\",\"sku\":\"A-DO-L\",\"name\":\"Đỏ L\",\"price\":150000,\"stock\":4,\"attributes\":{\"màu\":\"đỏ\"}},"
    "{\"id\":\"13\",\"name\":\"Xanh L\",\"price\":90000,\"stock\":9,\"attributes\":{\"Màu\":\"Xanh\",\"Size\":\"L\"}}]}\n"
    "{\"id\":\"2\",\"name\":\"Áo thun nữ\",\"price\":99000,\"stock\":3,\"specs\":{\"Màu\":\"đỏ\"}}\n"
    "{\"id\":\"3\",\"name\":\"Mũ len\",\"variants\":[{\"id\":\"31\",\"price\":5000,\"stock\":0,\"attributes\":{\"Cỡ\":\"M\"}},"
    "{\"id\":\"32\",\"price\":6000,\"attributes\":{\"Cỡ\":\"L\"}}]}\n";

/* The part of the answer to some parameters that lies between two texts, the first of them included. */
static void check(const char *const parameters[][2], const char *from, const char *to, const char *expected)
{
    struct search_request request;
    struct search_result result = {0};
    struct error error = {0};
    struct buffer out = {0};
    request_init(&request);
    for (size_t i = 0; parameters[i][0] != NULL; i++)
        assert_int_equal(request_set(&request, parameters[i][0], bytes_of(parameters[i][1]), &error), STATUS_OK);
    assert_int_equal(search_run(shelf.snapshot, shelf.analyzer, &request, &(struct search_limits){0}, &shelf.arena, &result, &error),
                     STATUS_OK);
    assert_int_equal(search_render(shelf.snapshot, &request, &result, (struct bytes){0}, &shelf.arena, &out), STATUS_OK);
    buffer_append_char(&out, '\0');
    char *begin = strstr(out.data, from), *end = begin == NULL ? NULL : strstr(begin, to);
    if (end == NULL || begin == NULL) {
        fail_msg("no %s in %s", from, out.data);
        return;
    }
    *end = '\0';
    assert_string_equal(begin, expected);
    buffer_release(&out);
    arena_reset(&shelf.arena);
}

static void the_matching_ones_are_named(void **state)
{
    (void)state;
    static const char *const red[][2] = {{"q", "áo nam"}, {"specs.mau", "do"}, {NULL, NULL}};
    check(red, "\"price\"", ",\"avgRating\"",
          "\"price\":120000,\"salePrice\":null,\"discountPercent\":null,\"inStock\":true,\"stockQuantity\":4");
    check(red, "\"variants\"", "}],\"total\"",
          "\"variants\":[{\"id\":\"11\",\"name\":\"Đỏ M\",\"sku\":\"A-DO-M\",\"price\":120000,\"salePrice\":null,\"discountPercent\":null,"
          "\"inStock\":false,\"stockQuantity\":0,\"attributes\":[{\"name\":\"Màu\",\"value\":\"Đỏ\"},{\"name\":\"Size\",\"value\":\"M\"}]},"
          "{\"id\":\"12\",\"name\":\"Đỏ L\",\"sku\":\"A-DO-L\",\"price\":150000,\"salePrice\":null,\"discountPercent\":null,"
          "\"inStock\":true,\"stockQuantity\":4,\"attributes\":[{\"name\":\"màu\",\"value\":\"đỏ\"}]}],\"variantCount\":2");
}

static void all_must_hold_within_one(void **state)
{
    (void)state;
    static const char *const red_in_stock[][2] = {{"q", "áo nam"}, {"specs.mau", "do"}, {"inStock", "true"}, {NULL, NULL}};
    check(red_in_stock, "\"price\"", ",\"avgRating\"",
          "\"price\":150000,\"salePrice\":null,\"discountPercent\":null,\"inStock\":true,\"stockQuantity\":4");
    static const char *const red_and_cheap[][2] = {{"q", "áo nam"}, {"specs.mau", "do"}, {"priceMax", "100000"}, {NULL, NULL}};
    check(red_and_cheap, "\"total\"", ",\"facets\"", "\"total\":0");
}

static void without_filters_the_product_is_shown(void **state)
{
    (void)state;
    static const char *const any[][2] = {{"q", "áo nam"}, {NULL, NULL}};
    check(any, "\"price\"", "\"version\"",
          "\"price\":90000,\"salePrice\":null,\"discountPercent\":null,\"inStock\":true,\"stockQuantity\":13,\"avgRating\":null,"
          "\"reviewCount\":null,\"soldCount\":null,");
}

/* One variant is sold out, of the other one nobody knows: it may be bought. */
static void unknown_stock_is_not_none(void **state)
{
    (void)state;
    static const char offer[] = "\"price\":5000,\"salePrice\":null,\"discountPercent\":null,\"inStock\":true,\"stockQuantity\":null";
    static const char *const any[][2] = {{"q", "mũ len"}, {NULL, NULL}};
    static const char *const dear[][2] = {{"q", "mũ len"}, {"priceMin", "5000"}, {NULL, NULL}};
    static const char *const facet[][2] = {{"q", "mũ len"}, {"facets", "stock"}, {NULL, NULL}};
    check(any, "\"price\"", ",\"avgRating\"", offer);
    check(dear, "\"price\"", ",\"avgRating\"", offer);
    check(facet, "\"value\":\"true\"", "}", "\"value\":\"true\",\"label\":\"Còn hàng\",\"count\":1,\"selected\":false");
}

static void facets_count_products(void **state)
{
    (void)state;
    static const char *const facet[][2] = {{"q", "áo"}, {"specs.mau", "do,tim"}, {"facets", "specs.mau"}, {NULL, NULL}};
    check(facet, "\"facets\"", ",\"understood\"",
          "\"facets\":{\"specs.mau\":{\"values\":[{\"value\":\"do\",\"label\":\"Đỏ\",\"count\":2,\"selected\":true},"
          "{\"value\":\"xanh\",\"label\":\"Xanh\",\"count\":1,\"selected\":false}],\"truncated\":false}}");
}

int main(void)
{
    shelf_open(&shelf, products, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matching_ones_are_named),
        cmocka_unit_test(all_must_hold_within_one),
        cmocka_unit_test(without_filters_the_product_is_shown),
        cmocka_unit_test(unknown_stock_is_not_none),
        cmocka_unit_test(facets_count_products),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return !shelf_close(&shelf) || failed != 0;
}
