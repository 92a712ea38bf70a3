/* Explanations against the search itself, for random requests over random shops: the rank in parts is the rank of the hit, its place is that
 * in the answer, and a product that is no hit becomes one when what is said to keep it out is taken away. TIM_SEED repeats a run, PROP_SEEDS
 * sets how many shops there are. */
#include "naive_rules.h"

#include "query/explain.h"
#include "query/rank.h"

enum { PRODUCTS = 60, QUESTIONS = 30, ASKED_PER_QUESTION = 12, VALUES = 3 };

struct question {
    struct search_request request;
    char text[REQUEST_TEXT_BYTES], category[16], brand[16], values[VALUES][16];
};

struct seen {
    uint64_t hits, out, alone, together, never, pinned, lifted;
    uint64_t verdicts[VERDICT_HIDDEN + 1];
};

static uint64_t seed;
static struct seen seen;
static struct naive_rules rules; /* of the shop at hand; none in every other one */

static void text_add(struct question *question, const char *text)
{
    size_t used = strlen(question->text);
    snprintf(question->text + used, sizeof question->text - used, "%s%s", used == 0 ? "" : " ", text);
}

static void ask_words(struct shop *shop, struct question *question)
{
    uint64_t *state = &shop->random;
    bool rule = rules.count > 0 && random_chance(state, 40);
    if (rule)
        text_add(question, rules.items[random_below(state, rules.count)].query);
    for (unsigned words = rule ? random_below(state, 2) : random_below(state, 4); words > 0; words--)
        text_add(question, random_word(state));
    if (random_chance(state, 10))
        text_add(question, "khongdau");
    if (random_chance(state, 10))
        text_add(question, "\"máy lạnh\"");
    if (random_chance(state, 10))
        text_add(question, "-samsung");
    if (random_chance(state, 10))
        text_add(question, "dưới 5tr");
    if (random_chance(state, 5))
        text_add(question, "trên 100 gb");
    question->request.text = bytes_of(question->text);
}

static void ask(struct shop *shop, struct question *question)
{
    static const char *const names[] = {"specs.thong-so-0", "specs.thong-so-1", "specs.thong-so-2"};
    uint64_t *state = &shop->random;
    struct search_request *request = &question->request;
    *question = (struct question){0};
    request_init(request);
    ask_words(shop, question);
    snprintf(question->category, sizeof question->category, "nganh-%u", random_below(state, CATEGORIES));
    snprintf(question->brand, sizeof question->brand, "hang-%u", random_below(state, BRANDS));
    if (random_chance(state, 20))
        request->category = bytes_of(question->category);
    if (random_chance(state, 20))
        request->brands[request->brand_count++] = bytes_of(question->brand);
    request->has_price_max = random_chance(state, 20);
    request->price_max_vnd = 1000000 * (1 + random_below(state, 20));
    request->in_stock = random_chance(state, 20);
    request->on_sale = random_chance(state, 10);
    request->rating_min = random_chance(state, 10) ? 300 : 0;
    for (unsigned i = 0; i < VALUES; i++) {
        snprintf(question->values[i], sizeof question->values[i], "gia-tri-%u", random_below(state, SPEC_VALUES));
        if (random_chance(state, 12))
            must(request_set(request, names[i], bytes_of(question->values[i]), NULL));
    }
    request->literal = random_chance(state, 30);
    request->match = random_chance(state, 25) ? MATCH_ANY : MATCH_ALL;
    request->sort = random_chance(state, 80) ? SORT_RELEVANCE : (enum sort)random_below(state, 5);
    request->limit = HITS_MAX;
    request->now_s = RULE_NOW_S;
}

