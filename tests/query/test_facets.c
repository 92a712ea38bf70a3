/* What facets show: the bins of the price histogram, values that are selected, search and order inside a facet. */
#include "shop.h"

#include "query/facet_auto.h"
#include "query/search.h"

struct fixture {
    struct shop shop;
    struct arena arena;
    struct snapshot *snapshot;
    struct search_request request;
    struct search_result result;
};

static void open_shop(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    shop_open(&fixture->shop, 11);
    arena_init(&fixture->arena, 16 << 20);
    request_init(&fixture->request);
}

static void close_shop(struct fixture *fixture)
{
    snapshot_close(fixture->snapshot);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
}

static const struct facet_result *ask(struct fixture *fixture, const char *facet)
{
    struct error error = {0};
    must(request_set(&fixture->request, "facets", bytes_of(facet), &error));
    if (search_run(fixture->snapshot, fixture->shop.analyzer, &fixture->request, &(struct search_limits){0}, &fixture->arena,
                   &fixture->result, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return &fixture->result.facets[0];
}

/* The histogram of some prices, as text: "from-to:count ...". */
static void check_histogram(const uint32_t *prices, unsigned count, const char *expected)
{
    struct fixture fixture;
    char shown[1000] = "";
    open_shop(&fixture);
    struct batch *batch = shop_begin(&fixture.shop);
    for (unsigned i = 0; i < count; i++) {
        struct product *product = shop_add(&fixture.shop, batch, 0);
        product->price = prices[i];
        product->sale = COLUMN_UNKNOWN;
        must(column_put(batch, &family_offer, OFFER_PRICE, product->document, product->price));
        must(column_put(batch, &family_offer, OFFER_SALE, product->document, product->sale));
    }
    shop_commit(batch);
    fixture.snapshot = shop_read(&fixture.shop);
    const struct facet_result *facet = ask(&fixture, "price");
    for (unsigned i = 0; i < facet->bin_count; i++)
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%u-%u:%u", i > 0 ? " " : "", facet->bins[i].low_vnd,
                 facet->bins[i].high_vnd, (unsigned)facet->bins[i].count);
    assert_string_equal(shown, expected);
    close_shop(&fixture);
}

static void price_steps(void **state)
{
    (void)state;
    static const uint32_t telephones[] = {8990000, 12490000, 15990000, 21990000, 27990000};
    check_histogram(telephones, 5, "8000000-9000000:1 12000000-13000000:1 15000000-16000000:1 21000000-22000000:1 27000000-28000000:1");
    static const uint32_t close_together[] = {8990000, 8990000, 9490000};
    check_histogram(close_together, 3, "8950000-9000000:2 9450000-9500000:1");
    static const uint32_t one[] = {4290000};
    check_histogram(one, 1, "4290000-4300000:1");
    static const uint32_t crowded[] = {9000, 15000, 19000, 25000, 60000, 90000, 250000, 40000000};
    check_histogram(crowded, 8, "5000-10000:1 10000-20000:2 20000-50000:1 50000-100000:2 200000-500000:1 20000000-50000000:1");
    static const uint32_t extremes[] = {0, 1, 99, 4294967294u};
    check_histogram(extremes, 4, "0-1:1 1-2:1 50-100:1 2000000000-4294967295:1");
}

/* Labels of one field, whatever has them. */
static void check_brands(const char *query, const char *order, const char *expected)
{
    static const char *const names[] = {"Điện Quang", "Đại Phát", "Dalat", "Ánh Dương", "Âm thanh 10", "Âm thanh 9", "Asus", "Sơn Hà"};
    struct fixture fixture;
    struct error error = {0};
    char shown[400] = "";
    open_shop(&fixture);
    struct batch *batch = shop_begin(&fixture.shop);
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char key[8];
        uint32_t ordinal = 0;
        snprintf(key, sizeof key, "b%u", i);
        must(label_put(batch, FACET_BRAND, &(struct label){bytes_of(key), bytes_of(names[i]), bytes_of(key), LABEL_NO_PARENT}, &ordinal));
        struct product *product = shop_add(&fixture.shop, batch, 0);
        product->brand = ordinal;
        product_write(batch, product);
    }
    shop_commit(batch);
    fixture.snapshot = shop_read(&fixture.shop);
    must(request_set(&fixture.request, "facetQuery.brand", bytes_of(query), &error));
    must(request_set(&fixture.request, "facetSort.brand", bytes_of(order), &error));
    const struct facet_result *facet = ask(&fixture, "brand");
    must(request_check(&fixture.request, &error));
    for (unsigned i = 0; i < facet->value_count; i++)
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%.*s", i > 0 ? ", " : "", (int)facet->values[i].label.size,
                 facet->values[i].label.data);
    assert_string_equal(shown, expected);
    close_shop(&fixture);
}

