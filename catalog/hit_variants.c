/* The variants of a hit that pass the filters: names from the mirrored rows, offers from the columns. */
#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "storage/mirror.h"

enum { ROW_ARENA_BYTES = 16 * 1024 * 1024 /* one row, which may have the longest of texts */ };

/* What is shown of a variant, in the order of struct hit_variants; id of size 0: its row was not met. */
struct shown_variant {
    struct bytes id, name, sku;
    struct document_spec *attributes;
    unsigned attribute_count;
};

static enum status bytes_keep(struct bytes text, struct arena *arena, struct bytes *out)
{
    char *copy = arena_copy(arena, text.data == NULL ? "" : text.data, text.size);
    *out = (struct bytes){copy, text.size};
    return copy == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status row_keep(struct bytes key, const struct row *row, struct arena *arena, struct shown_variant *out)
{
    struct bytes json = {0};
    enum status status = bytes_keep(key, arena, &out->id);
    if (status == STATUS_OK)
        status = bytes_keep(cell_text(&row->cells[VARIANT_NAME]), arena, &out->name);
    if (status == STATUS_OK)
        status = bytes_keep(cell_text(&row->cells[VARIANT_SKU]), arena, &out->sku);
    if (status == STATUS_OK)
        status = bytes_keep(cell_text(&row->cells[VARIANT_ATTRIBUTES]), arena, &json);
    return status == STATUS_OK ? attributes_parse(json, arena, &out->attributes, &out->attribute_count) : status;
}

/* Which places a row's variant has in the product's run only the row knows: all are looked at, one at a time. */
static enum status rows_find(struct hit_renderer *renderer, struct bytes product_id, const struct hit_variants *variants,
                             struct arena *scratch, struct shown_variant *shown)
{
    struct bytes *keys = NULL;
    size_t count = 0;
    enum status status = reverse_list(renderer->snapshot, REVERSE_VARIANTS, product_id, renderer->arena, &keys, &count);
    for (size_t i = 0, found = 0; i < count && found < variants->count && status == STATUS_OK; i++) {
        struct row row;
        bool has_hot = false;
        uint16_t slot = 0;
        arena_reset(scratch);
        status = row_get(renderer->snapshot, TABLE_VARIANT, keys[i], scratch, &row, &has_hot, &slot);
        for (unsigned j = 0; j < variants->count && status == STATUS_OK && !has_hot; j++)
            if (variants->places[j] == slot) {
                status = row_keep(keys[i], &row, renderer->arena, &shown[j]);
                found++;
            }
    }
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static void shown_render(struct hit_renderer *renderer, const struct shown_variant *shown, uint32_t entry, struct json_writer *json)
{
    json_begin_object(json);
    json_put_text_member(json, "id", shown->id);
    json_put_text_member(json, "name", shown->name);
    json_put_text_member(json, "sku", shown->sku);
    offer_render(column_get(&renderer->variant, VARIANT_OFFER_PRICE, entry), column_get(&renderer->variant, VARIANT_OFFER_SALE, entry),
                 column_get(&renderer->variant, VARIANT_OFFER_STOCK, entry), json);
    json_put_key(json, "attributes");
    json_begin_array(json);
    for (unsigned i = 0; i < shown->attribute_count; i++) {
        json_begin_object(json);
        json_put_text_member(json, "name", shown->attributes[i].name);
        json_put_text_member(json, "value", shown->attributes[i].value);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

enum status hit_variants_render(struct hit_renderer *renderer, struct bytes product_id, const struct hit_variants *variants,
                                struct json_writer *json)
{
    struct shown_variant shown[HIT_VARIANTS_MAX] = {{{0}, {0}, {0}, NULL, 0}};
    struct arena scratch;
    arena_init(&scratch, ROW_ARENA_BYTES);
    enum status status = rows_find(renderer, product_id, variants, &scratch, shown);
    arena_release(&scratch);
    if (status != STATUS_OK)
        return status;
    json_put_key(json, "variants");
    json_begin_array(json);
    for (unsigned i = 0; i < variants->count; i++)
        if (shown[i].id.size > 0)
            shown_render(renderer, &shown[i], variants->first + variants->places[i], json);
    json_end_array(json);
    json_put_key(json, "variantCount");
    json_put_number(json, variants->total);
    return STATUS_OK;
}
