/* The shop's rules at their bounds: which hold, how many, where pins stand over pages and windows, and that a lift is never pruned away. */
#include "rule_row.h"

#include "query/placing.h"
#include "query/search.h"

enum { NOW_S = 1000, HITS = 8, FAR_GAP = 3 * COLUMN_WINDOW };

struct fixture {
    struct shop shop;
    struct arena arena;
    struct search_result result;
    struct snapshot *snapshot;
};

static int fixture_open(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    shop_open(&fixture->shop, 1);
    arena_init(&fixture->arena, 64 << 20);
    *state = fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    snapshot_close(fixture->snapshot);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

static void put(struct fixture *fixture, const struct rule_row *rule)
{
    struct batch *batch = shop_begin(&fixture->shop);
    rule_put(&fixture->shop, batch, rule);
    shop_commit(batch);
}

/* Everything about a product that decides but its word and its impact. */
static void product_plain(struct fixture *fixture, struct batch *batch, struct product *product, const char *word, uint8_t impact)
{
    product->core_count = product->body_count = product->pair_count = 0;
    snprintf(product->name, sizeof product->name, "%s", word);
    terms_add(&fixture->shop, product->core, &product->core_count, word, &fixture->shop.random);
    for (unsigned i = 0; i < product->core_count; i++)
        product->core[i].impact = impact;
    product->prior = 0;
    product->stock = 1;
    product->variant_count = 0;
    product->brand = product->category = 0;
    product_write(batch, product);
}

/* `count` products that have the word, the first ones the more. */
static void products_add(struct fixture *fixture, unsigned count, const char *word, uint32_t gap)
{
    struct batch *batch = shop_begin(&fixture->shop);
    for (unsigned i = 0; i < count; i++) {
        struct product *product = shop_add(&fixture->shop, batch, gap);
        product->has_run = false;
        product_plain(fixture, batch, product, word, (uint8_t)(i < 200 ? 250 - i : 50));
    }
    shop_commit(batch);
}

static void search_at(struct fixture *fixture, const char *text, const char *category, unsigned page, unsigned limit, uint32_t now_s)
{
    struct search_request request;
    struct error error = {0};
    snapshot_close(fixture->snapshot);
    fixture->snapshot = shop_read(&fixture->shop);
    arena_reset(&fixture->arena);
    request_init(&request);
    request.text = bytes_of(text);
    request.category = bytes_of(category);
    request.literal = true;
    request.limit = limit;
    request.page = page;
    request.now_s = now_s;
    if (search_run(fixture->snapshot, fixture->shop.analyzer, &request, &(struct search_limits){0}, &fixture->arena, &fixture->result,
                   &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

/* Page after page by cursors: the hits are these. */
static void walk_check(struct fixture *fixture, const char *text, unsigned limit, const unsigned expected[], unsigned count)
{
    struct search_request request;
    struct error error = {0};
    unsigned seen = 0;
    request_init(&request);
    request.text = bytes_of(text);
    request.literal = true;
    request.limit = limit;
    request.now_s = NOW_S;
    do {
        must(search_run(fixture->snapshot, fixture->shop.analyzer, &request, &(struct search_limits){0}, &fixture->arena, &fixture->result,
                        &error));
        assert_true(seen + fixture->result.hit_count <= count);
        for (unsigned i = 0; i < fixture->result.hit_count; i++)
            assert_int_equal(fixture->result.hits[i].document, fixture->shop.products[expected[seen++]].document);
        request.after = fixture->result.next;
    } while (request.after != NULL);
    assert_int_equal(seen, count);
}

static bool holds(struct fixture *fixture, const char *text, const char *category)
{
    search_at(fixture, text, category, 0, HITS, NOW_S);
    return fixture->result.rule_count > 0;
}

static void words_and_marks(void **state)
{
    struct fixture *fixture = *state;
    products_add(fixture, 3, "tủ lạnh", 0);
    put(fixture, &(struct rule_row){.id = "1", .query = "Tủ  lạnh", .action = "pin", .product_id = fixture->shop.products[2].id});
    assert_true(holds(fixture, "tủ lạnh", ""));
    assert_true(holds(fixture, "tu lanh", ""));
    assert_true(holds(fixture, "TU LẠNH!", ""));
    assert_true(holds(fixture, "tủ lạnh -zzz", ""));
    assert_false(holds(fixture, "tú lạnh", ""));
    put(fixture, &(struct rule_row){.id = "9", .query = "may", .action = "pin", .product_id = fixture->shop.products[1].id});
    assert_true(holds(fixture, "mây", ""));
    assert_false(holds(fixture, "tủ lạn", ""));
    assert_false(holds(fixture, "lạnh tủ", ""));
    assert_false(holds(fixture, "tủ lạnh lg", ""));
    put(fixture, &(struct rule_row){.id = "1",
                                    .query = "tủ lạnh",
                                    .action = "pin",
                                    .product_id = fixture->shop.products[2].id,
                                    .params = "{\"match\":\"contains\"}"});
    assert_true(holds(fixture, "mua tủ lạnh tủ lạnh lg", ""));
    assert_int_equal(fixture->result.rule_count, 1);
    assert_false(holds(fixture, "tủ to lạnh", ""));
    assert_false(holds(fixture, "tú lạnh mới", ""));
    assert_true(holds(fixture, "tú lạnh, tủ lạnh", ""));
}

static void categories(void **state)
{
    struct fixture *fixture = *state;
    char top[16], below[16], key[16];
    uint32_t child = CATEGORIES - 1, parent = fixture->shop.parents[child];
    snprintf(top, sizeof top, "nganh-%u", parent);
    snprintf(below, sizeof below, "nganh-%u", child);
    snprintf(key, sizeof key, "c%u", parent);
    products_add(fixture, 3, "loa", 0);
    put(fixture, &(struct rule_row){.id = "1", .category_id = key, .action = "boost", .params = "{\"brand\":\"hang-0\"}"});
    assert_true(holds(fixture, "loa", top));
    assert_true(holds(fixture, "loa", below));
    assert_false(holds(fixture, "loa", ""));
    assert_false(holds(fixture, "loa", parent == 0 ? "nganh-1" : "nganh-0"));
    put(fixture, &(struct rule_row){.id = "2", .query = "loa", .category_id = key, .action = "boost", .product_id = "0"});
    assert_true(holds(fixture, "loa", below));
    assert_int_equal(fixture->result.rule_count, 2);
    assert_true(bytes_equal(fixture->result.rules[0], bytes_of("2")));
    assert_false(holds(fixture, "loa", ""));
}

static void begin_and_end(void **state)
{
    struct fixture *fixture = *state;
    products_add(fixture, 3, "loa", 0);
    put(fixture, &(struct rule_row){.id = "1",
                                    .action = "hide",
                                    .product_id = fixture->shop.products[0].id,
                                    .starts_at = "1970-01-01 00:16:40+00",
                                    .ends_at = "1970-01-01 00:16:50+00"});
    static const struct {
        uint32_t now_s, total;
    } cases[] = {{0, 3}, {999, 3}, {1000, 2}, {1009, 2}, {1010, 3}, {UINT32_MAX - 1, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        search_at(fixture, "loa", "", 0, HITS, cases[i].now_s);
        assert_int_equal(fixture->result.total, cases[i].total);
    }
}

/* RULES_MAX are looked at: those without an end, then those that end last. What has ended costs nothing, what is for others neither. */
static void rules_at_the_bound(void **state)
{
    struct fixture *fixture = *state;
    enum { WITHOUT_END = RULES_MAX - 6, WITH_END = 10, OTHERS = 1000 };
    struct batch *batch = shop_begin(&fixture->shop);
    char id[16], end[32], query[32];
    for (unsigned i = 0; i < WITHOUT_END + WITH_END + 2 * OTHERS; i++) {
        struct rule_row rule = {.id = id, .action = "boost", .params = "{\"brand\":\"hang-0\"}"};
        snprintf(id, sizeof id, "%u", i);
        snprintf(end, sizeof end, "1970-01-01 01:00:%02u+00", i % 60);
        snprintf(query, sizeof query, "khac %u", i);
        if (i >= WITHOUT_END && i < WITHOUT_END + WITH_END)
            rule.ends_at = end;
        else if (i >= WITHOUT_END + WITH_END + OTHERS)
            rule.query = query;
        else if (i >= WITHOUT_END + WITH_END)
            rule.ends_at = "1970-01-01 00:16:40+00";
        rule_put(&fixture->shop, batch, &rule);
    }
    shop_commit(batch);
    products_add(fixture, 1, "loa", 0);
    search_at(fixture, "loa", "", 0, HITS, NOW_S);
    assert_int_equal(fixture->result.rule_count, RULES_MAX);
    for (unsigned i = 0; i < WITHOUT_END; i++) {
        snprintf(id, sizeof id, "%u", i);
        assert_true(bytes_equal(fixture->result.rules[i], bytes_of(id)));
    }
    for (unsigned i = WITHOUT_END; i < RULES_MAX; i++) { /* the last six of ten */
        snprintf(id, sizeof id, "%u", i + 4);
        assert_true(bytes_equal(fixture->result.rules[i], bytes_of(id)));
    }
    search_at(fixture, "khác 2100", "", 0, HITS, NOW_S);
    assert_true(bytes_equal(fixture->result.rules[0], bytes_of("2100"))); /* the query first */
    assert_int_equal(fixture->result.rule_count, RULES_MAX);
}

static void pins_over_pages(void **state)
{
    struct fixture *fixture = *state;
    products_add(fixture, 10, "loa", 0);
    products_add(fixture, 2, "tivi", FAR_GAP); /* in windows of their own */
    const struct product *products = fixture->shop.products;
    put(fixture, &(struct rule_row){.id = "1", .query = "loa", .action = "pin", .product_id = products[10].id, .params = "{\"at\":3}"});
    put(fixture, &(struct rule_row){.id = "2", .query = "loa", .action = "pin", .product_id = products[9].id, .params = "{\"at\":3}"});
    put(fixture, &(struct rule_row){.id = "3", .query = "loa", .action = "pin", .product_id = products[11].id, .params = "{\"at\":100}"});
    put(fixture, &(struct rule_row){.id = "4", .query = "loa", .action = "pin", .product_id = products[0].id, .params = "{\"at\":5}"});
    static const unsigned expected[] = {1, 2, 10, 9, 0, 3, 4, 5, 6, 7, 8, 11};
    for (unsigned limit = 1; limit <= 13; limit++) {
        for (unsigned page = 0; page * limit < 12; page++) {
            search_at(fixture, "loa", "", page, limit, NOW_S);
            assert_int_equal(fixture->result.total, 12);
            assert_int_equal(fixture->result.hit_count, limit < 12 - page * limit ? limit : 12 - page * limit);
            for (unsigned i = 0; i < fixture->result.hit_count; i++)
                assert_int_equal(fixture->result.hits[i].document, products[expected[page * limit + i]].document);
        }
        walk_check(fixture, "loa", limit, expected, 12);
    }
    search_at(fixture, "loa", "", 0, 0, NOW_S);
    assert_true(fixture->result.total == 12 && fixture->result.next == NULL);
    put(fixture, &(struct rule_row){.id = "8", .query = "loa", .action = "pin", .product_id = products[8].id}); /* only pins at first */
    static const unsigned first[] = {8, 1, 10, 9, 0, 2, 3, 4, 5, 6, 7, 11};
    search_at(fixture, "loa", "", 0, HITS, NOW_S);
    for (unsigned limit = 1; limit <= 5; limit++)
        walk_check(fixture, "loa", limit, first, 12);
    search_at(fixture, "loa -tivi", "", 0, HITS, NOW_S); /* what the shopper excludes stays away */
    assert_int_equal(fixture->result.total, 10);
    put(fixture, &(struct rule_row){.id = "5", .query = "zzzz", .action = "pin", .product_id = products[11].id});
    search_at(fixture, "zzzz", "", 0, HITS, NOW_S); /* words that nothing has */
    assert_int_equal(fixture->result.total, 1);
    assert_int_equal(fixture->result.hits[0].document, products[11].document);
    put(fixture, &(struct rule_row){.id = "6", .action = "pin", .product_id = products[10].id});
    search_at(fixture, "zzzz", "", 0, HITS, NOW_S); /* no rule for the query: only where the words meet it */
    assert_int_equal(fixture->result.total, 1);
    put(fixture, &(struct rule_row){.id = "7", .query = "zzzz", .action = "hide", .product_id = products[11].id});
    search_at(fixture, "zzzz", "", 0, HITS, NOW_S); /* hidden is hidden */
    assert_int_equal(fixture->result.total, 0);
}

/* The first pin ends between two pages: the next one keeps its place and is met all the same. */
static void pin_ends_in_a_walk(void **state)
{
    struct fixture *fixture = *state;
    struct search_request request;
    struct error error = {0};
    products_add(fixture, 8, "loa", 0);
    const struct product *products = fixture->shop.products;
    put(fixture, &(struct rule_row){.id = "1",
                                    .query = "loa",
                                    .action = "pin",
                                    .product_id = products[7].id,
                                    .params = "{\"at\":1}",
                                    .ends_at = "1970-01-01 00:16:50+00"});
    put(fixture, &(struct rule_row){.id = "2", .query = "loa", .action = "pin", .product_id = products[6].id, .params = "{\"at\":5}"});
    search_at(fixture, "loa", "", 0, 3, 1000);
    assert_int_equal(fixture->result.hits[0].document, products[7].document);
    request_init(&request);
    request.text = bytes_of("loa");
    request.literal = true;
    request.limit = HITS;
    request.now_s = 1010;
    request.after = fixture->result.next;
    must(search_run(fixture->snapshot, fixture->shop.analyzer, &request, &(struct search_limits){0}, &fixture->arena, &fixture->result,
                    &error));
    static const unsigned expected[] = {2, 6, 3, 4, 5, 7};
    assert_int_equal(fixture->result.hit_count, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(fixture->result.hits[i].document, products[expected[i]].document);
}

/* The lifted product has the least impact of thousands, and stands first all the same. */
static void lift_is_not_pruned(void **state)
{
    struct fixture *fixture = *state;
    enum { PRODUCTS = 9000, LIFTED = 8500 };
    struct batch *batch = shop_begin(&fixture->shop);
    for (unsigned i = 0; i < PRODUCTS; i++) {
        struct product *product = shop_add(&fixture->shop, batch, 0);
        product_plain(fixture, batch, product, "loa", i == LIFTED ? 1 : (uint8_t)(i < 4000 ? 255 : 200));
        must(column_put(batch, &family_brand, 0, product->document, i == LIFTED ? 5 : 1));
        must(column_put(batch, &family_category, 0, product->document, i == LIFTED ? CATEGORIES - 1 : 0));
    }
    shop_commit(batch);
    char category[64];
    snprintf(category, sizeof category, "{\"percent\":100,\"category\":\"nganh-%u\"}", CATEGORIES - 1);
    const struct rule_row rules[] = {
        {.action = "boost", .product_id = fixture->shop.products[LIFTED].id, .params = "{\"percent\":100}"},
        {.action = "boost", .params = "{\"percent\":100,\"brand\":\"hang-5\"}"},
        {.action = "boost", .params = category},
    };
    search_at(fixture, "loa", "", 0, 1, NOW_S);
    assert_int_not_equal(fixture->result.hits[0].document, fixture->shop.products[LIFTED].document);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct rule_row rule = rules[i];
        rule.id = "1";
        put(fixture, &rule);
        search_at(fixture, "loa", "", 0, 1, NOW_S);
        assert_int_equal(fixture->result.hits[0].document, fixture->shop.products[LIFTED].document);
    }
    put(fixture, &(struct rule_row){.id = "1", .action = "boost", .params = "{\"percent\":1,\"brand\":\"hang-5\"}"});
    search_at(fixture, "loa", "", 0, 1, NOW_S);
    assert_int_not_equal(fixture->result.hits[0].document, fixture->shop.products[LIFTED].document);
}

static void redirects(void **state)
{
    struct fixture *fixture = *state;
    products_add(fixture, 2, "loa", 0);
    put(fixture, &(struct rule_row){.id = "2", .query = "loa", .action = "redirect", .params = "{\"url\":\"/loa\"}"});
    put(fixture,
        &(struct rule_row){.id = "1", .query = "loa", .action = "redirect", .params = "{\"url\":\"/khac\",\"match\":\"contains\"}"});
    search_at(fixture, "loa", "", 0, HITS, NOW_S);
    assert_true(bytes_equal(fixture->result.redirect, bytes_of("/loa"))); /* the whole query before words of it */
    assert_int_equal(fixture->result.rule_count, 1);
    assert_int_equal(fixture->result.total, 2);
    search_at(fixture, "loa to", "", 0, HITS, NOW_S);
    assert_true(bytes_equal(fixture->result.redirect, bytes_of("/khac")));
    search_at(fixture, "tivi", "", 0, HITS, NOW_S);
    assert_int_equal(fixture->result.redirect.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_and_marks, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(categories, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(begin_and_end, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(rules_at_the_bound, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(pins_over_pages, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(pin_ends_in_a_walk, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(lift_is_not_pruned, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(redirects, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
