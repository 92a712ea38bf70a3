#include "catalog/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/product_page.h"
#include "catalog/row.h"
#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"

enum { DUMP_ARENA_BYTES = 512 * 1024 * 1024 };

struct dump {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    enum dump_part part;
    FILE *out;
    XXH3_state_t *hash;
    struct arena arena;
    struct buffer line;
};

static enum status line_end(struct dump *dump, struct error *error)
{
    buffer_append_char(&dump->line, '\n');
    XXH3_128bits_update(dump->hash, dump->line.data, dump->line.size);
    if (dump->out != NULL && fwrite(dump->line.data, 1, dump->line.size, dump->out) != dump->line.size)
        return error_set(error, STATUS_IO, "cannot write the dump: %s", strerror(errno));
    dump->line.size = 0;
    return STATUS_OK;
}

struct facet_pair {
    uint32_t variant; /* its place in the run; 0: of the product */
    struct bytes name, value;
};

static int pair_compare(const void *left, const void *right)
{
    const struct facet_pair *a = left, *b = right;
    if (a->variant != b->variant)
        return a->variant < b->variant ? -1 : 1;
    int order = bytes_compare(a->name, b->name);
    return order != 0 ? order : bytes_compare(a->value, b->value);
}

/* The pairs of one document, growing. */
struct facet_pairs {
    struct facet_pair *items;
    size_t count, room;
};

/* The folded names and values behind the ordinals, which depend on the order in which they came. */
static enum status pair_add(struct dump *dump, struct facet_pairs *pairs, uint16_t field, uint32_t ordinal, uint32_t variant)
{
    struct label name, value;
    if (pairs->count == pairs->room) {
        pairs->room = pairs->room == 0 ? 64 : pairs->room * 2;
        pairs->items = memory_resize(pairs->items, pairs->room * sizeof *pairs->items);
    }
    uint16_t plain = (uint16_t)(field & ~MULTI_SPACE_VARIANT);
    enum status status = label_get(dump->snapshot, FACET_SPEC_NAMES, (uint32_t)(plain - FACET_SPEC_FIRST), &name);
    if (status == STATUS_OK)
        status = label_get(dump->snapshot, plain, ordinal, &value);
    if (status == STATUS_OK)
        pairs->items[pairs->count++] = (struct facet_pair){variant, name.key, value.key};
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

/* What is stored for an entry, in whichever space the field says. */
static enum status entry_pairs(struct dump *dump, struct facet_pairs *pairs, uint16_t field, uint32_t entry, uint32_t variant)
{
    struct multi_chunk chunk;
    enum status status = multi_seek(dump->snapshot, field, entry, &chunk);
    if (status == STATUS_OK && entry >= chunk.first)
        for (uint32_t i = chunk.offsets[entry - chunk.first]; i < chunk.offsets[entry - chunk.first + 1] && status == STATUS_OK; i++)
            status = pair_add(dump, pairs, field, chunk.ordinals[i], variant);
    return status == STATUS_END ? STATUS_OK : status;
}

/* The fragment names the fields; the values are read where a search reads them. */
static enum status pairs_read(struct dump *dump, uint32_t document, struct bytes facets, struct facet_pairs *pairs)
{
    struct column_reader runs;
    column_reader_init(&runs, dump->snapshot, &family_run);
    uint64_t first = column_get(&runs, RUN_FIRST, document), count = column_get(&runs, RUN_COUNT, document);
    struct fragment_facet facet;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && fragment_next_facet(&facets, &facet)) {
        if (facet.field < MULTI_SPACE_VARIANT)
            status = entry_pairs(dump, pairs, facet.field, document, 0);
        else if (first == COLUMN_UNKNOWN || count == COLUMN_UNKNOWN)
            status = STATUS_CORRUPT;
        else
            for (uint32_t i = 1; i < count && status == STATUS_OK; i++)
                status = entry_pairs(dump, pairs, facet.field, (uint32_t)first + i, i);
    }
    if (pairs->count > 0)
        qsort(pairs->items, pairs->count, sizeof *pairs->items, pair_compare);
    return status;
}

static enum status facets_dump(struct dump *dump, uint32_t document, struct json_writer *json)
{
    struct bytes stored = {0};
    struct fragment fragment;
    struct facet_pairs pairs = {0};
    enum status status = fragment_get(dump->snapshot, document, &dump->arena, &stored);
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status == STATUS_OK)
        status = pairs_read(dump, document, fragment.facets, &pairs);
    json_put_key(json, "facets");
    json_begin_array(json);
    for (size_t i = 0; i < pairs.count; i++) {
        json_begin_array(json);
        json_put_text(json, pairs.items[i].name);
        json_put_text(json, pairs.items[i].value);
        if (pairs.items[i].variant > 0)
            json_put_number(json, pairs.items[i].variant);
        json_end_array(json);
    }
    json_end_array(json);
    free(pairs.items);
    return status;
}

