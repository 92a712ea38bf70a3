/* The prices of the found products as a histogram with round edges.
 *
 * Prices are counted by their first three digits (4,290,000 and 4,299,999 share a counter), which is exact for every coarser division by
 * round numbers. In the end the bins are even, by the least step of 1, 2 or 5 times a power of ten that gives at most PRICE_BINS_MAX of
 * them, which is 8 or more unless the prices lie close together. Where one of these would hold more than half of the products and the
 * prices lie SPREAD_MIN times apart, the edges are 1, 2 and 5 in every power of ten, or every power of ten alone. Bins without products
 * are left out. A product with variants counts once, at the price it shows. */
#include <assert.h>
#include <string.h>

#include "query/facet.h"

enum {
    PRICE_BINS_MAX = 20,
    SPREAD_MIN = 20,   /* greatest price over least */
    LEADING_MIN = 100, /* the first three digits */
    LEADING_END = 1000,
    LEADING_COUNT = LEADING_END - LEADING_MIN,
    DECADES = 10, /* of a u32 */
    COUNTER_ZERO = 0,
    COUNTER_FIRST = 1, /* counters ascend with the prices */
    COUNTERS = COUNTER_FIRST + DECADES * LEADING_COUNT,
    COUNTER_UNKNOWN = COUNTERS, /* never looked at */
    BLOCK = 64,                 /* counters that are cleared together */
    BLOCKS = COUNTERS / BLOCK + 1,
    PART_PLACES = 252,
    LISTED = 256,      /* rounded up to whole vectors */
    DECADES_CHEAP = 3, /* a decade's first three digits need a division from here on */
};

struct price_counters {
    uint32_t min_vnd, max_vnd;
    bool used[BLOCKS]; /* the other blocks are not even cleared */
    uint32_t counts[BLOCKS * BLOCK];
};

static const uint32_t powers[DECADES] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

/* How the prices of a decade are divided by 10^k, k = decade - 2: x / 10^k = (x >> k) / 5^k, and that is (x >> k) * multiplier >> 32 + shift
 * where multiplier = 2^(32 + shift) / 5^k rounded up, 2^shift < 5^k < 2^(shift + 1). The rounding adds less than (x >> k) * 5^k to 2^(32 +
 * shift) parts, which is less than one whole, since x >> k has 32 - k bits. */
static const struct {
    uint32_t multiplier;
    unsigned shift;
} divisors[DECADES] = {
    [3] = {3435973837U, 2},  [4] = {2748779070U, 4},  [5] = {2199023256U, 6},  [6] = {3518437209U, 9},
    [7] = {2814749768U, 11}, [8] = {2251799814U, 13}, [9] = {3602879702U, 16},
};

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

/* The counter of a price in a decade from DECADES_CHEAP on. */
static inline uint32_t counter_in(uint32_t price, unsigned decade)
{
    uint32_t leading = (uint32_t)((uint64_t)(price >> (decade - 2)) * divisors[decade].multiplier >> 32) >> divisors[decade].shift;
    return COUNTER_FIRST + decade * LEADING_COUNT + (leading - LEADING_MIN);
}

static unsigned counter_of(uint32_t price)
{
    if (price == 0)
        return COUNTER_ZERO;
    if (price == VALUE_UNKNOWN)
        return COUNTER_UNKNOWN;
    unsigned decade = decade_of(price);
    return decade < DECADES_CHEAP ? COUNTER_FIRST + decade * LEADING_COUNT + (price * powers[2 - decade] - LEADING_MIN)
                                  : counter_in(price, decade);
}

/* The counters of a decade to those of the places that have one of its prices. */
WINDOW_CLONES static void decade_list(const uint32_t paid[restrict LISTED], unsigned decade, uint32_t listed[restrict LISTED])
{
    uint32_t begin = powers[decade], last = decade + 1 < DECADES ? powers[decade + 1] - 1 : VALUE_UNKNOWN - 1;
    for (unsigned i = 0; i < LISTED; i++) {
        uint32_t counter = counter_in(paid[i], decade);
        listed[i] = paid[i] >= begin && paid[i] <= last ? counter : listed[i];
    }
}

/* The counters of all places of a part, many at a time. The prices that are known lie in low..high, and low in a decade from DECADES_CHEAP
 * on. */
