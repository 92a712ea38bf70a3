/* Suggestions: from prefixes and from words in any order, with what the typed text covers. */
#include "shop.h"

#include "query/popular.h"
#include "query/request.h"
#include "query/suggest.h"
#include "storage/bytes.h"
#include "storage/suggest.h"

struct fixture {
    struct shop shop;
    struct arena arena;
    struct snapshot *snapshot;
    struct popular *popular;
};

static void suggest_add(struct shop *shop, struct batch *batch, uint8_t kind, const char *name, uint16_t weight, struct bytes reference)
{
    struct arena arena;
    struct suggestion entry = {.kind = kind, .weight = weight, .reference = reference};
    arena_init(&arena, 1 << 16);
    must(fold_text(shop->analyzer, name, strlen(name), &arena, &entry.text));
    must(suggest_put(batch, &entry));
    arena_release(&arena);
}

enum { NO_CATEGORY = UINT32_MAX };

static void product_in(struct shop *shop, struct batch *batch, const char *id, const char *name, uint16_t weight, uint32_t category)
{
    struct product *product = shop_add(shop, batch, 0);
    must(document_del(batch, bytes_of(product->id)));
    snprintf(product->id, sizeof product->id, "%s", id);
    snprintf(product->name, sizeof product->name, "%s", name);
    product->core_count = product->body_count = 0;
    product->category = category;
    terms_add(shop, product->core, &product->core_count, name, &shop->random);
    product_write(batch, product);
    suggest_add(shop, batch, SUGGEST_PRODUCT, name, weight, bytes_of(product->id));
}

static void product_named(struct shop *shop, struct batch *batch, const char *id, const char *name, uint16_t weight)
{
    product_in(shop, batch, id, name, weight, NO_CATEGORY);
}

static uint32_t label_named(struct shop *shop, struct batch *batch, uint16_t field, uint8_t kind, const char *name, const char *slug)
{
    uint32_t ordinal = 0;
    unsigned char reference[4];
    struct label label = {.key = bytes_of(slug), .text = bytes_of(name), .slug = bytes_of(slug), .parent = LABEL_NO_PARENT};
    must(label_put(batch, field, &label, &ordinal));
    key_put_u32(reference, ordinal);
    suggest_add(shop, batch, kind, name, 20000, (struct bytes){(const char *)reference, sizeof reference});
    return ordinal;
}

