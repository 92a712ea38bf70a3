/* What a search refuses, where it looks, and how it ends when time or memory runs out. */
#include "shop.h"

#include "query/search.h"
#include "storage/column.h"

struct fixture {
    struct shop shop;
    struct arena arena;
    struct snapshot *snapshot;
    struct search_request request;
    struct search_result result;
    struct error error;
};

enum { PRODUCTS = 40 };

/* Each product in a window of its own. */
static int open_fixture(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    struct shop *shop = &fixture->shop;
    shop_open(shop, 7);
    arena_init(&fixture->arena, 16 << 20);
    struct batch *batch = shop_begin(shop);
    for (unsigned i = 0; i < PRODUCTS; i++) {
        struct product *product = shop_add(shop, batch, COLUMN_WINDOW - 1);
        product->core_count = product->body_count = 0;
        terms_add(shop, product->core, &product->core_count, "máy lạnh", &shop->random);
        terms_add(shop, product->body, &product->body_count, i % 2 == 0 ? "tiết kiệm điện" : "máy giặt", &shop->random);
        product_write(batch, product);
    }
    shop_commit(batch);
    fixture->snapshot = shop_read(shop);
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    snapshot_close(fixture->snapshot);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

static enum status run(struct fixture *fixture, const char *text, uint64_t cpu_ns)
{
    const struct search_limits limits = {.cpu_ns = cpu_ns};
    fixture->request.text = bytes_of(text);
    arena_reset(&fixture->arena);
    return search_run(fixture->snapshot, fixture->shop.analyzer, &fixture->request, &limits, &fixture->arena, &fixture->result,
                      &fixture->error);
}

static void zones(void **state)
{
    struct fixture *fixture = *state;
    request_init(&fixture->request);
    must(run(fixture, "máy lạnh", 0));
    assert_string_equal(fixture->result.zone, "core");
    assert_int_equal(fixture->result.total, PRODUCTS);
    assert_int_equal(fixture->result.hit_count, HITS_DEFAULT);
    assert_int_equal(fixture->result.hits[0].rank >> 60, 8);
    must(run(fixture, "máy tiết kiệm ", 0));
    assert_string_equal(fixture->result.zone, "all");
    assert_int_equal(fixture->result.total, PRODUCTS / 2);
    assert_int_equal(fixture->result.hits[0].rank >> 60, 3);
    must(run(fixture, "khongco ", 0));
    assert_int_equal(fixture->result.total, 0);
    assert_string_equal(fixture->result.zone, "all");
    must(run(fixture, "?!", 0));
    assert_int_equal(fixture->result.total, PRODUCTS);
}

/* The words decide where to look: a filter that leaves nothing does not send the search into the descriptions. */
static void filters_do_not_widen(void **state)
{
    struct fixture *fixture = *state;
    request_init(&fixture->request);
    fixture->request.brands[fixture->request.brand_count++] = bytes_of("hang-khong-co");
    must(run(fixture, "máy", 0));
    assert_int_equal(fixture->result.total, 0);
    assert_string_equal(fixture->result.zone, "core");
}

static void refusals(void **state)
{
    struct fixture *fixture = *state;
    request_init(&fixture->request);
    fixture->request.category = bytes_of("nganh-khong-co");
    assert_int_equal(run(fixture, "máy", 0), STATUS_INVALID);
    assert_string_equal(fixture->error.text, "category \"nganh-khong-co\" does not exist: it must be the slug of a category");
    request_init(&fixture->request);
    fixture->request.facets[fixture->request.facet_count++] = bytes_of("mau");
    assert_int_equal(run(fixture, "máy", 0), STATUS_INVALID);
    assert_non_null(strstr(fixture->error.text, "unknown facet \"mau\""));
}

static void deadline(void **state)
{
    struct fixture *fixture = *state;
    request_init(&fixture->request);
    must(run(fixture, "máy", 1));
    assert_true(fixture->result.partial);
    assert_in_range(fixture->result.total, 1, PRODUCTS - 1);
    must(run(fixture, "máy", UINT64_C(60000000000)));
    assert_false(fixture->result.partial);
    assert_int_equal(fixture->result.total, PRODUCTS);
}

/* Every cap ends in an answer or in LIMIT, never in a crash. */
static void memory(void **state)
{
    struct fixture *fixture = *state;
    static const char *const facets[] = {"brand", "category", "price"};
    bool limited = false, answered = false;
    request_init(&fixture->request);
    for (unsigned i = 0; i < 3; i++)
        fixture->request.facets[fixture->request.facet_count++] = bytes_of(facets[i]);
    for (size_t cap = 0; !answered; cap += 1500) {
        struct arena small;
        arena_init(&small, cap);
        enum status status = search_run(fixture->snapshot, fixture->shop.analyzer, &fixture->request, &(struct search_limits){0}, &small,
                                        &fixture->result, &fixture->error);
        limited = limited || status == STATUS_LIMIT;
        answered = status == STATUS_OK;
        assert_true(answered || status == STATUS_LIMIT);
        arena_release(&small);
        fixture->request.text = bytes_of("máy lạnh nr-bv360 tiết kiệm ");
    }
    assert_true(limited);
    assert_non_null(fixture->result.relaxed.rung);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones),  cmocka_unit_test(filters_do_not_widen), cmocka_unit_test(refusals), cmocka_unit_test(deadline),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