static void search(struct shop *shop, struct snapshot *snapshot, const struct search_request *request, struct arena *arena,
                   struct search_result *result)
{
    struct error error = {0};
    if (search_run(snapshot, shop->analyzer, request, &(struct search_limits){0}, arena, result, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static unsigned place_of(const struct search_result *result, uint32_t document)
{
    for (unsigned i = 0; i < result->hit_count; i++)
        if (result->hits[i].document == document)
            return i + 1;
    return 0;
}

static void rank_check(const struct explanation *why, uint64_t rank)
{
    const struct explained_rank *parts = &why->rank;
    uint32_t text = 0, pairs = 0;
    if (!why->pinned || why->sort != SORT_RELEVANCE)
        assert_int_equal(parts->rank, rank);
    if (!why->ranked)
        return;
    rank = parts->rank;
    if (why->sort != SORT_RELEVANCE)
        return;
    for (unsigned i = 0; i < why->edge_count; i++)
        text += (uint32_t)why->edges[i].worth * why->edges[i].impact;
    for (unsigned i = 0; i < why->pair_count; i++)
        pairs += why->pairs[i].points;
    assert_int_equal(text, parts->text);
    assert_int_equal(pairs, parts->pairs);
    assert_int_equal(parts->text + parts->pairs + parts->prior + parts->brand_boost + parts->category_boost + parts->rule_boost -
                         parts->shelf,
                     parts->score);
    assert_int_equal((uint64_t)parts->band << RANK_BAND_SHIFT | (uint64_t)parts->tier << RANK_TIER_SHIFT | parts->score, rank);
}

/* Takes a blocker away in the test's own way. */
static void blocker_remove(struct search_request *request, char *text, const struct blocker *blocker)
{
    const char *name = blocker->filter;
    for (size_t i = 0; i < request->text.size; i++)
        text[i] = (blocker->bytes[i / 8] >> i % 8 & 1) != 0 ? ' ' : text[i];
    if (blocker->kind != BLOCKER_FILTER || blocker->from_words)
        return;
    request->category.size = strcmp(name, "category") == 0 ? 0 : request->category.size;
    request->brand_count = strcmp(name, "brand") == 0 ? 0 : request->brand_count;
    request->has_price_max = request->has_price_max && strcmp(name, "price") != 0;
    request->in_stock = request->in_stock && strcmp(name, "inStock") != 0;
    request->on_sale = request->on_sale && strcmp(name, "onSale") != 0;
    request->rating_min = strcmp(name, "ratingMin") == 0 ? 0 : request->rating_min;
    if (strcmp(name, "specs") != 0)
        return;
    struct search_request before = *request;
    request->spec_count = request->spec_value_count = 0;
    for (unsigned i = 0; i < before.spec_value_count; i++) {
        struct bytes spec = before.specs[before.spec_values[i].spec];
        if (bytes_equal(spec, blocker->spec))
            continue;
        request->specs[request->spec_count] = spec;
        request->spec_values[request->spec_value_count] = before.spec_values[i];
        request->spec_values[request->spec_value_count++].spec = request->spec_count++;
    }
}

/* Is the product a hit without `count` of the blockers? */
static bool is_hit_without(struct shop *shop, struct snapshot *snapshot, const struct question *question, const struct explanation *why,
                           unsigned first, unsigned count, uint32_t document)
{
    struct arena arena;
    struct search_result result;
    struct search_request request = question->request;
    char text[REQUEST_TEXT_BYTES];
    memcpy(text, question->text, sizeof text);
    request.text.data = text;
    for (unsigned i = first; i < first + count; i++)
        blocker_remove(&request, text, &why->blockers[i]);
    arena_init(&arena, (size_t)64 << 20);
    search(shop, snapshot, &request, &arena, &result);
    bool hit = place_of(&result, document) > 0;
    arena_release(&arena);
    return hit;
}

static void why_not_check(struct shop *shop, struct snapshot *snapshot, const struct question *question, const struct product *product,
                          const struct explanation *why)
{
    bool any = false;
    assert_true(why->blocker_count > 0);
    for (unsigned i = 0; i < why->blocker_count; i++) {
        if (why->blockers[i].alone != is_hit_without(shop, snapshot, question, why, i, 1, product->document))
            fail_msg("TIM_SEED=%llu: \"%s\" without %s %.*s%s alone", (unsigned long long)seed, question->text,
                     blocker_kind_name((enum blocker_kind)why->blockers[i].kind), (int)why->blockers[i].text.size,
                     why->blockers[i].text.data, why->blockers[i].filter == NULL ? "" : why->blockers[i].filter);
        any = any || why->blockers[i].alone;
    }
    for (unsigned i = 0; i < why->blocker_count && why->together == 0 && rules.count == 0; i++)
        print_error("%s \"%.*s\" %s\n", blocker_kind_name((enum blocker_kind)why->blockers[i].kind), (int)why->blockers[i].text.size,
                    why->blockers[i].text.data, why->blockers[i].filter == NULL ? "" : why->blockers[i].filter);
    if (why->together == 0 && rules.count > 0) { /* rules may hide it when the words are others */
        seen.never++;
        return;
    }
    if (why->together == 0)
        fail_msg("TIM_SEED=%llu: nothing helps product %s for \"%s\"", (unsigned long long)seed, product->id, question->text);
    assert_true(is_hit_without(shop, snapshot, question, why, 0, why->together, product->document));
    assert_true(why->together == 1 || !is_hit_without(shop, snapshot, question, why, 0, why->together - 1, product->document));
    seen.alone += any;
    seen.together += !any;
    seen.out++;
}

static void product_check(struct shop *shop, struct snapshot *snapshot, const struct question *question, const struct search_result *result,
                          const struct product *product)
{
    struct arena arena;
    struct error error = {0};
    arena_init(&arena, (size_t)256 << 20);
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    assert_non_null(why);
    if (search_explain(snapshot, shop->analyzer, &question->request, bytes_of(product->id), &arena, why, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    unsigned place = place_of(result, product->document);
    assert_int_equal(why->result.total, result->total);
    assert_string_equal(why->result.zone, result->zone);
    assert_int_equal(why->verdict == VERDICT_HIT, place > 0);
    assert_int_equal(why->verdict == VERDICT_INACTIVE || why->verdict == VERDICT_ABSENT, !product->live);
    assert_int_equal(why->place, place);
    seen.verdicts[why->verdict]++;
    seen.hits += place > 0;
    seen.pinned += why->pinned;
    seen.lifted += why->rank.rule_boost > 0;
    assert_true(why->rank.rule_boost == 0 || why->rule_count > 0);
    assert_true((!why->pinned && why->verdict != VERDICT_HIDDEN) || why->rule_count > 0);
    if (place > 0 && why->sort == SORT_RELEVANCE)
        assert_int_equal(why->pinned, result->hits[place - 1].pinned);
    if (place > 0)
        rank_check(why, result->hits[place - 1].rank);
    else if (product->live && why->verdict != VERDICT_HIDDEN)
        why_not_check(shop, snapshot, question, product, why);
    arena_release(&arena);
}

static void question_check(struct shop *shop, struct snapshot *snapshot)
{
    struct question question;
    struct search_result result;
    struct arena arena;
    arena_init(&arena, (size_t)64 << 20);
    ask(shop, &question);
    search(shop, snapshot, &question.request, &arena, &result);
    for (unsigned i = 0; i < ASKED_PER_QUESTION; i++) {
        bool of_rule = rules.count > 0 && random_chance(&shop->random, 50);
        uint32_t product =
            of_rule ? rules.items[random_below(&shop->random, rules.count)].product : random_below(&shop->random, shop->count);
        product_check(shop, snapshot, &question, &result, &shop->products[product]);
    }
    arena_release(&arena);
}

/* Not sold any more; its row may be there still. */
static void product_hide(struct batch *batch, struct product *product, bool row_stays)
{
    product_remove(batch, product);
    if (row_stays)
        must(document_put(batch, bytes_of(product->id), product->document));
}

static void shop_run(uint64_t shop_seed)
{
    struct shop shop;
    seed = shop_seed;
    shop_open(&shop, shop_seed);
    struct batch *batch = shop_begin(&shop);
    for (unsigned i = 0; i < PRODUCTS; i++)
        shop_add(&shop, batch, 1 + random_below(&shop.random, 300));
    shop_commit(batch);
    batch = shop_begin(&shop);
    for (unsigned i = 0; i < PRODUCTS; i += 12)
        product_hide(batch, &shop.products[i + random_below(&shop.random, 12)], i % 24 == 0);
    rules = (struct naive_rules){0};
    if (shop_seed % 2 == 0)
        rules_write(&shop, batch, &rules);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    for (unsigned i = 0; i < QUESTIONS; i++)
        question_check(&shop, snapshot);
    free(rules.states);
    rules = (struct naive_rules){0};
    snapshot_close(snapshot);
    shop_close(&shop);
}

static void random_shops(void **state)
{
    const char *given = getenv("PROP_SEEDS");
    unsigned shops = given == NULL ? 4 : (unsigned)strtoul(given, NULL, 10);
    uint64_t first = seed;
    (void)state;
    for (unsigned i = 0; i < shops; i++)
        shop_run(first + i);
    print_message("hits %llu (pinned %llu, lifted %llu), out %llu: one thing alone %llu, several %llu, rules forbid %llu\n",
                  (unsigned long long)seen.hits, (unsigned long long)seen.pinned, (unsigned long long)seen.lifted,
                  (unsigned long long)seen.out, (unsigned long long)seen.alone, (unsigned long long)seen.together,
                  (unsigned long long)seen.never);
    for (unsigned verdict = 0; verdict <= VERDICT_HIDDEN; verdict++) {
        print_message("%s %llu\n", verdict_name((enum verdict)verdict), (unsigned long long)seen.verdicts[verdict]);
        assert_true(seen.verdicts[verdict] > 0 || verdict == VERDICT_ABSENT || verdict == VERDICT_SIGNS || verdict == VERDICT_HIDDEN);
    }
}

static void absent(void **state)
{
    (void)state;
    struct shop shop;
    struct question question;
    struct arena arena;
    struct error error = {0};
    shop_open(&shop, seed);
    struct batch *batch = shop_begin(&shop);
    shop_add(&shop, batch, 1);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    arena_init(&arena, (size_t)64 << 20);
    ask(&shop, &question);
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    assert_non_null(why);
    assert_int_equal(search_explain(snapshot, shop.analyzer, &question.request, bytes_of("nobody"), &arena, why, &error), STATUS_OK);
    assert_int_equal(why->verdict, VERDICT_ABSENT);
    arena_release(&arena);
    snapshot_close(snapshot);
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(absent), cmocka_unit_test(random_shops)};
    seed = seed_take();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
