#include "catalog/document.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/field.h"
#include "catalog/slug.h"
#include "storage/mirror.h"

/* Specs that shoppers name in the search box, by folded name: their values are searched in the core zone. */
static const char *const key_spec_names[] = {
    "ram",
    "bo nho ram",
    "dung luong ram",
    "dung luong",
    "dung luong luu tru",
    "bo nho trong",
    "rom",
    "o cung",
    "mau",
    "mau sac",
    "dung tich",
    "dung tich tong",
    "cong suat",
    "kich thuoc man hinh",
    "man hinh",
    "tan so quet",
    "khoi luong giat",
    "chip",
    "chip xu ly (cpu)",
    "cpu",
    "card man hinh",
    "dung luong pin",
    "model",
    "ma san pham",
    "loai may",
    "cong nghe man hinh",
};

struct bytes cell_text(const struct cell *cell)
{
    return cell->state == CELL_TEXT ? cell->text : (struct bytes){0};
}

int key_compare(struct bytes a, struct bytes b)
{
    uint64_t left = id_order(a), right = id_order(b);
    if (left != right)
        return left < right ? -1 : 1;
    return bytes_compare(a, b);
}

enum status row_get(struct snapshot *snapshot, enum table table, struct bytes key, struct arena *arena, struct row *row, bool *has_hot,
                    uint16_t *slot)
{
    struct bytes stored = {0};
    enum status status = mirror_get_copy(snapshot, (uint8_t)table, key, arena, &stored);
    if (status != STATUS_OK)
        return status;
    return row_decode(table, stored, row, has_hot, slot);
}

static enum status key_spec_find(const struct analyzer *analyzer, struct bytes name, struct arena *arena, bool *is_key)
{
    struct bytes folded = {0};
    *is_key = false;
    if (analyzer == NULL) /* nobody asks */
        return STATUS_OK;
    enum status status = fold_text(analyzer, name.data, name.size, arena, &folded);
    for (size_t i = 0; i < sizeof key_spec_names / sizeof key_spec_names[0] && status == STATUS_OK; i++)
        *is_key = *is_key || bytes_are(folded, key_spec_names[i]);
    return status;
}

/* Specs being collected; the array grows in the arena by doubling. */
struct spec_list {
    struct document_spec *specs;
    unsigned count, room;
};

static enum status spec_add(struct spec_list *list, struct arena *arena, struct document_spec spec)
{
    if (list->count == DOCUMENT_SPECS_MAX)
        return STATUS_OK;
    if (list->count == list->room) {
        unsigned room = list->room == 0 ? 16 : list->room * 2;
        struct document_spec *larger = arena_alloc(arena, room * sizeof *larger);
        if (larger == NULL)
            return STATUS_LIMIT;
        if (list->count > 0)
            memcpy(larger, list->specs, list->count * sizeof *larger);
        list->specs = larger;
        list->room = room;
    }
    list->specs[list->count++] = spec;
    return STATUS_OK;
}

/* A JSON scalar as shown (numbers came as strings); of size 0 for null, empty strings and nested values. */
static enum status scalar_text(const json_t *value, struct arena *arena, struct bytes *out)
{
    *out = (struct bytes){0};
    if (!json_is_string(value) && !json_is_boolean(value))
        return STATUS_OK;
    const char *shown = json_is_string(value) ? json_string_value(value) : json_is_true(value) ? "Có" : "Không";
    const char *text = arena_copy(arena, shown, strlen(shown));
    if (text == NULL)
        return STATUS_LIMIT;
    *out = bytes_of(text);
    return STATUS_OK;
}

static enum status specs_from_member(const struct analyzer *analyzer, const char *name, const json_t *value, struct arena *arena,
                                     struct spec_list *list)
{
    struct document_spec spec = {.name = {arena_copy(arena, name, strlen(name)), strlen(name)}};
    if (spec.name.data == NULL)
        return STATUS_LIMIT;
    if (spec.name.size == 0)
        return STATUS_OK;
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    enum status status = key_spec_find(analyzer, spec.name, arena, &spec.key);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = scalar_text(json_is_array(value) ? json_array_get(value, i) : value, arena, &spec.value);
        if (status == STATUS_OK && spec.value.size > 0)
            status = spec_add(list, arena, spec);
    }
    return status;
}

