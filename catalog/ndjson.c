#include "catalog/ndjson.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/json_lines.h"
#include "catalog/slug.h"
#include "catalog/text_set.h"

enum { LINE_ARENA_BYTES = 512 * 1024 * 1024 };

struct ndjson {
    const struct analyzer *analyzer;
    struct json_lines *lines;
    enum ndjson_ids ids;
    uint64_t line_number;
    bool numbering; /* products too: one id was no number */
    uint64_t next_product, next_variant, next_image;
    struct text_set *brands, *categories, *category_slugs, *slugs; /* text -> number, from 1 */
    struct arena arena;                                            /* of the current line */
    struct ndjson_rows rows;
    size_t rows_room;
};

enum status ndjson_open(const char *path, enum ndjson_ids ids, const struct analyzer *analyzer, struct ndjson **out, struct error *error)
{
    struct lines *lines = NULL;
    enum status status = lines_open(path, &lines, error);
    if (status != STATUS_OK)
        return status;
    struct ndjson *ndjson = memory_calloc(1, sizeof *ndjson);
    *ndjson = (struct ndjson){.analyzer = analyzer,
                              .lines = json_lines_new(lines, NDJSON_LINE_BYTES_MAX),
                              .ids = ids,
                              .next_product = 1,
                              .next_variant = 1,
                              .next_image = 1};
    ndjson->brands = text_set_new();
    ndjson->categories = text_set_new();
    ndjson->category_slugs = text_set_new();
    ndjson->slugs = text_set_new();
    arena_init(&ndjson->arena, LINE_ARENA_BYTES);
    *out = ndjson;
    return STATUS_OK;
}

enum status ndjson_parse_ahead(struct ndjson *ndjson, unsigned threads, struct error *error)
{
    return json_lines_ahead(ndjson->lines, threads, error);
}

void ndjson_close(struct ndjson *ndjson)
{
    if (ndjson == NULL)
        return;
    json_lines_free(ndjson->lines);
    text_set_free(ndjson->brands);
    text_set_free(ndjson->categories);
    text_set_free(ndjson->category_slugs);
    text_set_free(ndjson->slugs);
    arena_release(&ndjson->arena);
    free(ndjson->rows.rows);
    free(ndjson);
}

static struct row *row_add(struct ndjson *ndjson, enum table table)
{
    if (ndjson->rows.count == ndjson->rows_room) {
        ndjson->rows_room = ndjson->rows_room == 0 ? 16 : ndjson->rows_room * 2;
        ndjson->rows.rows = memory_resize(ndjson->rows.rows, ndjson->rows_room * sizeof *ndjson->rows.rows);
    }
    struct row *row = &ndjson->rows.rows[ndjson->rows.count++];
    *row = (struct row){.table = table};
    return row;
}

static struct cell text_cell(struct bytes text)
{
    return (struct cell){.state = CELL_TEXT, .text = text};
}

static enum status number_cell(struct ndjson *ndjson, uint64_t number, struct cell *cell)
{
    char *digits = arena_print(&ndjson->arena, "%llu", (unsigned long long)number);
    if (digits == NULL)
        return STATUS_LIMIT;
    *cell = text_cell(bytes_of(digits));
    return STATUS_OK;
}

/* A scalar as PostgreSQL would print it. */
static enum status scalar_cell(struct ndjson *ndjson, const json_t *value, struct cell *cell)
{
    char *text = NULL;
    switch (json_typeof(value)) {
    case JSON_STRING:
        text = arena_copy(&ndjson->arena, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        text = arena_print(&ndjson->arena, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL: { /* 5.0 is a whole number to a table's integer column too */
        double real = json_real_value(value);
        bool whole = real > -1e15 && real < 1e15 && real == (double)(long long)real;
        text = whole ? arena_print(&ndjson->arena, "%lld", (long long)real) : arena_print(&ndjson->arena, "%.6f", real);
        break;
    }
    default:
        text = arena_print(&ndjson->arena, "%s", json_is_true(value) ? "t" : "f");
        break;
    }
    if (text == NULL)
        return STATUS_LIMIT;
    *cell = text_cell(bytes_of(text));
    return STATUS_OK;
}

static enum status dumped_cell(struct ndjson *ndjson, const json_t *value, struct cell *cell)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15)); /* 0.1 as it stands in the line, not 0.10000000000000001 */
    char *copy = text == NULL ? NULL : arena_copy(&ndjson->arena, text, strlen(text));
    free(text);
    if (copy == NULL)
        return STATUS_LIMIT;
    *cell = text_cell(bytes_of(copy));
    return STATUS_OK;
}

