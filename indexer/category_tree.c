/* The category tree, laid out as intervals: rewritten whole whenever a category came, went, moved or was renamed. */
#include "indexer/apply_state.h"

#include <stdlib.h>

#include "catalog/field.h"
#include "storage/label.h"
#include "storage/mirror.h"

#define NODE_NONE SIZE_MAX

/* One category while the tree is laid out. */
struct node {
    struct row row;
    struct bytes id;
    uint32_t ordinal;
    int64_t order;
    size_t parent; /* index of the parent's node, SIZE_MAX at a root */
    size_t first_child, next_sibling;
    bool placed;
};

static int node_compare(const void *left, const void *right)
{
    const struct node *a = left, *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return key_compare(a->id, b->id);
}

static enum status nodes_read(struct apply *apply, struct arena *arena, struct node **out, size_t *count)
{
    struct mirror_cursor *cursor = NULL;
    size_t room = 0;
    struct node *nodes = NULL;
    *count = 0;
    enum status status = mirror_cursor_open(apply->view, TABLE_CATEGORY, &cursor);
    while (status == STATUS_OK) {
        struct bytes key, stored;
        status = mirror_cursor_next(cursor, arena, &key, &stored);
        if (status != STATUS_OK)
            break;
        if (*count == room) {
            room = room == 0 ? 64 : room * 2;
            nodes = memory_resize(nodes, room * sizeof *nodes);
        }
        struct node *node = &nodes[*count];
        *node = (struct node){.parent = NODE_NONE, .first_child = NODE_NONE, .next_sibling = NODE_NONE};
        bool has_hot;
        uint16_t slot;
        char *copy = arena_copy(arena, stored.data, stored.size);
        status = copy == NULL ? STATUS_LIMIT : row_decode(TABLE_CATEGORY, (struct bytes){copy, stored.size}, &node->row, &has_hot, &slot);
        if (status == STATUS_OK)
            status = label_find(apply->view, FACET_CATEGORY, node->row.cells[0].text, &node->ordinal);
        node->order = cell_order(&node->row.cells[CATEGORY_SORT_ORDER]);
        node->id = node->row.cells[0].text;
        ++*count;
    }
    mirror_cursor_close(cursor);
    *out = nodes;
    return status == STATUS_END ? STATUS_OK : status;
}

/* Links children to parents, in the order of the nodes. */
static void nodes_link(struct node *nodes, size_t count)
{
    struct text_set *numbers = text_set_new();
    bool known;
    for (size_t i = 0; i < count; i++)
        text_set_add(numbers, nodes[i].id, &known);
    for (size_t i = count; i-- > 0;) {
        uint64_t parent = text_set_number(numbers, cell_text(&nodes[i].row.cells[CATEGORY_PARENT_ID]));
        if (parent == 0 || parent - 1 == i)
            continue;
        nodes[i].parent = (size_t)parent - 1;
        nodes[i].next_sibling = nodes[parent - 1].first_child;
        nodes[parent - 1].first_child = i;
    }
    text_set_free(numbers);
}

/* Numbers the subtree of `root` in pre-order, without recursion: down to children, along siblings, back up through parents. */
static void subtree_place(struct node *nodes, size_t root, uint32_t *next, struct tree_interval *intervals)
{
    size_t at = root;
    for (;;) {
        if (!nodes[at].placed) {
            nodes[at].placed = true;
            intervals[nodes[at].ordinal].low = (*next)++;
            size_t child = nodes[at].first_child;
            while (child != NODE_NONE && nodes[child].placed)
                child = nodes[child].next_sibling;
            if (child != NODE_NONE) {
                at = child;
                continue;
            }
        }
        intervals[nodes[at].ordinal].high = *next;
        if (at == root)
            return;
        size_t sibling = nodes[at].next_sibling;
        while (sibling != NODE_NONE && nodes[sibling].placed)
            sibling = nodes[sibling].next_sibling;
        at = sibling != NODE_NONE ? sibling : nodes[at].parent;
    }
}

/* Roots first; what is left hangs in cycles, and each cycle gets its first member as a root. */
static void nodes_place(struct node *nodes, size_t count, struct tree_interval *intervals)
{
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++)
        if (nodes[i].parent == NODE_NONE)
            subtree_place(nodes, i, &next, intervals);
    for (size_t i = 0; i < count; i++)
        if (!nodes[i].placed) {
            nodes[i].parent = NODE_NONE;
            subtree_place(nodes, i, &next, intervals);
        }
}

enum status tree_rebuild(struct apply *apply)
{
    struct arena arena;
    arena_init(&arena, APPLY_ARENA_BYTES);
    struct node *nodes = NULL;
    size_t count = 0;
    uint32_t limit = 0;
    enum status status = nodes_read(apply, &arena, &nodes, &count);
    if (status == STATUS_OK)
        status = label_limit(apply->view, FACET_CATEGORY, &limit);
    struct tree_interval *intervals = memory_calloc(limit, sizeof *intervals);
    if (status == STATUS_OK && count > 0) {
        qsort(nodes, count, sizeof *nodes, node_compare);
        nodes_link(nodes, count);
        nodes_place(nodes, count, intervals);
    }
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        uint32_t parent = nodes[i].parent == NODE_NONE ? (uint32_t)LABEL_NO_PARENT : nodes[nodes[i].parent].ordinal;
        uint32_t ordinal = 0;
        status = label_store(apply, FACET_CATEGORY, &nodes[i].row, CATEGORY_NAME, CATEGORY_SLUG, parent, &ordinal);
    }
    if (status == STATUS_OK)
        status = tree_put(apply->batch, FACET_CATEGORY, &(struct tree){intervals, limit});
    free(intervals);
    free(nodes);
    arena_release(&arena);
    return status;
}
