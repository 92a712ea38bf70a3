#include "catalog/product_page.h"

#include "catalog/document.h"
#include "catalog/field.h"
#include "storage/fragment.h"
#include "storage/mirror.h"

static void spec_list_render(const struct document_spec *specs, unsigned count, struct bytes group, struct json_writer *json)
{
    json_begin_array(json);
    for (unsigned i = 0; i < count; i++) {
        if (!bytes_equal(specs[i].group, group))
            continue;
        json_begin_object(json);
        json_put_text_member(json, "name", specs[i].name);
        json_put_text_member(json, "value", specs[i].value);
        json_end_object(json);
    }
    json_end_array(json);
}

/* Groups in the order of their first spec; specs without a group come under null. */
static void specs_render(const struct document *document, struct json_writer *json)
{
    json_put_key(json, "specs");
    json_begin_array(json);
    for (unsigned i = 0; i < document->spec_count; i++) {
        struct bytes group = document->specs[i].group;
        bool seen = false;
        for (unsigned j = 0; j < i && !seen; j++)
            seen = bytes_equal(document->specs[j].group, group);
        if (seen)
            continue;
        json_begin_object(json);
        json_put_text_member(json, "group", group);
        json_put_key(json, "specs");
        spec_list_render(document->specs, document->spec_count, group, json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void variants_render(const struct document *document, struct json_writer *json)
{
    json_put_key(json, "variants");
    json_begin_array(json);
    for (unsigned i = 0; i < document->variant_count; i++) {
        const struct document_variant *variant = &document->variants[i];
        if (!variant->active)
            continue;
        json_begin_object(json);
        json_put_text_member(json, "id", variant->id);
        json_put_text_member(json, "name", variant->name);
        json_put_text_member(json, "sku", variant->sku);
        offer_render(variant->price, variant->sale, variant->stock, json);
        json_put_key(json, "attributes");
        spec_list_render(variant->attributes, variant->attribute_count, (struct bytes){0}, json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void images_render(const struct document *document, struct json_writer *json)
{
    json_put_key(json, "images");
    json_begin_array(json);
    for (unsigned i = 0; i < document->image_count; i++) {
        json_begin_object(json);
        json_put_text_member(json, "url", document->images[i].url);
        json_put_text_member(json, "alt", document->images[i].alt);
        json_end_object(json);
    }
    json_end_array(json);
}

enum status product_page_members(struct hit_renderer *renderer, const struct analyzer *analyzer, struct bytes product_id,
                                 struct json_writer *json)
{
    uint32_t number = 0;
    struct document document;
    enum status status = document_get(renderer->snapshot, product_id, &number);
    if (status == STATUS_OK)
        status = hit_render_members(renderer, number, NULL, json); /* only a live product has a fragment */
    if (status == STATUS_OK)
        status = document_build(renderer->snapshot, analyzer, product_id, renderer->arena, &document);
    if (status != STATUS_OK)
        return status;
    json_put_text_member(json, "description", document.description);
    specs_render(&document, json);
    variants_render(&document, json);
    images_render(&document, json);
    json_put_text_member(json, "seoTitle", document.seo_title);
    json_put_text_member(json, "seoDescription", document.seo_description);
    return STATUS_OK;
}

enum status product_page_render(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes slug, struct arena *arena,
                                struct buffer *out)
{
    struct bytes product_id = {0};
    enum status status = reverse_first(snapshot, REVERSE_SLUG, slug, &product_id);
    if (status != STATUS_OK)
        return status;
    struct hit_renderer renderer;
    hit_renderer_init(&renderer, snapshot, arena);
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    status = product_page_members(&renderer, analyzer, product_id, &json);
    json_end_object(&json);
    return status;
}