static int open_fixture(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    struct shop *shop = &fixture->shop;
    shop_open(shop, 1);
    arena_init(&fixture->arena, 16 << 20);
    struct batch *batch = shop_begin(shop);
    label_named(shop, batch, FACET_CATEGORY, SUGGEST_CATEGORY, "Bàn ủi", "ban-ui");
    label_named(shop, batch, FACET_BRAND, SUGGEST_BRAND, "Samsung", "samsung");
    product_named(shop, batch, "1", "Samsung Galaxy A55 5G 256GB", 50);
    product_named(shop, batch, "2", "Bàn ủi hơi nước Philips GC-2147", 40);
    product_named(shop, batch, "3", "Bán sạc dự phòng", 30);
    product_named(shop, batch, "7", "BÁN SẠC  dự phòng", 25); /* reads the same: named once */
    product_named(shop, batch, "4", "Điện thoại Samsung Galaxy S24", 20);
    product_named(shop, batch, "5", "Samsung đã ngừng bán", 90);
    uint32_t films = label_named(shop, batch, FACET_CATEGORY, SUGGEST_CATEGORY, "Miếng dán", "mieng-dan");
    product_in(shop, batch, "8", "Kính cường lực Oppo Reno", 9, films);
    product_in(shop, batch, "9", "Kính cường lực Vsmart chính hãng", 8, films);
    product_in(shop, batch, "10", "Kính cường lực Vsmart Live lỗi chính hãng", 7, films);
    product_in(shop, batch, "11", "Kính cường lực Nokia mặt lồi", 6, films);
    product_named(shop, batch, "6", "Nồi co\xCC\x9B\x6D die\xCC\xA3\xCC\x82n tử", 10); /* NFD */
    shop_commit(batch);
    batch = shop_begin(shop);
    for (uint32_t i = 0; i < shop->count; i++)
        if (strcmp(shop->products[i].id, "5") == 0)
            product_remove(batch, &shop->products[i]); /* its suggestion is left over */
    shop_commit(batch);
    fixture->snapshot = shop_read(shop);
    const struct popular_query queries[] = {
        {bytes_of("samsung galaxy"), bytes_of("Samsung Galaxy"), 50},
        {bytes_of("ban ui"), bytes_of("bàn ủi"), 40}, /* named as a category */
        {bytes_of("noi com"), bytes_of("nồi cơm"), 30},
        {bytes_of("samsung gala"), bytes_of("samsung gala"), 20}, /* a pause while typing */
        {bytes_of("sac"), bytes_of("sạc"), 10},
    };
    fixture->popular = popular_new(queries, sizeof queries / sizeof queries[0]);
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    snapshot_close(fixture->snapshot);
    popular_free(fixture->popular);
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

/* "kind:text[matched part]" of each suggestion, joined by " | ". */
static const char *suggested(struct fixture *fixture, const char *text, unsigned limit)
{
    static char line[2048];
    struct suggest_result result;
    must(suggest_run(fixture->snapshot, fixture->shop.analyzer, fixture->popular, bytes_of(text), limit, &fixture->arena, &result));
    line[0] = '\0';
    for (unsigned i = 0; i < result.count; i++) {
        const struct suggestion_hit *hit = &result.hits[i];
        size_t used = strlen(line);
        assert_true(hit->match_start + hit->match_size <= hit->text.size);
        snprintf(line + used, sizeof line - used, "%s%c:%.*s[%.*s]", i == 0 ? "" : " | ", "?bcp"[hit->kind], (int)hit -> slug.size,
                 hit->slug.data, (int)hit->match_size, hit->text.data + hit->match_start);
        assert_int_equal(hit->kind == SUGGEST_PRODUCT, hit->id.size > 0);
    }
    return line;
}

/* "text[matched part]", with "in category" when it is. */
static const char *queries(struct fixture *fixture, const char *text, unsigned limit)
{
    static char line[2048];
    struct suggest_result result;
    must(suggest_run(fixture->snapshot, fixture->shop.analyzer, fixture->popular, bytes_of(text), limit, &fixture->arena, &result));
    line[0] = '\0';
    assert_true(result.query_count <= SUGGESTED_QUERIES_MAX);
    for (unsigned i = 0; i < result.query_count; i++) {
        const struct suggested_query *query = &result.queries[i];
        size_t used = strlen(line);
        assert_true(query->match_start + query->match_size <= query->text.size);
        snprintf(line + used, sizeof line - used, "%s%.*s[%.*s]%s%.*s", i == 0 ? "" : " | ", (int)query->text.size, query->text.data,
                 (int)query->match_size, query->text.data + query->match_start, query->category.size > 0 ? " in " : "",
                 (int)query->category_slug.size, query->category_slug.data);
    }
    return line;
}

static void popular_queries(void **state)
{
    assert_string_equal(queries(*state, "", 10), "Samsung Galaxy[] | nồi cơm[] | sạc[]");
    assert_string_equal(queries(*state, "", 1), "Samsung Galaxy[]");
    assert_string_equal(queries(*state, "sa", 10), "Samsung Galaxy[Sa] | sạc[sạ]");
    assert_string_equal(queries(*state, "ban", 10), "");
    assert_string_equal(queries(*state, "nồi", 10), "nồi cơm[nồi]");
    assert_string_equal(queries(*state, "khongcogi", 10), "");
}

/* The last word is completed as most of the found names have it, unless most have it as it stands or it was left behind. */
static void within_categories(void **state)
{
    assert_string_equal(queries(*state, "kính cường", 10), "kính cường[kính cường] in mieng-dan");
    assert_string_equal(queries(*state, "kính cường l", 10), "kính cường lực[kính cường l] in mieng-dan");
    assert_string_equal(queries(*state, "kinh cuong l", 10), "kinh cuong luc[kinh cuong l] in mieng-dan");
    assert_string_equal(queries(*state, "kính cường l ", 10), "");
    assert_string_equal(queries(*state, "vsmart kính cường ", 10), "vsmart kính cường[vsmart kính cường] in mieng-dan");
    assert_string_equal(queries(*state, "kính cường lự", 10), "kính cường lực[kính cường lự] in mieng-dan");
    assert_string_equal(queries(*state, "kính live", 10), ""); /* of one product */
}

/* Marks that contradict are another word. */
static void within_categories_marks(void **state)
{
    assert_string_equal(queries(*state, "kính lo", 10), "");
    assert_string_equal(queries(*state, "kính cường chí", 10), "kính cường chính[kính cường chí] in mieng-dan");
    assert_string_equal(queries(*state, "kính cường chỉ", 10), "");
}

/* What is quoted or excluded is not offered. */
static void within_categories_signs(void **state)
{
    assert_string_equal(queries(*state, "\"kính cường", 10), "");
    assert_string_equal(queries(*state, "kính -cường", 10), "");
    assert_string_equal(queries(*state, "kính \"cường lực\"", 10), "");
}

/* Keys for marks, and slips, only where nothing is under the text as it stands. */
static void repaired(void **state)
{
    assert_string_equal(suggested(*state, "banf ui", 10), "c:ban-ui[Bàn ủi] | p:2[Bàn ủi]");
    assert_string_equal(suggested(*state, "smasung", 10), "b:samsung[Samsung] | p:1[Samsung] | p:4[Samsung]");
    assert_string_equal(queries(*state, "smasung", 10), "Samsung Galaxy[Samsung]");
    assert_string_equal(suggested(*state, "samsnug s24", 10), "p:4[]");
}

/* A price or another wish behind the words, from its first word on. */
static void wished(void **state)
{
    assert_string_equal(suggested(*state, "bàn ủi dưới", 10), "c:ban-ui[Bàn ủi] | p:2[Bàn ủi]");
    assert_string_equal(suggested(*state, "bàn ủi dưới 500", 10), "c:ban-ui[Bàn ủi] | p:2[Bàn ủi]");
    assert_string_equal(suggested(*state, "bàn ủi dưới 500k", 10), "c:ban-ui[Bàn ủi] | p:2[Bàn ủi]");
    assert_string_equal(suggested(*state, "philips ủi rẻ nhất", 10), "p:2[]");
    assert_string_equal(suggested(*state, "smasung từ 5 đến 10 triệu", 10), "b:samsung[Samsung] | p:1[Samsung] | p:4[Samsung]");
    assert_string_equal(queries(*state, "samsung ga dưới 5tr", 10), "Samsung Galaxy[Samsung Ga]");
    assert_string_equal(suggested(*state, "dưới 5tr", 10), "");
}

static void by_prefix(void **state)
{
    assert_string_equal(suggested(*state, "sam", 10), "b:samsung[Sam] | p:1[Sam] | p:4[Sam]");
    assert_string_equal(suggested(*state, "samsung gala", 10), "p:1[Samsung Gala] | p:4[Samsung Gala]");
    assert_string_equal(suggested(*state, "sam", 1), "b:samsung[Sam]");
}

/* Typed with marks, what contradicts them stands behind. */
static void marks_order(void **state)
{
    assert_string_equal(suggested(*state, "ban", 10), "c:ban-ui[Bàn] | p:2[Bàn] | p:3[Bán]");
    assert_string_equal(suggested(*state, "bán", 10), "p:3[Bán] | c:ban-ui[Bàn] | p:2[Bàn]");
    assert_string_equal(suggested(*state, "bàn u", 10), "c:ban-ui[Bàn ủ] | p:2[Bàn ủ]");
}

static void words_in_any_order(void **state)
{
    assert_string_equal(suggested(*state, "philips ủi", 10), "p:2[]");
    assert_string_equal(suggested(*state, "a55 galaxy", 10), "p:1[]");
    assert_string_equal(suggested(*state, "galaxy s2", 10), "p:4[Galaxy S2]");
    assert_string_equal(suggested(*state, "galaxy 2", 10), "");
}

static void spans_of_source(void **state)
{
    assert_string_equal(suggested(*state, "gc2147", 10), "p:2[GC-2147]");
    assert_string_equal(suggested(*state, "gc21", 10), "p:2[GC-21]");
    assert_string_equal(suggested(*state, "nồi cơm đi", 10), "p:6[Nồi co\xCC\x9B\x6D di]"); /* contradicts, but is all there is */
    assert_string_equal(suggested(*state, "nồi cơm di", 10), "p:6[Nồi co\xCC\x9B\x6D di]");
    assert_string_equal(suggested(*state, "nồi cơm die", 10), "p:6[Nồi co\xCC\x9B\x6D die\xCC\xA3\xCC\x82]");
}

static void nothing_typed(void **state)
{
    assert_string_equal(suggested(*state, "", 2), "c:ban-ui[] | c:mieng-dan[]");
    assert_string_equal(suggested(*state, "khongcogi", 10), "");
    char text[QUERY_BYTES_MAX + 1];
    memset(text, 'a', QUERY_BYTES_MAX);
    text[QUERY_BYTES_MAX] = '\0';
    assert_string_equal(suggested(*state, text, 10), "");
}

static void empty_index(void **state)
{
    (void)state;
    struct shop shop;
    struct suggest_result result;
    struct arena arena;
    shop_open(&shop, 1);
    arena_init(&arena, 1 << 20);
    struct snapshot *snapshot = shop_read(&shop);
    must(suggest_run(snapshot, shop.analyzer, NULL, bytes_of("tủ lạnh"), 10, &arena, &result));
    assert_int_equal(result.count, 0);
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(popular_queries),
        cmocka_unit_test(repaired),
        cmocka_unit_test(wished),
        cmocka_unit_test(by_prefix),
        cmocka_unit_test(marks_order),
        cmocka_unit_test(words_in_any_order),
        cmocka_unit_test(spans_of_source),
        cmocka_unit_test(within_categories),
        cmocka_unit_test(within_categories_marks),
        cmocka_unit_test(within_categories_signs),
        cmocka_unit_test(nothing_typed),
        cmocka_unit_test(empty_index),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
