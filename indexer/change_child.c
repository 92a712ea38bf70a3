/* Rows that only matter as a part of their product: specs, images. */
#include "indexer/apply_state.h"

#include "catalog/field.h"
#include "storage/mirror.h"

struct child_rule {
    unsigned parent_column;
    enum reverse_kind kind;
};

static struct child_rule child_rule(enum table table)
{
    return table == TABLE_SPEC ? (struct child_rule){SPEC_PRODUCT_ID, REVERSE_SPECS}
                               : (struct child_rule){IMAGE_PRODUCT_ID, REVERSE_IMAGES};
}

enum status child_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    if (old->found && !cold_differs(&old->row, row))
        return STATUS_OK;
    *effective = true;
    struct child_rule rule = child_rule(row->table);
    const struct row nothing = {.table = row->table};
    const struct cell *before = old->found ? &old->row.cells[rule.parent_column] : &nothing.cells[rule.parent_column];
    const struct cell *parent = &row->cells[rule.parent_column];
    enum status status = reverse_move(apply, (uint8_t)rule.kind, before, parent, row->cells[0].text);
    if (status == STATUS_OK)
        status = row_store(apply, row, false, 0);
    if (status == STATUS_OK)
        status = touch_product(apply, cell_text(before));
    return status == STATUS_OK ? touch_product(apply, cell_text(parent)) : status;
}

enum status child_delete(struct apply *apply, const struct stored *old)
{
    struct child_rule rule = child_rule(old->row.table);
    static const struct cell none = {.state = CELL_NULL};
    const struct cell *parent = &old->row.cells[rule.parent_column];
    enum status status = reverse_move(apply, (uint8_t)rule.kind, parent, &none, old->row.cells[0].text);
    if (status == STATUS_OK)
        status = touch_product(apply, cell_text(parent));
    return status == STATUS_OK ? mirror_del(apply->batch, (uint8_t)old->row.table, old->row.cells[0].text) : status;
}
