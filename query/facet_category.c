/* The categories of the found products as a tree: each with the count of its whole subtree, in pre-order, siblings by count or label. The selected
 * one and what it lies in are there even without products. */
#include <stdlib.h>

#include "analyzers/collation.h"
#include "query/facet.h"
#include "query/label_match.h"

enum { LABEL_SCRATCH_BYTES = 1 << 20 /* to analyse one label */ };

static enum status category_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    struct ordinal_counts *counts = arena_alloc(context->arena, sizeof *counts);
    *counters = counts;
    return counts == NULL ? STATUS_LIMIT : ordinal_counts_open(counts, context->filters->tree.count, context->arena);
}

static enum status category_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    return facet_column_count(context, SLOT_CATEGORY, counters, documents);
}

/* A category with found products, and where it stands among those. */
struct node {
    struct facet_value value;
    uint32_t low, high;
    bool leads; /* it is the selected category, or contains it */
    struct node *first_child, *next_sibling;
};

/* before[i]: documents in categories whose place in pre-order is below i. CORRUPT when an interval lies outside the tree. */
static enum status counts_before(const struct facet_context *context, struct ordinal_counts *counts, uint64_t **out)
{
    const struct tree *tree = &context->filters->tree;
    struct ordinal_count *hits = NULL;
    uint32_t hit_count = 0;
    uint64_t *before = arena_calloc(context->arena, (size_t)tree->count + 1, sizeof *before);
    enum status status = ordinal_counts_take(counts, &hits, &hit_count);
    if (status != STATUS_OK || before == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->intervals[i].low > tree->intervals[i].high || tree->intervals[i].high > tree->count)
            return STATUS_CORRUPT;
    for (uint32_t i = 0; i < hit_count; i++) {
        struct tree_interval place = tree->intervals[hits[i].ordinal];
        if (place.low < place.high)
            before[place.low + 1] += hits[i].count;
    }
    for (uint32_t i = 0; i < tree->count; i++)
        before[i + 1] += before[i];
    *out = before;
    return STATUS_OK;
}

/* Whether an interval has the selected category. */
static bool leads_to_selected(const struct facet_context *context, struct tree_interval place)
{
    const struct filters *filters = context->filters;
    if (!filters_active(filters, AXIS_CATEGORY) || filters->category_ordinal >= filters->tree.count)
        return false;
    struct tree_interval selected = filters->tree.intervals[filters->category_ordinal];
    return selected.low < selected.high && place.low <= selected.low && selected.low < place.high;
}

/* Those with products in their subtree, or the selected one, by ordinal. */
static enum status nodes_make(const struct facet_context *context, const uint64_t *before, struct node **out, uint32_t *count)
{
    const struct tree *tree = &context->filters->tree;
    uint32_t room = 0;
    for (uint32_t i = 0; i < tree->count; i++)
        room += before[tree->intervals[i].high] > before[tree->intervals[i].low] || leads_to_selected(context, tree->intervals[i]);
    struct node *nodes = arena_calloc(context->arena, room, sizeof *nodes);
    *out = nodes;
    if (nodes == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < tree->count; i++) {
        struct tree_interval place = tree->intervals[i];
        uint64_t documents = before[place.high] - before[place.low];
        bool leads = leads_to_selected(context, place);
        if (documents > 0 || leads)
            nodes[(*count)++] =
                (struct node){.value = {.ordinal = i, .count = documents}, .low = place.low, .high = place.high, .leads = leads};
    }
    return STATUS_OK;
}

/* Fills in the label of a node. NOT_FOUND: it has none. */
static enum status node_label(const struct facet_context *context, struct label_reader *reader, struct node *node)
{
    const struct filters *filters = context->filters;
    struct label label = {0};
    struct facet_value *value = &node->value;
    enum status status = label_reader_get(reader, context->snapshot, value->ordinal, &label);
    value->slug = label.slug;
    value->label = label.text;
    value->parent = label.parent;
    value->selected = filters_active(filters, AXIS_CATEGORY) && filters->category_ordinal == value->ordinal;
    return status;
}