static int name_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The JSON text with every number in quotes, so that it is shown digit by digit as the shop wrote it: 1.50 stays 1.50, and one beyond 64 bits
 * does not make the parser refuse all the others. */
static struct bytes numbers_quoted(struct bytes text, struct arena *arena)
{
    char *out = arena_alloc(arena, 2 * text.size + 2); /* between two numbers stands at least one other byte */
    size_t size = 0;
    bool in_string = false;
    for (size_t i = 0; out != NULL && i < text.size;) {
        char byte = text.data[i];
        size_t number = in_string || memchr("-0123456789", byte, 11) == NULL ? 0 : 1;
        while (number > 0 && i + number < text.size && memchr("+-.0123456789Ee", text.data[i + number], 15) != NULL)
            number++;
        size_t taken = number > 0 ? number : in_string && byte == '\\' && i + 1 < text.size ? 2 : 1;
        if (number > 0)
            out[size++] = '"';
        memcpy(out + size, text.data + i, taken);
        size += taken;
        if (number > 0)
            out[size++] = '"';
        in_string = in_string != (byte == '"');
        i += taken;
    }
    return (struct bytes){out, size};
}

/* {"name": value or [values]}; what does not parse (or is nested deeper than jansson allows) has no specs. */
static enum status specs_from_json(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct spec_list *list)
{
    if (text.size == 0)
        return STATUS_OK;
    struct bytes quoted = numbers_quoted(text, arena);
    if (quoted.data == NULL)
        return STATUS_LIMIT;
    json_t *object = json_loadb(quoted.data, quoted.size, 0, NULL);
    enum status status = STATUS_OK;
    /* In byte order of the names, whatever order the source had: JSONB reorders, NDJSON does not. */
    size_t count = json_object_size(object);
    const char **names = memory_calloc(count, sizeof *names);
    size_t next = 0;
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) names[next++] = name;
    qsort(names, count, sizeof *names, name_compare);
    for (size_t i = 0; status == STATUS_OK && i < count && i < DOCUMENT_SPECS_MAX; i++)
        status = specs_from_member(analyzer, names[i], json_object_get(object, names[i]), arena, list);
    free(names);
    json_decref(object);
    return status;
}

enum status attributes_parse(struct bytes json, struct arena *arena, struct document_spec **out, unsigned *count)
{
    struct spec_list attributes = {0};
    enum status status = specs_from_json(NULL, json, arena, &attributes);
    *out = attributes.specs;
    *count = attributes.count;
    return status;
}

/* Child rows of a product, sorted by (sort_order, key) or by key alone. */
struct child {
    struct bytes key;
    struct row row;
    bool has_hot;
    uint16_t slot;
    int64_t order;
};

static int child_compare(const void *left, const void *right)
{
    const struct child *a = left, *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return key_compare(a->key, b->key);
}

static enum status children_get(struct snapshot *snapshot, enum reverse_kind kind, enum table table, int order_column,
                                struct bytes product_id, struct arena *arena, struct child **out, size_t *count)
{
    struct bytes *keys = NULL;
    enum status status = reverse_list(snapshot, (uint8_t)kind, product_id, arena, &keys, count);
    if (status != STATUS_OK)
        return status;
    struct child *children = arena_calloc(arena, *count, sizeof *children);
    if (children == NULL)
        return STATUS_LIMIT;
    for (size_t i = 0; i < *count; i++) {
        struct child *child = &children[i];
        child->key = keys[i];
        status = row_get(snapshot, table, child->key, arena, &child->row, &child->has_hot, &child->slot);
        if (status != STATUS_OK)
            return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
        if (order_column >= 0)
            child->order = cell_order(&child->row.cells[order_column]);
    }
    qsort(children, *count, sizeof *children, child_compare);
    *out = children;
    return STATUS_OK;
}

static enum status add_spec_rows(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes product_id, struct arena *arena,
                                 struct spec_list *list)
{
    struct child *children = NULL;
    size_t count = 0;
    enum status status = children_get(snapshot, REVERSE_SPECS, TABLE_SPEC, SPEC_SORT_ORDER, product_id, arena, &children, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct document_spec spec = {.group = cell_text(&children[i].row.cells[SPEC_GROUP]),
                                     .name = cell_text(&children[i].row.cells[SPEC_NAME]),
                                     .value = cell_text(&children[i].row.cells[SPEC_VALUE])};
        if (spec.name.size == 0 || spec.value.size == 0)
            continue;
        status = key_spec_find(analyzer, spec.name, arena, &spec.key);
        if (status == STATUS_OK)
            status = spec_add(list, arena, spec);
    }
    return status;
}

