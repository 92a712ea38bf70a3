/* Facet fields with several values per entry (specs, variant attributes): entry -> ordinals. Byte grammar in multi_block.h. */
#ifndef TIM_STORAGE_MULTI_H
#define TIM_STORAGE_MULTI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct snapshot;
struct batch;
struct door_cursor;

enum { MULTI_VALUES_MAX = 15, /* per entry and field; more is LIMIT */ MULTI_SPAN_MAX = 504 /* entries per chunk, less when crowded */ };

/* Set in a field's number: its entries are variants, not documents. Without it, field numbers are below this. */
#define MULTI_SPACE_VARIANT 0x8000u

/* Numbers as they lie in a page: small chunks share pages and are then not aligned. Read them through these types, never through a plain
 * uint32_t pointer. */
typedef uint16_t multi_offset __attribute__((aligned(1)));
typedef uint32_t multi_ordinal __attribute__((aligned(1)));

/* A chunk: entry e in [first, first + span) has ordinals[offsets[e - first] .. offsets[e - first + 1]). Borrowed from the snapshot; in a
 * batch until the next multi_put or multi_seek. */
struct multi_chunk {
    uint32_t first, span;
    uint32_t count;                /* of all ordinals */
    const multi_offset *offsets;   /* span + 1 */
    const multi_ordinal *ordinals; /* ascending per entry */
};

/* The chunk that covers `entry`, or the next one behind it (then first > entry). END when there is none: no entry behind has values.
 * Through a batch's view, what the batch has put so far is written first. */
MUST_USE enum status multi_seek(struct snapshot *snapshot, uint16_t field, uint32_t entry, struct multi_chunk *out);

/* The first chunk, of whichever field, that begins at (*field, entry) or behind it; *field becomes its own. END when there is none. */
MUST_USE enum status multi_next(struct snapshot *snapshot, uint16_t *field, uint32_t entry, struct multi_chunk *out);

/* Where the values of entry first + i stand among the ordinals. False: the chunk is not what its writer wrote. */
static inline bool multi_chunk_values(const struct multi_chunk *chunk, uint32_t i, uint32_t *begin, uint32_t *end)
{
    *begin = chunk->offsets[i];
    *end = chunk->offsets[i + 1];
    return *begin <= *end && *end <= chunk->count;
}

/* Reads a field's chunks with a remembered place: the next one costs a step, not a descent. Zero it but for the field; valid until the snapshot
 * is reset, renewed or closed, and not in a batch. */
struct multi_cursor {
    uint16_t field;
    struct door_cursor *place; /* made on first use */
    struct multi_chunk chunk;  /* the one at hand; span 0: none */
    uint32_t known_from;       /* no other chunk covers known_from .. the chunk's end */
    bool ended;                /* no chunk covers anything from known_from on */
};
/* As multi_seek, but whether offsets rise is not looked at: multi_chunk_values does. */
MUST_USE enum status multi_cursor_seek(struct multi_cursor *cursor, struct snapshot *snapshot, uint32_t entry, struct multi_chunk *out);
/* What to return after multi_chunk_values said no: CORRUPT, also set in the snapshot. */
MUST_USE enum status multi_cursor_corrupt(const struct multi_cursor *cursor, struct snapshot *snapshot);

/* Replaces the entry's values (count 0: none). Ordinals ascending, no two alike. Collected and written at commit in key order, each chunk
 * once; the last put of an entry wins. */
MUST_USE enum status multi_put(struct batch *batch, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count);

#endif