enum value_type { VALUE_TEXT, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_OBJECT };

static bool value_has_type(const json_t *value, enum value_type type)
{
    switch (type) {
    case VALUE_TEXT:
        return json_is_string(value);
    case VALUE_NUMBER:
        return json_is_number(value);
    case VALUE_BOOLEAN:
        return json_is_boolean(value);
    case VALUE_OBJECT:
        return json_is_object(value);
    }
    return false;
}

struct line_key {
    const char *key;
    enum value_type type;
    unsigned column;
};

static const struct line_key product_keys[] = {
    {"sku", VALUE_TEXT, PRODUCT_SKU},
    {"name", VALUE_TEXT, PRODUCT_NAME},
    {"price", VALUE_NUMBER, PRODUCT_PRICE},
    {"salePrice", VALUE_NUMBER, PRODUCT_SALE_PRICE},
    {"stock", VALUE_NUMBER, PRODUCT_STOCK},
    {"shortDesc", VALUE_TEXT, PRODUCT_SHORT_DESC},
    {"description", VALUE_TEXT, PRODUCT_DESCRIPTION},
    {"specs", VALUE_OBJECT, PRODUCT_SPECS},
    {"rating", VALUE_NUMBER, PRODUCT_AVG_RATING},
    {"reviewCount", VALUE_NUMBER, PRODUCT_REVIEW_COUNT},
    {"soldCount", VALUE_NUMBER, PRODUCT_SOLD_COUNT},
    {"createdAt", VALUE_TEXT, PRODUCT_CREATED_AT},
    {"status", VALUE_TEXT, PRODUCT_STATUS},
    {"isFeatured", VALUE_BOOLEAN, PRODUCT_IS_FEATURED},
};

static const struct line_key variant_keys[] = {
    {"sku", VALUE_TEXT, VARIANT_SKU},       {"name", VALUE_TEXT, VARIANT_NAME},
    {"price", VALUE_NUMBER, VARIANT_PRICE}, {"salePrice", VALUE_NUMBER, VARIANT_SALE_PRICE},
    {"stock", VALUE_NUMBER, VARIANT_STOCK}, {"attributes", VALUE_OBJECT, VARIANT_ATTRIBUTES},
};

static enum status cells_from_object(struct ndjson *ndjson, const json_t *object, const struct line_key *keys, size_t count,
                                     struct row *row, struct error *error)
{
    static const char *const type_names[] = {"a string", "a number", "true or false", "an object"};
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, keys[i].key);
        if (value == NULL || json_is_null(value))
            continue;
        if (!value_has_type(value, keys[i].type))
            return error_set(error, STATUS_INVALID, "\"%s\" must be %s", keys[i].key, type_names[keys[i].type]);
        struct cell *cell = &row->cells[keys[i].column];
        enum status status = keys[i].type == VALUE_OBJECT ? dumped_cell(ndjson, value, cell) : scalar_cell(ndjson, value, cell);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool is_positive_decimal(struct bytes id)
{
    if (id.size == 0 || id.size > 18 || id.data[0] == '0')
        return false;
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] < '0' || id.data[i] > '9')
            return false;
    return true;
}

/* The id as given, before any numbering. */
static enum status given_id(struct ndjson *ndjson, const json_t *object, struct cell *cell, struct error *error)
{
    const json_t *id = json_object_get(object, "id");
    if (!json_is_string(id) && !json_is_integer(id))
        return error_set(error, STATUS_INVALID, "\"id\" is missing: give a string or a whole number");
    enum status status = scalar_cell(ndjson, id, cell);
    if (status == STATUS_OK && (cell->text.size == 0 || cell->text.size > KEY_BYTES_MAX))
        return error_set(error, STATUS_INVALID, "\"id\" has %zu bytes: give 1 to %d", cell->text.size, KEY_BYTES_MAX);
    return status;
}