static void counters_list(const struct column_part *part, uint32_t low, uint32_t high, uint32_t listed[LISTED])
{
    const uint32_t *price = part_u32(part, OFFER_PRICE), *sale = part_u32(part, OFFER_SALE);
    uint32_t paid[LISTED] = {0};
    window_read_ahead(price, PART_PLACES * sizeof *price);
    window_read_ahead(sale, PART_PLACES * sizeof *sale);
    for (unsigned i = 0; i < PART_PLACES; i++)
        paid[i] = paid_of(price[i], sale[i]);
    for (unsigned i = 0; i < LISTED; i++)
        listed[i] = COUNTER_UNKNOWN;
    for (unsigned decade = decade_of(low); decade <= decade_of(high); decade++)
        decade_list(paid, decade, listed);
}

/* Clears the counters from low..high that are not in use yet. */
static void counters_use(struct price_counters *prices, unsigned low, unsigned high)
{
    for (unsigned block = low / BLOCK; block <= high / BLOCK; block++) {
        if (prices->used[block])
            continue;
        prices->used[block] = true;
        memset(prices->counts + (size_t)block * BLOCK, 0, BLOCK * sizeof *prices->counts);
    }
}

/* What a part's zone map says of the prices paid, all of them; low > high: none is known. */
static void part_range(const struct column_part *part, uint32_t *low, uint32_t *high)
{
    const uint64_t *min = part->chunk.min, *max = part->chunk.max;
    *low = (uint32_t)(min[OFFER_PRICE] < min[OFFER_SALE] ? min[OFFER_PRICE] : min[OFFER_SALE]);
    *high = (uint32_t)(max[OFFER_PRICE] > max[OFFER_SALE] ? max[OFFER_PRICE] : max[OFFER_SALE]);
}

/* Widens the least and greatest price by those of a part. */
static void part_bounds(struct price_counters *prices, const struct column_part *part, const uint64_t *documents)
{
    const uint32_t *price = part_u32(part, OFFER_PRICE), *sale = part_u32(part, OFFER_SALE);
    for (uint32_t at = window_next(documents, part->first); at < part->end; at = window_next(documents, at + 1)) {
        uint32_t paid = paid_of(price[at - part->first], sale[at - part->first]);
        if (paid == VALUE_UNKNOWN)
            continue;
        prices->min_vnd = paid < prices->min_vnd ? paid : prices->min_vnd;
        prices->max_vnd = paid > prices->max_vnd ? paid : prices->max_vnd;
    }
}

/* Counts the documents of a part. Where they are many, the counters of all places are worked out, many at a time. */
static void part_count(struct price_counters *prices, const struct column_part *part, uint32_t low, uint32_t high,
                       const uint64_t *documents)
{
    const uint32_t *price = part_u32(part, OFFER_PRICE), *sale = part_u32(part, OFFER_SALE);
    uint32_t listed[LISTED];
    assert(part->end - part->first == PART_PLACES);
    bool most = low >= powers[DECADES_CHEAP] && window_count_range(documents, part->first, part->end) > PART_PLACES / 4;
    if (most)
        counters_list(part, low, high, listed);
    for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
        for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
            uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest) - part->first;
            prices->counts[most ? listed[at] : counter_of(paid_of(price[at], sale[at]))]++;
        }
}

