/* Compounds by counts: words that stand together, words that only meet, the bounds, and freshness after an edit. */
#include "shop.h"

#include "query/compound.h"

enum { DOCUMENTS = 200 };

struct fixture {
    struct shop shop;
    struct arena arena;
};

static int fixture_open(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    shop_open(&fixture->shop, 1);
    arena_init(&fixture->arena, 16 << 20);
    *state = fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

static void name_put(struct fixture *fixture, struct batch *batch, uint32_t document, const char *name)
{
    struct token_list tokens = {0};
    struct pair pairs[16];
    must(analyze(fixture->shop.analyzer, name, strlen(name), &fixture->arena, &tokens));
    posting_put(batch, TERM_LIVE, "", 0, document, 1, (struct posting_form){0});
    for (uint32_t i = 0; i < tokens.count; i++)
        posting_put(batch, TERM_CORE, tokens.tokens[i].folded, tokens.tokens[i].folded_size, document, 100, (struct posting_form){0});
    unsigned count = pairs_list(&tokens, bytes_of(name), pairs, 16);
    for (unsigned i = 0; i < count; i++) {
        char key[TERM_BYTES_MAX];
        size_t size = pair_key(&pairs[i], key);
        posting_put(batch, TERM_PAIR, key, size, document, 100, (struct posting_form){0});
    }
}

static int npmi(struct fixture *fixture, const char *first, const char *second)
{
    struct snapshot *snapshot = shop_read(&fixture->shop);
    int percent = 0;
    bool is = false;
    must(compound_npmi(snapshot, bytes_of(first), bytes_of(second), &percent));
    must(compound_is(snapshot, bytes_of(first), bytes_of(second), &is));
    assert_int_equal(is, percent >= COMPOUND_NPMI_PERCENT);
    snapshot_close(snapshot);
    return percent;
}

static unsigned words_at(struct fixture *fixture, const char *text)
{
    struct snapshot *snapshot = shop_read(&fixture->shop);
    struct token_list tokens = {0};
    unsigned words = 0;
    must(analyze(fixture->shop.analyzer, text, strlen(text), &fixture->arena, &tokens));
    must(compound_words(snapshot, &tokens, 0, &words));
    snapshot_close(snapshot);
    return words;
}

static void counts_decide(void **state)
{
    static const char *const names[] = {"tủ lạnh đen", "nồi cơm điện trắng", "đen tủ", "bút lạnh", "lạnh trắng sony", "quạt sony"};
    struct fixture *fixture = *state;
    struct batch *batch = shop_begin(&fixture->shop);
    uint32_t first = 0;
    must(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first));
    for (uint32_t document = 0; document < DOCUMENTS; document++)
        name_put(fixture, batch, document, document < 8 ? "tủ lạnh trắng" : document < 12 ? "đen quạt gió" : names[document % 6]);
    shop_commit(batch);
    assert_true(npmi(fixture, "noi", "com") > 90);
    assert_true(npmi(fixture, "tu", "lanh") > npmi(fixture, "lanh", "den"));
    assert_int_equal(npmi(fixture, "lanh", "tu"), -100);
    assert_int_equal(npmi(fixture, "la", "lung"), -100);
    assert_int_equal(words_at(fixture, "nồi cơm điện trắng sony"), 4); /* at the bound */
    assert_int_equal(words_at(fixture, "nồi"), 1);
    assert_int_equal(words_at(fixture, "quạt sony"), 1); /* no syllable */
    assert_int_equal(words_at(fixture, "gió nồi"), 1);
}

static void few_are_none(void **state)
{
    struct fixture *fixture = *state;
    struct batch *batch = shop_begin(&fixture->shop);
    uint32_t first = 0;
    must(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first));
    for (uint32_t document = 0; document < DOCUMENTS; document++)
        name_put(fixture, batch, document, document < COMPOUND_DOCUMENTS_MIN - 1 ? "nồi cơm" : "quạt gió");
    shop_commit(batch);
    assert_int_equal(npmi(fixture, "noi", "com"), -100);
    batch = shop_begin(&fixture->shop);
    name_put(fixture, batch, DOCUMENTS - 1, "nồi cơm"); /* one more, and it is known at once */
    shop_commit(batch);
    assert_true(npmi(fixture, "noi", "com") > 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(counts_decide, fixture_open, fixture_close),
                                       cmocka_unit_test_setup_teardown(few_are_none, fixture_open, fixture_close)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
