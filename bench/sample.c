#include "bench/sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "storage/mirror.h"

enum { SAMPLE_ARENA_BYTES = 1024 * 1024 * 1024, CELL_BYTES = 24 };

struct drawing {
    struct sample *sample;
    struct snapshot *snapshot;
    struct column_reader offer, fame, run, variant;
};

static enum status cells_own(struct sample *sample, struct row *row)
{
    for (size_t i = 0; i < PRODUCT_COLUMNS; i++) {
        struct cell *cell = &row->cells[i];
        if (cell->state == CELL_TEXT && (cell->text.data = arena_copy(&sample->arena, cell->text.data, cell->text.size)) == NULL)
            return STATUS_LIMIT;
    }
    return STATUS_OK;
}

/* As PostgreSQL would print it: a whole number, or one with two decimals. */
static enum status cell_fill(struct sample *sample, struct row *row, enum product_column column, uint64_t value, bool hundredths)
{
    if (value == COLUMN_UNKNOWN)
        return STATUS_OK;
    char *text = hundredths ? arena_print(&sample->arena, "%u.%02u", (unsigned)(value / 100), (unsigned)(value % 100))
                            : arena_print(&sample->arena, "%llu", (unsigned long long)value);
    if (text == NULL)
        return STATUS_LIMIT;
    row->cells[column] = (struct cell){.state = CELL_TEXT, .text = {text, strlen(text)}};
    return STATUS_OK;
}

/* The product's own offer stands at the first entry of its run when it has variants. */
static enum status hot_fill(struct drawing *drawing, uint32_t document, struct sample_product *product)
{
    uint64_t first = column_get(&drawing->run, RUN_FIRST, document);
    struct column_reader *own = first == COLUMN_UNKNOWN ? &drawing->offer : &drawing->variant;
    uint32_t entry = first == COLUMN_UNKNOWN ? document : (uint32_t)first;
    struct sample *sample = drawing->sample;
    struct row *row = &product->row;
    enum status status = cell_fill(sample, row, PRODUCT_PRICE, column_get(own, OFFER_PRICE, entry), false);
    if (status == STATUS_OK)
        status = cell_fill(sample, row, PRODUCT_SALE_PRICE, column_get(own, OFFER_SALE, entry), false);
    if (status == STATUS_OK)
        status = cell_fill(sample, row, PRODUCT_STOCK, column_get(own, OFFER_STOCK, entry), false);
    if (status == STATUS_OK)
        status = cell_fill(sample, row, PRODUCT_SOLD_COUNT, column_get(&drawing->fame, FAME_SOLD, document), false);
    if (status == STATUS_OK)
        status = cell_fill(sample, row, PRODUCT_REVIEW_COUNT, column_get(&drawing->fame, FAME_REVIEWS, document), false);
    uint64_t price = column_get(&drawing->offer, OFFER_PRICE, document), sale = column_get(&drawing->offer, OFFER_SALE, document);
    uint64_t paid = price < sale ? price : sale;
    product->paid_vnd = paid == COLUMN_UNKNOWN ? 0 : (uint32_t)paid;
    return status == STATUS_OK ? cell_fill(sample, row, PRODUCT_AVG_RATING, column_get(&drawing->fame, FAME_RATING, document), true)
                               : status;
}

static enum status brand_fill(struct drawing *drawing, struct sample_product *product)
{
    struct row brand;
    bool hot = false;
    uint16_t slot = 0;
    product->brand_id = cell_text(&product->row.cells[PRODUCT_BRAND_ID]);
    if (product->brand_id.size == 0)
        return STATUS_OK;
    enum status status = row_get(drawing->snapshot, TABLE_BRAND, product->brand_id, &drawing->sample->arena, &brand, &hot, &slot);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    product->brand_slug = cell_text(&brand.cells[BRAND_SLUG]);
    if (product->brand_slug.size > 0)
        product->brand_slug.data = arena_copy(&drawing->sample->arena, product->brand_slug.data, product->brand_slug.size);
    return product->brand_slug.size > 0 && product->brand_slug.data == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status product_draw(struct drawing *drawing, uint64_t number)
{
    char text[CELL_BYTES];
    struct bytes key = {text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)number)};
    struct sample_product product = {0};
    bool hot = false;
    uint16_t slot = 0;
    uint32_t document = 0;
    enum status status = row_get(drawing->snapshot, TABLE_PRODUCT, key, &drawing->sample->arena, &product.row, &hot, &slot);
    if (status == STATUS_OK)
        status = document_get(drawing->snapshot, key, &document);
    if (status == STATUS_OK)
        status = cells_own(drawing->sample, &product.row);
    if (status == STATUS_OK)
        status = hot_fill(drawing, document, &product);
    if (status == STATUS_OK)
        status = brand_fill(drawing, &product);
    product.name = cell_text(&product.row.cells[PRODUCT_NAME]);
    if (status == STATUS_OK)
        drawing->sample->products[drawing->sample->count++] = product;
    return status;
}

enum status sample_take(struct sample *sample, struct snapshot *snapshot, uint64_t products, struct error *error)
{
    struct drawing drawing = {.sample = sample, .snapshot = snapshot};
    uint64_t every = (products + SAMPLE_PRODUCTS_MAX - 1) / SAMPLE_PRODUCTS_MAX;
    *sample = (struct sample){.products = memory_calloc(SAMPLE_PRODUCTS_MAX, sizeof *sample->products)};
    arena_init(&sample->arena, SAMPLE_ARENA_BYTES);
    column_reader_init(&drawing.offer, snapshot, &family_offer);
    column_reader_init(&drawing.fame, snapshot, &family_fame);
    column_reader_init(&drawing.run, snapshot, &family_run);
    column_reader_init(&drawing.variant, snapshot, &family_variant);
    enum status status = STATUS_OK;
    for (uint64_t number = 1; status == STATUS_OK && number <= products; number += every)
        status = product_draw(&drawing, number);
    return status == STATUS_OK ? STATUS_OK
                               : error_set(error, status, "the catalog's products cannot be read back: %s", status_name(status));
}

void sample_release(struct sample *sample)
{
    arena_release(&sample->arena);
    free(sample->products);
    *sample = (struct sample){0};
}
