/* Results as JSON: nesting of category trees, prices that nobody knows, highlights that stay HTML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "server/render_search.h"
#include "server/render_suggest.h"
#include "shop.h"
#include "storage/env.h"
#include "storage/snapshot.h"

static struct site site;
static struct env *env;
static struct snapshot *snapshot;
static struct arena arena;

static json_t *render(const struct search_result *result)
{
    struct search_request request;
    request_init(&request);
    struct buffer out = {0};
    assert_int_equal(search_render(snapshot, &request, result, (struct bytes){.data = "abc_", .size = 4}, &arena, &out), STATUS_OK);
    json_error_t error;
    json_t *json = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        print_error("%s in %.*s\n", error.text, (int)out.size, out.data);
    assert_non_null(json);
    buffer_release(&out);
    arena_reset(&arena);
    return json;
}

static json_t *render_facet_values(const char *name, struct facet_value *values, unsigned count)
{
    struct facet_result facet = {.name = bytes_of(name), .values = values, .value_count = count};
    json_t *json = render(&(struct search_result){.facets = &facet, .facet_count = 1, .zone = "core"});
    json_t *list = json_incref(json_object_get(json_object_get(json_object_get(json, "facets"), name), "values"));
    assert_string_equal(json_string_value(json_object_get(json, "nextCursor")), "abc_");
    json_decref(json);
    assert_true(json_is_array(list));
    return list;
}

/* Walks the rendered tree in pre-order with a stack of its own and holds it against the values. */
static void check_forest(const json_t *roots, const struct facet_value *values, unsigned count)
{
    enum { DEPTH_MAX = 64 };
    const json_t *lists[DEPTH_MAX] = {roots};
    size_t next[DEPTH_MAX] = {0};
    uint32_t owners[DEPTH_MAX] = {LABEL_NO_PARENT};
    unsigned depth = 1, seen = 0;
    while (depth > 0) {
        if (next[depth - 1] == json_array_size(lists[depth - 1])) {
            depth--;
            continue;
        }
        const json_t *node = json_array_get(lists[depth - 1], next[depth - 1]++);
        assert_true(seen < count);
        assert_int_equal(json_integer_value(json_object_get(node, "count")), values[seen].count);
        assert_int_equal(values[seen].parent, owners[depth - 1]);
        assert_true(depth < DEPTH_MAX);
        lists[depth] = json_object_get(node, "children");
        next[depth] = 0;
        owners[depth] = values[seen].ordinal;
        depth++;
        seen++;
    }
    assert_int_equal(seen, count);
}

static void test_random_trees(void **state)
{
    (void)state;
    unsigned seed = 3;
    for (unsigned round = 0; round < 500; round++) {
        struct facet_value values[40] = {{0}};
        uint32_t open[41] = {LABEL_NO_PARENT};
        unsigned depth = 1, count = (unsigned)rand_r(&seed) % 41;
        for (unsigned i = 0; i < count; i++) {
            depth = 1 + (unsigned)rand_r(&seed) % depth;
            values[i] = (struct facet_value){.ordinal = (uint32_t)(100 - i),
                                             .slug = bytes_of("s"),
                                             .label = bytes_of("Điện \"máy\""),
                                             .parent = open[depth - 1],
                                             .count = i};
            open[depth++] = values[i].ordinal;
        }
        json_t *roots = render_facet_values("category", values, count);
        check_forest(roots, values, count);
        json_decref(roots);
    }
}

/* facet_limit may leave a parent out. */
static void test_a_child_without_its_parent_becomes_a_root(void **state)
{
    (void)state;
    struct facet_value values[] = {
        {.ordinal = 1, .slug = bytes_of("a"), .label = bytes_of("A"), .parent = LABEL_NO_PARENT},
        {.ordinal = 3, .slug = bytes_of("c"), .label = bytes_of("C"), .parent = 2},
    };
    json_t *roots = render_facet_values("category", values, 2);
    assert_int_equal(json_array_size(roots), 2);
    json_decref(roots);
}

