/* Writing suggestions. Grammar in suggest_entry.h.
 *
 * Entries are written as they come. Ranked rows and tops follow at commit, once for all changes of a batch: the prefixes of the changed names
 * form a tree; it is walked down as far as prefixes are or become crowded, and then from its leaves back to the root, so that a
 * top can be made again from those of the next longer prefixes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/suggest_entry.h"

enum { ABSENT = -1 };

struct suggest_change {
    uint32_t name_at; /* in suggest_edits.names */
    uint32_t sequence;
    int32_t old, new; /* weights, ABSENT */
    uint8_t name_size;
};

struct suggest_edits {
    struct suggest_change *changes;
    size_t count, room;
    struct buffer names;
};

/* A prefix of changed names: those of changes [first, first + count). */
struct prefix_node {
    uint32_t first, count;
    uint32_t parent;
    uint8_t size;
    bool stored;         /* it has a top */
    bool crowded;        /* it will have one */
    bool grows, shrinks; /* entries come or go */
};

struct prefix_tree {
    struct batch *batch;
    const struct suggest_edits *edits;
    struct door_cursor cursor;
    struct prefix_node *nodes; /* parents before children */
    size_t count, room;
};

static const unsigned char *change_name(const struct suggest_edits *edits, const struct suggest_change *change)
{
    return (const unsigned char *)edits->names.data + change->name_at;
}

static enum status weight_get(struct snapshot *snapshot, const struct suggest_key *key, int32_t *weight)
{
    struct bytes payload = {0};
    uint16_t stored = 0;
    *weight = ABSENT;
    enum status status = door_get(snapshot, DB_SUGGEST, key->bytes, key->size, &payload);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (payload.size != sizeof stored)
        return door_corrupt(snapshot, DB_SUGGEST, key->bytes, key->size, "a suggestion that does not decode");
    memcpy(&stored, payload.data, sizeof stored);
    *weight = stored;
    return STATUS_OK;
}

static void change_note(struct batch *batch, const unsigned char *name, uint8_t size, int32_t old, int32_t new)
{
    if (batch->suggests == NULL)
        batch->suggests = memory_calloc(1, sizeof *batch->suggests);
    struct suggest_edits *edits = batch->suggests;
    if (edits->count == edits->room) {
        edits->room = edits->room == 0 ? 256 : edits->room * 2;
        edits->changes = memory_resize(edits->changes, edits->room * sizeof *edits->changes);
    }
    edits->changes[edits->count] = (struct suggest_change){
        .name_at = (uint32_t)edits->names.size,
        .sequence = (uint32_t)edits->count,
        .old = old,
        .new = new,
        .name_size = size,
    };
    edits->count++;
    buffer_append(&edits->names, name, size);
}

/* One suggestion about to change: its name, its key, and its weight until now (ABSENT: there is none). */
struct suggest_edit {
    unsigned char name[SUGGEST_NAME_BYTES_MAX];
    uint8_t size;
    struct suggest_key key;
    int32_t old;
};

static enum status edit_begin(struct batch *batch, const struct suggestion *entry, struct suggest_edit *edit)
{
    enum status status = suggest_name(entry, edit->name, &edit->size);
    if (status != STATUS_OK)
        return status;
    if (batch->suggests != NULL && batch->suggests->names.size > UINT32_MAX - SUGGEST_NAME_BYTES_MAX)
        return STATUS_LIMIT;
    suggest_key(&edit->key, SUGGEST_ENTRY, edit->name, edit->size);
    return weight_get(&batch->view, &edit->key, &edit->old);
}

enum status suggest_put(struct batch *batch, const struct suggestion *entry)
{
    struct suggest_edit edit;
    enum status status = edit_begin(batch, entry, &edit);
    if (status != STATUS_OK || edit.old == entry->weight)
        return status;
    status = door_put(batch, DB_SUGGEST, edit.key.bytes, edit.key.size, &entry->weight, sizeof entry->weight);
    if (status == STATUS_OK)
        change_note(batch, edit.name, edit.size, edit.old, entry->weight);
    return status;
}

