#include "server/heard.h"

#include <stdlib.h>
#include <string.h>

void heard_ring_init(struct heard_ring *ring)
{
    *ring = (struct heard_ring){.slots = memory_calloc(HEARD_SLOTS, sizeof *ring->slots)};
}

void heard_ring_release(struct heard_ring *ring)
{
    free(ring->slots);
}

void heard_put(struct heard_ring *ring, enum heard_kind kind, bool by_name, struct bytes text, struct bytes id, uint32_t total)
{
    if (text.size == 0 || text.size > LEARNED_SPELLING_BYTES_MAX || id.size > LEARNED_ID_BYTES_MAX)
        return;
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&ring->taken, memory_order_acquire) == HEARD_SLOTS) {
        atomic_store_explicit(&ring->lost, atomic_load_explicit(&ring->lost, memory_order_relaxed) + 1, memory_order_relaxed);
        return;
    }
    struct heard *slot = &ring->slots[written % HEARD_SLOTS];
    slot->kind = (uint8_t)kind;
    slot->by_name = by_name;
    slot->text_size = (uint8_t)text.size;
    slot->id_size = (uint8_t)id.size;
    slot->total = total;
    memcpy(slot->text, text.data, text.size);
    if (id.size > 0)
        memcpy(slot->id, id.data, id.size);
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

bool heard_take(struct heard_ring *ring, struct heard *out)
{
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    if (taken == atomic_load_explicit(&ring->written, memory_order_acquire))
        return false;
    *out = ring->slots[taken % HEARD_SLOTS];
    atomic_store_explicit(&ring->taken, taken + 1, memory_order_release);
    return true;
}