static void test_ranges(void **state)
{
    (void)state;
    struct facet_result facet = {
        .name = bytes_of("specs.ram"), .is_numeric = true, .min_micros = 500000, .max_micros = UINT64_C(64000000), .unit = bytes_of("GB")};
    json_t *json = render(&(struct search_result){.facets = &facet, .facet_count = 1, .zone = "core"});
    const json_t *ram = json_object_get(json_object_get(json, "facets"), "specs.ram");
    assert_true(json_real_value(json_object_get(ram, "min")) == 0.5);
    assert_int_equal(json_integer_value(json_object_get(ram, "max")), 64);
    assert_string_equal(json_string_value(json_object_get(ram, "unit")), "GB");
    json_decref(json);
}

static void test_prices(void **state)
{
    (void)state;
    struct price_bin bins[] = {{0, 1000, 2}, {4000000000u, 4294967295u, 1}};
    struct facet_result facet = {.name = bytes_of("price"), .bins = bins, .bin_count = 2, .min_vnd = 0, .max_vnd = 4294967294u};
    struct search_result result = {.facets = &facet, .facet_count = 1, .zone = "all", .total = 3, .partial = true};
    json_t *json = render(&result);
    const json_t *price = json_object_get(json_object_get(json, "facets"), "price");
    assert_int_equal(json_integer_value(json_object_get(price, "max")), 4294967294u);
    assert_int_equal(json_array_size(json_object_get(price, "histogram")), 2);
    assert_true(json_is_true(json_object_get(json, "partial")));
    json_decref(json);
    facet.bin_count = 0;
    json = render(&result);
    assert_true(json_is_null(json_object_get(json_object_get(json_object_get(json, "facets"), "price"), "min")));
    json_decref(json);
}

static void test_rules(void **state)
{
    (void)state;
    struct bytes ids[] = {bytes_of("12"), bytes_of("a\"b")};
    struct search_result result = {.zone = "core", .rules = ids, .rule_count = 2, .redirect = bytes_of("/khuyen-mai")};
    json_t *json = render(&result);
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "rules"), 1)), "a\"b");
    assert_string_equal(json_string_value(json_object_get(json, "redirect")), "/khuyen-mai");
    json_decref(json);
    json = render(&(struct search_result){.zone = "core"});
    assert_int_equal(json_array_size(json_object_get(json, "rules")), 0);
    assert_true(json_is_null(json_object_get(json, "redirect")));
    json_decref(json);
}

static void check_understood(struct reading reading, const char *words, const char *wanted)
{
    struct understood understood = {.reading = reading, .words = bytes_of(words)};
    struct search_result result = {.understood = &understood, .understood_count = 1, .zone = "core"};
    json_t *json = render(&result);
    char *text = json_dumps(json_object_get(json, "understood"), JSON_COMPACT);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(json);
}

static void check_relaxed(struct relaxed relaxed, const char *wanted)
{
    struct replaced_words replaced = {bytes_of("dth"), bytes_of("điện thoại"), "abbreviation"};
    struct search_result result = {.zone = "core", .relaxed = relaxed, .replaced = &replaced, .replaced_count = 1};
    json_t *json = render(&result);
    char *text = json_dumps(json_object_get(json, "relaxed"), JSON_COMPACT | JSON_ENCODE_ANY);
    char *meant = json_dumps(json_object_get(json, "didYouMean"), JSON_COMPACT);
    assert_string_equal(text, wanted);
    assert_string_equal(meant, "[{\"typed\":\"dth\",\"taken\":\"điện thoại\",\"kind\":\"abbreviation\"}]");
    free(text);
    free(meant);
    json_decref(json);
}

static void test_relaxed(void **state)
{
    (void)state;
    struct bytes words[] = {bytes_of("cao"), bytes_of("\"tần\"")};
    check_relaxed((struct relaxed){0}, "null");
    check_relaxed((struct relaxed){.rung = "any"}, "{\"rung\":\"any\",\"words\":[]}");
    check_relaxed((struct relaxed){"most", words, 2}, "{\"rung\":\"most\",\"words\":[\"cao\",\"\\\"tần\\\"\"]}");
}