static void labels_searched_and_sorted(void **state)
{
    (void)state;
    check_brands("", "label", "Ánh Dương, Asus, Âm thanh 9, Âm thanh 10, Dalat, Đại Phát, Điện Quang, Sơn Hà");
    check_brands("", "count", "Asus, Dalat, Sơn Hà, Ánh Dương, Âm thanh 10, Âm thanh 9, Điện Quang, Đại Phát");
    check_brands("d", "label", "Ánh Dương, Dalat, Đại Phát, Điện Quang"); /* the beginning of any word */
    check_brands("đ", "label", "Đại Phát, Điện Quang");                   /* a typed mark is meant */
    check_brands("dai ph", "label", "Đại Phát");
    check_brands("dài", "label", "");
    check_brands("quang điện", "label", "Điện Quang");
    check_brands("thanh 1", "label", "Âm thanh 10");
    check_brands("?", "label", "Ánh Dương, Asus, Âm thanh 9, Âm thanh 10, Dalat, Đại Phát, Điện Quang, Sơn Hà");
}

/* Half of the products have thong-so-0 in one value, all have thong-so-1 in two, every tenth thong-so-2 in three, and few thong-so-3. */
static void specs_chosen(void **state)
{
    (void)state;
    struct fixture fixture;
    struct error error = {0};
    char shown[200] = "";
    open_shop(&fixture);
    struct batch *batch = shop_begin(&fixture.shop);
    for (unsigned i = 0; i < 200; i++) {
        struct product *product = shop_add(&fixture.shop, batch, 0);
        for (unsigned j = 0; j < product->variant_count; j++)
            memset(product->variants[j].specs, 0, sizeof product->variants[j].specs);
        product->specs[0] = i % 2;
        product->specs[1] = 1u << i % 2;
        product->specs[2] = i % 10 == 0 ? 1u << i / 10 % 3 : 0;
        product->specs[3] = i % 11 == 0 ? 1u << i % 3 : 0;
        product_write(batch, product);
    }
    shop_commit(batch);
    fixture.snapshot = shop_read(&fixture.shop);
    for (unsigned selected = 0; selected < 2; selected++) {
        request_init(&fixture.request);
        if (selected == 1)
            must(request_set(&fixture.request, "specs.thong-so-3", bytes_of("gia-tri-1"), &error));
        ask(&fixture, "auto");
        assert_int_equal(fixture.result.facet_count, 8);
        shown[0] = '\0';
        for (unsigned i = 6; i < fixture.result.facet_count; i++)
            snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%.*s ", (int)fixture.result.facets[i].name.size,
                     fixture.result.facets[i].name.data);
        /* What is selected is always there, and the rest is chosen among what it leaves. */
        assert_string_equal(shown, selected == 0 ? "specs.thong-so-1 specs.thong-so-2 " : "specs.thong-so-3 specs.thong-so-1 ");
    }
    assert_int_equal(fixture.result.facets[7].values[0].count + fixture.result.facets[7].values[1].count, fixture.result.total);
    close_shop(&fixture);
}

/* Of more hits than it holds, a sample keeps every second, then every fourth ... */
static void sample_bounds(void **state)
{
    (void)state;
    struct facet_sample *sample = memory_calloc(1, sizeof *sample);
    uint64_t all[WINDOW_WORDS];
    memset(all, 0xFF, sizeof all);
    for (unsigned window = 0; window < 5; window++)
        facet_sample_add(sample, window * COLUMN_WINDOW, all);
    assert_int_equal(sample->stride, 8);
    assert_in_range(sample->count, FACET_SAMPLE_MAX / 2, FACET_SAMPLE_MAX);
    for (uint32_t i = 0; i < sample->count; i++)
        assert_int_equal(sample->documents[i], i * sample->stride);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_steps),
        cmocka_unit_test(labels_searched_and_sorted),
        cmocka_unit_test(specs_chosen),
        cmocka_unit_test(sample_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