static enum status add_images(struct snapshot *snapshot, struct bytes product_id, struct arena *arena, struct document *document)
{
    struct child *children = NULL;
    size_t count = 0;
    enum status status = children_get(snapshot, REVERSE_IMAGES, TABLE_IMAGE, IMAGE_SORT_ORDER, product_id, arena, &children, &count);
    if (status != STATUS_OK)
        return status;
    document->images = arena_calloc(arena, count, sizeof *document->images);
    if (document->images == NULL)
        return STATUS_LIMIT;
    for (size_t i = 0; i < count; i++)
        if (children[i].row.cells[IMAGE_URL].state == CELL_TEXT)
            document->images[document->image_count++] =
                (struct document_image){cell_text(&children[i].row.cells[IMAGE_URL]), cell_text(&children[i].row.cells[IMAGE_ALT])};
    return STATUS_OK;
}

/* A variant's offer stands in its row until the product's run has it. */
static void variant_offer(struct snapshot *snapshot, const struct child *child, uint64_t first, struct document_variant *variant)
{
    if (child->has_hot) {
        variant->price = cell_scaled(&child->row.cells[VARIANT_PRICE], 0, PRICE_VND_MAX, false);
        variant->sale = sale_value(&child->row.cells[VARIANT_SALE_PRICE]);
        variant->stock = cell_scaled(&child->row.cells[VARIANT_STOCK], 0, COUNT_MAX, true);
        return;
    }
    struct column_reader reader;
    column_reader_init(&reader, snapshot, &family_variant);
    uint32_t entry = (uint32_t)first + child->slot;
    variant->price = column_get(&reader, VARIANT_OFFER_PRICE, entry);
    variant->sale = column_get(&reader, VARIANT_OFFER_SALE, entry);
    variant->stock = column_get(&reader, VARIANT_OFFER_STOCK, entry);
    variant->slot = child->slot;
}

static enum status add_variants(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes product_id, struct arena *arena,
                                struct document *document)
{
    struct child *children = NULL;
    size_t count = 0;
    enum status status = children_get(snapshot, REVERSE_VARIANTS, TABLE_VARIANT, -1, product_id, arena, &children, &count);
    if (status != STATUS_OK || count == 0)
        return status;
    if (count > DOCUMENT_VARIANTS_MAX)
        return STATUS_LIMIT;
    uint32_t number = 0;
    status = document_get(snapshot, product_id, &number);
    if (status != STATUS_OK)
        return status;
    struct column_reader run;
    column_reader_init(&run, snapshot, &family_run);
    uint64_t first = column_get(&run, RUN_FIRST, number);
    document->variants = arena_calloc(arena, count, sizeof *document->variants);
    if (document->variants == NULL)
        return STATUS_LIMIT;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        const struct row *row = &children[i].row;
        struct document_variant *variant = &document->variants[document->variant_count++];
        *variant = (struct document_variant){.id = children[i].key,
                                             .name = cell_text(&row->cells[VARIANT_NAME]),
                                             .sku = cell_text(&row->cells[VARIANT_SKU]),
                                             .active = cell_boolean(&row->cells[VARIANT_IS_ACTIVE], true)};
        if (!children[i].has_hot && first == COLUMN_UNKNOWN)
            return STATUS_CORRUPT;
        variant_offer(snapshot, &children[i], first, variant);
        struct spec_list attributes = {0};
        status = specs_from_json(analyzer, cell_text(&row->cells[VARIANT_ATTRIBUTES]), arena, &attributes);
        variant->attributes = attributes.specs;
        variant->attribute_count = attributes.count;
    }
    return status;
}

static bool path_has(const struct document_category *path, unsigned count, struct bytes id)
{
    for (unsigned i = 0; i < count; i++)
        if (key_compare(path[i].id, id) == 0)
            return true;
    return false;
}

