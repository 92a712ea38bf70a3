#include "query/expand.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/utf8.h"

/* A term found under the prefix; `order` is its place in byte order. */
struct found {
    struct term term;
    struct bytes bytes;
    uint32_t order;
};

static bool is_rarer(const struct found *a, const struct found *b)
{
    return a->term.df != b->term.df ? a->term.df < b->term.df : a->order > b->order;
}

/* A heap with the rarest on top, for keeping the most frequent ones. */
static void heap_sink(struct found *heap, uint32_t count, uint32_t at)
{
    for (;;) {
        uint32_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < count && is_rarer(&heap[left], &heap[least]))
            least = left;
        if (right < count && is_rarer(&heap[right], &heap[least]))
            least = right;
        if (least == at)
            return;
        struct found swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
        at = least;
    }
}

/* Takes one more; the array becomes a heap when it is full. */
static void found_add(struct found *heap, uint32_t *count, const struct found *found)
{
    if (*count < EXPANSIONS_MAX) {
        heap[(*count)++] = *found;
        if (*count == EXPANSIONS_MAX)
            for (uint32_t i = EXPANSIONS_MAX / 2; i-- > 0;)
                heap_sink(heap, EXPANSIONS_MAX, i);
        return;
    }
    if (!is_rarer(&heap[0], found))
        return;
    heap[0] = *found;
    heap_sink(heap, EXPANSIONS_MAX, 0);
}

static int order_compare(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

static enum status range_scan(struct snapshot *snapshot, struct bytes prefix, struct arena *arena, struct found *heap, uint32_t *count)
{
    struct term_cursor *cursor = NULL;
    enum status status = term_cursor_open(snapshot, TERM_CORE, &cursor);
    if (status != STATUS_OK)
        return status;
    struct found found = {0};
    struct bytes bytes = {0};
    status = term_cursor_seek(cursor, prefix.data, prefix.size, &bytes, &found.term);
    while (status == STATUS_OK && found.order < EXPANSION_SCAN_MAX && bytes_begin_with(bytes, prefix)) {
        if (bytes.size > prefix.size) {
            found.bytes = (struct bytes){arena_copy(arena, bytes.data, bytes.size), bytes.size};
            if (found.bytes.data == NULL)
                status = STATUS_LIMIT;
            else
                found_add(heap, count, &found);
        }
        found.order++;
        if (status == STATUS_OK)
            status = term_cursor_next(cursor, &bytes, &found.term);
    }
    term_cursor_close(cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status terms_fill(const struct found *found, uint32_t count, const struct typed *typed, struct bytes prefix,
                              struct arena *arena, struct edge_term *terms)
{
    bool marked = typed_has_marks(typed, prefix);
    for (uint32_t i = 0; i < count; i++) {
        terms[i] = (struct edge_term){.term = found[i].term,
                                      .key = found[i].bytes,
                                      .exact = typed->exact,
                                      .begins = (uint8_t)prefix.size,
                                      .band = (uint8_t)typed->best};
        if (!marked)
            continue;
        uint8_t *bands = arena_alloc(arena, FORM_COUNT);
        if (bands == NULL)
            return STATUS_LIMIT;
        terms[i].band = (uint8_t)bands_fill(typed, &found[i].term, found[i].bytes, bands);
        terms[i].bands = bands;
    }
    return STATUS_OK;
}

static enum status expand_range(struct snapshot *snapshot, struct bytes prefix, const struct typed *typed, struct arena *arena,
                                struct edge_term **terms, uint32_t *count)
{
    struct found *heap = memory_alloc(EXPANSIONS_MAX * sizeof *heap);
    uint32_t found = 0;
    enum status status = range_scan(snapshot, prefix, arena, heap, &found);
    qsort(heap, found, sizeof *heap, order_compare);
    struct edge_term *filled = arena_alloc(arena, found * sizeof *filled);
    if (status == STATUS_OK)
        status = filled == NULL ? STATUS_LIMIT : terms_fill(heap, found, typed, prefix, arena, filled);
    free(heap);
    *terms = filled;
    *count = status == STATUS_OK ? found : 0;
    return status;
}

static enum status expand_stored(struct snapshot *snapshot, struct bytes prefix, const struct typed *typed, struct arena *arena,
                                 struct edge_term **terms, uint32_t *count)
{
    *count = 0;
    struct edge_term *one = arena_calloc(arena, 1, sizeof *one);
    if (one == NULL)
        return STATUS_LIMIT;
    enum status status = term_get(snapshot, TERM_PREFIX, prefix.data, prefix.size, &one->term);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    one->key = prefix;
    one->exact = typed->exact;
    one->begins = (uint8_t)prefix.size;
    one->band = typed_has_marks(typed, prefix) ? BAND_CONTRADICT : (uint8_t)typed->best;
    *terms = one;
    *count = status == STATUS_OK ? 1 : 0;
    return status;
}

bool prefix_is_stored(struct bytes folded)
{
    return utf8_count(folded.data, folded.size) <= PREFIX_STORED_LETTERS_MAX;
}

enum status expand_prefix(struct snapshot *snapshot, struct bytes folded, const struct typed *typed, struct arena *arena,
                          struct edge_term **terms, uint32_t *count)
{
    if (prefix_is_stored(folded))
        return expand_stored(snapshot, folded, typed, arena, terms, count);
    return expand_range(snapshot, folded, typed, arena, terms, count);
}
