/* Search against the naive evaluator of naive.h: the same hits in the same order with the same ranks, the same totals, the same facets,
 * for random requests over random shops, before and after edits and deletes. TIM_SEED repeats a run; PROP_SEEDS sets how many seeds there
 * are for the long form. */
#include "naive_facets.h"

#include "storage/bytes.h"
#include "storage/suggest.h"

static struct naive_rules rules; /* of the shop at hand */
static unsigned boosted, moved;  /* readings met and rules named so far: none would prove nothing */

static void compare_hits(const struct shop *shop, const struct question *question, const struct answer *answer,
                         const struct search_result *result)
{
    uint32_t first = question->request.page * question->request.limit;
    uint32_t expected = first >= answer->count ? 0 : least(answer->count - first, question->request.limit);
    if (result->total != answer->count) {
        print_message("total %llu, not %u; rung %s, not %s\n", (unsigned long long)result->total, answer->count,
                      result->relaxed.rung == NULL ? "none" : result->relaxed.rung, rung_name(answer->rung));
        fail_question(question, "total");
    }
    if (result->hit_count != expected || result->partial || strcmp(result->zone, answer->all ? "all" : "core") != 0)
        fail_question(question, "hits or zone");
    bool relaxed = answer->rung != RUNG_NONE && question->request.match == MATCH_ALL;
    if (relaxed ? result->relaxed.rung == NULL || strcmp(result->relaxed.rung, rung_name(answer->rung)) != 0 : result->relaxed.rung != NULL)
        fail_question(question, "rung");
    for (uint32_t i = 0; i < expected; i++)
        if (result->hits[i].document != shop->products[answer->found[first + i]].document) {
            print_message("place %u: document %u, not %u\n", first + i, result->hits[i].document,
                          shop->products[answer->found[first + i]].document);
            fail_question(question, "order");
        }
    const struct search_request *request = &question->request;
    bool asked = request->has_price_min || request->has_price_max || request->in_stock || request->on_sale || request->spec_count > 0;
    if (asked != (result->variants != NULL))
        fail_question(question, "whether variants are told");
    for (uint32_t i = 0; i < expected && asked; i++)
        compare_variants(question, &shop->products[answer->found[first + i]], &result->variants[i]);
}

/* Page after page by cursors, in pages of any size: what the model puts in that order, each product once. */
static void compare_walk(struct shop *shop, struct snapshot *snapshot, const struct question *question, const struct answer *answer)
{
    struct search_request request = question->request;
    struct search_result result = {0};
    struct error error = {0};
    struct arena arena;
    uint32_t seen = 0;
    arena_init(&arena, 256 << 20);
    request.facet_count = request.facet_option_count = request.page = 0;
    request.facets_auto = false;
    do {
        request.limit = 1 + random_below(&shop->random, answer->count < 100 ? 7 : 60);
        if (search_run(snapshot, shop->analyzer, &request, &(struct search_limits){0}, &arena, &result, &error) != STATUS_OK)
            fail_msg("walk of \"%s\": %s", question->text, error.text);
        for (uint32_t i = 0; i < result.hit_count; i++)
            if (seen + i >= answer->count || result.hits[i].document != shop->products[answer->found[seen + i]].document)
                fail_question(question, "order of a walk");
        seen += result.hit_count;
        if ((result.next != NULL) != (seen < answer->count) || result.total != answer->count)
            fail_question(question, "end of a walk");
        request.after = result.next;
    } while (result.next != NULL);
    arena_release(&arena);
}

