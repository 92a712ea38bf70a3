/* The labels' part of verify: label, key and slug entries agree in both directions, trees nest. */
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/label_entry.h"
#include "storage/verify_walk.h"

enum { TREE_BYTES_MAX = 256 << 20 }; /* far more than the ordinals of any catalog's categories */

struct label_walk {
    struct parts_walk tree;
    struct arena arena;
};

static uint16_t field_of(struct bytes key)
{
    return key_get_u16((const unsigned char *)key.data + 1);
}

static bool same_key(const struct label_key *wanted, struct bytes key)
{
    return wanted->size == key.size && memcmp(wanted->bytes, key.data, key.size) == 0;
}

static bool slug_stored(struct verify *verify, uint16_t field, struct bytes slug, uint32_t ordinal)
{
    struct label_key key;
    struct bytes payload = {0};
    label_key_slug(&key, field, slug, ordinal);
    return slug.size == 0 || door_get(verify->snapshot, DB_LABEL, key.bytes, key.size, &payload) == STATUS_OK;
}

static const char *record_fault(struct verify *verify, struct bytes key, struct bytes payload)
{
    struct label label = {0};
    uint32_t limit = 0, found = 0;
    if (key.size != LABEL_HEAD_BYTES + 4 || !label_decode(payload, &label))
        return "a label that does not decode";
    uint16_t field = field_of(key);
    uint32_t ordinal = key_get_u32((const unsigned char *)key.data + LABEL_HEAD_BYTES);
    if (label_limit(verify->snapshot, field, &limit) != STATUS_OK || ordinal >= limit)
        return "a label whose ordinal was never given";
    if (label.parent != LABEL_NO_PARENT && label.parent >= limit)
        return "a label whose parent was never given";
    if (label_find(verify->snapshot, field, label.key, &found) != STATUS_OK || found != ordinal)
        return "a label whose key does not lead to it";
    if (!slug_stored(verify, field, label.slug, ordinal))
        return "a label whose slug does not lead to it";
    return NULL;
}

static const char *key_fault(struct verify *verify, struct bytes key, struct bytes payload)
{
    struct label_key wanted;
    struct label label = {0};
    uint32_t ordinal = 0;
    if (payload.size != sizeof ordinal)
        return "a label's key without an ordinal";
    memcpy(&ordinal, payload.data, sizeof ordinal);
    if (label_get(verify->snapshot, field_of(key), ordinal, &label) != STATUS_OK)
        return "a key of a label that is gone";
    label_key_name(&wanted, LABEL_KEY, field_of(key), label.key);
    return same_key(&wanted, key) ? NULL : "a key that its label does not have";
}

static const char *slug_fault(struct verify *verify, struct bytes key, struct bytes payload)
{
    struct label_key wanted;
    struct label label = {0};
    if (key.size < LABEL_HEAD_BYTES + 6 || payload.size != 0)
        return "a slug entry that does not decode";
    uint32_t ordinal = key_get_u32((const unsigned char *)key.data + key.size - 4);
    if (label_get(verify->snapshot, field_of(key), ordinal, &label) != STATUS_OK)
        return "a slug of a label that is gone";
    label_key_slug(&wanted, field_of(key), label.slug, ordinal);
    return same_key(&wanted, key) ? NULL : "a slug that its label does not have";
}

static int interval_compare(const void *left, const void *right)
{
    const struct tree_interval *a = left, *b = right;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return (a->high < b->high) - (a->high > b->high);
}

/* Sorted with the wider interval first, each must end where or before the innermost open one ends. */
static bool intervals_nest(struct tree_interval *sorted, uint32_t count, struct arena *arena)
{
    uint32_t depth = 0;
    uint32_t *open = arena_calloc(arena, (size_t)count + 1, sizeof *open);
    if (open == NULL)
        return false;
    qsort(sorted, count, sizeof *sorted, interval_compare);
    for (uint32_t i = 0; i < count; i++) {
        if (sorted[i].low == sorted[i].high)
            continue;
        if (sorted[i].low > sorted[i].high)
            return false;
        while (depth > 0 && open[depth - 1] <= sorted[i].low)
            depth--;
        if (depth > 0 && sorted[i].high > open[depth - 1])
            return false;
        open[depth++] = sorted[i].high;
    }
    return true;
}

static const char *tree_fault(struct verify *verify, struct arena *arena, uint16_t field)
{
    struct tree tree = {0};
    uint32_t limit = 0;
    arena_reset(arena);
    if (tree_get(verify->snapshot, field, arena, &tree) != STATUS_OK)
        return "a tree that cannot be read";
    if (label_limit(verify->snapshot, field, &limit) != STATUS_OK || tree.count > limit)
        return "a tree with more ordinals than were given";
    struct tree_interval *sorted = arena_calloc(arena, (size_t)tree.count + 1, sizeof *sorted);
    if (sorted == NULL)
        return "a tree that is too large";
    if (tree.count > 0)
        memcpy(sorted, tree.intervals, tree.count * sizeof *sorted);
    return intervals_nest(sorted, tree.count, arena) ? NULL : "a tree whose intervals do not nest";
}

static const char *tree_part_fault(struct verify *verify, struct label_walk *walk, struct bytes key, struct bytes payload)
{
    bool first = false;
    if (key.size != LABEL_HEAD_BYTES + 2)
        return "a tree's key of the wrong size";
    parts_walk_next(&walk->tree, verify, DB_LABEL, key, payload, &first);
    return first ? tree_fault(verify, &walk->arena, field_of(key)) : NULL;
}

static enum status label_entry_verify(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    const char *fault = "an entry of no known kind";
    if (key.size < LABEL_HEAD_BYTES)
        fault = "a key that is too short";
    else if (key.data[0] == LABEL_RECORD)
        fault = record_fault(verify, key, payload);
    else if (key.data[0] == LABEL_KEY)
        fault = key_fault(verify, key, payload);
    else if (key.data[0] == LABEL_SLUG)
        fault = slug_fault(verify, key, payload);
    else if (key.data[0] == LABEL_NEXT)
        fault = key.size == LABEL_HEAD_BYTES && payload.size == 4 ? NULL : "a counter that does not decode";
    else if (key.data[0] == LABEL_TREE)
        fault = tree_part_fault(verify, context, key, payload);
    if (fault != NULL)
        verify_fault_at(verify, DB_LABEL, key, fault);
    verify->counts->labels += key.size > 0 && key.data[0] == LABEL_RECORD;
    return STATUS_OK;
}

enum status label_verify(struct verify *verify)
{
    struct label_walk walk = {0};
    arena_init(&walk.arena, TREE_BYTES_MAX);
    enum status status = verify_walk(verify, DB_LABEL, label_entry_verify, &walk);
    parts_walk_end(&walk.tree, verify, DB_LABEL);
    arena_release(&walk.arena);
    return status;
}
