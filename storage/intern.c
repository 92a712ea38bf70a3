/* A hash table with open addressing over strings that lie in one buffer; each string carries its number behind it, so that finding one
 * touches two places in memory. */
#include "storage/intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS_MIN = 1024, STRING_BYTES_MAX = 255, NUMBER_BYTES = 4, TAIL_BYTES = 1 + NUMBER_BYTES };

void interner_release(struct interner *interner)
{
    buffer_release(&interner->bytes);
    free(interner->ends);
    free(interner->slots);
    *interner = (struct interner){0};
}

static struct bytes string_at(const struct interner *interner, uint32_t end)
{
    const char *tail = interner->bytes.data + end - TAIL_BYTES;
    size_t size = (unsigned char)tail[0];
    return (struct bytes){.data = tail - size, .size = size};
}

struct bytes interner_get(const struct interner *interner, uint32_t number)
{
    assert(number < interner->count);
    return string_at(interner, interner->ends[number]);
}

size_t interner_bytes(const struct interner *interner)
{
    return interner->bytes.room + (size_t)interner->room * sizeof *interner->ends + (size_t)interner->slot_count * sizeof *interner->slots;
}

static void slots_grow(struct interner *interner)
{
    uint32_t count = interner->slot_count == 0 ? SLOTS_MIN : interner->slot_count * 2;
    struct interner_slot *slots = memory_calloc(count, sizeof *slots);
    for (uint32_t old = 0; old < interner->slot_count; old++) {
        if (interner->slots[old].end == 0)
            continue;
        uint32_t slot = interner->slots[old].hash & (count - 1);
        while (slots[slot].end != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = interner->slots[old];
    }
    free(interner->slots);
    interner->slots = slots;
    interner->slot_count = count;
}

/* Returns where the new record ends. */
static uint32_t string_add(struct interner *interner, const void *bytes, size_t size)
{
    uint8_t size_stored = (uint8_t)size;
    assert(interner->bytes.size <= UINT32_MAX - STRING_BYTES_MAX - TAIL_BYTES);
    if (interner->count == interner->room) {
        interner->room = interner->room == 0 ? SLOTS_MIN / 2 : interner->room * 2;
        interner->ends = memory_resize(interner->ends, (size_t)interner->room * sizeof *interner->ends);
    }
    buffer_append(&interner->bytes, bytes, size);
    buffer_append(&interner->bytes, &size_stored, sizeof size_stored);
    buffer_append(&interner->bytes, &interner->count, NUMBER_BYTES);
    interner->ends[interner->count++] = (uint32_t)interner->bytes.size;
    return (uint32_t)interner->bytes.size;
}

uint32_t interner_put(struct interner *interner, const void *bytes, size_t size)
{
    assert(size <= STRING_BYTES_MAX);
    uint32_t hash = (uint32_t)XXH3_64bits(bytes, size), number = 0;
    if (interner->count >= interner->slot_count / 2)
        slots_grow(interner);
    uint32_t slot = hash & (interner->slot_count - 1);
    for (; interner->slots[slot].end != 0; slot = (slot + 1) & (interner->slot_count - 1)) {
        if (interner->slots[slot].hash != hash)
            continue;
        struct bytes known = string_at(interner, interner->slots[slot].end);
        if (known.size != size || (size > 0 && memcmp(known.data, bytes, size) != 0))
            continue;
        memcpy(&number, known.data + size + 1, sizeof number);
        return number;
    }
    interner->slots[slot] = (struct interner_slot){.hash = hash, .end = string_add(interner, bytes, size)};
    return interner->count - 1;
}