static void compare(struct shop *shop, unsigned questions)
{
    struct snapshot *snapshot = shop_read(shop);
    struct answer answer = {.scores = memory_calloc(shop->count + 1, sizeof *answer.scores),
                            .found = memory_calloc(shop->count + 1, sizeof *answer.found)};
    struct arena arena;
    arena_init(&arena, 64 << 20);
    for (unsigned i = 0; i < questions; i++) {
        struct question question;
        struct search_result result;
        struct error error = {0};
        ask(shop, &rules, &question);
        readings_take(shop, snapshot, &question.request, &arena, &answer.understanding);
        boosted += answer.understanding.count;
        if (search_run(snapshot, shop->analyzer, &question.request, &(struct search_limits){0}, &arena, &result, &error) != STATUS_OK)
            fail_msg("\"%s\": %s", question.text, error.text);
        answer_build(shop, snapshot, &question, &rules, &arena, &result, &answer);
        moved += result.rule_count;
        compare_hits(shop, &question, &answer, &result);
        compare_facets(shop, &question, &answer, &result);
        if (random_chance(&shop->random, 20))
            compare_walk(shop, snapshot, &question, &answer);
        arena_reset(&arena);
    }
    arena_release(&arena);
    free(answer.scores);
    free(answer.found);
    snapshot_close(snapshot);
}

static void shop_edit(struct shop *shop, unsigned edits, uint32_t gap)
{
    struct batch *batch = shop_begin(shop);
    for (unsigned i = 0; i < edits; i++) {
        struct product *product = &shop->products[random_below(&shop->random, shop->count)];
        uint32_t what = random_below(&shop->random, 4);
        if (what == 0) {
            shop_add(shop, batch, random_below(&shop->random, gap));
        } else if (product->live && what == 1) {
            product_remove(batch, product);
        } else if (product->live && what == 2) {
            product_fill(shop, product);
            product_write(batch, product);
        } else if (product->live) {
            product_offer(product, &shop->random);
            product_derive(product);
            offer_write(batch, product);
        }
    }
    shop_commit(batch);
}

/* Some brands and categories are called by words of the products. */
static void names_write(struct batch *batch)
{
    static const struct {
        const char *folded;
        enum suggestion_kind kind;
        uint32_t ordinal;
    } names[] = {{"samsung", SUGGEST_BRAND, 1}, {"sony", SUGGEST_BRAND, 2},          {"xanh", SUGGEST_BRAND, 3},
                 {"may", SUGGEST_CATEGORY, 0},  {"dien thoai", SUGGEST_CATEGORY, 1}, {"noi com", SUGGEST_CATEGORY, 2},
                 {"tivi", SUGGEST_CATEGORY, 4}, {"tu lanh", SUGGEST_CATEGORY, 5}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsigned char reference[4];
        key_put_u32(reference, names[i].ordinal);
        struct suggestion entry = {
            .text = bytes_of(names[i].folded), .kind = (uint8_t)names[i].kind, .reference = {(const char *)reference, sizeof reference}};
        must(suggest_put(batch, &entry));
    }
}

static void run(uint64_t seed, uint32_t products, uint32_t gap, unsigned rounds, unsigned questions)
{
    struct shop shop;
    shop_open(&shop, seed);
    struct batch *batch = shop_begin(&shop);
    names_write(batch);
    for (uint32_t i = 0; i < products; i++)
        shop_add(&shop, batch, random_below(&shop.random, gap));
    rules_write(&shop, batch, &rules);
    shop_commit(batch);
    for (unsigned round = 0; round < rounds; round++) {
        compare(&shop, questions);
        shop_edit(&shop, products / 8 + 3, gap);
    }
    compare(&shop, questions);
    shop_close(&shop);
}

static uint64_t seed;

static unsigned seeds_count(void)
{
    const char *given = getenv("PROP_SEEDS");
    return given == NULL ? 1 : (unsigned)strtoul(given, NULL, 10);
}

static void scattered_shop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < seeds_count(); i++)
        run(seed + i, 250, 200, 3, 250);
}

static void tiny_shops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300 * seeds_count(); i++)
        run(seed + i, 1 + i % 12 * 3, 2, 2, 50);
}

/* Every number is a live product at first, and the common words fill many blocks of a window. */
static void dense_shop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < seeds_count(); i++)
        run(seed + i, 5000, 1, 1, 40);
    assert_true(boosted > 0 && moved > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_shops),
        cmocka_unit_test(scattered_shop),
        cmocka_unit_test(dense_shop),
    };
    seed = seed_take();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(rules.states);
    return failed;
}
