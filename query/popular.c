/* The queries sorted by folded text, and above them a tree in which every node knows the heaviest leaf below it. A prefix is a range of leaves;
 * its best are found by taking the heaviest of a range and going on with the two ranges beside it. */
#include "query/popular.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONTINUATIONS_MAX = 64, /* looked at for one query */
    AFTER_SPACE = ' ' + 1,  /* folded text has spaces, letters and digits: what goes on in the same word is at least this */
};

struct popular {
    struct popular_query *queries;
    uint32_t count, leaves; /* leaves: the power of two that is at least count */
    uint32_t *heaviest;     /* of node i; its children are 2i and 2i + 1, leaf j is leaves + j; `count`: none */
    char *texts;
};

static int query_compare(const void *left, const void *right)
{
    const struct popular_query *a = left, *b = right;
    return bytes_compare(a->folded, b->folded);
}

/* The first of `queries` that is not before `prefix` followed by a byte of `next` (0: by nothing). */
static uint32_t lower_bound(const struct popular_query *queries, uint32_t count, struct bytes prefix, unsigned next)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct bytes text = queries[middle].folded;
        bool before = bytes_begin_with(text, prefix) ? text.size == prefix.size ? next > 0 : (unsigned char)text.data[prefix.size] < next
                                                     : bytes_compare(text, prefix) < 0;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_pause(const struct popular_query *queries, uint32_t count, const struct popular_query *query)
{
    uint32_t at = lower_bound(queries, count, query->folded, AFTER_SPACE);
    for (uint32_t end = at + CONTINUATIONS_MAX; at < count && at < end && bytes_begin_with(queries[at].folded, query->folded); at++)
        if (queries[at].weight >= query->weight - query->weight / 2)
            return true;
    return false;
}

static struct bytes copied(char **at, struct bytes text)
{
    struct bytes copy = {.data = *at, .size = text.size};
    if (text.size > 0)
        memcpy(*at, text.data, text.size);
    *at += text.size;
    return copy;
}

/* The heavier of two leaves; of equal ones the first. */
static uint32_t heavier(const struct popular *popular, uint32_t a, uint32_t b)
{
    if (a == popular->count || b == popular->count)
        return a == popular->count ? b : a;
    uint64_t one = popular->queries[a].weight, other = popular->queries[b].weight;
    return one > other || (one == other && a < b) ? a : b;
}

static void tree_build(struct popular *popular)
{
    for (popular->leaves = 1; popular->leaves < popular->count;)
        popular->leaves *= 2;
    popular->heaviest = memory_alloc((size_t)popular->leaves * 2 * sizeof *popular->heaviest);
    for (uint32_t i = 0; i < popular->leaves; i++)
        popular->heaviest[popular->leaves + i] = i < popular->count ? i : popular->count;
    for (uint32_t node = popular->leaves - 1; node > 0; node--)
        popular->heaviest[node] = heavier(popular, popular->heaviest[2 * node], popular->heaviest[2 * node + 1]);
}

struct popular *popular_new(const struct popular_query *queries, uint32_t count)
{
    struct popular *popular = memory_calloc(1, sizeof *popular);
    struct popular_query *sorted = memory_calloc(count + 1u, sizeof *sorted);
    size_t bytes = 1;
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = queries[i];
        bytes += queries[i].folded.size + queries[i].text.size;
    }
    qsort(sorted, count, sizeof *sorted, query_compare);
    popular->queries = memory_calloc(count + 1u, sizeof *popular->queries);
    popular->texts = memory_alloc(bytes);
    char *at = popular->texts;
    for (uint32_t i = 0; i < count; i++)
        if (!is_pause(sorted, count, &sorted[i]))
            popular->queries[popular->count++] = (struct popular_query){
                .folded = copied(&at, sorted[i].folded), .text = copied(&at, sorted[i].text), .weight = sorted[i].weight};
    free(sorted);
    tree_build(popular);
    return popular;
}

void popular_free(struct popular *popular)
{
    if (popular == NULL)
        return;
    free(popular->queries);
    free(popular->heaviest);
    free(popular->texts);
    free(popular);
}

uint32_t popular_count(const struct popular *popular)
{
    return popular->count;
}

/* The heaviest leaf of [low, high). */
static uint32_t heaviest_of(const struct popular *popular, uint32_t low, uint32_t high)
{
    uint32_t best = popular->count;
    for (low += popular->leaves, high += popular->leaves; low < high; low /= 2, high /= 2) {
        if (low % 2 == 1)
            best = heavier(popular, best, popular->heaviest[low++]);
        if (high % 2 == 1)
            best = heavier(popular, best, popular->heaviest[--high]);
    }
    return best;
}

struct range {
    uint32_t low, high, best;
};

unsigned popular_top(const struct popular *popular, struct bytes prefix, unsigned limit, struct popular_query out[POPULAR_TOP_MAX])
{
    struct range ranges[2 * POPULAR_TOP_MAX + 1];
    uint32_t low = lower_bound(popular->queries, popular->count, prefix, 0);
    uint32_t high = lower_bound(popular->queries, popular->count, prefix, UINT8_MAX + 1u);
    unsigned count = 0, range_count = 1;
    assert(limit >= 1 && limit <= POPULAR_TOP_MAX);
    ranges[0] = (struct range){low, high, heaviest_of(popular, low, high)};
    while (count < limit) {
        unsigned at = 0;
        for (unsigned i = 1; i < range_count; i++)
            if (heavier(popular, ranges[at].best, ranges[i].best) != ranges[at].best)
                at = i;
        struct range range = ranges[at];
        if (range.best == popular->count)
            break;
        out[count++] = popular->queries[range.best];
        ranges[at] = (struct range){range.low, range.best, heaviest_of(popular, range.low, range.best)};
        ranges[range_count++] = (struct range){range.best + 1, range.high, heaviest_of(popular, range.best + 1, range.high)};
    }
    return count;
}
