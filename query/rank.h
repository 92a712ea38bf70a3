/* The order of hits. For relevance one integer holds everything, compared as a whole:
 *
 *   rank := band (4 bits) | tier (2 bits) | text score + prior share + boost (58 bits)
 *
 *   band         how well the worst word is met (band.h)
 *   tier         1: in stock, or nobody knows; 0: out of stock. Where words are lacking the tier is 1 and an empty shelf costs a quarter
 *                of all that follows
 *   text score   the sum of worth * impact along the best path (match.h)
 *   prior share  prior / PRIOR_MAX of a quarter of the greatest text score that this query can give; without words the prior itself
 *   boost        an eighth of the greatest text score each for the brand and the category that were read from the words (boost.h), and what
 *                the shop's rules add, at most that score (rule_boost.h)
 *
 * so popularity orders products that fit about equally well, and no fame makes up for a worse band or an empty shelf. Equal ranks are
 * ordered by product id. */
#ifndef TIM_QUERY_RANK_H
#define TIM_QUERY_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog/field.h"
#include "query/match.h"

enum {
    PRIOR_SHARE = 4, /* the prior is worth at most 1/PRIOR_SHARE of the greatest text score */
    RANK_BAND_SHIFT = 60,
    RANK_TIER_SHIFT = 58,
    TIER_OUT = 0,
    TIER_IN_STOCK = 1,
};

/* What the most famous product gets. */
static inline uint32_t prior_points_max(uint32_t score_max)
{
    return score_max == 0 ? PRIOR_MAX : score_max / PRIOR_SHARE;
}

/* `prior` as stored, all bits set for none; `points_max` of prior_points_max. */
static inline uint32_t prior_points(uint16_t prior, uint32_t points_max)
{
    if (prior == UINT16_MAX)
        return 0;
    uint32_t known = prior < PRIOR_MAX ? prior : PRIOR_MAX;
    return (uint32_t)((uint64_t)known * points_max / PRIOR_MAX);
}

static inline uint64_t rank_pack(struct match_score score, unsigned tier, uint32_t points)
{
    return (uint64_t)score.band << RANK_BAND_SHIFT | (uint64_t)tier << RANK_TIER_SHIFT | ((uint64_t)score.score + points);
}

/* The rank of a document whose score and points are summed. What lacks words (BAND_NONE) has its stock within the score, as a quarter of it:
 * an empty shelf must not put the product that is meant behind those that share a mere word with it. */
static inline uint64_t rank_stocked(struct match_score score, bool in_stock)
{
    if (score.band != BAND_NONE || in_stock)
        return rank_pack(score, in_stock ? TIER_IN_STOCK : TIER_OUT, 0);
    score.score -= score.score / 4;
    return rank_pack(score, TIER_IN_STOCK, 0);
}

/* Sort keys as ranks: the greater comes first, and what is unknown (UINT32_MAX) last. */
static inline uint64_t rank_ascending(uint32_t value)
{
    return UINT32_MAX - (uint64_t)value;
}

static inline uint64_t rank_descending(uint32_t value)
{
    return value == UINT32_MAX ? 0 : (uint64_t)value + 1;
}

#endif
