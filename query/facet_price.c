/* The prices of the found products as a histogram with round edges.
 *
 * Prices are counted by their first three digits (4,290,000 and 4,299,999 share a counter), which is exact for every coarser division by
 * round numbers. In the end the finest division that gives at most PRICE_BINS_MAX bins is chosen among these, each repeated in every
 * power of ten: steps of 0.01, 0.02, 0.05, 0.1, 0.2, 0.5; the edges 1, 2, 5; the edge 1. A product with variants counts once, at the
 * price it shows. */
#include <string.h>

#include "query/facet.h"

enum {
    PRICE_BINS_MAX = 20,
    LEADING_MIN = 100, /* the first three digits */
    LEADING_END = 1000,
    LEADING_COUNT = LEADING_END - LEADING_MIN,
    DECADES = 10,                           /* of a u32 */
    COUNTERS = DECADES * LEADING_COUNT + 1, /* the last one counts the price 0 */
    COUNTER_ZERO = DECADES * LEADING_COUNT,
};

enum { USED_WORDS = COUNTERS / 64 + 1 };

struct price_counters {
    uint32_t min_vnd, max_vnd;
    uint64_t used[USED_WORDS]; /* the counters that are not 0: the others are not even cleared */
    uint32_t counts[COUNTERS];
};

static const uint32_t powers[DECADES] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

/* 2^64 / power, rounded up: the upper half of its product with a u32 is the quotient, since 2^32 times what was rounded up is below 2^64. */
static const uint64_t reciprocals[DECADES] = {
    0,
    UINT64_MAX / 10 + 1,
    UINT64_MAX / 100 + 1,
    UINT64_MAX / 1000 + 1,
    UINT64_MAX / 10000 + 1,
    UINT64_MAX / 100000 + 1,
    UINT64_MAX / 1000000 + 1,
    UINT64_MAX / 10000000 + 1,
    UINT64_MAX / 100000000 + 1,
    UINT64_MAX / 1000000000 + 1,
};

__extension__ typedef unsigned __int128 product;

static enum status price_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    struct price_counters *prices = arena_alloc(context->arena, sizeof *prices);
    *counters = prices;
    if (prices == NULL)
        return STATUS_LIMIT;
    prices->min_vnd = UINT32_MAX;
    prices->max_vnd = 0;
    memset(prices->used, 0, sizeof prices->used);
    return STATUS_OK;
}

/* floor(log10(price)), price > 0. */
static unsigned decade_of(uint32_t price)
{
    /* 1233 / 4096 is a little more than log10(2); the comparison puts it right. */
    unsigned guess = (32u - (unsigned)__builtin_clz(price)) * 1233u >> 12;
    return guess - (price < powers[guess]);
}

static unsigned counter_of(uint32_t price)
{
    if (price == 0)
        return COUNTER_ZERO;
    unsigned decade = decade_of(price);
    uint32_t leading = decade > 2 ? (uint32_t)((product)price * reciprocals[decade - 2] >> 64) : price * powers[2 - decade];
    return decade * LEADING_COUNT + (leading - LEADING_MIN);
}

static void counter_hit(struct price_counters *prices, unsigned counter)
{
    uint64_t bit = (uint64_t)1 << counter % 64;
    if ((prices->used[counter / 64] & bit) == 0) {
        prices->used[counter / 64] |= bit;
        prices->counts[counter] = 0;
    }
    prices->counts[counter]++;
}

static enum status price_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct price_counters *prices = counters;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(context->columns, SLOT_OFFER, documents, &next, &part)) == STATUS_OK;) {
        const uint32_t *price = part_u32(part, OFFER_PRICE), *sale = part_u32(part, OFFER_SALE);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest) - part->first;
                uint32_t paid = paid_of(price[at], sale[at]);
                if (paid == VALUE_UNKNOWN)
                    continue;
                counter_hit(prices, counter_of(paid));
                prices->min_vnd = paid < prices->min_vnd ? paid : prices->min_vnd;
                prices->max_vnd = paid > prices->max_vnd ? paid : prices->max_vnd;
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* A division of LEADING_MIN..LEADING_END, from fine to coarse. */
struct division {
    unsigned step;     /* 0: the edges below instead */
    unsigned edges[4]; /* from LEADING_MIN; LEADING_END closes */
};