enum status suggest_del(struct batch *batch, const struct suggestion *entry)
{
    struct suggest_edit edit;
    enum status status = edit_begin(batch, entry, &edit);
    if (status != STATUS_OK || edit.old == ABSENT)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    status = door_del(batch, DB_SUGGEST, edit.key.bytes, edit.key.size);
    if (status == STATUS_OK)
        change_note(batch, edit.name, edit.size, edit.old, ABSENT);
    return status;
}

static int name_compare(const unsigned char *a, size_t a_size, const unsigned char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static int change_compare(const void *left, const void *right, void *context)
{
    const struct suggest_change *a = left, *b = right;
    const struct suggest_edits *edits = context;
    int order = name_compare(change_name(edits, a), a->name_size, change_name(edits, b), b->name_size);
    return order != 0 ? order : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* Sorts by name and makes one change of all those to one name. */
static void changes_settle(struct suggest_edits *edits)
{
    size_t kept = 0;
    qsort_r(edits->changes, edits->count, sizeof *edits->changes, change_compare, edits);
    for (size_t i = 0; i < edits->count;) {
        struct suggest_change whole = edits->changes[i++];
        const unsigned char *name = change_name(edits, &whole);
        for (; i < edits->count; i++) {
            const struct suggest_change *next = &edits->changes[i];
            if (name_compare(name, whole.name_size, change_name(edits, next), next->name_size) != 0)
                break;
            whole.new = next->new;
        }
        if (whole.old != whole.new)
            edits->changes[kept++] = whole;
    }
    edits->count = kept;
}

static enum status ranked_write(struct batch *batch, const struct suggest_edits *edits)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < edits->count; i++) {
        const struct suggest_change *change = &edits->changes[i];
        struct suggest_item item = {.name = change_name(edits, change), .size = change->name_size};
        struct suggest_key key;
        if (change->old != ABSENT) {
            item.weight = (uint16_t)change->old;
            suggest_key_ranked(&key, &item);
            status = door_del(batch, DB_SUGGEST, key.bytes, key.size);
            if (status == STATUS_NOT_FOUND)
                status = door_corrupt(&batch->view, DB_SUGGEST, key.bytes, key.size, "a missing ranked suggestion");
        }
        if (status == STATUS_OK && change->new != ABSENT) {
            item.weight = (uint16_t)change->new;
            suggest_key_ranked(&key, &item);
            status = door_put(batch, DB_SUGGEST, key.bytes, key.size, NULL, 0);
        }
    }
    return status;
}

static const unsigned char *node_prefix(const struct prefix_tree *tree, const struct prefix_node *node)
{
    return change_name(tree->edits, &tree->edits->changes[node->first]);
}

static void tree_add(struct prefix_tree *tree, struct prefix_node node)
{
    if (tree->count == tree->room) {
        tree->room = tree->room == 0 ? 256 : tree->room * 2;
        tree->nodes = memory_resize(tree->nodes, tree->room * sizeof *tree->nodes);
    }
    for (uint32_t i = node.first; i < node.first + node.count; i++) {
        node.grows |= tree->edits->changes[i].old == ABSENT;
        node.shrinks |= tree->edits->changes[i].new == ABSENT;
    }
    tree->nodes[tree->count++] = node;
}

/* One node for each byte that follows the prefix in changed texts. */
static void tree_add_children(struct prefix_tree *tree, uint32_t parent)
{
    struct prefix_node node = tree->nodes[parent];
    uint32_t end = node.first + node.count;
    for (uint32_t i = node.first; i < end;) {
        uint32_t first = i;
        unsigned char byte = change_name(tree->edits, &tree->edits->changes[i])[node.size];
        while (i < end && change_name(tree->edits, &tree->edits->changes[i])[node.size] == byte)
            i++;
        if (byte != 0) /* else the text ends here */
            tree_add(tree, (struct prefix_node){.first = first, .count = i - first, .parent = parent, .size = (uint8_t)(node.size + 1)});
    }
}

