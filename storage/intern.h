/* Inside storage/ only: byte strings numbered from 0 in the order they are first seen, for the length of a batch. */
#ifndef TIM_STORAGE_INTERN_H
#define TIM_STORAGE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct interner_slot {
    uint32_t hash;
    uint32_t end; /* of the string's record in `bytes`, 0 for a free slot */
};

/* Zero-initialise it. */
struct interner {
    struct buffer bytes;  /* records: the string, its size u8, its number u32 */
    uint32_t *ends;       /* of each number's record */
    uint32_t count, room; /* of ends */
    struct interner_slot *slots;
    uint32_t slot_count; /* a power of two, at most half of them taken */
};

void interner_release(struct interner *interner);
/* The string's number; a new one when it was not seen before. Strings may be up to 255 bytes; all of them fewer than 4 GiB. */
uint32_t interner_put(struct interner *interner, const void *bytes, size_t size);
/* Borrowed until the next put. */
struct bytes interner_get(const struct interner *interner, uint32_t number);
size_t interner_bytes(const struct interner *interner);

#endif
