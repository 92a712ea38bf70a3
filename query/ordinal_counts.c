#include "query/ordinal_counts.h"

#include <stddef.h>

#include "storage/multi.h"

static uint32_t page_count(const struct ordinal_counts *counts)
{
    return (counts->limit + COUNT_PAGE - 1) / COUNT_PAGE;
}

enum status ordinal_counts_open(struct ordinal_counts *counts, uint32_t limit, struct arena *arena)
{
    *counts = (struct ordinal_counts){.arena = arena, .limit = limit};
    if (limit <= COUNT_LANES_LIMIT)
        counts->lanes = arena_calloc(arena, (size_t)COUNT_LANES * (limit + 1), sizeof *counts->lanes);
    else
        counts->pages = arena_calloc(arena, page_count(counts), sizeof(uint32_t *));
    return counts->lanes == NULL && counts->pages == NULL ? STATUS_LIMIT : STATUS_OK;
}

/* An ordinal's lanes stand side by side. */
static void lane_hit(uint32_t *lanes, uint32_t limit, uint32_t ordinal, unsigned lane)
{
    lanes[(size_t)(ordinal < limit ? ordinal : limit) * COUNT_LANES + lane]++;
}

static void page_hit(struct ordinal_counts *counts, uint32_t ordinal)
{
    if (ordinal >= counts->limit)
        return;
    uint32_t **page = &counts->pages[ordinal / COUNT_PAGE];
    if (*page == NULL) {
        *page = arena_calloc(counts->arena, COUNT_PAGE, sizeof **page);
        counts->full = counts->full || *page == NULL;
        if (*page == NULL)
            return;
    }
    (*page)[ordinal % COUNT_PAGE]++;
}

/* The places of a word that are in `rest`; the lowest one's ordinal stands first. */
static void word_add(struct ordinal_counts *counts, const uint32_t *ordinals, uint64_t rest)
{
    uint32_t limit = counts->limit, *lanes = counts->lanes;
    if (lanes == NULL) {
        for (; rest != 0; rest &= rest - 1)
            page_hit(counts, ordinals[__builtin_ctzll(rest)]);
    } else if (rest == UINT64_MAX) {
        for (unsigned i = 0; i < 64; i += COUNT_LANES)
            for (unsigned lane = 0; lane < COUNT_LANES; lane++)
                lane_hit(lanes, limit, ordinals[i + lane], lane);
    } else {
        for (; rest != 0; rest &= rest - 1) {
            unsigned at = (unsigned)__builtin_ctzll(rest);
            lane_hit(lanes, limit, ordinals[at], at % COUNT_LANES);
        }
    }
}

enum status ordinal_counts_add(struct ordinal_counts *counts, const uint32_t *ordinals, uint32_t first, uint32_t end,
                               const uint64_t *documents)
{
    for (uint32_t word = first >> 6; word <= (end - 1) >> 6; word++) {
        uint64_t rest = window_within(documents, word, first, end);
        /* The word that the part begins inside of has places before the array. */
        unsigned skipped = word * 64 < first ? first & 63 : 0;
        word_add(counts, ordinals + (word * 64 + skipped - first), rest >> skipped);
    }
    return counts->full ? STATUS_LIMIT : STATUS_OK;
}

enum status ordinal_counts_repeat(struct ordinal_counts *counts, uint32_t ordinal, uint32_t times)
{
    if (times == 0 || ordinal >= counts->limit)
        return STATUS_OK;
    if (counts->lanes != NULL) {
        counts->lanes[(size_t)ordinal * COUNT_LANES] += times;
        return STATUS_OK;
    }
    page_hit(counts, ordinal);
    if (counts->full)
        return STATUS_LIMIT;
    counts->pages[ordinal / COUNT_PAGE][ordinal % COUNT_PAGE] += times - 1;
    return STATUS_OK;
}

