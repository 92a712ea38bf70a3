/* A set of ordinals of one label field: what a filter selects. */
#ifndef TIM_QUERY_ORDINAL_SET_H
#define TIM_QUERY_ORDINAL_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct ordinal_set {
    uint64_t *bits;   /* ordinals below `limit`, which is never the unknown one */
    uint32_t *before; /* how many members the words before each have; made by ordinal_set_close */
    uint32_t limit;
};

/* The empty set, in the arena. LIMIT at its cap. */
static inline enum status ordinal_set_open(struct ordinal_set *set, uint32_t limit, struct arena *arena)
{
    uint32_t words = limit / 64 + 1;
    set->bits = arena_calloc(arena, words, sizeof *set->bits);
    set->before = arena_alloc(arena, words * sizeof *set->before);
    set->limit = limit;
    return set->bits == NULL || set->before == NULL ? STATUS_LIMIT : STATUS_OK;
}

static inline void ordinal_set_add(struct ordinal_set *set, uint32_t ordinal)
{
    if (ordinal < set->limit)
        set->bits[ordinal >> 6] |= (uint64_t)1 << (ordinal & 63);
}

/* No member is added any more. */
static inline void ordinal_set_close(struct ordinal_set *set)
{
    uint32_t members = 0;
    for (uint32_t word = 0; word <= set->limit / 64; word++) {
        set->before[word] = members;
        members += (uint32_t)__builtin_popcountll(set->bits[word]);
    }
}

static inline bool ordinal_set_has(const struct ordinal_set *set, uint32_t ordinal)
{
    return ordinal < set->limit && (set->bits[ordinal >> 6] >> (ordinal & 63) & 1) != 0;
}

/* How many members are below `ordinal`, which is at most the limit. */
static inline uint32_t ordinal_set_rank(const struct ordinal_set *set, uint32_t ordinal)
{
    uint64_t below = set->bits[ordinal >> 6] & (((uint64_t)1 << (ordinal & 63)) - 1);
    return set->before[ordinal >> 6] + (uint32_t)__builtin_popcountll(below);
}

/* True when a member lies in min..max. */
static inline bool ordinal_set_meets(const struct ordinal_set *set, uint64_t min, uint64_t max)
{
    if (min > max || min >= set->limit)
        return false;
    uint32_t end = max < set->limit ? (uint32_t)max + 1 : set->limit;
    return ordinal_set_rank(set, end) > ordinal_set_rank(set, (uint32_t)min);
}

#endif