static enum status product_number(struct ndjson *ndjson, struct row *row, struct error *error)
{
    struct cell *id = &row->cells[PRODUCT_ID];
    bool decimal = is_positive_decimal(id->text);
    if (!ndjson->numbering && !decimal && ndjson->next_product > 1)
        return error_set(error, STATUS_INVALID, "id \"%.*s\" is no number, but the ids before it were: use one kind in a file",
                         (int)id->text.size, id->text.data);
    ndjson->numbering = ndjson->numbering || !decimal;
    uint64_t number = ndjson->next_product++;
    if (!ndjson->numbering)
        return STATUS_OK;
    if (row->cells[PRODUCT_SKU].state == CELL_NULL)
        row->cells[PRODUCT_SKU] = *id;
    return number_cell(ndjson, number, id);
}

/* A missing or taken slug gets the id appended. */
static enum status product_slug(struct ndjson *ndjson, const json_t *line, struct row *row, struct error *error)
{
    const json_t *given = json_object_get(line, "slug");
    if (given != NULL && !json_is_null(given) && !json_is_string(given))
        return error_set(error, STATUS_INVALID, "\"slug\" must be a string");
    struct bytes slug = {0};
    enum status status = STATUS_OK;
    if (json_is_string(given) && json_string_length(given) > 0) {
        char *copy = arena_copy(&ndjson->arena, json_string_value(given), json_string_length(given));
        if (copy == NULL)
            return STATUS_LIMIT;
        slug = (struct bytes){copy, json_string_length(given)};
    } else {
        status = slug_build(ndjson->analyzer, row->cells[PRODUCT_NAME].text, row->cells[PRODUCT_ID].text, &ndjson->arena, &slug);
    }
    bool taken = false;
    if (status == STATUS_OK)
        text_set_add(ndjson->slugs, slug, &taken);
    if (taken)
        status = slug_append(slug, row->cells[PRODUCT_ID].text, &ndjson->arena, &slug);
    row->cells[PRODUCT_SLUG] = text_cell(slug);
    return status;
}

static enum status brand_reference(struct ndjson *ndjson, const json_t *line, struct cell *reference, struct error *error)
{
    const json_t *brand = json_object_get(line, "brand");
    if (brand == NULL || json_is_null(brand))
        return STATUS_OK;
    if (!json_is_string(brand))
        return error_set(error, STATUS_INVALID, "\"brand\" must be a string");
    struct cell name;
    struct bytes slug = {0};
    enum status status = scalar_cell(ndjson, brand, &name);
    if (status == STATUS_OK)
        status = slug_build(ndjson->analyzer, name.text, (struct bytes){0}, &ndjson->arena, &slug);
    if (status != STATUS_OK || slug.size == 0)
        return status;
    bool known = false;
    uint64_t number = text_set_add(ndjson->brands, slug, &known);
    status = number_cell(ndjson, number, reference);
    if (status != STATUS_OK || known)
        return status;
    struct row *row = row_add(ndjson, TABLE_BRAND);
    row->cells[BRAND_ID] = *reference;
    row->cells[BRAND_NAME] = name;
    row->cells[BRAND_SLUG] = text_cell(slug);
    return STATUS_OK;
}

/* One level of a path: `path` is the slug of all levels so far, `reference` the parent's key before and this level's after. */
static enum status category_level(struct ndjson *ndjson, const json_t *level, struct bytes *path, struct cell *reference,
                                  struct error *error)
{
    if (!json_is_string(level))
        return error_set(error, STATUS_INVALID, "\"category\" must be a list of strings");
    struct cell name;
    struct bytes slug = {0};
    enum status status = scalar_cell(ndjson, level, &name);
    if (status == STATUS_OK)
        status = slug_build(ndjson->analyzer, name.text, (struct bytes){0}, &ndjson->arena, &slug);
    if (status != STATUS_OK || slug.size == 0)
        return status;
    struct bytes whole = slug;
    if (path->size > 0)
        status = slug_append(*path, slug, &ndjson->arena, &whole);
    if (status != STATUS_OK)
        return status;
    *path = whole;
    bool known = false, taken = false;
    uint64_t number = text_set_add(ndjson->categories, whole, &known);
    struct cell parent = *reference;
    if (!known)
        text_set_add(ndjson->category_slugs, slug, &taken);
    else
        taken = text_set_number(ndjson->category_slugs, slug) != number;
    if (!known && !taken)
        text_set_renumber(ndjson->category_slugs, slug, number);
    status = number_cell(ndjson, number, reference);
    if (status != STATUS_OK || known)
        return status;
    struct row *row = row_add(ndjson, TABLE_CATEGORY);
    row->cells[CATEGORY_ID] = *reference;
    row->cells[CATEGORY_PARENT_ID] = parent;
    row->cells[CATEGORY_NAME] = name;
    row->cells[CATEGORY_SLUG] = text_cell(taken ? whole : slug);
    return STATUS_OK;
}