static enum status price_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct price_counters *prices = counters;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(context->columns, SLOT_OFFER, documents, &next, &part)) == STATUS_OK;) {
        uint32_t low = 0, high = 0;
        part_range(part, &low, &high);
        if (low > high)
            continue;
        if (low < prices->min_vnd || high > prices->max_vnd)
            part_bounds(prices, part, documents);
        counters_use(prices, counter_of(low), counter_of(high));
        part_count(prices, part, low, high, documents);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* Where a histogram's bins end. */
struct scale {
    uint32_t step_vnd; /* edges are its multiples; 0: `edges` of every power of ten */
    unsigned edges[4]; /* the first digits, in hundredths; LEADING_END closes */
};

static const struct scale scale_thirds = {0, {100, 200, 500, LEADING_END}}, scale_decades = {0, {100, LEADING_END}};

/* The least price of a counter. */
static uint32_t counter_price(unsigned counter)
{
    if (counter == COUNTER_ZERO)
        return 0;
    unsigned decade = (counter - COUNTER_FIRST) / LEADING_COUNT, leading = (counter - COUNTER_FIRST) % LEADING_COUNT + LEADING_MIN;
    return (uint32_t)(((uint64_t)leading * powers[decade] + 99) / 100);
}

static uint32_t vnd_cut(uint64_t price)
{
    return price < UINT32_MAX ? (uint32_t)price : UINT32_MAX;
}

/* The bin of a price, empty. */
static struct price_bin scale_bin(const struct scale *scale, uint32_t price)
{
    if (scale->step_vnd > 0) {
        uint32_t low = price / scale->step_vnd * scale->step_vnd;
        return (struct price_bin){low, vnd_cut((uint64_t)low + scale->step_vnd), 0};
    }
    if (price == 0)
        return (struct price_bin){0, 1, 0};
    unsigned decade = decade_of(price), at = 0;
    while (scale->edges[at + 1] < LEADING_END && (uint64_t)scale->edges[at + 1] * powers[decade] <= (uint64_t)price * 100)
        at++;
    return (struct price_bin){(uint32_t)((uint64_t)scale->edges[at] * powers[decade] / 100),
                              vnd_cut((uint64_t)scale->edges[at + 1] * powers[decade] / 100), 0};
}

/* Writes the bins over the used counters, which ascend; false when there are more than PRICE_BINS_MAX. */
static bool bins_fill(const struct price_counters *prices, const uint16_t *used, unsigned used_count, const struct scale *scale,
                      struct price_bin *bins, unsigned *count)
{
    *count = 0;
    for (unsigned i = 0; i < used_count; i++) {
        struct price_bin bin = scale_bin(scale, counter_price(used[i]));
        if (*count == 0 || bins[*count - 1].low_vnd != bin.low_vnd) {
            if (*count == PRICE_BINS_MAX)
                return false;
            bins[(*count)++] = bin;
        }
        bins[*count - 1].count += prices->counts[used[i]];
    }
    return true;
}

/* The least of 1, 2, 5, 10, 20, ... that cuts min..max into at most PRICE_BINS_MAX bins, but no finer than the counters at max: its multiples
 * are edges of counters at every lower price too. The one before it, at most 2.5 times finer, gave more, so there are at least 8 bins, some
 * of them perhaps empty, unless the counters are too coarse. */
static struct scale scale_even(const struct price_counters *prices)
{
    unsigned decade = prices->max_vnd == 0 ? 0 : decade_of(prices->max_vnd);
    uint64_t power = decade < 2 ? 1 : powers[decade - 2];
    for (;; power *= 10)
        for (unsigned factor = 1; factor <= 5; factor += factor == 1 ? 1 : 3) {
            uint64_t step = factor * power;
            if (prices->max_vnd / step - prices->min_vnd / step < PRICE_BINS_MAX)
                return (struct scale){(uint32_t)step, {0}};
        }
}

static bool bins_crowded(const struct price_bin *bins, unsigned count)
{
    uint64_t all = 0, most = 0;
    for (unsigned i = 0; i < count; i++) {
        all += bins[i].count;
        most = bins[i].count > most ? bins[i].count : most;
    }
    return most > all / 2;
}

/* The counters that are not 0. */
static unsigned used_list(const struct price_counters *prices, uint16_t used[COUNTERS])
{
    unsigned count = 0;
    for (unsigned block = 0; block < BLOCKS; block++)
        for (unsigned i = block * BLOCK; prices->used[block] && i < (block + 1) * BLOCK && i < COUNTERS; i++) {
            used[count] = (uint16_t)i;
            count += prices->counts[i] > 0;
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
    unsigned used_count = used_list(prices, used);
    struct scale even = scale_even(prices);
    bool fits = bins_fill(prices, used, used_count, &even, out->bins, &out->bin_count);
    assert(fits);
    /* A case for 9,000 and a telephone for 40 million: most would stand in the first of even bins. */
    if (bins_crowded(out->bins, out->bin_count) && prices->max_vnd / SPREAD_MIN > prices->min_vnd &&
        !bins_fill(prices, used, used_count, &scale_thirds, out->bins, &out->bin_count)) {
        fits = bins_fill(prices, used, used_count, &scale_decades, out->bins, &out->bin_count);
        assert(fits); /* a bin per decade and one for 0 */
    }
    out->min_vnd = prices->min_vnd;
    out->max_vnd = prices->max_vnd;
    return STATUS_OK;
}

const struct facet_kind facet_price = {"price", AXIS_PRICE, price_open, price_count, price_finish, false};
