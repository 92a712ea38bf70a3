/* The mirror read once: who points to whom, and in which order the documents stand.
 *
 * A record of the order, in the sorter only:
 *   key   := place of the category in the tree u32be (all bits set: none), 65,535 - prior u16be, id_order u64be, product id
 *   value := struct hot, as it lies in memory */
#include <stdlib.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/rule.h"
#include "catalog/synonym.h"
#include "indexer/bulk_state.h"
#include "storage/bulk.h"
#include "storage/bytes.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"
#include "storage/suggest.h"

enum { ORDER_HEAD_BYTES = 4 + 2 + 8 };

/* Which columns say who points here. The row's own key is what they lead to. */
static const struct pointer {
    enum table table;
    unsigned column;
    enum reverse_kind kind;
} pointers[] = {
    {TABLE_CATEGORY, CATEGORY_PARENT_ID, REVERSE_CATEGORY_CHILDREN},
    {TABLE_PRODUCT, PRODUCT_SLUG, REVERSE_SLUG},
    {TABLE_PRODUCT, PRODUCT_SKU, REVERSE_SKU},
    {TABLE_PRODUCT, PRODUCT_BRAND_ID, REVERSE_BRAND_PRODUCTS},
    {TABLE_PRODUCT, PRODUCT_CATEGORY_ID, REVERSE_CATEGORY_PRODUCTS},
    {TABLE_VARIANT, VARIANT_PRODUCT_ID, REVERSE_VARIANTS},
    {TABLE_VARIANT, VARIANT_SKU, REVERSE_VARIANT_SKU},
    {TABLE_SPEC, SPEC_PRODUCT_ID, REVERSE_SPECS},
    {TABLE_IMAGE, IMAGE_PRODUCT_ID, REVERSE_IMAGES},
};

typedef enum status take_row(struct bulk *bulk, void *context, const struct row *row, bool has_hot);

