/* The bound on places: behind the last one that is counted a hit is still one. */
#include "shop.h"

#include "query/explain.h"

enum { MORE = 2 };

static void places(void **state)
{
    (void)state;
    struct shop shop;
    struct arena arena;
    struct search_request request;
    struct error error = {0};
    shop_open(&shop, 1);
    struct batch *batch = shop_begin(&shop);
    for (unsigned i = 0; i < EXPLAIN_PLACES_MAX + MORE; i++) {
        struct forward_list terms = {0};
        struct forward_entry entries[2] = {{.class = TERM_CORE, .size = 3, .impact = 9, .bytes = "may"},
                                           {.class = TERM_LIVE, .impact = 1, .bytes = ""}};
        uint32_t document = 0, changed = 0;
        char id[16];
        struct document shown = {.live = true};
        struct buffer fragment = {0};
        arena_init(&arena, 1 << 20);
        snprintf(id, sizeof id, "%u", i + 1);
        shown.id = shown.name = shown.slug = bytes_of(id);
        must(batch_take(batch, COUNTER_DOCUMENT, 1, &document));
        must(document_put(batch, shown.id, document));
        must(column_put(batch, &family_order, 0, document, id_order(shown.id)));
        fragment_build(&shown, NULL, 0, &fragment);
        must(fragment_put(batch, document, (struct bytes){fragment.data, fragment.size}));
        terms = (struct forward_list){entries, 2};
        forward_sort(&terms);
        must(forward_replace(batch, document, &terms, &arena, &changed));
        buffer_release(&fragment);
        arena_release(&arena);
    }
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    arena_init(&arena, (size_t)256 << 20);
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    assert_non_null(why);
    request_init(&request);
    request.text = bytes_of("may ");
    for (unsigned place = EXPLAIN_PLACES_MAX - 1; place <= EXPLAIN_PLACES_MAX + MORE; place++) {
        char id[16];
        snprintf(id, sizeof id, "%u", place);
        assert_int_equal(search_explain(snapshot, shop.analyzer, &request, bytes_of(id), &arena, why, &error), STATUS_OK);
        assert_int_equal(why->verdict, VERDICT_HIT);
        assert_int_equal(why->result.total, EXPLAIN_PLACES_MAX + MORE);
        assert_int_equal(why->place, place <= EXPLAIN_PLACES_MAX ? place : 0);
        assert_true(why->rank.rank > 0);
    }
    arena_release(&arena);
    snapshot_close(snapshot);
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
