#include "bench/generate_line.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "bench/generate_text.h"
#include "catalog/json_writer.h"

enum {
    SUFFIX_PERMILLE = 220,
    UPPER_PERMILLE = 15,
    DOUBLE_BLANK_PERMILLE = 20,
    DECOMPOSED_PERMILLE = 4,
    ENTITY_PERMILLE = 30,
    MARKUP_PERMILLE = 40,
};

static struct bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct bytes){buffer->data, buffer->size};
}

/* Replaces the text by what `change` makes of it. */
static void rewrite(struct product *product, struct buffer *text, void (*change)(struct buffer *, struct bytes))
{
    product->scratch.size = 0;
    change(&product->scratch, buffer_bytes(text));
    text->size = 0;
    buffer_append(text, product->scratch.data, product->scratch.size);
}

/* "Hàng chính hãng" behind a dash or in brackets. */
static void add_suffix(struct product *product)
{
    static const char *const around[][2] = {{" - ", ""}, {" - ", ""}, {" (", ")"}, {" [", "]"}, {" | ", ""}};
    const struct value_list *suffixes = lists_words(product->lists, "suffix");
    assert(suffixes != NULL);
    const char *const *pair = around[random_below(&product->random, sizeof around / sizeof *around)];
    struct bytes suffix = suffixes->values[value_list_draw(suffixes, &product->random)];
    buffer_append_text(&product->name, pair[0]);
    buffer_append(&product->name, suffix.data, suffix.size);
    buffer_append_text(&product->name, pair[1]);
}

/* The first blank from a random place becomes two. */
static void double_blank(struct product *product)
{
    struct buffer *name = &product->name;
    size_t from = random_below(&product->random, (uint32_t)name->size);
    const char *blank = memchr(name->data + from, ' ', name->size - from);
    if (blank == NULL)
        return;
    size_t at = (size_t)(blank - name->data);
    buffer_append_char(name, ' ');
    memmove(name->data + at + 1, name->data + at, name->size - 1 - at);
}

static void dirty_name(struct product *product)
{
    struct random *random = &product->random;
    if (random_chance(random, SUFFIX_PERMILLE))
        add_suffix(product);
    if (random_chance(random, UPPER_PERMILLE))
        rewrite(product, &product->name, text_append_upper);
    if (random_chance(random, DOUBLE_BLANK_PERMILLE))
        double_blank(product);
    if (random_chance(random, DECOMPOSED_PERMILLE))
        rewrite(product, &product->name, text_append_decomposed);
}

static void append_entities(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&':
            buffer_append_text(out, "&amp;");
            break;
        case '"':
            buffer_append_text(out, "&quot;");
            break;
        case ':':
        case ';':
            buffer_append_char(out, text.data[i]);
            buffer_append_text(out, "&nbsp;");
            break;
        default:
            buffer_append_char(out, text.data[i]);
        }
    }
    buffer_append_text(out, "&nbsp;");
}

static void append_paragraph(struct buffer *out, struct bytes text)
{
    buffer_append_text(out, "<p>");
    buffer_append(out, text.data, text.size);
    buffer_append_text(out, "</p>");
}

static void dirty_description(struct product *product)
{
    struct random *random = &product->random;
    if (random_chance(random, ENTITY_PERMILLE))
        rewrite(product, &product->description, append_entities);
    if (random_chance(random, MARKUP_PERMILLE))
        rewrite(product, &product->description, append_paragraph);
    if (random_chance(random, DECOMPOSED_PERMILLE))
        rewrite(product, &product->description, text_append_decomposed);
}

static void write_text(struct json_writer *json, const char *key, const struct buffer *text)
{
    if (text->size == 0)
        return;
    json_put_key(json, key);
    json_put_text(json, buffer_bytes(text));
}

static void write_value(struct product *product, struct json_writer *json, uint32_t spec, uint32_t value)
{
    product->scratch.size = 0;
    product_append_value(product, spec, value, &product->scratch);
    struct bytes name = product->category->specs[spec].name;
    json_put_key_text(json, name);
    json_put_text(json, buffer_bytes(&product->scratch));
}

static void write_price(struct json_writer *json, int64_t price_vnd, int64_t sale_vnd)
{
    json_put_key(json, "price");
    json_put_number(json, price_vnd);
    if (sale_vnd > 0) {
        json_put_key(json, "salePrice");
        json_put_number(json, sale_vnd);
    }
}

static void write_stock(struct json_writer *json, int64_t stock)
{
    if (stock == PRODUCT_STOCK_UNKNOWN)
        return;
    json_put_key(json, "stock");
    json_put_number(json, stock);
}

