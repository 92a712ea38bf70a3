#include "query/top.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "storage/fragment.h"

enum status top_open(struct top *top, struct snapshot *snapshot, unsigned room, struct arena *arena)
{
    *top = (struct top){.snapshot = snapshot, .arena = arena, .room = room};
    column_reader_init(&top->orders, snapshot, &family_order);
    top->heap = arena_alloc(arena, room * sizeof *top->heap);
    return top->heap == NULL ? STATUS_LIMIT : STATUS_OK;
}

void top_begin_behind(struct top *top, uint64_t rank, struct bytes id)
{
    top->after = (struct top_entry){.hit.rank = rank, .order = id_order(id), .id = id, .has_order = true, .has_id = true};
    top->has_after = true;
}

static uint64_t entry_order(struct top *top, struct top_entry *entry)
{
    if (!entry->has_order) {
        entry->order = column_get(&top->orders, 0, entry->hit.document);
        entry->has_order = true;
    }
    return entry->order;
}

static struct bytes entry_id(struct top *top, struct top_entry *entry)
{
    struct bytes stored = {0};
    struct fragment fragment = {0};
    if (entry->has_id)
        return entry->id;
    enum status status = fragment_get(top->snapshot, entry->hit.document, top->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status != STATUS_OK && top->status == STATUS_OK)
        top->status = status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    entry->id = fragment.id;
    entry->has_id = true;
    return entry->id;
}

static int id_compare(struct top *top, struct top_entry *a, struct top_entry *b)
{
    struct bytes left = entry_id(top, a), right = entry_id(top, b);
    size_t common = left.size < right.size ? left.size : right.size;
    int order = common == 0 ? 0 : memcmp(left.data, right.data, common);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* True when `a` stands behind `b`. */
static bool is_worse(struct top *top, struct top_entry *a, struct top_entry *b)
{
    if (a->hit.rank != b->hit.rank)
        return a->hit.rank < b->hit.rank;
    uint64_t left = entry_order(top, a), right = entry_order(top, b);
    return left != right ? left > right : id_compare(top, a, b) > 0;
}

static void entry_swap(struct top_entry *a, struct top_entry *b)
{
    struct top_entry swap = *a;
    *a = *b;
    *b = swap;
}

static void heap_sink(struct top *top, unsigned at)
{
    for (;;) {
        unsigned worst = at, left = 2 * at + 1, right = left + 1;
        if (left < top->count && is_worse(top, &top->heap[left], &top->heap[worst]))
            worst = left;
        if (right < top->count && is_worse(top, &top->heap[right], &top->heap[worst]))
            worst = right;
        if (worst == at)
            return;
        entry_swap(&top->heap[at], &top->heap[worst]);
        at = worst;
    }
}

void top_add(struct top *top, uint32_t document, uint64_t rank)
{
    struct top_entry entry = {.hit = {.document = document, .rank = rank}};
    if (top->room == 0 || (top->has_after && !is_worse(top, &entry, &top->after)))
        return;
    if (top->count < top->room) {
        unsigned at = top->count++;
        top->heap[at] = entry;
        for (; at > 0 && is_worse(top, &top->heap[at], &top->heap[(at - 1) / 2]); at = (at - 1) / 2)
            entry_swap(&top->heap[at], &top->heap[(at - 1) / 2]);
        return;
    }
    if (!is_worse(top, &top->heap[0], &entry))
        return;
    top->heap[0] = entry;
    heap_sink(top, 0);
}

enum status top_finish(struct top *top, unsigned first, unsigned limit, struct search_hit **hits, unsigned *count, bool *more)
{
    unsigned found = top->count;
    struct search_hit *sorted = arena_alloc(top->arena, found * sizeof *sorted);
    if (sorted == NULL)
        return STATUS_LIMIT;
    /* The worst leaves the heap first and goes last. */
    while (top->count > 0) {
        sorted[top->count - 1] = top->heap[0].hit;
        top->heap[0] = top->heap[--top->count];
        heap_sink(top, 0);
    }
    *hits = first < found ? sorted + first : sorted;
    *count = first < found ? found - first : 0;
    *more = *count > limit;
    *count = *more ? limit : *count;
    return top->status;
}
