/* Facet fields with several values per entry (specs, variant attributes): entry -> ordinals. Byte grammar in multi_block.h. */
#ifndef TIM_STORAGE_MULTI_H
#define TIM_STORAGE_MULTI_H

#include <stdint.h>

#include "base/status.h"

struct snapshot;
struct batch;

enum { MULTI_VALUES_MAX = 15, /* per entry and field; more is LIMIT */ MULTI_SPAN_MAX = 504 /* entries per chunk, less when crowded */ };

/* Numbers as they lie in a page: small chunks share pages and are then not aligned. Read them through these types, never through a plain
 * uint32_t pointer. */
typedef uint16_t multi_offset __attribute__((aligned(1)));
typedef uint32_t multi_ordinal __attribute__((aligned(1)));

/* A chunk: entry e in [first, first + span) has ordinals[offsets[e - first] .. offsets[e - first + 1]). Borrowed from the snapshot; in a
 * batch until the next multi_put or multi_seek. */
struct multi_chunk {
    uint32_t first, span;
    const multi_offset *offsets;   /* span + 1 */
    const multi_ordinal *ordinals; /* ascending per entry */
};

/* The chunk that covers `entry`, or the next one behind it (then first > entry). END when there is none: no entry behind has values.
 * Through a batch's view, what the batch has put so far is written first. */
MUST_USE enum status multi_seek(struct snapshot *snapshot, uint16_t field, uint32_t entry, struct multi_chunk *out);

/* Replaces the entry's values (count 0: none). Ordinals ascending, no two alike. Collected and written at commit in key order, each chunk
 * once; the last put of an entry wins. */
MUST_USE enum status multi_put(struct batch *batch, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count);

#endif