static void all_add(struct ordinal_counts *counts, const multi_ordinal *ordinals, uint32_t count)
{
    uint32_t limit = counts->limit, *lanes = counts->lanes, i = 0;
    for (; lanes == NULL && i < count; i++)
        page_hit(counts, ordinals[i]);
    for (; i + COUNT_LANES <= count; i += COUNT_LANES)
        for (unsigned lane = 0; lane < COUNT_LANES; lane++)
            lane_hit(lanes, limit, ordinals[i + lane], lane);
    for (; i < count; i++)
        lane_hit(lanes, limit, ordinals[i], 0);
}

/* Takes back what was counted. A sum of lanes may pass through zero on its way: all is modulo 2^32. */
static void all_subtract(struct ordinal_counts *counts, const multi_ordinal *ordinals, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ordinal = ordinals[i];
        if (ordinal >= counts->limit)
            continue;
        if (counts->lanes != NULL)
            counts->lanes[(size_t)ordinal * COUNT_LANES]--;
        else if (counts->pages[ordinal / COUNT_PAGE] != NULL)
            counts->pages[ordinal / COUNT_PAGE][ordinal % COUNT_PAGE]--;
    }
}

bool ordinal_counts_add_multi(struct ordinal_counts *counts, const struct multi_chunk *chunk, uint32_t first, const uint64_t *documents)
{
    uint32_t end = first + chunk->span;
    bool sound = true, most = window_count_range(documents, first, end) > chunk->span / 2;
    if (most) {
        window_read_ahead(chunk->ordinals, chunk->count * sizeof *chunk->ordinals);
        all_add(counts, chunk->ordinals, chunk->count);
    }
    for (uint32_t word = first >> 6; word <= (end - 1) >> 6 && sound; word++) {
        uint64_t inside = window_within(documents, word, first, end);
        uint64_t rest = most ? window_range(word, first, end) & ~inside : inside;
        for (; rest != 0 && sound; rest &= rest - 1) {
            uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest) - first, begin = 0, behind = 0;
            sound = multi_chunk_values(chunk, at, &begin, &behind);
            if (sound && begin < behind)
                (most ? all_subtract : all_add)(counts, chunk->ordinals + begin, behind - begin);
        }
    }
    return sound;
}

static uint32_t lanes_sum(const struct ordinal_counts *counts, uint32_t ordinal)
{
    uint32_t sum = 0;
    for (unsigned lane = 0; lane < COUNT_LANES; lane++)
        sum += counts->lanes[(size_t)ordinal * COUNT_LANES + lane];
    return sum;
}

/* Writes the ones of ordinals from..from + count - 1 that were hit; `counted` has their counts. */
static void hits_append(struct ordinal_count *list, uint32_t *used, uint32_t from, const uint32_t *counted, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (counted[i] > 0)
            list[(*used)++] = (struct ordinal_count){from + i, counted[i]};
}

enum status ordinal_counts_take(struct ordinal_counts *counts, struct ordinal_count **out, uint32_t *out_count)
{
    uint32_t room = counts->lanes != NULL ? counts->limit : 0;
    for (uint32_t page = 0; counts->lanes == NULL && page < page_count(counts); page++)
        room += counts->pages[page] != NULL ? COUNT_PAGE : 0;
    struct ordinal_count *list = arena_alloc(counts->arena, room * sizeof *list);
    *out = list;
    *out_count = 0;
    if (list == NULL || counts->full)
        return STATUS_LIMIT;
    for (uint32_t ordinal = 0; counts->lanes != NULL && ordinal < counts->limit; ordinal++) {
        uint32_t sum = lanes_sum(counts, ordinal);
        hits_append(list, out_count, ordinal, &sum, 1);
    }
    for (uint32_t page = 0; counts->lanes == NULL && page < page_count(counts); page++)
        if (counts->pages[page] != NULL)
            hits_append(list, out_count, page * COUNT_PAGE, counts->pages[page], COUNT_PAGE);
    return STATUS_OK;
}