static const struct division divisions[] = {
    {1, {0}}, {2, {0}}, {5, {0}}, {10, {0}}, {20, {0}}, {50, {0}}, {0, {100, 200, 500, 1000}}, {0, {100, 1000}},
};
enum { DIVISION_COUNT = sizeof divisions / sizeof divisions[0] };

static void division_range(const struct division *division, unsigned leading, unsigned *low, unsigned *high)
{
    if (division->step > 0) {
        *low = leading / division->step * division->step;
        *high = *low + division->step;
        return;
    }
    unsigned at = 0;
    while (division->edges[at + 1] <= leading)
        at++;
    *low = division->edges[at];
    *high = division->edges[at + 1];
}

/* The least price whose first digits are not below `leading` in this decade. */
static uint32_t edge_price(unsigned decade, unsigned leading)
{
    uint64_t price = ((uint64_t)leading * powers[decade] + 99) / 100;
    return price < UINT32_MAX ? (uint32_t)price : UINT32_MAX;
}

/* Writes the bins of a division over the used counters, which ascend; false when there are more than PRICE_BINS_MAX. */
static bool bins_fill(const struct price_counters *prices, const uint16_t *used, unsigned used_count, const struct division *division,
                      struct price_bin *bins, unsigned *count)
{
    *count = 0;
    if ((prices->used[COUNTER_ZERO / 64] >> COUNTER_ZERO % 64 & 1) != 0)
        bins[(*count)++] = (struct price_bin){0, 1, prices->counts[COUNTER_ZERO]};
    for (unsigned i = 0; i < used_count; i++) {
        unsigned decade = used[i] / LEADING_COUNT, low = 0, high = 0;
        division_range(division, used[i] % LEADING_COUNT + LEADING_MIN, &low, &high);
        uint32_t low_vnd = edge_price(decade, low);
        if (*count == 0 || bins[*count - 1].low_vnd != low_vnd) {
            if (*count == PRICE_BINS_MAX)
                return false;
            bins[(*count)++] = (struct price_bin){low_vnd, edge_price(decade, high), 0};
        }
        bins[*count - 1].count += prices->counts[used[i]];
    }
    return true;
}

/* The used counters but the zero's. */
static unsigned used_list(const struct price_counters *prices, uint16_t used[COUNTERS])
{
    unsigned count = 0;
    for (unsigned word = 0; word < USED_WORDS; word++)
        for (uint64_t rest = prices->used[word]; rest != 0; rest &= rest - 1) {
            unsigned counter = word * 64 + (unsigned)__builtin_ctzll(rest);
            if (counter != COUNTER_ZERO)
                used[count++] = (uint16_t)counter;
        }
    return count;
}

static enum status price_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    const struct price_counters *prices = counters;
    if (prices->min_vnd > prices->max_vnd)
        return STATUS_OK;
    out->bins = arena_alloc(context->arena, PRICE_BINS_MAX * sizeof *out->bins);
    if (out->bins == NULL)
        return STATUS_LIMIT;
    uint16_t used[COUNTERS];
    unsigned division = 0, used_count = used_list(prices, used);
    /* The last one has at most a bin per decade and one for 0. */
    while (!bins_fill(prices, used, used_count, &divisions[division], out->bins, &out->bin_count) && division + 1 < DIVISION_COUNT)
        division++;
    out->min_vnd = prices->min_vnd;
    out->max_vnd = prices->max_vnd;
    return STATUS_OK;
}

const struct facet_kind facet_price = {"price", AXIS_PRICE, price_open, price_count, price_finish};
