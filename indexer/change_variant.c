/* A variant row: its offer stands in its product's run; before the run exists, in the row itself. */
#include "indexer/apply_state.h"

#include <stdio.h>

#include "catalog/field.h"
#include "storage/mirror.h"

struct offer variant_row_offer(const struct row *row)
{
    return (struct offer){
        .price = cell_scaled(&row->cells[VARIANT_PRICE], 0, PRICE_VND_MAX, false),
        .sale = sale_value(&row->cells[VARIANT_SALE_PRICE]),
        .stock = cell_scaled(&row->cells[VARIANT_STOCK], 0, COUNT_MAX, true),
    };
}

enum status offer_derive(struct apply *apply, uint32_t document, uint32_t first, uint32_t count, bool *changed)
{
    struct column_reader reader;
    column_reader_init(&reader, apply->view, &family_variant);
    struct offer offer = offer_of_run(&reader, document, first, count);
    return offer_put(apply, &family_offer, document, &offer, changed);
}

enum { NUMBER_BYTES = 24 };

static struct cell number_cell(uint64_t value, char text[NUMBER_BYTES])
{
    if (value == COLUMN_UNKNOWN)
        return (struct cell){.state = CELL_NULL};
    int size = snprintf(text, NUMBER_BYTES, "%llu", (unsigned long long)value);
    return (struct cell){.state = CELL_TEXT, .text = {text, (size_t)size}};
}

enum status variant_store_inline(struct apply *apply, const struct stored *variant, uint32_t first)
{
    char texts[3][NUMBER_BYTES];
    struct row row = variant->row;
    uint32_t entry = first + variant->slot;
    row.cells[VARIANT_PRICE] = number_cell(column_now(apply, &family_variant, VARIANT_OFFER_PRICE, entry), texts[0]);
    row.cells[VARIANT_SALE_PRICE] = number_cell(column_now(apply, &family_variant, VARIANT_OFFER_SALE, entry), texts[1]);
    row.cells[VARIANT_STOCK] = number_cell(column_now(apply, &family_variant, VARIANT_OFFER_STOCK, entry), texts[2]);
    return row_store(apply, &row, true, 0);
}

/* The run of the product that the variant stands in. NOT_FOUND: the variant's offer is in its row. */
static enum status run_find(struct apply *apply, const struct stored *variant, uint32_t *document, uint32_t *first, uint32_t *count)
{
    if (!variant->found || variant->has_hot)
        return STATUS_NOT_FOUND;
    enum status status = document_get(apply->view, cell_text(&variant->row.cells[VARIANT_PRODUCT_ID]), document);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    uint64_t start = column_now(apply, &family_run, RUN_FIRST, *document);
    uint64_t size = column_now(apply, &family_run, RUN_COUNT, *document);
    if (start == COLUMN_UNKNOWN || size == COLUMN_UNKNOWN || variant->slot == 0 || variant->slot >= size)
        return STATUS_CORRUPT;
    *first = (uint32_t)start;
    *count = (uint32_t)size;
    return STATUS_OK;
}

/* Price and stock alone: the variant's page, its product's page. */
static enum status variant_hot(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    uint32_t document = 0, first = 0, count = 0;
    enum status status = run_find(apply, old, &document, &first, &count);
    if (status != STATUS_OK)
        return status;
    struct offer offer = variant_row_offer(row);
    uint32_t entry = first + old->slot;
    status = offer_put(apply, &family_variant, entry, &offer, effective);
    if (status != STATUS_OK || !*effective)
        return status;
    bool derived = false;
    status = offer_derive(apply, document, first, count, &derived);
    apply->counts.hot++;
    product_note(apply, cell_text(&old->row.cells[VARIANT_PRODUCT_ID]));
    return status == STATUS_OK ? version_raise(apply, document) : status;
}

enum status variant_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    bool cold = !old->found || cold_differs(&old->row, row);
    if (!cold) {
        enum status status = variant_hot(apply, old, row, effective);
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    *effective = true;
    static const struct row nothing = {.table = TABLE_VARIANT};
    const struct row *before = old->found ? &old->row : &nothing;
    struct bytes variant_id = row->cells[VARIANT_ID].text;
    const struct cell *product_before = &before->cells[VARIANT_PRODUCT_ID], *product = &row->cells[VARIANT_PRODUCT_ID];
    enum status status = reverse_move(apply, REVERSE_VARIANTS, product_before, product, variant_id);
    if (status == STATUS_OK)
        status = reverse_move(apply, REVERSE_VARIANT_SKU, &before->cells[VARIANT_SKU], &row->cells[VARIANT_SKU], variant_id);
    /* The offer waits in the row; building the product's document moves it into the run. */
    if (status == STATUS_OK)
        status = row_store(apply, row, true, 0);
    if (status == STATUS_OK)
        status = touch_product(apply, cell_text(product_before));
    return status == STATUS_OK ? touch_product(apply, cell_text(product)) : status;
}

enum status variant_delete(struct apply *apply, const struct stored *old)
{
    static const struct cell none = {.state = CELL_NULL};
    const struct cell *product = &old->row.cells[VARIANT_PRODUCT_ID];
    struct bytes variant_id = old->row.cells[VARIANT_ID].text;
    enum status status = reverse_move(apply, REVERSE_VARIANTS, product, &none, variant_id);
    if (status == STATUS_OK)
        status = reverse_move(apply, REVERSE_VARIANT_SKU, &old->row.cells[VARIANT_SKU], &none, variant_id);
    if (status == STATUS_OK)
        status = touch_product(apply, cell_text(product));
    return status == STATUS_OK ? mirror_del(apply->batch, TABLE_VARIANT, variant_id) : status;
}
