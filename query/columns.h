/* The columns of the window at hand, part by part: a part is a chunk's share of the window, read where it lies in the map. Only the chunks in
 * which somebody asks for a document are fetched, each once per window. */
#ifndef TIM_QUERY_COLUMNS_H
#define TIM_QUERY_COLUMNS_H

#include "base/arena.h"
#include "catalog/field.h"
#include "query/window.h"

struct snapshot;

enum column_slot { SLOT_OFFER, SLOT_FAME, SLOT_BRAND, SLOT_CATEGORY, SLOT_CREATED, SLOT_RUN, SLOT_COUNT };

/* How an unknown value reads in an array of u32. */
#define VALUE_UNKNOWN UINT32_MAX
#define VALUE_UNKNOWN_U16 UINT16_MAX

/* Arrays are indexed by place - first. Bounds are over known values; min > max: all are unknown. */
struct column_part {
    uint32_t first, end; /* places in the window */
    struct column_chunk chunk;
};

struct columns {
    struct snapshot *snapshot;
    struct arena *arena;
    uint32_t window;
    const unsigned char *unknown; /* the arrays of a chunk never written; made on first use */
    struct {
        struct column_cursor cursor;
        uint32_t entries; /* per chunk */
        uint32_t loaded;  /* a bit per chunk of the window */
        struct column_part parts[COLUMN_RECORD_BYTES_MAX];
    } slots[SLOT_COUNT];
};

void columns_init(struct columns *columns, struct snapshot *snapshot, struct arena *arena);
/* Forgets the parts when the window is another one. */
void columns_move(struct columns *columns, uint32_t window);

/* The first part with a place of `bits` from *at on; *at moves behind the part. END when there is none. */
MUST_USE enum status columns_next(struct columns *columns, enum column_slot slot, const uint64_t *bits, uint32_t *at,
                                  const struct column_part **out);

static inline const uint32_t *part_u32(const struct column_part *part, unsigned field)
{
    const void *array = part->chunk.values[field];
    return array;
}

static inline const uint16_t *part_u16(const struct column_part *part, unsigned field)
{
    const void *array = part->chunk.values[field];
    return array;
}

/* What is paid: the sale price when it is below the price. VALUE_UNKNOWN when neither is known. */
static inline uint32_t paid_of(uint32_t price, uint32_t sale)
{
    return price < sale ? price : sale;
}

#endif