static enum status add_path(struct snapshot *snapshot, struct bytes category_id, struct arena *arena, struct document *document)
{
    struct document_category upward[CATEGORY_DEPTH_MAX];
    unsigned count = 0;
    while (category_id.size > 0 && count < CATEGORY_DEPTH_MAX && !path_has(upward, count, category_id)) {
        struct row row;
        bool has_hot;
        uint16_t slot;
        enum status status = row_get(snapshot, TABLE_CATEGORY, category_id, arena, &row, &has_hot, &slot);
        if (status == STATUS_NOT_FOUND)
            break; /* the row is still on its way; its arrival rebuilds this product */
        if (status != STATUS_OK)
            return status;
        upward[count++] = (struct document_category){category_id, cell_text(&row.cells[CATEGORY_NAME])};
        category_id = cell_text(&row.cells[CATEGORY_PARENT_ID]);
    }
    for (unsigned i = 0; i < count; i++)
        document->path[i] = upward[count - 1 - i];
    document->path_count = count;
    return STATUS_OK;
}

static enum status add_brand(struct snapshot *snapshot, struct bytes brand_id, struct arena *arena, struct document *document)
{
    struct row row;
    bool has_hot;
    uint16_t slot;
    if (brand_id.size == 0)
        return STATUS_OK;
    enum status status = row_get(snapshot, TABLE_BRAND, brand_id, arena, &row, &has_hot, &slot);
    if (status == STATUS_OK) {
        document->brand_id = brand_id;
        document->brand_name = cell_text(&row.cells[BRAND_NAME]);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool status_is_live(const struct cell *cell)
{
    /* A shop without a status column sells everything it lists. */
    return cell->state == CELL_NULL || (cell->text.size == 6 && memcmp(cell->text.data, "active", 6) == 0);
}

uint64_t product_created_s(const struct row *row)
{
    uint64_t published_s = cell_seconds(&row->cells[PRODUCT_PUBLISHED_AT]);
    return published_s != COLUMN_UNKNOWN ? published_s : cell_seconds(&row->cells[PRODUCT_CREATED_AT]);
}

static enum status add_own_cells(const struct row *row, const struct analyzer *analyzer, struct arena *arena, struct document *document)
{
    document->name = cell_text(&row->cells[PRODUCT_NAME]);
    document->slug = cell_text(&row->cells[PRODUCT_SLUG]);
    document->sku = cell_text(&row->cells[PRODUCT_SKU]);
    document->short_desc = cell_text(&row->cells[PRODUCT_SHORT_DESC]);
    document->description = cell_text(&row->cells[PRODUCT_DESCRIPTION]);
    document->seo_title = cell_text(&row->cells[PRODUCT_SEO_TITLE]);
    document->seo_description = cell_text(&row->cells[PRODUCT_SEO_DESCRIPTION]);
    document->live = status_is_live(&row->cells[PRODUCT_STATUS]);
    document->featured = cell_boolean(&row->cells[PRODUCT_IS_FEATURED], false);
    document->created_s = product_created_s(row);
    if (document->slug.size > 0)
        return STATUS_OK;
    return slug_build(analyzer, document->name, document->id, arena, &document->slug);
}

enum status document_build(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes product_id, struct arena *arena,
                           struct document *out)
{
    struct row row;
    bool has_hot;
    uint16_t slot;
    enum status status = row_get(snapshot, TABLE_PRODUCT, product_id, arena, &row, &has_hot, &slot);
    if (status != STATUS_OK)
        return status;
    *out = (struct document){.id = product_id};
    struct spec_list specs = {0};
    status = add_own_cells(&row, analyzer, arena, out);
    if (status == STATUS_OK)
        status = add_brand(snapshot, cell_text(&row.cells[PRODUCT_BRAND_ID]), arena, out);
    if (status == STATUS_OK)
        status = add_path(snapshot, cell_text(&row.cells[PRODUCT_CATEGORY_ID]), arena, out);
    if (status == STATUS_OK)
        status = specs_from_json(analyzer, cell_text(&row.cells[PRODUCT_SPECS]), arena, &specs);
    out->own_spec_count = specs.count;
    if (status == STATUS_OK)
        status = add_spec_rows(snapshot, analyzer, product_id, arena, &specs);
    if (status == STATUS_OK)
        status = add_variants(snapshot, analyzer, product_id, arena, out);
    if (status == STATUS_OK)
        status = add_images(snapshot, product_id, arena, out);
    out->specs = specs.specs;
    out->spec_count = specs.count;
    return status;
}
