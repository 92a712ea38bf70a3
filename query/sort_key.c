#include "query/sort_key.h"

#include "query/rank.h"

enum column_slot sort_slot(enum sort sort)
{
    static const enum column_slot slots[] = {
        [SORT_PRICE_ASC] = SLOT_OFFER,
        [SORT_PRICE_DESC] = SLOT_OFFER,
        [SORT_NEWEST] = SLOT_CREATED,
        [SORT_BEST_SELLING] = SLOT_FAME,
    };
    return slots[sort];
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
    case SORT_RELEVANCE:
        break;
    }
    return 0;
}