static enum status category_reference(struct ndjson *ndjson, const json_t *line, struct cell *reference, struct error *error)
{
    const json_t *levels = json_object_get(line, "category");
    if (levels == NULL || json_is_null(levels))
        return STATUS_OK;
    if (!json_is_array(levels) || json_array_size(levels) > NDJSON_LEVELS_MAX)
        return error_set(error, STATUS_INVALID, "\"category\" must be a list of at most %d strings, from the root", NDJSON_LEVELS_MAX);
    struct bytes path = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(levels); i++)
        status = category_level(ndjson, json_array_get(levels, i), &path, reference, error);
    return status;
}

static enum status variant_rows(struct ndjson *ndjson, const json_t *line, const struct cell *product, struct error *error)
{
    const json_t *variants = json_object_get(line, "variants");
    if (variants == NULL || json_is_null(variants))
        return STATUS_OK;
    if (!json_is_array(variants) || json_array_size(variants) > NDJSON_VARIANTS_MAX)
        return error_set(error, STATUS_INVALID, "\"variants\" must be a list of at most %d objects", NDJSON_VARIANTS_MAX);
    for (size_t i = 0; i < json_array_size(variants); i++) {
        const json_t *variant = json_array_get(variants, i);
        if (!json_is_object(variant))
            return error_set(error, STATUS_INVALID, "\"variants\" must be a list of objects");
        struct row *row = row_add(ndjson, TABLE_VARIANT);
        enum status status = STATUS_OK;
        if (ndjson->ids == NDJSON_KEEP_IDS && json_object_get(variant, "id") != NULL)
            status = given_id(ndjson, variant, &row->cells[VARIANT_ID], error);
        else
            status = number_cell(ndjson, ndjson->next_variant++, &row->cells[VARIANT_ID]);
        if (status == STATUS_OK)
            status = cells_from_object(ndjson, variant, variant_keys, sizeof variant_keys / sizeof variant_keys[0], row, error);
        if (status != STATUS_OK)
            return status;
        row->cells[VARIANT_PRODUCT_ID] = *product;
        row->cells[VARIANT_IS_ACTIVE] = text_cell((struct bytes){"t", 1});
    }
    return STATUS_OK;
}

static enum status image_row(struct ndjson *ndjson, const json_t *image, const struct cell *product, struct error *error)
{
    if (!json_is_string(image))
        return error_set(error, STATUS_INVALID, "an image must be an address as a string");
    uint64_t number = ndjson->next_image++;
    struct row *row = row_add(ndjson, TABLE_IMAGE);
    row->cells[IMAGE_PRODUCT_ID] = *product;
    enum status status = number_cell(ndjson, number, &row->cells[IMAGE_ID]);
    if (status == STATUS_OK)
        status = scalar_cell(ndjson, image, &row->cells[IMAGE_URL]);
    if (status == STATUS_OK)
        row->cells[IMAGE_SORT_ORDER] = row->cells[IMAGE_ID];
    return status;
}

