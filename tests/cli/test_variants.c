/* A search from rows to JSON where variants differ: the hit names those that match and shows the offer of the cheapest of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "indexer/build.h"
#include "query/search.h"
#include "server/render_search.h"
#include "storage/env.h"
#include "storage/index.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

static struct analyzer *analyzer;
static struct snapshot *snapshot;
static struct arena arena;

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
        assert_int_equal(request_set(&request, parameters[i][0], (struct bytes){parameters[i][1], strlen(parameters[i][1])}, &error),
                         STATUS_OK);
    assert_int_equal(search_run(snapshot, analyzer, &request, &(struct search_limits){0}, &arena, &result, &error), STATUS_OK);
    assert_int_equal(search_render(snapshot, &request, &result, (struct bytes){0}, &arena, &out), STATUS_OK);
    buffer_append_char(&out, '\0');
    char *begin = strstr(out.data, from), *end = begin == NULL ? NULL : strstr(begin, to);
    if (end == NULL || begin == NULL) {
        fail_msg("no %s in %s", from, out.data);
        return;
    }
    *end = '\0';
    assert_string_equal(begin, expected);
    buffer_release(&out);
    arena_reset(&arena);
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
    char folder[] = "/tmp/tim-variants-XXXXXX", source[sizeof folder + 16];
    struct index *index = NULL;
    struct env *env = NULL;
    struct error error = {0};
    struct build_counts counts = {0};
    uint32_t generation = 0;
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(source, sizeof source, "%s.ndjson", folder);
    FILE *file = fopen(source, "w");
    if (file == NULL || fputs(products, file) < 0 || fclose(file) != 0)
        abort();
    log_set_level(LOG_ERROR);
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)64 << 20);
    struct build_options options = {.from = source, .analyzer = analyzer, .memory_bytes = (size_t)64 << 20, .threads = 1};
    static const volatile sig_atomic_t never = 0;
    options.stop = &never;
    if (index_open(folder, INDEX_WRITE, (uint64_t)1 << 28, &options.index, &error) != STATUS_OK ||
        build_run(&options, &counts, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    index_close(options.index);
    if (index_open(folder, INDEX_READ, (uint64_t)1 << 28, &index, &error) != STATUS_OK ||
        index_acquire(index, &env, &generation, &error) != STATUS_OK || snapshot_open(env, &snapshot, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matching_ones_are_named),
        cmocka_unit_test(all_must_hold_within_one),
        cmocka_unit_test(without_filters_the_product_is_shown),
        cmocka_unit_test(unknown_stock_is_not_none),
        cmocka_unit_test(facets_count_products),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snapshot_close(snapshot);
    index_release(index, env);
    index_close(index);
    arena_release(&arena);
    analyzer_free(analyzer);
    unlink(source);
    return remove_folder(folder) != 0 || failed != 0;
}