static enum status is_crowded(struct prefix_tree *tree, const struct prefix_node *node, bool *crowded)
{
    unsigned count = 0;
    enum status status = suggest_scan(&tree->cursor, node_prefix(tree, node), node->size, SUGGEST_CROWDED + 1, NULL, &count);
    *crowded = count > SUGGEST_CROWDED;
    return status;
}

/* Downwards: which prefixes have a top or now need one. What is longer than an uncrowded prefix is not crowded either. */
static enum status tree_grow(struct prefix_tree *tree)
{
    tree_add(tree, (struct prefix_node){.first = 0, .count = (uint32_t)tree->edits->count});
    for (uint32_t i = 0; i < tree->count; i++) {
        struct prefix_node *node = &tree->nodes[i];
        struct suggest_best best = {0};
        enum status status = STATUS_NOT_FOUND;
        if (i == 0 || tree->nodes[node->parent].stored)
            status = suggest_stored(&tree->batch->view, node_prefix(tree, node), node->size, &best);
        node->stored = status == STATUS_OK;
        if (status == STATUS_NOT_FOUND)
            status = node->grows ? is_crowded(tree, node, &node->crowded) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        if ((node->stored || node->crowded) && node->size + 1 < SUGGEST_PREFIX_BYTES_MAX)
            tree_add_children(tree, i);
    }
    return STATUS_OK;
}

