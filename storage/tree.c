/* The category tree as intervals. Grammar in label_entry.h. */
#include "storage/label_entry.h"
#include "storage/parts.h"

enum status tree_get(struct snapshot *snapshot, uint16_t field, struct arena *arena, struct tree *out)
{
    struct label_key key;
    struct bytes bytes = {0};
    *out = (struct tree){0};
    label_key_head(&key, LABEL_TREE, field);
    enum status status = parts_get(snapshot, DB_LABEL, key.bytes, key.size, arena, &bytes);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (bytes.size % sizeof(struct tree_interval) != 0)
        return door_corrupt(snapshot, DB_LABEL, key.bytes, key.size, "a tree that ends inside an interval");
    const void *intervals = bytes.data;
    /* A stored value is rarely aligned, and a batch moves what it has written. */
    if ((uintptr_t)intervals % _Alignof(struct tree_interval) != 0 || snapshot->batch != NULL)
        intervals = arena_copy(arena, bytes.data, bytes.size);
    if (intervals == NULL)
        return STATUS_LIMIT;
    *out = (struct tree){.intervals = intervals, .count = (uint32_t)(bytes.size / sizeof(struct tree_interval))};
    return STATUS_OK;
}

enum status tree_put(struct batch *batch, uint16_t field, const struct tree *tree)
{
    struct label_key key;
    label_key_head(&key, LABEL_TREE, field);
    return parts_put(batch, DB_LABEL, key.bytes, key.size, tree->intervals, tree->count * sizeof(struct tree_interval));
}
