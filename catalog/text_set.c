#include "catalog/text_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct slot {
    const char *data; /* NULL: empty */
    size_t size;
    uint64_t hash, number;
};

struct text_set {
    struct slot *slots; /* a power of two, open addressing */
    size_t room, count;
    struct bytes *arrivals; /* by number - 1 */
    size_t arrivals_room;
    struct arena texts;
};

struct text_set *text_set_new(void)
{
    struct text_set *set = memory_calloc(1, sizeof *set);
    set->room = 64;
    set->slots = memory_calloc(set->room, sizeof *set->slots);
    arena_init(&set->texts, SIZE_MAX);
    return set;
}

void text_set_free(struct text_set *set)
{
    if (set == NULL)
        return;
    arena_release(&set->texts);
    free(set->slots);
    free(set->arrivals);
    free(set);
}

void text_set_clear(struct text_set *set)
{
    if (set->count == 0)
        return;
    memset(set->slots, 0, set->room * sizeof *set->slots);
    set->count = 0;
    arena_reset(&set->texts);
}

struct bytes text_set_at(const struct text_set *set, uint64_t arrival)
{
    assert(arrival >= 1 && arrival <= set->count);
    return set->arrivals[arrival - 1];
}

static void arrival_add(struct text_set *set, struct bytes text)
{
    if (set->count == set->arrivals_room) {
        set->arrivals_room = set->arrivals_room == 0 ? 64 : set->arrivals_room * 2;
        set->arrivals = memory_resize(set->arrivals, set->arrivals_room * sizeof *set->arrivals);
    }
    set->arrivals[set->count] = text;
}

static struct slot *slot_find(const struct text_set *set, struct bytes text, uint64_t hash)
{
    size_t at = hash & (set->room - 1);
    for (;;) {
        struct slot *slot = &set->slots[at];
        if (slot->data == NULL)
            return slot;
        if (slot->hash == hash && slot->size == text.size && memcmp(slot->data, text.data, text.size) == 0)
            return slot;
        at = (at + 1) & (set->room - 1);
    }
}

static void set_grow(struct text_set *set)
{
    struct text_set larger = *set;
    larger.room = set->room * 2;
    larger.slots = memory_calloc(larger.room, sizeof *larger.slots);
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i].data != NULL)
            *slot_find(&larger, (struct bytes){set->slots[i].data, set->slots[i].size}, set->slots[i].hash) = set->slots[i];
    free(set->slots);
    *set = larger;
}

uint64_t text_set_add(struct text_set *set, struct bytes text, bool *known)
{
    if (set->count * 2 >= set->room)
        set_grow(set);
    uint64_t hash = XXH3_64bits(text.data, text.size);
    struct slot *slot = slot_find(set, text, hash);
    *known = slot->data != NULL;
    if (!*known) {
        char *copy = arena_copy(&set->texts, text.data, text.size);
        assert(copy != NULL);
        arrival_add(set, (struct bytes){copy, text.size});
        *slot = (struct slot){.data = copy, .size = text.size, .hash = hash, .number = ++set->count};
    }
    return slot->number;
}

uint64_t text_set_number(const struct text_set *set, struct bytes text)
{
    return slot_find(set, text, XXH3_64bits(text.data, text.size))->number;
}

void text_set_renumber(struct text_set *set, struct bytes text, uint64_t number)
{
    struct slot *slot = slot_find(set, text, XXH3_64bits(text.data, text.size));
    assert(slot->data != NULL);
    slot->number = number;
}

uint64_t text_set_count(const struct text_set *set)
{
    return set->count;
}