/* Shows every row of a table, in the order of their keys, through a snapshot or the view of the batch. */
static enum status rows_each(struct bulk *bulk, struct snapshot *snapshot, enum table table, take_row *take, void *context)
{
    struct mirror_cursor *cursor = NULL;
    struct arena arena;
    arena_init(&arena, APPLY_ARENA_BYTES);
    enum status status = mirror_cursor_open(snapshot, (uint8_t)table, &cursor);
    while (status == STATUS_OK) {
        struct bytes key, stored;
        struct row row;
        bool has_hot = false;
        uint16_t slot = 0;
        arena_reset(&arena);
        status = bulk_stopped(bulk) ? STATUS_TIMEOUT : mirror_cursor_next(cursor, &arena, &key, &stored);
        if (status == STATUS_OK)
            status = row_decode(table, stored, &row, &has_hot, &slot);
        if (status == STATUS_OK)
            status = take(bulk, context, &row, has_hot);
    }
    mirror_cursor_close(cursor);
    arena_release(&arena);
    if (status == STATUS_TIMEOUT && bulk_stopped(bulk))
        return STATUS_END;
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status label_sort(struct bulk *bulk, uint8_t kind, uint32_t ordinal, struct bytes name)
{
    unsigned char reference[LABEL_REFERENCE_BYTES];
    struct suggestion entry = label_suggestion(kind, ordinal, reference);
    enum status status = suggestion_text(bulk->apply->analyzer, name, &bulk->apply->arena, &entry.text);
    return status == STATUS_OK && entry.text.size > 0 ? suggest_sort(bulk->suggestions, &entry) : status;
}

static enum status brand_take(struct bulk *bulk, void *context, const struct row *row, bool has_hot)
{
    (void)context, (void)has_hot;
    uint32_t ordinal = 0;
    arena_reset(&bulk->apply->arena);
    enum status status = label_store(bulk->apply, FACET_BRAND, row, BRAND_NAME, BRAND_SLUG, LABEL_NO_PARENT, &ordinal);
    return status == STATUS_OK ? label_sort(bulk, SUGGEST_BRAND, ordinal, cell_text(&row->cells[BRAND_NAME])) : status;
}

static enum status category_take(struct bulk *bulk, void *context, const struct row *row, bool has_hot)
{
    (void)context, (void)has_hot;
    uint32_t ordinal = 0;
    bool known = false;
    arena_reset(&bulk->apply->arena);
    text_set_add(bulk->categories, row->cells[0].text, &known);
    enum status status = label_store(bulk->apply, FACET_CATEGORY, row, CATEGORY_NAME, CATEGORY_SLUG, LABEL_NO_PARENT, &ordinal);
    return status == STATUS_OK ? label_sort(bulk, SUGGEST_CATEGORY, ordinal, cell_text(&row->cells[CATEGORY_NAME])) : status;
}

/* Where each category's interval begins. */
static enum status places_read(struct bulk *bulk)
{
    struct tree tree = {0};
    uint64_t count = text_set_count(bulk->categories);
    bulk->category_low = memory_calloc((size_t)count + 1, sizeof *bulk->category_low);
    enum status status = tree_get(bulk->apply->view, FACET_CATEGORY, &bulk->apply->arena, &tree);
    for (uint64_t i = 1; status == STATUS_OK && i <= count; i++) {
        uint32_t ordinal = 0;
        status = label_find(bulk->apply->view, FACET_CATEGORY, text_set_at(bulk->categories, i), &ordinal);
        if (status == STATUS_OK && ordinal < tree.count)
            bulk->category_low[i] = tree.intervals[ordinal].low;
    }
    return status;
}

enum status bulk_labels(struct bulk *bulk, struct error *error)
{
    enum status status = bulk_batch_open(bulk, error);
    if (status != STATUS_OK)
        return status;
    status = rows_each(bulk, bulk->apply->view, TABLE_BRAND, brand_take, NULL);
    if (status == STATUS_OK)
        status = rows_each(bulk, bulk->apply->view, TABLE_CATEGORY, category_take, NULL);
    if (status == STATUS_OK && text_set_count(bulk->categories) > 0)
        status = tree_rebuild(bulk->apply);
    if (status == STATUS_OK)
        status = places_read(bulk);
    return bulk_batch_end(bulk, status, error);
}

enum status order_add(struct bulk *bulk, const struct row *row)
{
    unsigned char key[ORDER_HEAD_BYTES + KEY_BYTES_MAX];
    struct bytes id = row->cells[0].text;
    struct hot hot = {.offer = product_offer(row), .fame = product_fame(row)};
    uint64_t category = text_set_number(bulk->categories, cell_text(&row->cells[PRODUCT_CATEGORY_ID])), order = id_order(id);
    key_put_u32(key, category == 0 ? UINT32_MAX : bulk->category_low[category]);
    key_put_u16(key + 4, (uint16_t)(UINT16_MAX - hot.fame.prior));
    key_put_u32(key + 6, (uint32_t)(order >> 32));
    key_put_u32(key + 10, (uint32_t)order);
    memcpy(key + ORDER_HEAD_BYTES, id.data, id.size);
    return sorter_add(bulk->order, (struct bytes){(const char *)key, ORDER_HEAD_BYTES + id.size},
                      (struct bytes){(const char *)&hot, sizeof hot});
}

enum status order_next(struct bulk *bulk, struct bytes *product_id, struct hot *hot)
{
    struct bytes key, value;
    enum status status = sorter_next(bulk->order, &key, &value);
    if (status != STATUS_OK)
        return status;
    if (value.size != sizeof *hot || key.size <= ORDER_HEAD_BYTES)
        return STATUS_CORRUPT;
    *product_id = (struct bytes){key.data + ORDER_HEAD_BYTES, key.size - ORDER_HEAD_BYTES};
    memcpy(hot, value.data, sizeof *hot);
    return STATUS_OK;
}

static enum status synonym_scan(struct bulk *bulk, struct sorter *reverse, const struct row *row)
{
    struct synonym_key keys[2];
    unsigned count = 0;
    arena_reset(&bulk->apply->arena);
    synonym_check(row);
    enum status status = synonym_keys(bulk->apply->analyzer, row, &bulk->apply->arena, keys, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = reverse_sort(reverse, REVERSE_SYNONYM, keys[i].from, (struct bytes){(const char *)keys[i].to, keys[i].to_size});
    return status;
}

static enum status rule_scan(struct bulk *bulk, struct sorter *reverse, const struct row *row)
{
    struct rule_key key;
    bool has = false;
    arena_reset(&bulk->apply->arena);
    enum status status = rule_key_heard(bulk->apply, row, &key, &has);
    if (status != STATUS_OK || !has)
        return status;
    return reverse_sort(reverse, REVERSE_RULE, key.from, (struct bytes){(const char *)key.to, key.to_size});
}

static enum status row_scan(struct bulk *bulk, void *context, const struct row *row, bool has_hot)
{
    struct sorter *reverse = context;
    enum status status = STATUS_OK;
    bulk->counts->rows++;
    for (size_t i = 0; status == STATUS_OK && i < sizeof pointers / sizeof pointers[0]; i++) {
        struct bytes from = cell_text(&row->cells[pointers[i].column]);
        if (pointers[i].table == row->table && from.size > 0)
            status = reverse_sort(reverse, (uint8_t)pointers[i].kind, from, row->cells[0].text);
    }
    if (status == STATUS_OK && row->table == TABLE_SYNONYM)
        status = synonym_scan(bulk, reverse, row);
    if (status == STATUS_OK && row->table == TABLE_RULE)
        status = rule_scan(bulk, reverse, row);
    if (status != STATUS_OK || row->table != TABLE_PRODUCT)
        return status;
    return has_hot ? order_add(bulk, row) : STATUS_CORRUPT;
}

static enum status reverse_write(struct bulk *bulk, struct sorter *reverse, struct error *error)
{
    struct progress progress;
    struct bulk_run run = {.env = bulk->apply->env, .stop = bulk->options->stop, .progress = &progress};
    progress_begin(&progress, "writing the reverse keys", "keys", sorter_count(reverse));
    enum status status = bulk_write_reverse(&run, reverse, error);
    progress_end(&progress);
    return status;
}

static enum status rows_scan(struct bulk *bulk, struct error *error)
{
    struct sorter *reverse = sorter_new(bulk->apply->env, bulk->memory_bytes / 2);
    struct snapshot *snapshot = NULL;
    enum status status = snapshot_open(bulk->apply->env, &snapshot, error);
    for (enum table table = 0; status == STATUS_OK && table < TABLE_COUNT; table++)
        status = rows_each(bulk, snapshot, table, row_scan, reverse);
    snapshot_close(snapshot);
    if (status == STATUS_OK)
        status = reverse_write(bulk, reverse, error);
    sorter_free(reverse);
    return status;
}

/* Product id -> document, by walking the order once. */
static enum status numbers_write(struct bulk *bulk, struct error *error)
{
    struct sorter *numbers = sorter_new(bulk->apply->env, bulk->memory_bytes / 4);
    struct bulk_run run = {.env = bulk->apply->env, .stop = bulk->options->stop};
    struct bytes id;
    struct hot hot;
    uint32_t number = 0;
    enum status status = sorter_count(bulk->order) > INT32_MAX ? STATUS_LIMIT : sorter_sort(bulk->order);
    while (status == STATUS_OK && (status = order_next(bulk, &id, &hot)) == STATUS_OK)
        status = document_sort(numbers, id, number++);
    if (status == STATUS_END)
        status = bulk_write_documents(&run, numbers, error);
    sorter_free(numbers);
    return status;
}

enum status bulk_scan(struct bulk *bulk, struct error *error)
{
    enum status status = rows_scan(bulk, error);
    return status == STATUS_OK ? numbers_write(bulk, error) : status;
}
