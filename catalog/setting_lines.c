#include "catalog/setting_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/json_lines.h"

enum { ARENA_BYTES = 4 * SETTING_LINE_BYTES_MAX };

struct setting_lines {
    struct json_lines *source;
    struct arena arena; /* of one line */
};

enum status setting_lines_open(const char *path, struct setting_lines **out, struct error *error)
{
    struct lines *lines = NULL;
    enum status status = lines_open(path, &lines, error);
    if (status != STATUS_OK)
        return status;
    *out = memory_calloc(1, sizeof **out);
    (*out)->source = json_lines_new(lines, SETTING_LINE_BYTES_MAX);
    arena_init(&(*out)->arena, ARENA_BYTES);
    return STATUS_OK;
}

void setting_lines_close(struct setting_lines *lines)
{
    if (lines == NULL)
        return;
    json_lines_free(lines->source);
    arena_release(&lines->arena);
    free(lines);
}

static enum status cell_take(struct setting_lines *lines, const json_t *value, struct cell *cell)
{
    char *dumped = NULL;
    const char *text = NULL;
    *cell = (struct cell){.state = CELL_NULL};
    if (json_is_null(value))
        return STATUS_OK;
    if (json_is_boolean(value))
        text = json_is_true(value) ? "t" : "f";
    else if (json_is_string(value))
        text = json_string_value(value);
    else
        text = dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    const char *copy = text == NULL ? NULL : arena_copy(&lines->arena, text, strlen(text));
    if (copy != NULL)
        *cell = (struct cell){CELL_TEXT, {copy, strlen(copy)}};
    free(dumped);
    return copy == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status table_read(const json_t *object, enum table *table, struct error *error)
{
    static const enum table tables[] = {TABLE_SYNONYM, TABLE_RULE};
    const char *name = json_string_value(json_object_get(object, "table"));
    for (size_t i = 0; name != NULL && i < sizeof tables / sizeof tables[0]; i++)
        if (strcmp(name, schema_tables[tables[i]].name) == 0) {
            *table = tables[i];
            return STATUS_OK;
        }
    return error_set(error, STATUS_INVALID, "\"table\" must be \"search_synonyms\" or \"search_rules\"");
}

static enum status columns_read(struct setting_lines *lines, json_t *object, struct row *row, struct error *error)
{
    const struct schema_table *table = &schema_tables[row->table];
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        size_t column = 0;
        if (strcmp(key, "table") == 0)
            continue;
        while (column < table->column_count && strcmp(key, table->columns[column].name) != 0)
            column++;
        if (column == table->column_count)
            return error_set(error, STATUS_INVALID, "%s has no column \"%s\"", table->name, key);
        enum status status = cell_take(lines, value, &row->cells[column]);
        if (status != STATUS_OK)
            return error_set(error, STATUS_INVALID, "the line is too large");
    }
    return STATUS_OK;
}

static enum status row_read(struct setting_lines *lines, json_t *object, uint64_t number, struct row *row, struct error *error)
{
    *row = (struct row){0};
    enum status status = table_read(object, &row->table, error);
    if (status == STATUS_OK)
        status = columns_read(lines, object, row, error);
    if (status != STATUS_OK || row->cells[0].state == CELL_TEXT)
        return status;
    const char *id = arena_print(&lines->arena, "%" PRIu64, number);
    if (id == NULL)
        return STATUS_LIMIT;
    row->cells[0] = (struct cell){CELL_TEXT, {id, strlen(id)}};
    return STATUS_OK;
}

enum status setting_lines_next(struct setting_lines *lines, struct row *row, struct error *error)
{
    struct error reason = {0};
    json_t *object = NULL;
    uint64_t number = 0;
    arena_reset(&lines->arena);
    enum status status = json_lines_next(lines->source, &object, &number, &reason);
    if (status == STATUS_OK)
        status = row_read(lines, object, number, row, &reason);
    if (status == STATUS_OK || status == STATUS_END)
        return status;
    if (status != STATUS_INVALID)
        return error_set(error, status, "%s", reason.text);
    return error_set(error, status, "settings, line %" PRIu64 ": %s", number, reason.text);
}