static enum status terms_dump(struct dump *dump, uint32_t document, struct json_writer *json)
{
    struct forward_list list = {0};
    enum status status = forward_get(dump->snapshot, document, &dump->arena, &list);
    json_put_key(json, "terms");
    json_begin_array(json);
    for (uint32_t i = 0; status == STATUS_OK && i < list.count; i++) {
        const struct forward_entry *entry = &list.entries[i];
        char class = (char)entry->class;
        json_begin_array(json);
        json_put_text(json, (struct bytes){&class, 1});
        json_put_text(json, (struct bytes){entry->bytes, entry->size});
        json_put_number(json, entry->impact);
        if (entry->form.several)
            json_put_boolean(json, true);
        else if (entry->form.size > 0)
            json_put_text(json, (struct bytes){entry->form.bytes, entry->form.size});
        json_end_array(json);
    }
    json_end_array(json);
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

/* One product; a line only when it is live. */
static enum status product_dump(struct dump *dump, struct bytes key, struct error *error)
{
    struct hit_renderer renderer;
    hit_renderer_init(&renderer, dump->snapshot, &dump->arena);
    renderer.without_version = true;
    struct json_writer json = {.out = &dump->line};
    json_begin_object(&json);
    enum status status = product_page_members(&renderer, dump->analyzer, key, &json);
    uint32_t document = 0;
    if (status == STATUS_OK)
        status = document_get(dump->snapshot, key, &document);
    if (status == STATUS_OK && dump->part == DUMP_ALL) {
        status = facets_dump(dump, document, &json);
        if (status == STATUS_OK)
            status = terms_dump(dump, document, &json);
    }
    json_end_object(&json);
    if (status == STATUS_NOT_FOUND) {
        dump->line.size = 0;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return error_set(error, status, "product %.*s cannot be read: %s", (int)key.size, key.data, status_name(status));
    return line_end(dump, error);
}

/* A mirrored row as {"table": [cells]}. */
static enum status row_dump(struct dump *dump, enum table table, struct bytes stored, struct error *error)
{
    struct row row;
    bool has_hot;
    uint16_t slot;
    if (row_decode(table, stored, &row, &has_hot, &slot) != STATUS_OK)
        return error_set(error, STATUS_CORRUPT, "a row of %s does not decode", schema_tables[table].name);
    struct json_writer json = {.out = &dump->line};
    json_begin_object(&json);
    json_put_key(&json, schema_tables[table].name);
    json_begin_array(&json);
    for (size_t i = 0; i < schema_tables[table].column_count; i++) {
        if (row.cells[i].state == CELL_TEXT)
            json_put_text(&json, row.cells[i].text);
        else
            json_put_null(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return line_end(dump, error);
}

static enum status table_dump(struct dump *dump, enum table table, struct error *error)
{
    struct mirror_cursor *cursor = NULL;
    enum status status = mirror_cursor_open(dump->snapshot, (uint8_t)table, &cursor);
    while (status == STATUS_OK) {
        struct bytes key, row;
        arena_reset(&dump->arena);
        status = mirror_cursor_next(cursor, &dump->arena, &key, &row);
        if (status == STATUS_OK)
            status = table == TABLE_PRODUCT ? product_dump(dump, key, error) : row_dump(dump, table, row, error);
        else if (status != STATUS_END)
            error_set(error, status, "table %s cannot be read: %s", schema_tables[table].name, status_name(status));
    }
    mirror_cursor_close(cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status dump_write(struct snapshot *snapshot, const struct analyzer *analyzer, enum dump_part part, FILE *out, char hash[33],
                       struct error *error)
{
    static const enum table settings_tables[] = {TABLE_BRAND, TABLE_CATEGORY, TABLE_SYNONYM, TABLE_RULE};
    struct dump dump = {.snapshot = snapshot, .analyzer = analyzer, .part = part, .out = out, .hash = XXH3_createState()};
    XXH3_128bits_reset(dump.hash);
    arena_init(&dump.arena, DUMP_ARENA_BYTES);
    enum status status = table_dump(&dump, TABLE_PRODUCT, error);
    for (size_t i = 0; part == DUMP_ALL && status == STATUS_OK && i < sizeof settings_tables / sizeof settings_tables[0]; i++)
        status = table_dump(&dump, settings_tables[i], error);
    if (status == STATUS_OK && out != NULL && fflush(out) != 0)
        status = error_set(error, STATUS_IO, "cannot write the dump: %s", strerror(errno));
    if (status == STATUS_OK && hash != NULL) {
        XXH128_hash_t sum = XXH3_128bits_digest(dump.hash);
        snprintf(hash, 33, "%016llx%016llx", (unsigned long long)sum.high64, (unsigned long long)sum.low64);
    }
    XXH3_freeState(dump.hash);
    arena_release(&dump.arena);
    buffer_release(&dump.line);
    return status;
}
