/* Planted faults between what products and settings are and what searches read of them, each of which verify must find although every block by
 * itself is sound: stale, missing and superfluous facet values of documents and of variants, columns that follow from others, keys of settings. */
#include "tests/indexer/random_shop.h"

#include "base/log.h"
#include "catalog/hit.h"
#include "storage/batch.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/multi.h"

static struct subject shop;
static uint16_t ram, colour; /* facet fields */

struct told {
    unsigned count;
    char all[8000];
};

static void tell(void *context, const char *sentence)
{
    struct told *told = context;
    size_t used = strlen(told->all);
    told->count++;
    snprintf(told->all + used, sizeof told->all - used, "%s\n", sentence);
}

static void put(enum table table, const char *const cells[], size_t count)
{
    struct change change = {.kind = CHANGE_INSERT, .row.table = table};
    for (size_t i = 0; i < count; i++)
        if (cells[i] != NULL)
            change.row.cells[i] = (struct cell){.state = CELL_TEXT, .text = {cells[i], strlen(cells[i])}};
    take_change(shop.apply, &change);
}

static void product_put(const char *id, const char *name, const char *status, const char *specs)
{
    const char *cells[PRODUCT_COLUMNS] = {
        [PRODUCT_ID] = id,     [PRODUCT_NAME] = name,     [PRODUCT_SLUG] = id,      [PRODUCT_PRICE] = "1000",
        [PRODUCT_STOCK] = "5", [PRODUCT_STATUS] = status, [PRODUCT_BRAND_ID] = "1", [PRODUCT_SPECS] = specs,
    };
    put(TABLE_PRODUCT, cells, PRODUCT_COLUMNS);
}

static void variant_put(const char *id, const char *price, const char *attributes, const char *active)
{
    const char *cells[VARIANT_COLUMNS] = {
        [VARIANT_ID] = id,     [VARIANT_PRODUCT_ID] = "2",        [VARIANT_PRICE] = price,
        [VARIANT_STOCK] = "3", [VARIANT_ATTRIBUTES] = attributes, [VARIANT_IS_ACTIVE] = active,
    };
    put(TABLE_VARIANT, cells, VARIANT_COLUMNS);
}

static uint16_t field_of(struct snapshot *snapshot, const char *name)
{
    uint32_t ordinal = 0;
    assert_int_equal(label_find(snapshot, FACET_SPEC_NAMES, bytes_of(name), &ordinal), STATUS_OK);
    return (uint16_t)(FACET_SPEC_FIRST + ordinal);
}

/* Document 0 has two facets, document 1 variants (red at entry 1 of its run, black at 2, an unsold white one at 3), document 2 is a draft. */
static int fill(void **state)
{
    (void)state;
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    subject_open(&shop);
    put(TABLE_BRAND, (const char *const[]){"1", "Hãng", "hang"}, 3);
    product_put("1", "Tủ lạnh", "active", "{\"RAM\": \"8 GB\", \"Màu\": [\"đỏ\", \"đen\"]}");
    product_put("2", "Điện thoại", "active", "{\"RAM\": \"16 GB\"}");
    product_put("3", "Bản nháp", "draft", "{\"RAM\": \"16 GB\"}");
    variant_put("1", "900", "{\"Màu\": \"đỏ\"}", "t");
    variant_put("2", "800", "{\"Màu\": \"đen\"}", "t");
    variant_put("3", "100", "{\"Màu\": \"trắng\"}", "f");
    drain(shop.apply);
    assert_int_equal(snapshot_open(shop.env, &snapshot, &error), STATUS_OK);
    ram = field_of(snapshot, "ram");
    colour = field_of(snapshot, "mau");
    snapshot_close(snapshot);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    subject_close(&shop);
    return 0;
}

