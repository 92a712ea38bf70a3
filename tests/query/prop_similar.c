/* Similar products against working them out one by one, on random shops. */
#include "shop.h"

#include "base/clock.h"
#include "query/similar.h"

enum { PRODUCTS = 150, SHOPS = 20 };

static uint64_t paid_by(const struct product *product)
{
    return product->price < product->sale ? product->price : product->sale;
}

static uint64_t nearness(const struct product *own, const struct product *other)
{
    unsigned specs = 1, common = own->brand != UINT32_MAX && own->brand == other->brand;
    for (unsigned spec = 0; spec < SPECS; spec++) {
        unsigned values = product_spec(own, spec);
        specs += values != 0;
        common += (values & product_spec(other, spec)) != 0;
    }
    uint64_t low = paid_by(own), high = paid_by(other);
    if (low > high) {
        uint64_t higher = low;
        low = high;
        high = higher;
    }
    bool priced = high != COLUMN_UNKNOWN && low > 0;
    return 2000u * common / specs + (priced ? low * 1000 / high : 0);
}

/* Whether `a` is to be named before `b`. */
static bool before(const struct product *own, const struct product *a, const struct product *b)
{
    if ((a->stock != 0) != (b->stock != 0))
        return a->stock != 0;
    uint64_t one = nearness(own, a), other = nearness(own, b);
    if (one != other)
        return one > other;
    one = a->prior == COLUMN_UNKNOWN ? 0 : a->prior;
    other = b->prior == COLUMN_UNKNOWN ? 0 : b->prior;
    return one != other ? one > other : a->document < b->document;
}

static unsigned naive_similar(const struct shop *shop, const struct product *own, unsigned limit, uint32_t documents[SIMILAR_MAX])
{
    const struct product *best[SIMILAR_MAX];
    unsigned count = 0;
    for (uint32_t i = 0; i < shop->count; i++) {
        const struct product *other = &shop->products[i];
        if (!other->live || other == own || own->category == UINT32_MAX || other->category != own->category)
            continue;
        unsigned at = count < limit ? count++ : limit;
        for (; at > 0 && before(own, other, best[at - 1]); at--)
            if (at < limit)
                best[at] = best[at - 1];
        if (at < limit)
            best[at] = other;
    }
    for (unsigned i = 0; i < count; i++)
        documents[i] = best[i]->document;
    return count;
}

static void one_shop(uint64_t seed)
{
    struct shop shop;
    struct arena arena;
    shop_open(&shop, seed);
    arena_init(&arena, 16 << 20);
    struct batch *batch = shop_begin(&shop);
    for (unsigned i = 0; i < PRODUCTS; i++)
        shop_add(&shop, batch, random_below(&shop.random, 200));
    shop_commit(batch);
    batch = shop_begin(&shop);
    for (unsigned i = 0; i < PRODUCTS; i += 7)
        product_remove(batch, &shop.products[i]);
    shop_commit(batch);
    struct snapshot *snapshot = shop_read(&shop);
    for (unsigned i = 0; i < PRODUCTS; i++) {
        uint32_t found[SIMILAR_MAX], expected[SIMILAR_MAX];
        unsigned count = 0, limit = 1 + random_below(&shop.random, SIMILAR_MAX);
        if (!shop.products[i].live)
            continue;
        arena_reset(&arena);
        must(similar_run(snapshot, shop.products[i].document, limit, &arena, found, &count));
        assert_int_equal(count, naive_similar(&shop, &shop.products[i], limit, expected));
        for (unsigned j = 0; j < count; j++)
            assert_int_equal(found[j], expected[j]);
    }
    snapshot_close(snapshot);
    arena_release(&arena);
    shop_close(&shop);
}

static void against_naive(void **state)
{
    (void)state;
    const char *given = getenv("TIM_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_wall_us();
    print_message("seed %llu (run again with TIM_SEED)\n", (unsigned long long)seed);
    for (unsigned i = 0; i < SHOPS; i++)
        one_shop(seed + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_naive)};
    return cmocka_run_group_tests_name("similar", tests, NULL, NULL);
}