/* A digit of its own for each product and one for each of its variants: TL0000123, TL0000123-2. */
static void write_sku(struct product *product, struct json_writer *json, uint32_t variant)
{
    struct bytes sku = product->category->sku;
    product->scratch.size = 0;
    buffer_print(&product->scratch, "%.*s%07llu", (int)sku.size, sku.data, (unsigned long long)product->number);
    if (variant > 0)
        buffer_print(&product->scratch, "-%u", variant);
    write_text(json, "sku", &product->scratch);
}

static void write_variant_name(struct product *product, struct json_writer *json, const struct product_variant *variant)
{
    product->scratch.size = 0;
    for (uint32_t i = 0; i < product->category->spec_count; i++) {
        if (!product->varies[i])
            continue;
        if (product->scratch.size > 0)
            buffer_append_text(&product->scratch, " - ");
        product_append_value(product, i, variant->value[i], &product->scratch);
    }
    write_text(json, "name", &product->scratch);
}

static void write_variants(struct product *product, struct json_writer *json)
{
    if (product->variant_count == 0)
        return;
    json_put_key(json, "variants");
    json_begin_array(json);
    for (uint32_t i = 0; i < product->variant_count; i++) {
        const struct product_variant *variant = &product->variants[i];
        json_begin_object(json);
        write_sku(product, json, i + 1);
        write_variant_name(product, json, variant);
        write_price(json, variant->price_vnd, variant->sale_vnd);
        write_stock(json, variant->stock);
        json_put_key(json, "attributes");
        json_begin_object(json);
        for (uint32_t spec = 0; spec < product->category->spec_count; spec++)
            if (product->varies[spec])
                write_value(product, json, spec, variant->value[spec]);
        json_end_object(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_image(struct product *product, struct json_writer *json, uint32_t image)
{
    product->scratch.size = 0;
    buffer_print(&product->scratch, "https://example.invalid/anh/%.*s-%u.jpg", (int)product->slug.size, product->slug.data, image);
    json_put_text(json, buffer_bytes(&product->scratch));
}

static void write_images(struct product *product, struct json_writer *json)
{
    if (product->images == 0)
        return;
    json_put_key(json, product->images == 1 ? "image" : "images");
    if (product->images > 1)
        json_begin_array(json);
    for (uint32_t i = 1; i <= product->images; i++)
        write_image(product, json, i);
    if (product->images > 1)
        json_end_array(json);
}

static void write_specs(struct product *product, struct json_writer *json)
{
    json_put_key(json, "specs");
    json_begin_object(json);
    for (uint32_t i = 0; i < product->category->spec_count; i++)
        if (product->stated[i])
            write_value(product, json, i, product->value[i]);
    json_end_object(json);
}

static void write_popularity(const struct product *product, struct json_writer *json)
{
    if (product->rating_hundredths > 0) {
        json_put_key(json, "rating");
        json_put_hundredths(json, product->rating_hundredths);
        json_put_key(json, "reviewCount");
        json_put_number(json, product->reviews);
    }
    json_put_key(json, "soldCount");
    json_put_number(json, product->sold);
}

/* Who makes it and where it stands in the shop. */
static void write_place(const struct product *product, struct json_writer *json)
{
    if (product->line->brand.size > 0) {
        json_put_key(json, "brand");
        json_put_text(json, product->line->brand);
    }
    json_put_key(json, "category");
    json_begin_array(json);
    for (uint32_t i = 0; i < product->category->levels; i++)
        json_put_text(json, product->category->path[i]);
    json_end_array(json);
}

static void write_state(const struct product *product, struct json_writer *json)
{
    char created[25];
    clock_format(product->created_us, created);
    json_put_key(json, "createdAt");
    json_put_literal(json, created);
    json_put_key(json, "status");
    json_put_literal(json, product->status);
    if (product->featured) {
        json_put_key(json, "isFeatured");
        json_put_boolean(json, true);
    }
}

void product_append_line(struct product *product, struct buffer *out)
{
    dirty_name(product);
    dirty_description(product);
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    product->scratch.size = 0;
    buffer_print(&product->scratch, "%llu", (unsigned long long)product->number);
    write_text(&json, "id", &product->scratch);
    write_sku(product, &json, 0);
    write_text(&json, "name", &product->name);
    write_text(&json, "slug", &product->slug);
    write_place(product, &json);
    write_price(&json, product->price_vnd, product->sale_vnd);
    write_stock(&json, product->stock);
    write_text(&json, "shortDesc", &product->short_desc);
    write_text(&json, "description", &product->description);
    write_specs(product, &json);
    write_popularity(product, &json);
    write_images(product, &json);
    write_state(product, &json);
    write_variants(product, &json);
    json_end_object(&json);
    buffer_append_char(out, '\n');
}
