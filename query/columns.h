/* The columns of the window at hand as flat arrays, so that filters, facets and ranking loop over plain numbers. Only the chunks in which
 * somebody asked for a document are fetched. */
#ifndef TIM_QUERY_COLUMNS_H
#define TIM_QUERY_COLUMNS_H

#include "base/arena.h"
#include "catalog/field.h"
#include "query/window.h"

struct snapshot;

enum column_slot { SLOT_OFFER, SLOT_PRIOR, SLOT_SOLD, SLOT_BRAND, SLOT_CATEGORY, SLOT_CREATED, SLOT_RUN, SLOT_COUNT };

/* How an unknown value reads in the flat arrays. */
#define VALUE_UNKNOWN UINT32_MAX

struct columns {
    struct snapshot *snapshot;
    struct arena *arena;
    uint32_t window;
    struct {
        uint32_t *values[COLUMN_FIELDS_MAX]; /* by field of the family, COLUMN_WINDOW each; NULL: not among the slot's fields */
        uint32_t entries;                    /* per chunk */
        uint32_t loaded;                     /* a bit per chunk of the window */
        uint32_t complete;                   /* the bits that make a whole window */
        uint64_t min[COLUMN_RECORD_BYTES_MAX],
            max[COLUMN_RECORD_BYTES_MAX]; /* of each loaded chunk's first field; min > max: all unknown */
    } slots[SLOT_COUNT];
};

void columns_init(struct columns *columns, struct snapshot *snapshot, struct arena *arena);
/* Forgets the arrays' contents when the window is another one. */
void columns_move(struct columns *columns, uint32_t window);
/* Makes the slot's arrays right at every place in `bits`. LIMIT: the arena's cap. */
MUST_USE enum status columns_load(struct columns *columns, enum column_slot slot, const uint64_t *bits);

static inline const uint32_t *columns_values(const struct columns *columns, enum column_slot slot, unsigned field)
{
    return columns->slots[slot].values[field];
}

/* What is paid: the sale price when it is below the price. VALUE_UNKNOWN when neither is known. Loaded with SLOT_OFFER. */
static inline uint32_t columns_paid(const struct columns *columns, uint32_t at)
{
    uint32_t price = columns->slots[SLOT_OFFER].values[OFFER_PRICE][at], sale = columns->slots[SLOT_OFFER].values[OFFER_SALE][at];
    return price < sale ? price : sale;
}

#endif
