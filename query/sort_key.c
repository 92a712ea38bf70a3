#include "query/sort_key.h"

#include "query/rank.h"

enum column_slot sort_slot(enum sort sort)
{
    static const enum column_slot slots[] = {
        [SORT_PRICE_ASC] = SLOT_OFFER,   [SORT_PRICE_DESC] = SLOT_OFFER, [SORT_NEWEST] = SLOT_CREATED,
        [SORT_BEST_SELLING] = SLOT_FAME, [SORT_RATING] = SLOT_FAME,      [SORT_DISCOUNT] = SLOT_OFFER,
    };
    return slots[sort];
}

enum { STAR_PARTS = 1000 /* of a hundredth */, PERCENT_PARTS = 100 };

/* Rises with the rating; with the number of reviews where the rating is above RATING_ASSUMED, and falls with it below. */
static uint64_t rating_mean(uint64_t rating, uint64_t reviews)
{
    return (reviews * rating + (uint64_t)REVIEWS_ASSUMED * RATING_ASSUMED) * STAR_PARTS / (reviews + REVIEWS_ASSUMED);
}

static uint64_t rating_rank(uint64_t rating, uint64_t reviews)
{
    return rating_mean(rating, reviews) << 32 | reviews;
}

static uint64_t discount_rank(uint64_t price, uint64_t sale)
{
    return sale < price ? (price - sale) * 100 * PERCENT_PARTS / price : 0;
}

static uint64_t rating_bound(const struct column_chunk *chunk)
{
    uint64_t most = chunk->max[FAME_REVIEWS] > 1 ? chunk->max[FAME_REVIEWS] : 1;
    uint64_t mean = rating_mean(chunk->max[FAME_RATING], chunk->max[FAME_RATING] > RATING_ASSUMED ? most : 1);
    return mean << 32 | most;
}

uint64_t sort_bound(enum sort sort, const struct column_part *part)
{
    const struct column_chunk *chunk = &part->chunk;
    uint64_t price = chunk->min[OFFER_PRICE], sale = chunk->min[OFFER_SALE];
    switch (sort) {
    case SORT_PRICE_ASC: /* the greatest number when all are unknown, which is how an unknown one ranks */
        price = price < sale ? price : sale;
        return rank_ascending(price < VALUE_UNKNOWN ? (uint32_t)price : VALUE_UNKNOWN);
    case SORT_PRICE_DESC: /* what is paid is one of the two; 0 when none is known */
        price = chunk->max[OFFER_PRICE] > chunk->max[OFFER_SALE] ? chunk->max[OFFER_PRICE] : chunk->max[OFFER_SALE];
        return rank_descending((uint32_t)price);
    case SORT_NEWEST:
        return rank_descending((uint32_t)chunk->max[0]);
    case SORT_BEST_SELLING:
        return chunk->max[FAME_SOLD];
    case SORT_RATING:
        return rating_bound(chunk);
    case SORT_DISCOUNT: /* the dearest price and the least sale price; there is none when either is unknown everywhere */
        return discount_rank(chunk->max[OFFER_PRICE], chunk->min[OFFER_SALE]);
    case SORT_RELEVANCE:
        break;
    }
    return UINT64_MAX; /* relevance is no sort key: pass.c */
}

uint64_t sort_rank(enum sort sort, const struct column_part *part, uint32_t at)
{
    switch (sort) {
    case SORT_PRICE_ASC:
        return rank_ascending(paid_of(part_u32(part, OFFER_PRICE)[at], part_u32(part, OFFER_SALE)[at]));
    case SORT_PRICE_DESC:
        return rank_descending(paid_of(part_u32(part, OFFER_PRICE)[at], part_u32(part, OFFER_SALE)[at]));
    case SORT_NEWEST:
        return rank_descending(part_u32(part, 0)[at]);
    case SORT_BEST_SELLING: {
        uint32_t sold = part_u32(part, FAME_SOLD)[at];
        return sold == VALUE_UNKNOWN ? 0 : sold;
    }
    case SORT_RATING: {
        uint16_t rating = part_u16(part, FAME_RATING)[at];
        uint32_t reviews = part_u32(part, FAME_REVIEWS)[at];
        if (rating == VALUE_UNKNOWN_U16 || rating == 0 || reviews == 0)
            return 0;
        return rating_rank(rating, reviews == VALUE_UNKNOWN ? 1 : reviews);
    }
    case SORT_DISCOUNT: {
        uint32_t price = part_u32(part, OFFER_PRICE)[at];
        return price == VALUE_UNKNOWN ? 0 : discount_rank(price, part_u32(part, OFFER_SALE)[at]);
    }
    case SORT_RELEVANCE:
        break;
    }
    return 0;
}
