/* The PACKED posting block: up to 128 documents with an impact byte and a form byte each. A pure codec over bytes; grammar in packed.c.
 * Source of the layout: Lemire & Boytsov, "Decoding billions of integers per second through vectorization" (SIMD-BP128), on deltas. */
#ifndef TIM_STORAGE_PACKED_H
#define TIM_STORAGE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PACKED_DOCUMENTS_MAX = 128, PACKED_BYTES_MAX = 1024 /* of one encoded block, crc not included */ };

struct posting {
    uint32_t document;
    uint8_t impact; /* 1..255 */
    uint8_t form;
};

/* What can be known of a block without unpacking it. */
struct packed_header {
    uint8_t count_minus_1;
    uint8_t impact_max;
    uint32_t last; /* the last document */
};

/* Encodes 1..128 postings, ascending by document, whose first document is the block's key. Returns the bytes written (<= PACKED_BYTES_MAX). */
size_t packed_encode(const struct posting *postings, unsigned count, unsigned char *out);

/* CORRUPT when the bytes are not a block: wrong type, size not exactly as the header says, documents not ascending or past 2^31 - 1. */
MUST_USE enum status packed_header(uint32_t first, const void *data, size_t size, struct packed_header *out);
/* Unpacks into arrays of PACKED_DOCUMENTS_MAX; `count` of them are set. Impacts and forms may be NULL when not wanted. */
MUST_USE enum status packed_decode(uint32_t first, const void *data, size_t size, uint32_t *documents, uint8_t *impacts, uint8_t *forms,
                                   unsigned *count);

#endif
