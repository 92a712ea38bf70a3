/* Walks by cursors while products come, go and change between the pages, against the rule of query/cursor.h: each page is what stands behind
 * the place of the page before in the whole order of the moment, which a search without cursor tells; and by a sort key no product that stayed
 * as it was is shown twice or missed. TIM_SEED repeats a run, PROP_SEEDS sets how many seeds there are. */
#include "query/cursor.h"
#include "query/search.h"
#include "shop.h"

enum { LISTED_MAX = 4000, PAGES_MAX = 200 };

/* The whole order of the moment. */
struct order {
    struct search_hit hits[LISTED_MAX];
    unsigned count;
};

/* What a walk has seen of each product. */
struct walk {
    struct search_request request;
    bool *touched, *stayed; /* written since it began; a hit whenever it was looked at */
    unsigned *shown;
    unsigned pages;
};

static unsigned untouched_seen, relevance_moved, steps_seen; /* none would prove nothing */

static uint32_t product_of(const struct shop *shop, uint32_t document)
{
    uint32_t i = 0;
    while (i < shop->count && shop->products[i].document != document)
        i++;
    assert_true(i < shop->count);
    return i;
}

static void search_must(const struct shop *shop, struct snapshot *snapshot, const struct search_request *request, struct arena *arena,
                        struct search_result *result)
{
    struct error error = {0};
    if (search_run(snapshot, shop->analyzer, request, &(struct search_limits){0}, arena, result, &error) != STATUS_OK)
        fail_msg("\"%.*s\": %s", (int)request->text.size, request->text.data, error.text);
}

/* Whether a search without cursor would look for the words as the walk does: else the two cannot be compared. */
static bool is_comparable(const struct shop *shop, struct snapshot *snapshot, const struct walk *walk, struct arena *arena)
{
    struct search_request request = walk->request;
    const struct cursor *after = request.after;
    struct search_result result = {0};
    request.after = NULL;
    request.limit = 1;
    if (after == NULL)
        return true;
    search_must(shop, snapshot, &request, arena, &result);
    const struct cursor *next = result.next;
    bool same =
        next != NULL && next->steps == after->steps && next->rung == after->rung && next->use == after->use && next->sort == after->sort;
    steps_seen += same && after->steps + after->rung > 0;
    return same;
}

static void order_read(const struct shop *shop, struct snapshot *snapshot, const struct walk *walk, struct arena *arena,
                       struct order *order)
{
    struct search_request request = walk->request;
    struct search_result result = {0};
    request.after = NULL;
    request.limit = HITS_MAX;
    order->count = 0;
    do {
        search_must(shop, snapshot, &request, arena, &result);
        assert_true(order->count + result.hit_count <= LISTED_MAX);
        memcpy(order->hits + order->count, result.hits, result.hit_count * sizeof *result.hits);
        order->count += result.hit_count;
        request.page++;
    } while (result.next != NULL);
    assert_int_equal(order->count, result.total);
}

static bool is_behind(const struct shop *shop, struct search_hit hit, uint64_t rank, struct bytes id)
{
    struct bytes own = bytes_of(shop->products[product_of(shop, hit.document)].id);
    uint64_t left = id_order(own), right = id_order(id);
    if (hit.rank != rank)
        return hit.rank < rank;
    return left != right ? left > right : bytes_compare(own, id) > 0;
}

/* By relevance the product's rank of the moment, while it is the same product. */
static uint64_t place_rank(const struct shop *shop, const struct cursor *after, const struct order *order)
{
    for (unsigned i = 0; i < order->count && after->sort == SORT_RELEVANCE; i++) {
        const struct product *product = &shop->products[product_of(shop, order->hits[i].document)];
        if (bytes_equal(bytes_of(product->id), after->id) && product->version == after->version) {
            relevance_moved += order->hits[i].rank != after->rank;
            return order->hits[i].rank;
        }
    }
    return after->rank;
}