static const struct suggest_change *change_find(const struct prefix_tree *tree, const struct prefix_node *node,
                                                const struct suggest_item *item)
{
    size_t low = node->first, high = low + node->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct suggest_change *change = &tree->edits->changes[middle];
        int order = name_compare(change_name(tree->edits, change), change->name_size, item->name, item->size);
        if (order == 0)
            return change;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The old top with the changes put into it. What did not change and was not in it lies behind its last item, so whatever stands before
 * that place now is certain; with ten of those the new top is known, with fewer it is not and false is returned. */
static bool top_adjust(const struct prefix_tree *tree, const struct prefix_node *node, const struct suggest_best *old,
                       struct suggest_best *new)
{
    const struct suggest_item *last = &old->items[SUGGEST_TOP - 1];
    for (unsigned i = 0; i < old->count; i++)
        if (change_find(tree, node, &old->items[i]) == NULL)
            suggest_offer(new, old->items[i]);
    for (uint32_t i = node->first; i < node->first + node->count; i++) {
        const struct suggest_change *change = &tree->edits->changes[i];
        struct suggest_item item = {.name = change_name(tree->edits, change), .size = change->name_size, .weight = (uint16_t)change->new};
        if (change->new >= last->weight && !suggest_before(last, &item))
            suggest_offer(new, item);
    }
    return new->count == SUGGEST_TOP;
}

/* Offers the best of the entries under prefix + byte; byte 0: of those whose text is the prefix. */
static enum status child_offer(struct prefix_tree *tree, const unsigned char *prefix, size_t size, unsigned char byte,
                               struct suggest_best *best)
{
    unsigned char child[SUGGEST_PREFIX_BYTES_MAX];
    unsigned seen = 0;
    if (size > 0)
        memcpy(child, prefix, size);
    child[size] = byte;
    if (byte == 0)
        return suggest_ranked(&tree->cursor, child, size, best);
    if (size + 1 == SUGGEST_PREFIX_BYTES_MAX)
        return suggest_ranked(&tree->cursor, child, size + 1, best);
    enum status status = suggest_stored(&tree->batch->view, child, size + 1, best);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = suggest_scan(&tree->cursor, child, size + 1, SUGGEST_CROWDED + 1, best, &seen);
    if (status == STATUS_OK && seen > SUGGEST_CROWDED)
        return door_corrupt(&tree->batch->view, DB_SUGGEST, child, size + 1, "a crowded prefix without its top");
    return status;
}

/* From the tops and short ranges of the next longer prefixes, whose bytes are found one seek each. */
static enum status top_refill(struct prefix_tree *tree, const struct prefix_node *node, struct suggest_best *best)
{
    struct suggest_key at;
    suggest_key(&at, SUGGEST_ENTRY, node_prefix(tree, node), node->size);
    size_t own = at.size;
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        at.bytes[own] = (unsigned char)byte;
        at.size = own + 1;
        enum status status = door_cursor_seek(&tree->cursor, at.bytes, at.size);
        const struct bytes *found = &tree->cursor.key;
        if (status == STATUS_END || (status == STATUS_OK && (found->size <= own || memcmp(found->data, at.bytes, own) != 0)))
            return STATUS_OK;
        if (status == STATUS_OK) {
            byte = (unsigned char)found->data[own];
            status = child_offer(tree, node_prefix(tree, node), node->size, (unsigned char)byte, best);
        }
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status top_write(struct prefix_tree *tree, const struct prefix_node *node)
{
    struct suggest_best old = {0}, new = {0};
    struct suggest_key key;
    unsigned char was[SUGGEST_TOP_BYTES_MAX], is[SUGGEST_TOP_BYTES_MAX];
    enum status status = STATUS_OK;
    bool known = false;
    if (node->stored) {
        status = suggest_stored(&tree->batch->view, node_prefix(tree, node), node->size, &old);
        known = status == STATUS_OK && top_adjust(tree, node, &old, &new);
    }
    if (status == STATUS_OK && !known) {
        new.count = 0;
        status = top_refill(tree, node, &new);
    }
    if (status != STATUS_OK)
        return status;
    suggest_key(&key, SUGGEST_STORED_TOP, node_prefix(tree, node), node->size);
    if (new.count != SUGGEST_TOP)
        return door_corrupt(&tree->batch->view, DB_SUGGEST, key.bytes, key.size, "a crowded prefix with too few entries");
    size_t was_size = node->stored ? suggest_top_encode(&old, was) : 0, is_size = suggest_top_encode(&new, is);
    if (was_size == is_size && memcmp(was, is, is_size) == 0)
        return STATUS_OK;
    return door_put(tree->batch, DB_SUGGEST, key.bytes, key.size, is, is_size);
}

static enum status node_write(struct prefix_tree *tree, struct prefix_node *node)
{
    struct suggest_key key;
    enum status status = STATUS_OK;
    if (node->stored && !node->crowded) { /* no changed child is crowded */
        node->crowded = !node->shrinks;
        if (node->shrinks)
            status = is_crowded(tree, node, &node->crowded);
    }
    if (status != STATUS_OK || (!node->stored && !node->crowded))
        return status;
    if (!node->crowded) {
        suggest_key(&key, SUGGEST_STORED_TOP, node_prefix(tree, node), node->size);
        return door_del(tree->batch, DB_SUGGEST, key.bytes, key.size);
    }
    tree->nodes[node->parent].crowded = true;
    return top_write(tree, node);
}

enum status suggest_edits_write(struct batch *batch)
{
    struct suggest_edits *edits = batch->suggests;
    struct prefix_tree tree = {.batch = batch, .edits = edits};
    changes_settle(edits);
    enum status status = ranked_write(batch, edits);
    if (status == STATUS_OK && edits->count > 0)
        status = door_cursor_open(&batch->view, DB_SUGGEST, &tree.cursor);
    if (status == STATUS_OK && edits->count > 0)
        status = tree_grow(&tree);
    for (size_t i = tree.count; status == STATUS_OK && i > 0; i--)
        status = node_write(&tree, &tree.nodes[i - 1]);
    door_cursor_close(&tree.cursor);
    free(tree.nodes);
    edits->count = 0;
    edits->names.size = 0;
    return status;
}

void suggest_edits_free(struct suggest_edits *edits)
{
    free(edits->changes);
    buffer_release(&edits->names);
    free(edits);
}

size_t suggest_edits_bytes(const struct suggest_edits *edits)
{
    return edits->count * sizeof *edits->changes + edits->names.size;
}