static void test_understood(void **state)
{
    (void)state;
    check_understood((struct reading){.field = "priceMax", .kind = READING_NUMBER, .effect = EFFECT_FILTER, .milli = INT64_C(5500000000)},
                     "dưới 5tr5", "[{\"field\":\"priceMax\",\"value\":5500000,\"text\":\"dưới 5tr5\",\"applied\":\"filter\"}]");
    check_understood((struct reading){.field = "powerHp", .kind = READING_NUMBER, .effect = EFFECT_WORDS, .milli = 1500}, "1.5hp",
                     "[{\"field\":\"powerHp\",\"value\":1.5,\"text\":\"1.5hp\",\"applied\":\"words\"}]");
    check_understood((struct reading){.field = "brand", .kind = READING_TEXT, .effect = EFFECT_RANK, .value = bytes_of("lg")}, "LG",
                     "[{\"field\":\"brand\",\"value\":\"lg\",\"text\":\"LG\",\"applied\":\"rank\"}]");
    check_understood((struct reading){.field = "onSale", .kind = READING_TRUE, .effect = EFFECT_NONE}, "sale",
                     "[{\"field\":\"onSale\",\"value\":true,\"text\":\"sale\",\"applied\":\"none\"}]");
}

static void test_hits_that_are_not_there(void **state)
{
    (void)state;
    struct search_hit hit = {.document = 1000};
    struct search_request request;
    struct buffer out = {0};
    request_init(&request);
    struct search_result result = {.hits = &hit, .hit_count = 1, .zone = "core"};
    assert_int_equal(search_render(snapshot, &request, &result, (struct bytes){0}, &arena, &out), STATUS_CORRUPT);
    buffer_release(&out);
    arena_reset(&arena);
}

static void check_highlight(const char *text, unsigned start, unsigned size, const char *wanted)
{
    struct suggest_result result = {.count = 1};
    result.hits[0] = (struct suggestion_hit){
        .kind = SUGGEST_CATEGORY, .text = bytes_of(text), .slug = bytes_of("s"), .match_start = start, .match_size = size};
    struct buffer out = {0};
    suggest_render(&result, &out);
    json_error_t error;
    json_t *json = json_loadb(out.data, out.size, 0, &error);
    assert_non_null(json);
    const json_t *first = json_array_get(json_object_get(json, "suggestions"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "highlight")), wanted);
    assert_string_equal(json_string_value(json_object_get(first, "text")), text);
    assert_string_equal(json_string_value(json_object_get(first, "type")), "category");
    assert_true(json_is_null(json_object_get(first, "id")));
    json_decref(json);
    buffer_release(&out);
}

static void test_highlights(void **state)
{
    (void)state;
    check_highlight("Tủ lạnh", 0, 4, "<em>Tủ</em> lạnh");
    check_highlight("Tủ lạnh", 0, 0, "Tủ lạnh");
    check_highlight("a", 0, 1, "<em>a</em>");
    check_highlight("", 0, 0, "");
    check_highlight("<b>&\"'", 0, 3, "<em>&lt;b&gt;</em>&amp;&quot;&#39;");
    check_highlight("<em>x</em>", 4, 1, "&lt;em&gt;<em>x</em>&lt;/em&gt;");
    check_highlight("abc", 2, 2, "abc");
    check_highlight("abc", 4, 1, "abc");
    check_highlight("abc", 1, UINT32_MAX, "abc");
}

int main(void)
{
    struct error error = {0};
    uint32_t generation = 0;
    site_folder_make(&site);
    site_publish(&site, shop_fill);
    site_open_index(&site);
    site_expect(index_acquire(site.index, &env, &generation, &error), &error);
    site_expect(snapshot_open(env, &snapshot, &error), &error);
    arena_init(&arena, 1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees), cmocka_unit_test(test_a_child_without_its_parent_becomes_a_root),
        cmocka_unit_test(test_ranges),       cmocka_unit_test(test_prices),
        cmocka_unit_test(test_rules),        cmocka_unit_test(test_hits_that_are_not_there),
        cmocka_unit_test(test_highlights),   cmocka_unit_test(test_understood),
        cmocka_unit_test(test_relaxed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    snapshot_close(snapshot);
    index_release(site.index, env);
    site_close(&site);
    return failed;
}