/* The page that the rule asks for. */
static void page_check(const struct shop *shop, const struct walk *walk, const struct order *order, const struct search_result *result)
{
    const struct cursor *after = walk->request.after;
    uint64_t rank = after == NULL ? 0 : place_rank(shop, after, order);
    unsigned expected = 0, behind = 0;
    for (unsigned i = 0; i < order->count; i++) {
        if (after != NULL && !is_behind(shop, order->hits[i], rank, after->id))
            continue;
        if (behind++ >= walk->request.limit)
            continue;
        assert_true(expected < result->hit_count);
        assert_int_equal(result->hits[expected].document, order->hits[i].document);
        assert_int_equal(result->hits[expected].rank, order->hits[i].rank);
        expected++;
    }
    assert_int_equal(result->hit_count, expected);
    assert_int_equal(result->next != NULL, behind > walk->request.limit);
    assert_int_equal(result->total, order->count);
}

static void stayed_update(const struct shop *shop, struct walk *walk, const struct order *order)
{
    bool *here = memory_calloc(shop->count, sizeof *here);
    for (unsigned i = 0; i < order->count; i++)
        here[product_of(shop, order->hits[i].document)] = true;
    for (uint32_t i = 0; i < shop->count; i++)
        walk->stayed[i] = (walk->pages == 0 || walk->stayed[i]) && here[i];
    free(here);
}

static void products_edit(struct shop *shop, struct walk *walk, unsigned edits)
{
    struct batch *batch = shop_begin(shop);
    for (unsigned i = 0; i < edits; i++) {
        uint32_t what = random_below(&shop->random, 5), at = random_below(&shop->random, shop->count);
        struct product *product = &shop->products[at];
        if (what == 0 && shop->count < LISTED_MAX) {
            walk->touched[shop->count] = true;
            shop_add(shop, batch, 0);
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
        walk->touched[at] = walk->touched[at] || what > 0;
    }
    shop_commit(batch);
}

static void request_make(struct shop *shop, struct search_request *request, char text[64])
{
    uint64_t *state = &shop->random;
    request_init(request);
    request->literal = random_chance(state, 30);
    text[0] = '\0';
    for (unsigned words = random_below(state, 4); words > 0; words--)
        snprintf(text + strlen(text), 64 - strlen(text), "%s ", random_word(state));
    request->text = bytes_of(text);
    request->sort = random_chance(state, 40) ? SORT_RELEVANCE : (enum sort)random_below(state, SORT_DISCOUNT + 1);
    request->match = random_chance(state, 30) ? MATCH_ANY : MATCH_ALL;
    request->limit = 1 + random_below(state, 12);
    request->in_stock = random_chance(state, 20);
}

/* The cursor outlives its page's arena. */
static void cursor_keep(const struct search_result *result, struct cursor *kept, char id[64])
{
    if (result->next == NULL)
        return;
    *kept = *result->next;
    memcpy(id, kept->id.data, kept->id.size);
    kept->id.data = id;
}

/* One page; false when it was the last one. */
static bool walk_page(struct shop *shop, struct walk *walk, struct order *order, struct cursor *kept, char id[64])
{
    struct search_result result = {0};
    struct arena arena;
    arena_init(&arena, 256 << 20);
    struct snapshot *snapshot = shop_read(shop);
    search_must(shop, snapshot, &walk->request, &arena, &result);
    if (is_comparable(shop, snapshot, walk, &arena)) {
        order_read(shop, snapshot, walk, &arena, order);
        page_check(shop, walk, order, &result);
        stayed_update(shop, walk, order);
    } else {
        memset(walk->stayed, 0, LISTED_MAX * sizeof *walk->stayed);
    }
    for (unsigned i = 0; i < result.hit_count; i++)
        walk->shown[product_of(shop, result.hits[i].document)]++;
    cursor_keep(&result, kept, id);
    bool more = result.next != NULL;
    snapshot_close(snapshot);
    arena_release(&arena);
    walk->pages++;
    walk->request.after = kept;
    return more && walk->pages < PAGES_MAX;
}

static void walk_run(struct shop *shop, struct order *order)
{
    char text[64], id[64];
    struct cursor kept = {0};
    struct walk walk = {.touched = memory_calloc(LISTED_MAX, sizeof *walk.touched),
                        .stayed = memory_calloc(LISTED_MAX, sizeof *walk.stayed),
                        .shown = memory_calloc(LISTED_MAX, sizeof *walk.shown)};
    request_make(shop, &walk.request, text);
    while (walk_page(shop, &walk, order, &kept, id))
        products_edit(shop, &walk, random_below(&shop->random, 5));
    for (uint32_t i = 0; i < shop->count && walk.request.sort != SORT_RELEVANCE && walk.pages < PAGES_MAX; i++)
        if (!walk.touched[i]) {
            assert_true(walk.shown[i] <= 1);
            assert_true(walk.shown[i] == 1 || !walk.stayed[i]);
            untouched_seen += walk.shown[i];
        }
    free(walk.touched);
    free(walk.stayed);
    free(walk.shown);
}

static void shop_walk(uint64_t seed, uint32_t products, unsigned walks)
{
    struct shop shop;
    struct order *order = memory_alloc(sizeof *order);
    shop_open(&shop, seed);
    struct batch *batch = shop_begin(&shop);
    for (uint32_t i = 0; i < products; i++)
        shop_add(&shop, batch, random_below(&shop.random, 3));
    shop_commit(batch);
    for (unsigned i = 0; i < walks; i++)
        walk_run(&shop, order);
    shop_close(&shop);
    free(order);
}

static uint64_t seed;

static unsigned seeds_count(void)
{
    const char *given = getenv("PROP_SEEDS");
    return given == NULL ? 1 : (unsigned)strtoul(given, NULL, 10);
}

static void small_shops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 60 * seeds_count(); i++)
        shop_walk(seed + i, 2 + i % 40, 5);
}