static enum status image_rows(struct ndjson *ndjson, const json_t *line, const struct cell *product, struct error *error)
{
    const json_t *image = json_object_get(line, "image");
    const json_t *images = json_object_get(line, "images");
    enum status status = STATUS_OK;
    if (images != NULL && !json_is_null(images)) {
        if (!json_is_array(images) || json_array_size(images) > NDJSON_IMAGES_MAX)
            return error_set(error, STATUS_INVALID, "\"images\" must be a list of at most %d addresses", NDJSON_IMAGES_MAX);
    } else {
        images = NULL;
    }
    if (image != NULL && !json_is_null(image) && !json_equal(image, json_array_get(images, 0)))
        status = image_row(ndjson, image, product, error);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(images); i++)
        status = image_row(ndjson, json_array_get(images, i), product, error);
    return status;
}

static enum status line_rows(struct ndjson *ndjson, const json_t *line, struct error *error)
{
    if (!json_is_object(line))
        return error_set(error, STATUS_INVALID, "not an object: write one product per line, in braces");
    struct row product = {.table = TABLE_PRODUCT};
    enum status status = given_id(ndjson, line, &product.cells[PRODUCT_ID], error);
    if (status == STATUS_OK)
        status = cells_from_object(ndjson, line, product_keys, sizeof product_keys / sizeof product_keys[0], &product, error);
    if (status == STATUS_OK && product.cells[PRODUCT_NAME].state == CELL_NULL)
        status = error_set(error, STATUS_INVALID, "\"name\" is missing");
    if (status == STATUS_OK && ndjson->ids == NDJSON_NUMBER_IDS)
        status = product_number(ndjson, &product, error);
    if (status == STATUS_OK)
        status = product_slug(ndjson, line, &product, error);
    if (product.cells[PRODUCT_STATUS].state == CELL_NULL)
        product.cells[PRODUCT_STATUS] = text_cell((struct bytes){"active", 6});
    if (status == STATUS_OK)
        status = brand_reference(ndjson, line, &product.cells[PRODUCT_BRAND_ID], error);
    if (status == STATUS_OK)
        status = category_reference(ndjson, line, &product.cells[PRODUCT_CATEGORY_ID], error);
    if (status != STATUS_OK)
        return status;
    *row_add(ndjson, TABLE_PRODUCT) = product;
    status = variant_rows(ndjson, line, &product.cells[PRODUCT_ID], error);
    return status != STATUS_OK ? status : image_rows(ndjson, line, &product.cells[PRODUCT_ID], error);
}

/* A malformed line must not take its brand or category with it: those rows may already be referred to by the next line. */
static void keep_shared_rows(struct ndjson *ndjson)
{
    size_t kept = 0;
    for (size_t i = 0; i < ndjson->rows.count; i++)
        if (ndjson->rows.rows[i].table == TABLE_BRAND || ndjson->rows.rows[i].table == TABLE_CATEGORY)
            ndjson->rows.rows[kept++] = ndjson->rows.rows[i];
    ndjson->rows.count = kept;
}

enum status ndjson_next(struct ndjson *ndjson, struct ndjson_rows *out, struct error *error)
{
    arena_reset(&ndjson->arena);
    ndjson->rows.count = 0;
    *out = (struct ndjson_rows){0};
    struct error reason = {0};
    json_t *line = NULL;
    enum status status = json_lines_next(ndjson->lines, &line, &ndjson->line_number, &reason);
    if (status == STATUS_INVALID)
        return error_set(error, STATUS_INVALID, "line %llu: %s", (unsigned long long)ndjson->line_number, reason.text);
    if (status != STATUS_OK) {
        if (error != NULL)
            *error = reason;
        return status;
    }
    status = line_rows(ndjson, line, &reason);
    if (status != STATUS_OK) {
        keep_shared_rows(ndjson);
        if (status == STATUS_LIMIT)
            reason = (struct error){.text = "too large"};
        error_set(error, STATUS_INVALID, "line %llu: %s", (unsigned long long)ndjson->line_number, reason.text);
        status = STATUS_INVALID;
    }
    *out = ndjson->rows;
    return status;
}

uint64_t ndjson_line(const struct ndjson *ndjson)
{
    return ndjson->line_number;
}

uint64_t ndjson_bytes_read(const struct ndjson *ndjson)
{
    return lines_bytes_read(json_lines_source(ndjson->lines));
}

uint64_t ndjson_bytes_total(const struct ndjson *ndjson)
{
    return lines_bytes_total(json_lines_source(ndjson->lines));
}
