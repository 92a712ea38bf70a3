/* Brands and categories: labels change at once, since hits and facets render them; the text that they lend to their products' documents
 * follows through the rebuild queue. */
#include "indexer/apply_state.h"

#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "catalog/slug.h"
#include "storage/label.h"
#include "storage/mirror.h"

enum { QUEUE_PAGE = 1000 };

/* Queues every product that hangs on the brand or category, in pages, so that memory does not grow with them. */
static enum status products_queue(struct apply *apply, enum reverse_kind kind, struct bytes from)
{
    struct arena arena;
    arena_init(&arena, APPLY_ARENA_BYTES);
    char after_bytes[KEY_BYTES_MAX];
    struct bytes after = {after_bytes, 0};
    enum status status = STATUS_OK;
    size_t count = 0;
    do {
        struct bytes *ids = NULL;
        arena_reset(&arena);
        status = reverse_page(apply->view, (uint8_t)kind, from, after, QUEUE_PAGE, &arena, &ids, &count);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            status = dirty_put(apply->batch, ids[i]);
        if (status == STATUS_OK && count > 0) {
            after.size = ids[count - 1].size;
            memcpy(after_bytes, ids[count - 1].data, after.size);
        }
    } while (status == STATUS_OK && count == QUEUE_PAGE);
    arena_release(&arena);
    return status;
}

static struct bytes label_cut(struct bytes text)
{
    return (struct bytes){text.data, utf8_cut(text.data, text.size, LABEL_TEXT_BYTES_MAX)};
}

enum status label_store(struct apply *apply, uint16_t field, const struct row *row, unsigned name_column, unsigned slug_column,
                        uint32_t parent, uint32_t *ordinal)
{
    struct label label = {.key = row->cells[0].text, .text = label_cut(cell_text(&row->cells[name_column])), .parent = parent};
    label.slug = label_cut(cell_text(&row->cells[slug_column]));
    enum status status = STATUS_OK;
    if (label.slug.size == 0)
        status = slug_build(apply->analyzer, label.text, (struct bytes){0}, &apply->arena, &label.slug);
    return status == STATUS_OK ? label_put(apply->batch, field, &label, ordinal) : status;
}

static bool cell_same(const struct stored *old, const struct row *row, unsigned column)
{
    return old->found && cell_equal(&old->row.cells[column], &row->cells[column]);
}

static struct bytes old_name(const struct stored *old, unsigned column)
{
    return old->found ? cell_text(&old->row.cells[column]) : (struct bytes){0};
}

enum status brand_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    if (old->found && !cold_differs(&old->row, row))
        return STATUS_OK;
    *effective = true;
    uint32_t ordinal = 0;
    enum status status = label_store(apply, FACET_BRAND, row, BRAND_NAME, BRAND_SLUG, LABEL_NO_PARENT, &ordinal);
    if (status == STATUS_OK)
        status = row_store(apply, row, false, 0);
    if (status == STATUS_OK)
        status = label_suggest(apply, SUGGEST_BRAND, ordinal, old_name(old, BRAND_NAME), cell_text(&row->cells[BRAND_NAME]));
    if (status == STATUS_OK && !cell_same(old, row, BRAND_NAME))
        status = products_queue(apply, REVERSE_BRAND_PRODUCTS, row->cells[0].text);
    return status;
}

enum status brand_delete(struct apply *apply, const struct stored *old)
{
    struct bytes key = old->row.cells[0].text;
    uint32_t ordinal = 0;
    enum status status = label_find(apply->view, FACET_BRAND, key, &ordinal);
    if (status == STATUS_OK)
        status = label_suggest(apply, SUGGEST_BRAND, ordinal, cell_text(&old->row.cells[BRAND_NAME]), (struct bytes){0});
    if (status == STATUS_OK)
        status = label_del(apply->batch, FACET_BRAND, ordinal);
    if (status == STATUS_OK)
        status = products_queue(apply, REVERSE_BRAND_PRODUCTS, key);
    return status == STATUS_OK ? mirror_del(apply->batch, TABLE_BRAND, key) : status;
}

/* Queues the products of a whole subtree. Walks with a list of its own; a category met twice (a cycle) is not entered again. */
static enum status subtree_queue(struct apply *apply, struct bytes root)
{
    struct text_set *seen = text_set_new();
    bool known;
    text_set_add(seen, root, &known);
    enum status status = STATUS_OK;
    for (uint64_t i = 1; status == STATUS_OK && i <= text_set_count(seen); i++) {
        struct bytes *children = NULL;
        size_t count = 0;
        status = products_queue(apply, REVERSE_CATEGORY_PRODUCTS, text_set_at(seen, i));
        if (status == STATUS_OK)
            status = reverse_list(apply->view, REVERSE_CATEGORY_CHILDREN, text_set_at(seen, i), &apply->arena, &children, &count);
        for (size_t j = 0; status == STATUS_OK && j < count; j++)
            text_set_add(seen, children[j], &known);
    }
    text_set_free(seen);
    return status;
}

enum status category_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    if (old->found && !cold_differs(&old->row, row))
        return STATUS_OK;
    *effective = true;
    apply->tree_changed = true;
    static const struct cell none = {.state = CELL_NULL};
    struct bytes key = row->cells[0].text;
    uint32_t ordinal = 0;
    enum status status = label_store(apply, FACET_CATEGORY, row, CATEGORY_NAME, CATEGORY_SLUG, LABEL_NO_PARENT, &ordinal);
    if (status == STATUS_OK)
        status = reverse_move(apply, REVERSE_CATEGORY_CHILDREN, old->found ? &old->row.cells[CATEGORY_PARENT_ID] : &none,
                              &row->cells[CATEGORY_PARENT_ID], key);
    if (status == STATUS_OK)
        status = row_store(apply, row, false, 0);
    if (status == STATUS_OK)
        status = label_suggest(apply, SUGGEST_CATEGORY, ordinal, old_name(old, CATEGORY_NAME), cell_text(&row->cells[CATEGORY_NAME]));
    if (status == STATUS_OK && !(cell_same(old, row, CATEGORY_NAME) && cell_same(old, row, CATEGORY_PARENT_ID)))
        status = subtree_queue(apply, key);
    return status;
}

enum status category_delete(struct apply *apply, const struct stored *old)
{
    static const struct cell none = {.state = CELL_NULL};
    struct bytes key = old->row.cells[0].text;
    apply->tree_changed = true;
    uint32_t ordinal = 0;
    enum status status = label_find(apply->view, FACET_CATEGORY, key, &ordinal);
    if (status == STATUS_OK)
        status = label_suggest(apply, SUGGEST_CATEGORY, ordinal, cell_text(&old->row.cells[CATEGORY_NAME]), (struct bytes){0});
    if (status == STATUS_OK)
        status = subtree_queue(apply, key);
    if (status == STATUS_OK)
        status = reverse_move(apply, REVERSE_CATEGORY_CHILDREN, &old->row.cells[CATEGORY_PARENT_ID], &none, key);
    if (status == STATUS_OK)
        status = label_del(apply->batch, FACET_CATEGORY, ordinal);
    return status == STATUS_OK ? mirror_del(apply->batch, TABLE_CATEGORY, key) : status;
}
