#include "server/pending.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { PLACES = 2 * PENDING_MAX /* a power of two */ };

void pending_init(struct pending *pending)
{
    *pending = (struct pending){
        .entries = memory_calloc(PENDING_MAX, sizeof *pending->entries),
        .places = memory_calloc(PLACES, sizeof *pending->places),
    };
}

void pending_release(struct pending *pending)
{
    free(pending->entries);
    free(pending->places);
}

static bool is_same(const struct heard *a, const struct heard *b)
{
    return a->kind == b->kind && a->by_name == b->by_name && a->text_size == b->text_size && a->id_size == b->id_size &&
           memcmp(a->text, b->text, a->text_size) == 0 && memcmp(a->id, b->id, a->id_size) == 0;
}

bool pending_add(struct pending *pending, const struct heard *heard)
{
    uint64_t hash = XXH3_64bits_withSeed(heard->id, heard->id_size, XXH3_64bits_withSeed(heard->text, heard->text_size, heard->kind));
    for (uint64_t place = hash % PLACES;; place = (place + 1) % PLACES) {
        unsigned number = pending->places[place];
        if (number == 0 && pending->count == PENDING_MAX)
            return false;
        if (number == 0) {
            pending->entries[pending->count] = (struct pending_entry){.heard = *heard, .count = 1};
            pending->places[place] = (uint16_t)++pending->count;
            return true;
        }
        struct pending_entry *entry = &pending->entries[number - 1];
        if (is_same(&entry->heard, heard)) {
            entry->heard.total = heard->total;
            entry->count++;
            return true;
        }
    }
}

void pending_clear(struct pending *pending)
{
    memset(pending->places, 0, PLACES * sizeof *pending->places);
    pending->count = 0;
}
