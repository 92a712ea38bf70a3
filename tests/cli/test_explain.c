/* Explanations from rows to JSON: which word is met how, and what keeps a product out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/render_explain.h"
#include "tests/cli/shelf.h"

static struct shelf shelf;

static const char products[] =
    "{\"id\":\"1\",\"sku\":\"NR-BV360QSVN\",\"name\":\"Tủ lạnh Panasonic 322 lít\",\"brand\":\"Panasonic\",\"category\":[\"Tủ lạnh\"],"
    "\"price\":10000000,\"stock\":3,\"description\":\"Tiết kiệm điện\"}\n"
    "{\"id\":\"2\",\"name\":\"Tủ lạnh Samsung 236 lít\",\"brand\":\"Samsung\",\"category\":[\"Tủ lạnh\"],\"price\":4000000,\"stock\":0}\n"
    "{\"id\":\"3\",\"name\":\"Máy giặt Samsung\",\"brand\":\"Samsung\",\"price\":6000000,\"status\":\"draft\"}\n"
    "{\"id\":\"4\",\"name\":\"Áo thun\",\"variants\":[{\"id\":\"41\",\"price\":90000,\"stock\":0},{\"id\":\"42\",\"price\":150000,"
    "\"stock\":4}]}\n";

static const char settings[] =
    "{\"table\":\"search_rules\",\"id\":\"r1\",\"query\":\"máy lạnh\",\"action\":\"pin\",\"product_id\":\"2\",\"params\":{\"at\":1}}\n"
    "{\"table\":\"search_rules\",\"id\":\"r2\",\"query\":\"áo\",\"action\":\"hide\",\"product_id\":\"4\"}\n"
    "{\"table\":\"search_rules\",\"id\":\"r3\",\"query\":\"lít\",\"action\":\"boost\",\"params\":{\"brand\":\"samsung\",\"percent\":100}}"
    "\n";

/* The explanation as JSON has all of these, NULL-ended. */
static void check(const char *query, const char *const parameters[][2], const char *product, const char *const *parts)
{
    struct search_request request;
    struct error error = {0};
    struct buffer out = {0};
    struct explanation *why = arena_alloc(&shelf.arena, sizeof *why);
    assert_non_null(why);
    request_init(&request);
    assert_int_equal(request_set(&request, "q", bytes_of(query), &error), STATUS_OK);
    for (size_t i = 0; parameters != NULL && parameters[i][0] != NULL; i++)
        assert_int_equal(request_set(&request, parameters[i][0], bytes_of(parameters[i][1]), &error), STATUS_OK);
    struct bytes id = bytes_of(product);
    assert_int_equal(search_explain(shelf.snapshot, shelf.analyzer, &request, id, &shelf.arena, why, &error), STATUS_OK);
    explain_render(&request, id, why, &out);
    buffer_append_char(&out, '\0');
    for (; *parts != NULL; parts++)
        if (strstr(out.data, *parts) == NULL)
            fail_msg("%s, %s: no %s in %s", query, product, *parts, out.data);
    buffer_release(&out);
    arena_reset(&shelf.arena);
}

#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_hit_in_parts(void **state)
{
    (void)state;
    check("tủ lạnh pana", NULL, "1",
          PARTS("\"verdict\":\"hit\",\"place\":1,\"total\":1,", "{\"text\":\"tủ\",\"kind\":\"word\",\"term\":\"tu\",\"written\":\"tủ\",",
                "\"band\":8,\"bandName\":\"exact\"", "{\"text\":\"pana\",\"kind\":\"beginning\",\"term\":\"panasonic\"",
                "\"words\":\"tu lanh\"", "\"blockers\":[],\"together\":0,\"later\":null"));
    check("tulanh", NULL, "1",
          PARTS("\"place\":1,\"total\":2", "{\"text\":\"tulanh\",\"kind\":\"split\",\"term\":\"lanh\",\"written\":\"lạnh\""));
    check("tulanh", NULL, "2", PARTS("\"place\":2,", "\"inStock\":false", "\"tier\":0"));
    check("nr bv360", NULL, "1", PARTS("{\"text\":\"bv360\",\"kind\":\"word\""));
    check("nr-bv360", NULL, "1", PARTS("\"written\":\"nrbv360\""));
    check("điện", NULL, "1", PARTS("\"zone\":\"body\"", "\"bandName\":\"body\""));
    static const char *const by_price[][2] = {{"sort", "priceAsc"}, {NULL, NULL}};
    check("tủ lạnh", by_price, "2", PARTS("\"place\":1", "\"rank\":{\"value\":\"4290967295\"}"));
}

static void why_not(void **state)
{
    (void)state;
    static const char *const cheap[][2] = {{"priceMax", "5000000"}, {"brand", "samsung"}, {NULL, NULL}};
    static const char *const cheap_in_stock[][2] = {{"priceMax", "100000"}, {"inStock", "true"}, {NULL, NULL}};
    check("tủ lạnh", NULL, "9", PARTS("\"verdict\":\"absent\""));
    check("máy giặt", NULL, "3", PARTS("\"verdict\":\"inactive\""));
    check("tủ lạnh samsung", NULL, "1",
          PARTS("\"verdict\":\"words\"", "\"blockers\":[{\"kind\":\"word\",\"text\":\"samsung\",\"alone\":true}],\"together\":1"));
    check("tủ lạnh", cheap, "1",
          PARTS("\"verdict\":\"filters\"", "{\"name\":\"price\",\"fromWords\":false,\"passes\":false}",
                "{\"kind\":\"filter\",\"text\":null,\"filter\":\"brand\",\"alone\":false}", "\"together\":2"));
    check("tủ lạnh dưới 5tr", NULL, "1",
          PARTS("\"filters\":[{\"name\":\"category\",\"fromWords\":true,\"passes\":true},{\"name\":\"price\",\"fromWords\":true,\"passes\":"
                "false}]",
                "{\"kind\":\"filter\",\"text\":\"dưới 5tr\",\"filter\":\"price\",\"alone\":true}"));
    check("\"lạnh tủ\"", NULL, "1", PARTS("\"verdict\":\"signs\"", "{\"kind\":\"quotation\",\"text\":\"lạnh tủ\",\"alone\":true}"));
    check("tủ lạnh -panasonic", NULL, "1", PARTS("{\"kind\":\"exclusion\",\"text\":\"panasonic\",\"alone\":true}"));
    check("áo thun", cheap_in_stock, "4",
          PARTS("\"apart\":true", "\"filter\":\"price\",\"alone\":true", "\"filter\":\"inStock\",\"alone\":true"));
}

static void rules(void **state)
{
    (void)state;
    check("máy lạnh", NULL, "2",
          PARTS("\"verdict\":\"hit\",\"place\":1", "\"pinned\":true",
                "\"rules\":[{\"id\":\"r1\",\"action\":\"pin\",\"place\":1,\"points\":0}]"));
    check("áo", NULL, "4", PARTS("\"verdict\":\"hidden\"", "\"rules\":[{\"id\":\"r2\",\"action\":\"hide\",", "\"blockers\":[]"));
    check("lít", NULL, "2", PARTS("\"rules\":[{\"id\":\"r3\",\"action\":\"boost\",\"place\":null,\"points\":"));
    check("lít", NULL, "1", PARTS("\"rules\":[]"));
}

int main(void)
{
    shelf_open(&shelf, products, settings);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_in_parts),
        cmocka_unit_test(why_not),
        cmocka_unit_test(rules),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return !shelf_close(&shelf) || failed != 0;
}