static void larger_shops(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4 * seeds_count(); i++)
        shop_walk(seed + i, 400, 6);
    assert_true(untouched_seen > 0 && relevance_moved > 0 && steps_seen > 0);
}

/* Another request, be it by one parameter, is another walk. */
static void cursor_of_another_search(void **state)
{
    (void)state;
    struct search_request a, b;
    struct error error = {0};
    static const char *const other[][2] = {{"q", "may"},
                                           {"category", "nganh-1"},
                                           {"brand", "hang-1"},
                                           {"priceMin", "0"},
                                           {"priceMax", "9"},
                                           {"inStock", "true"},
                                           {"onSale", "true"},
                                           {"ratingMin", "4"},
                                           {"specs.a", "8.."},
                                           {"specs.b", "x"},
                                           {"sort", "bestSelling"},
                                           {"match", "any"},
                                           {"understand", "false"},
                                           {"ignore", "brand"}};
    static const char *const same[][2] = {{"limit", "3"}, {"facets", "*"}, {"facetLimit", "7"}, {"facetSort.brand", "label"}};
    request_init(&a);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        request_init(&b);
        assert_int_equal(request_set(&b, other[i][0], bytes_of(other[i][1]), &error), STATUS_OK);
        assert_int_not_equal(request_fingerprint(&a), request_fingerprint(&b));
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        request_init(&b);
        assert_int_equal(request_set(&b, same[i][0], bytes_of(same[i][1]), &error), STATUS_OK);
        assert_int_equal(request_fingerprint(&a), request_fingerprint(&b));
    }
}

static void cursor_refused(void **state)
{
    (void)state;
    struct shop shop;
    struct search_request request;
    struct search_result result = {0};
    struct error error = {0};
    struct arena arena;
    arena_init(&arena, 1 << 24);
    shop_open(&shop, 1);
    struct snapshot *snapshot = shop_read(&shop);
    request_init(&request);
    struct cursor cursor = {.fingerprint = request_fingerprint(&request) + 1, .id = bytes_of("1")};
    request.after = &cursor;
    assert_int_equal(search_run(snapshot, shop.analyzer, &request, &(struct search_limits){0}, &arena, &result, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "another search"));
    snapshot_close(snapshot);
    shop_close(&shop);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_of_another_search),
        cmocka_unit_test(cursor_refused),
        cmocka_unit_test(small_shops),
        cmocka_unit_test(larger_shops),
    };
    seed = seed_take();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
