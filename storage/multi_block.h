/* Inside storage/ only: the bytes of a chunk of multi-valued facets, shared by its reader (multi.c) and its writer (multi_edit.c).
 *
 *   key    := field u16be, first entry u32be      the field's highest bit: entries are variants, else documents
 *   chunk  := span u16le, offset u16le {span + 1}, ordinal u32le {last offset}
 *   span   := 504 | 252 | 126 | 63; first is a multiple of it
 *
 * A chunk of 504 entries is cut into halves, and these again, only as far as its bytes demand, so the chunks follow from the values alone.
 * At a span of 63 they fit whatever the values are. A chunk without any value is not stored. */
#ifndef TIM_STORAGE_MULTI_BLOCK_H
#define TIM_STORAGE_MULTI_BLOCK_H

#include "storage/door.h"
#include "storage/multi.h"

enum {
    MULTI_KEY_BYTES = 6,
    MULTI_SPAN_MIN = 63,
    MULTI_GROUP_CHUNKS_MAX = MULTI_SPAN_MAX / MULTI_SPAN_MIN,
};

static inline size_t multi_block_bytes(uint32_t span, uint32_t ordinal_count)
{
    return 2 + 2 * ((size_t)span + 1) + 4 * (size_t)ordinal_count;
}
_Static_assert(2 + 2 * (MULTI_SPAN_MIN + 1) + 4 * MULTI_SPAN_MIN * MULTI_VALUES_MAX <= PAYLOAD_BYTES_MAX, "the smallest span always fits");

void multi_key(unsigned char key[MULTI_KEY_BYTES], uint16_t field, uint32_t first);

/* False when the bytes are not the chunk that begins at `first`. Whether ordinals ascend is not looked at. */
bool multi_block_open(uint32_t first, struct bytes payload, struct multi_chunk *out);
/* The same without looking at every offset. */
bool multi_block_borrow(uint32_t first, struct bytes payload, struct multi_chunk *out);

#endif
