/* The stored fragment.
 *
 *   fragment := format u8 = 1, id, name, slug, facets, members
 *   id, name, slug, members := size varint, bytes
 *   facets   := size varint, facet *           size in bytes
 *   facet    := field u16le, count u8, ordinal u32le * count        field with MULTI_SPACE_VARIANT: what the variants have by themselves
 */
#include "catalog/hit.h"

#include <assert.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "storage/bytes.h"
#include "storage/fragment.h"
#include "storage/label.h"

enum { FRAGMENT_FORMAT = 1 };

static struct bytes read_sized(struct byte_reader *reader)
{
    uint32_t size = read_varint(reader);
    const unsigned char *data = read_span(reader, size);
    return data == NULL ? (struct bytes){0} : (struct bytes){(const char *)data, size};
}

static void append_sized(struct buffer *out, const void *data, size_t size)
{
    append_varint(out, (uint32_t)size);
    buffer_append(out, data, size);
}

enum status fragment_parse(struct bytes stored, struct fragment *out)
{
    struct byte_reader reader = byte_reader(stored.data, stored.size);
    uint8_t format = read_u8(&reader);
    *out = (struct fragment){0};
    out->id = read_sized(&reader);
    out->name = read_sized(&reader);
    out->slug = read_sized(&reader);
    out->facets = read_sized(&reader);
    out->members = read_sized(&reader);
    return reader.failed || reader.next != reader.end || format != FRAGMENT_FORMAT || out->id.size == 0 ? STATUS_CORRUPT : STATUS_OK;
}

bool fragment_next_facet(struct bytes *facets, struct fragment_facet *out)
{
    struct byte_reader reader = byte_reader(facets->data, facets->size);
    out->field = read_u16(&reader);
    out->count = read_u8(&reader);
    if (out->count > MULTI_VALUES_MAX)
        return false;
    for (unsigned i = 0; i < out->count; i++)
        out->ordinals[i] = read_u32(&reader);
    if (reader.failed)
        return false;
    *facets = (struct bytes){(const char *)reader.next, (size_t)(reader.end - reader.next)};
    return true;
}

static void members_build(const struct document *document, struct buffer *out)
{
    struct json_writer json = {.out = out};
    json_put_key(&json, "id");
    json_put_text(&json, document->id);
    json_put_text_member(&json, "sku", document->sku);
    json_put_key(&json, "name");
    json_put_text(&json, document->name);
    json_put_key(&json, "slug");
    json_put_text(&json, document->slug);
    json_put_text_member(&json, "image", document->image_count > 0 ? document->images[0].url : (struct bytes){0});
    json_put_text_member(&json, "shortDesc", document->short_desc);
}

void fragment_build(const struct document *document, const struct fragment_facet *facets, unsigned facet_count, struct buffer *out)
{
    append_u8(out, FRAGMENT_FORMAT);
    append_sized(out, document->id.data, document->id.size);
    append_sized(out, document->name.data, document->name.size);
    append_sized(out, document->slug.data, document->slug.size);
    size_t facet_bytes = 0;
    for (unsigned i = 0; i < facet_count; i++)
        facet_bytes += 3 + (size_t)facets[i].count * 4;
    append_varint(out, (uint32_t)facet_bytes);
    for (unsigned i = 0; i < facet_count; i++) {
        append_u16(out, facets[i].field);
        append_u8(out, facets[i].count);
        for (unsigned j = 0; j < facets[i].count; j++)
            append_u32(out, facets[i].ordinals[j]);
    }
    struct buffer members = {0};
    members_build(document, &members);
    append_sized(out, members.data, members.size);
    buffer_release(&members);
}

void hit_renderer_init(struct hit_renderer *renderer, struct snapshot *snapshot, struct arena *arena)
{
    *renderer = (struct hit_renderer){.snapshot = snapshot, .arena = arena};
    column_reader_init(&renderer->offer, snapshot, &family_offer);
    column_reader_init(&renderer->fame, snapshot, &family_fame);
    column_reader_init(&renderer->brand, snapshot, &family_brand);
    column_reader_init(&renderer->category, snapshot, &family_category);
    column_reader_init(&renderer->variant, snapshot, &family_variant);
}

static void label_render(const struct label *label, struct json_writer *json)
{
    json_begin_object(json);
    json_put_key(json, "name");
    json_put_text(json, label->text);
    json_put_key(json, "slug");
    json_put_text(json, label->slug);
    json_end_object(json);
}