/* Labels the nodes and leaves out those that have none, or not what is searched. */
static enum status nodes_label(const struct facet_context *context, const struct facet_option *option, struct node *nodes, uint32_t *count)
{
    struct label_reader reader = {.field = FACET_CATEGORY};
    struct label_match match;
    struct arena scratch;
    uint32_t kept = 0;
    bool searched = option != NULL && option->query.size > 0, by_label = option != NULL && option->by_label;
    enum status status = searched ? label_match_open(&match, context->analyzer, option->query, context->arena) : STATUS_OK;
    arena_init(&scratch, LABEL_SCRATCH_BYTES);
    for (uint32_t i = 0; i < *count && status == STATUS_OK; i++) {
        bool fits = true;
        status = node_label(context, &reader, &nodes[i]);
        if (status == STATUS_OK && searched)
            status = label_fits(&match, nodes[i].value.label, &scratch, &fits);
        if (status == STATUS_OK && by_label)
            status = collation_key(context->analyzer, nodes[i].value.label, context->arena, &nodes[i].value.collation);
        if (status == STATUS_OK && fits)
            nodes[kept++] = nodes[i];
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    arena_release(&scratch);
    *count = kept;
    return status;
}

/* What leads to the selected one, then the greatest counts first; among equals the outer category, so that what is kept always has its
 * ancestors. */
static int keep_compare(const void *left, const void *right)
{
    const struct node *a = left, *b = right;
    if (a->leads != b->leads)
        return a->leads ? -1 : 1;
    if (a->value.count != b->value.count)
        return a->value.count > b->value.count ? -1 : 1;
    return (a->low > b->low) - (a->low < b->low);
}

static void nodes_cut(struct node *nodes, uint32_t *count, uint32_t keep, bool *truncated)
{
    if (*count <= keep)
        return;
    qsort(nodes, *count, sizeof *nodes, keep_compare);
    *count = keep;
    *truncated = true;
}

static int place_compare(const void *left, const void *right)
{
    const struct node *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

/* Into the list of siblings, in the order of facet_value_compare. */
static void sibling_insert(struct node **list, struct node *node)
{
    while (*list != NULL && facet_value_compare(&(*list)->value, &node->value) < 0)
        list = &(*list)->next_sibling;
    node->next_sibling = *list;
    *list = node;
}

/* Links the nodes, which stand in pre-order, under their parents, and writes them out depth first. A parent is on the stack as long as
 * its interval reaches; the depth is at most that of the tree. */
static enum status tree_write(const struct facet_context *context, struct node *nodes, uint32_t count, struct facet_result *out)
{
    struct node **stack = arena_alloc(context->arena, ((size_t)count + 1) * sizeof(struct node *));
    struct node *roots = NULL;
    uint32_t depth = 0;
    out->values = arena_alloc(context->arena, count * sizeof *out->values);
    if (stack == NULL || out->values == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        while (depth > 0 && stack[depth - 1]->high <= nodes[i].low)
            depth--;
        sibling_insert(depth == 0 ? &roots : &stack[depth - 1]->first_child, &nodes[i]);
        stack[depth++] = &nodes[i];
    }
    depth = 0;
    for (struct node *node = roots; node != NULL || depth > 0;) {
        if (node == NULL) {
            node = stack[--depth]->next_sibling;
            continue;
        }
        out->values[out->value_count++] = node->value;
        stack[depth++] = node;
        node = node->first_child;
    }
    return STATUS_OK;
}

static enum status category_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    uint64_t *before = NULL;
    struct node *nodes = NULL;
    uint32_t count = 0;
    enum status status = counts_before(context, counters, &before);
    if (status == STATUS_OK)
        status = nodes_make(context, before, &nodes, &count);
    if (status != STATUS_OK)
        return status;
    const struct facet_option *option = request_facet_option(context->request, out->name);
    uint32_t limit = context->request->facet_limit;
    nodes_cut(nodes, &count, option != NULL && option->query.size > 0 ? FACET_LABELS_MAX : limit, &out->truncated);
    status = nodes_label(context, option, nodes, &count);
    if (status != STATUS_OK)
        return status;
    nodes_cut(nodes, &count, limit, &out->truncated);
    qsort(nodes, count, sizeof *nodes, place_compare);
    return tree_write(context, nodes, count, out);
}

const struct facet_kind facet_category = {"category", AXIS_CATEGORY, category_open, category_count, category_finish, true};
