/* Inside storage/ only: the bytes of a column chunk, shared by its reader (column.c) and its writer (column_edit.c).
 *
 *   key    := space u8, family id u8, chunk u32be
 *   chunk  := family id u8, field count u8, shape u8, zero u8, zone{field count}, zeros up to 44 bytes, array{field count}
 *   shape  := for each field, from the lowest bits, 2 bits: log2 of its width
 *   zone   := minimum, maximum of the known values, each as wide as the field; all bits set and 0 when none is known
 *   array  := (4,032 / sum of widths) values, little-endian; all bits set: unknown
 *
 * With its checksum a chunk takes 4,080 bytes, one overflow page, where values are 16-byte aligned: the arrays start at byte 48. */
#ifndef TIM_STORAGE_COLUMN_BLOCK_H
#define TIM_STORAGE_COLUMN_BLOCK_H

#include "storage/column.h"
#include "storage/door.h"

enum {
    COLUMN_KEY_BYTES = 6,
    COLUMN_HEADER_BYTES = 44,
    COLUMN_PAYLOAD_BYTES = COLUMN_HEADER_BYTES + COLUMN_CHUNK_BYTES,
};
_Static_assert((int)COLUMN_PAYLOAD_BYTES == (int)PAYLOAD_BYTES_MAX, "a chunk fills its page");
_Static_assert(4 + 2 * COLUMN_RECORD_BYTES_MAX <= COLUMN_HEADER_BYTES, "the zone map fits the header");

/* The family, space and chunk as one number that sorts as the key does. */
uint64_t column_chunk_id(const struct column_family *family, uint32_t chunk);
void column_chunk_key(uint64_t id, unsigned char key[COLUMN_KEY_BYTES]);

/* Where a field's array begins in the payload. */
size_t column_array_at(const struct column_family *family, unsigned field);

/* The stored payload, checked to be this family's. NOT_FOUND. */
MUST_USE enum status column_block_get(struct snapshot *snapshot, const struct column_family *family, uint32_t chunk,
                                      const unsigned char **payload);

/* Writes the header for the arrays that stand behind it in `payload`. */
void column_block_seal(const struct column_family *family, unsigned char *payload);
/* False when the payload's header is not the one that its arrays would get. */
bool column_block_sealed(const struct column_family *family, const unsigned char *payload);

/* The batch's copy of a chunk (its payload), or NULL; how many copies there are. */
const unsigned char *column_edits_find(const struct batch *batch, const struct column_family *family, uint32_t chunk);
size_t column_edits_count(const struct batch *batch);

#endif