enum status hit_brand(struct hit_renderer *renderer, uint32_t document, struct label *out)
{
    uint64_t ordinal = column_get(&renderer->brand, 0, document);
    return ordinal == COLUMN_UNKNOWN ? STATUS_NOT_FOUND : label_get(renderer->snapshot, FACET_BRAND, (uint32_t)ordinal, out);
}

static enum status brand_render(struct hit_renderer *renderer, uint32_t document, struct json_writer *json)
{
    struct label label;
    enum status status = hit_brand(renderer, document, &label);
    json_put_key(json, "brand");
    if (status == STATUS_OK)
        label_render(&label, json);
    else
        json_put_null(json);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status hit_category(struct hit_renderer *renderer, uint32_t document, struct label path[CATEGORY_DEPTH_MAX], unsigned *count)
{
    uint64_t ordinal = column_get(&renderer->category, 0, document);
    *count = 0;
    while (ordinal != COLUMN_UNKNOWN && ordinal != LABEL_NO_PARENT && *count < CATEGORY_DEPTH_MAX) {
        enum status status = label_get(renderer->snapshot, FACET_CATEGORY, (uint32_t)ordinal, &path[*count]);
        if (status == STATUS_NOT_FOUND)
            break;
        if (status != STATUS_OK)
            return status;
        ordinal = path[(*count)++].parent;
    }
    return STATUS_OK;
}

static enum status category_render(struct hit_renderer *renderer, uint32_t document, struct json_writer *json)
{
    struct label path[CATEGORY_DEPTH_MAX];
    unsigned count = 0;
    enum status status = hit_category(renderer, document, path, &count);
    json_put_key(json, "category");
    json_begin_array(json);
    while (count > 0)
        label_render(&path[--count], json);
    json_end_array(json);
    return status;
}

static void number_or_null(struct json_writer *json, const char *key, uint64_t value)
{
    json_put_key(json, key);
    if (value == COLUMN_UNKNOWN)
        json_put_null(json);
    else
        json_put_number(json, (int64_t)value);
}

void offer_render(uint64_t price, uint64_t sale, uint64_t stock, struct json_writer *json)
{
    bool on_sale = sale < price && price != COLUMN_UNKNOWN;
    number_or_null(json, "price", price);
    number_or_null(json, "salePrice", on_sale ? sale : COLUMN_UNKNOWN);
    number_or_null(json, "discountPercent", on_sale ? (price - sale) * 100 / price : COLUMN_UNKNOWN);
    json_put_key(json, "inStock");
    json_put_boolean(json, stock > 0);
    number_or_null(json, "stockQuantity", stock);
}

enum status hit_render_members(struct hit_renderer *renderer, uint32_t document, const struct hit_variants *variants,
                               struct json_writer *json)
{
    struct bytes stored = {0};
    struct fragment fragment;
    enum status status = fragment_get(renderer->snapshot, document, renderer->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status != STATUS_OK)
        return status;
    json_put_raw(json, fragment.members);
    status = brand_render(renderer, document, json);
    if (status == STATUS_OK)
        status = category_render(renderer, document, json);
    if (status != STATUS_OK)
        return status;
    bool matched = variants != NULL && variants->total > 0;
    if (matched)
        offer_render(variants->price, variants->sale, variants->stock, json);
    else
        offer_render(column_get(&renderer->offer, OFFER_PRICE, document), column_get(&renderer->offer, OFFER_SALE, document),
                     column_get(&renderer->offer, OFFER_STOCK, document), json);
    uint64_t rating = column_get(&renderer->fame, FAME_RATING, document);
    json_put_key(json, "avgRating");
    if (rating == COLUMN_UNKNOWN)
        json_put_null(json);
    else
        json_put_hundredths(json, (int64_t)rating);
    number_or_null(json, "reviewCount", column_get(&renderer->fame, FAME_REVIEWS, document));
    number_or_null(json, "soldCount", column_get(&renderer->fame, FAME_SOLD, document));
    if (!renderer->without_version)
        number_or_null(json, "version", column_get(&renderer->offer, OFFER_VERSION, document));
    return matched ? hit_variants_render(renderer, fragment.id, variants, json) : STATUS_OK;
}

enum status hit_render(struct hit_renderer *renderer, uint32_t document, const struct hit_variants *variants, struct buffer *out)
{
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    enum status status = hit_render_members(renderer, document, variants, &json);
    json_end_object(&json);
    return status;
}
