/* The prices of the found products as a histogram with round edges.
 *
 * Prices are counted by their first three digits (4,290,000 and 4,299,999 share a counter), which is exact for every coarser division by
 * round numbers. In the end the finest division that gives at most PRICE_BINS_MAX bins is chosen among these, each repeated in every
 * power of ten: steps of 0.01, 0.02, 0.05, 0.1, 0.2, 0.5; the edges 1, 2, 5; the edge 1. A product with variants counts once, at the
 * price it shows. */
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

struct price_counters {
    uint32_t counts[COUNTERS];
    uint32_t min_vnd, max_vnd;
};

static const uint32_t powers[DECADES] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

static enum status price_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    struct price_counters *prices = arena_calloc(context->arena, 1, sizeof *prices);
    *counters = prices;
    if (prices == NULL)
        return STATUS_LIMIT;
    prices->min_vnd = UINT32_MAX;
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
    uint32_t leading = decade >= 2 ? price / powers[decade - 2] : price * powers[2 - decade];
    return decade * LEADING_COUNT + (leading - LEADING_MIN);
}

static enum status price_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct price_counters *prices = counters;
    enum status status = columns_load(context->columns, SLOT_OFFER, documents);
    if (status != STATUS_OK)
        return status;
    for (unsigned word = 0; word < WINDOW_WORDS; word++)
        for (uint64_t rest = documents[word]; rest != 0; rest &= rest - 1) {
            uint32_t paid = columns_paid(context->columns, word * 64 + (unsigned)__builtin_ctzll(rest));
            if (paid == VALUE_UNKNOWN)
                continue;
            prices->counts[counter_of(paid)]++;
            prices->min_vnd = paid < prices->min_vnd ? paid : prices->min_vnd;
            prices->max_vnd = paid > prices->max_vnd ? paid : prices->max_vnd;
        }
    return STATUS_OK;
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

/* Writes the bins of a division; false when there are more than PRICE_BINS_MAX. */
static bool bins_fill(const struct price_counters *prices, const struct division *division, struct price_bin *bins, unsigned *count)
{
    *count = 0;
    if (prices->counts[COUNTER_ZERO] > 0)
        bins[(*count)++] = (struct price_bin){0, 1, prices->counts[COUNTER_ZERO]};
    if (prices->max_vnd == 0)
        return true;
    unsigned last = counter_of(prices->max_vnd);
    for (unsigned counter = counter_of(prices->min_vnd > 0 ? prices->min_vnd : 1); counter <= last; counter++) {
        if (prices->counts[counter] == 0)
            continue;
        unsigned decade = counter / LEADING_COUNT, low = 0, high = 0;
        division_range(division, counter % LEADING_COUNT + LEADING_MIN, &low, &high);
        uint32_t low_vnd = edge_price(decade, low);
        if (*count == 0 || bins[*count - 1].low_vnd != low_vnd) {
            if (*count == PRICE_BINS_MAX)
                return false;
            bins[(*count)++] = (struct price_bin){low_vnd, edge_price(decade, high), 0};
        }
        bins[*count - 1].count += prices->counts[counter];
    }
    return true;
}

static enum status price_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    const struct price_counters *prices = counters;
    if (prices->min_vnd > prices->max_vnd)
        return STATUS_OK;
    out->bins = arena_alloc(context->arena, PRICE_BINS_MAX * sizeof *out->bins);
    if (out->bins == NULL)
        return STATUS_LIMIT;
    unsigned division = 0;
    /* The last one has at most a bin per decade and one for 0. */
    while (!bins_fill(prices, &divisions[division], out->bins, &out->bin_count) && division + 1 < DIVISION_COUNT)
        division++;
    out->min_vnd = prices->min_vnd;
    out->max_vnd = prices->max_vnd;
    return STATUS_OK;
}

const struct facet_kind facet_price = {"price", AXIS_OFFER, price_open, price_count, price_finish};
