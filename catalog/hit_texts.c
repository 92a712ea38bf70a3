/* What a hit says in words, for highlighting: the mirrored row and the labels of the moment. */
#include "catalog/document.h"
#include "catalog/hit.h"
#include "storage/fragment.h"
#include "storage/label.h"

static enum status labels_read(struct hit_renderer *renderer, uint32_t document, struct hit_texts *out)
{
    struct label path[CATEGORY_DEPTH_MAX], brand = {0};
    unsigned count = 0;
    enum status status = hit_brand(renderer, document, &brand);
    out->brand = status == STATUS_OK ? brand.text : (struct bytes){0};
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        status = hit_category(renderer, document, path, &count);
    while (status == STATUS_OK && count > 0)
        out->category[out->category_count++] = path[--count].text;
    return status;
}

enum status hit_texts_read(struct hit_renderer *renderer, uint32_t document, struct arena *arena, struct hit_texts *out)
{
    struct bytes stored = {0};
    struct fragment fragment;
    struct row row;
    bool has_hot = false;
    uint16_t slot = 0;
    *out = (struct hit_texts){0};
    enum status status = fragment_get(renderer->snapshot, document, arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status == STATUS_OK)
        status = row_get(renderer->snapshot, TABLE_PRODUCT, fragment.id, arena, &row, &has_hot, &slot);
    if (status != STATUS_OK)
        return status;
    out->name = cell_text(&row.cells[PRODUCT_NAME]);
    out->sku = cell_text(&row.cells[PRODUCT_SKU]);
    out->short_desc = cell_text(&row.cells[PRODUCT_SHORT_DESC]);
    out->description = cell_text(&row.cells[PRODUCT_DESCRIPTION]);
    return labels_read(renderer, document, out);
}