static struct batch *begin(void)
{
    struct error error = {0};
    struct batch *batch = NULL;
    if (batch_begin(shop.env, &batch, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return batch;
}

/* Verifies what the batch would commit, then throws it away. */
static void found(struct batch *batch, unsigned faults, const char *wanted)
{
    static struct told told;
    struct verify_counts counts = {0};
    told = (struct told){0};
    assert_int_equal(product_verify(batch_snapshot(batch), tell, &told, &counts), STATUS_OK);
    if (counts.faults == 0)
        assert_int_equal(setting_verify(batch_snapshot(batch), analyzer, tell, &told, &counts), STATUS_OK);
    batch_abort(batch);
    if (counts.faults != faults || told.count != faults || strstr(told.all, wanted) == NULL)
        fail_msg("%u faults, not %u with \"%s\":\n%s", (unsigned)counts.faults, faults, wanted, told.all);
}

static struct batch *with_facet(uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count)
{
    struct batch *batch = begin();
    assert_int_equal(multi_put(batch, field, entry, ordinals, count), STATUS_OK);
    return batch;
}

static struct batch *with_value(const struct column_family *family, unsigned field, uint32_t entry, uint64_t value)
{
    struct batch *batch = begin();
    assert_int_equal(column_put(batch, family, field, entry, value), STATUS_OK);
    return batch;
}

static void test_clean(void **state)
{
    (void)state;
    struct verify_counts counts = {0};
    struct batch *batch = begin();
    assert_int_equal(product_verify(batch_snapshot(batch), report, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    assert_int_equal(counts.documents, 2);
    assert_int_equal(counts.values, 3 + 3 + 2); /* of each document, and of the two variants */
    batch_abort(batch);
}

static void test_document_facets(void **state)
{
    (void)state;
    const uint32_t values[] = {0, 1, 2}, stale[] = {7};
    found(with_facet(ram, 0, stale, 1), 1, "Document 0 has other values of the facet \"ram\" than its fragment names");
    found(with_facet(ram, 0, values, 2), 1, "Document 0 has other values of the facet \"ram\" than its fragment names");
    found(with_facet(ram, 0, NULL, 0), 1, "Document 0 has no values of the facet \"ram\", but its fragment names some");
    found(with_facet((uint16_t)(ram + 500), 0, stale, 1), 1, "which its fragment does not name");
    found(with_facet(ram, 2, values, 1), 1, "Document 2 is not live, but has values of the facet \"ram\"");
    found(with_facet(ram, 3, values, 1), 1, "which was never given");
    struct batch *batch = with_facet(ram, 0, stale, 1); /* two at once: sums of two documents do not hide each other */
    assert_int_equal(multi_put(batch, ram, 1, NULL, 0), STATUS_OK);
    found(batch, 2, "Document 1 has no values of the facet \"ram\"");
}

static void test_variant_facets(void **state)
{
    (void)state;
    const uint16_t field = (uint16_t)(colour | MULTI_SPACE_VARIANT);
    struct batch *batch = begin();
    uint32_t red[1], black[1];
    struct multi_chunk chunk;
    assert_int_equal(multi_seek(batch_snapshot(batch), field, 1, &chunk), STATUS_OK);
    red[0] = chunk.ordinals[chunk.offsets[1 - chunk.first]];
    black[0] = chunk.ordinals[chunk.offsets[2 - chunk.first]];
    assert_int_not_equal(red[0], black[0]);
    batch_abort(batch);
    const uint32_t stale[] = {9};
    found(with_facet(field, 1, stale, 1), 2, "Document 1: variant 1 has value 9 of the facet \"mau\", which its fragment does not name");
    found(with_facet(field, 1, black, 1), 1, "Document 1: no variant has a value of the facet \"mau\" that its fragment says one has");
    found(with_facet(field, 2, NULL, 0), 1, "Document 1: no variant has a value of the facet \"mau\" that its fragment says one has");
    found(with_facet(field, 3, red, 1), 1, "Document 1: variant 3 is not sold, but has values of the facet \"mau\"");
    found(with_facet(field, 0, red, 1), 1, "Variant 0 has values of the facet \"mau\", which no live product's fragment names");
    found(with_facet((uint16_t)(ram | MULTI_SPACE_VARIANT), 1, red, 1), 1, "Variant 1 has values of the facet \"ram\"");
    found(with_facet(field, 4, red, 1), 1, "which was never given");
}

static void test_columns(void **state)
{
    (void)state;
    found(with_value(&family_offer, OFFER_PRICE, 1, 100), 1, "Document 1 has a price that is not that of its variants");
    found(with_value(&family_offer, OFFER_SALE, 1, 100), 1, "Document 1 has a sale price that is not");
    found(with_value(&family_offer, OFFER_STOCK, 1, 3), 1, "Document 1 has a stock that is not that of its variants");
    found(with_value(&family_variant, VARIANT_OFFER_PRICE, 1, 10), 1, "Document 1 has a price that is not that of its variants");
    found(with_value(&family_variant, VARIANT_OFFER_OWNER, 3, 0), 1, "Document 1: entry 3 of its variants says that it belongs to another");
    found(with_value(&family_run, RUN_COUNT, 1, 90), 4, "Document 1 has variants where none were ever given");
    found(with_value(&family_run, RUN_FIRST, 0, 1), 1, "Document 0 has variants where none were ever given");
    found(with_value(&family_order, 0, 0, 77), 1, "Document 0 has a sort key that is not that of its id \"1\"");
    found(with_value(&family_brand, 0, 0, 5), 1, "Document 0 has a brand that was never given");
    found(with_value(&family_category, 0, 0, 5), 1, "Document 0 has a category that was never given");
}

/* Facets are the last but one part of a fragment: cut, they no longer decode; a fragment without them leaves stored values behind. */
static void test_fragments(void **state)
{
    (void)state;
    struct arena arena;
    struct bytes stored = {0};
    struct fragment fragment;
    arena_init(&arena, 1 << 20);
    struct batch *batch = begin();
    assert_int_equal(fragment_put(batch, 0, (struct bytes){"\x01", 1}), STATUS_OK);
    assert_int_equal(fragment_get(batch_snapshot(batch), 0, &arena, &stored), STATUS_OK);
    found(batch, 1, "Document 0 has a fragment that does not decode");
    batch = begin();
    assert_int_equal(fragment_get(batch_snapshot(batch), 0, &arena, &stored), STATUS_OK);
    char *copy = arena_copy(&arena, stored.data, stored.size);
    assert_int_equal(fragment_parse((struct bytes){copy, stored.size}, &fragment), STATUS_OK);
    size_t at = (size_t)(fragment.facets.data - copy);
    copy[at + 2] = 15; /* more values than there are bytes */
    assert_int_equal(fragment_put(batch, 0, (struct bytes){copy, stored.size}), STATUS_OK);
    found(batch, 3, "Document 0: the facets in its fragment do not decode");
    arena_release(&arena);
}

/* A key that is missing, one that leads nowhere, and one whose row says something else now. */
static void test_settings(void **state)
{
    (void)state;
    const struct bytes from = {"qtu lanh", 8},
                       end = {"\0\0\0\0"
                              "\0\0\0\0"
                              "1",
                              9},
                       nothing = {"\0\0\0\0"
                                  "\0\0\0\0"
                                  "2",
                                  9};
    put(TABLE_RULE, (const char *const[]){"1", "Tủ lạnh", NULL, "hide", "1"}, 5);
    put(TABLE_SYNONYM, (const char *const[]){"1", "oneway", "tủ mát", "tủ lạnh"}, 4);
    drain(shop.apply);
    struct batch *batch = begin();
    assert_int_equal(reverse_del(batch, REVERSE_RULE, from, end), STATUS_OK);
    found(batch, 1, "The rule \"1\" has no key by which a search finds it");
    batch = begin();
    assert_int_equal(reverse_put(batch, REVERSE_RULE, from, nothing), STATUS_OK);
    assert_int_equal(reverse_put(batch, REVERSE_RULE, (struct bytes){"a", 1}, end), STATUS_OK);
    found(batch, 1, "2 keys of search_rules lead to no row that has them");
    batch = begin();
    assert_int_equal(mirror_del(batch, TABLE_SYNONYM, (struct bytes){"1", 1}), STATUS_OK);
    found(batch, 1, "1 keys of search_synonyms lead to no row that has them");
    batch = begin();
    assert_int_equal(reverse_put(batch, REVERSE_SYNONYM, (struct bytes){"tu", 2}, end), STATUS_OK);
    found(batch, 1, "1 keys of search_synonyms lead to no row that has them");
}

int main(void)
{
    log_set_level(LOG_WARN);
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),   cmocka_unit_test(test_document_facets), cmocka_unit_test(test_variant_facets),
        cmocka_unit_test(test_columns), cmocka_unit_test(test_fragments),       cmocka_unit_test(test_settings),
    };
    int failed = cmocka_run_group_tests(tests, fill, clear);
    analyzer_free(analyzer);
    return failed;
}
