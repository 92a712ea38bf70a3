/* Requests as JSON: every kind of value, and every way to be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/request_json.h"

static struct arena arena;

static enum status read_text(const char *json, size_t size, struct search_request *request, struct error *error)
{
    arena_reset(&arena);
    request_init(request);
    *error = (struct error){0};
    return request_from_json(request, (struct bytes){.data = json, .size = size}, &arena, error);
}

static void test_every_kind(void **state)
{
    (void)state;
    static const char json[] = "{\"q\":\"tủ lạnh\",\"brand\":[\"lg\",\"samsung\"],\"priceMin\":1000,\"priceMax\":\"2000\",\"inStock\":true,"
                               "\"facets\":[\"brand\",\"price\"],\"sort\":\"priceAsc\",\"limit\":7,\"category\":\"tu-lanh\"}";
    struct search_request request;
    struct error error;
    enum status status = read_text(json, sizeof json - 1, &request, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(request.text.size, strlen("tủ lạnh"));
    assert_memory_equal(request.text.data, "tủ lạnh", request.text.size);
    assert_int_equal(request.brand_count, 2);
    assert_memory_equal(request.brands[1].data, "samsung", 7);
    assert_true(request.has_price_min && request.has_price_max && request.in_stock);
    assert_int_equal(request.price_min_vnd, 1000);
    assert_int_equal(request.price_max_vnd, 2000);
    assert_int_equal(request.facet_count, 2);
    assert_int_equal(request.sort, SORT_PRICE_ASC);
    assert_int_equal(request.limit, 7);
    assert_memory_equal(request.category.data, "tu-lanh", 7);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *part;
    } cases[] = {
        {"{", "is not JSON"},
        {"", "is not JSON"},
        {"[1]", "must be a JSON object"},
        {"7", "is not JSON"},
        {"{\"limt\":1}", "limit"},
        {"{\"limit\":1.5}", "limit"},
        {"{\"limit\":-1}", "limit"},
        {"{\"limit\":1e309}", "is not JSON"},
        {"{\"limit\":null}", "limit must be a text, a number"},
        {"{\"q\":{}}", "q must be a text"},
        {"{\"q\":[[]]}", "q must be a text"},
        {"{\"q\":\"a\",\"q\":\"b\"}", "is not JSON"},
        {"{\"q\":[\"a\",\"b\"]}", "q"},
        {"{\"q\":\"a\\u0000b\"}", "q"},
        {"{\"priceMin\":99999999999999999999}", "is not JSON"},
    };
    struct search_request request;
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_text(cases[i].json, strlen(cases[i].json), &request, &error), STATUS_INVALID);
        if (strstr(error.text, cases[i].part) == NULL)
            fail_msg("%s: \"%s\" is not in \"%s\"", cases[i].json, cases[i].part, error.text);
    }
    assert_int_equal(read_text("{\"q\":\"\xff\"}", 9, &request, &error), STATUS_INVALID);
}

static int arena_begin(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 16);
    return 0;
}

static int arena_end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
