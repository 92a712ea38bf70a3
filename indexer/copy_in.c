#include "indexer/copy_in.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEND_BYTES = 1024 * 1024, TIMESTAMP_BYTES_MAX = 40 };

/* One bit for each column that a line of the catalog can state. */
static const uint32_t stated_columns[TABLE_COUNT] = {
    [TABLE_BRAND] = (1u << BRAND_COLUMNS) - 1,
    [TABLE_CATEGORY] = ((1u << CATEGORY_COLUMNS) - 1) & ~(1u << CATEGORY_SORT_ORDER),
    [TABLE_PRODUCT] =
        ((1u << PRODUCT_COLUMNS) - 1) & ~(1u << PRODUCT_SEO_TITLE | 1u << PRODUCT_SEO_DESCRIPTION | 1u << PRODUCT_PUBLISHED_AT),
    [TABLE_VARIANT] = (1u << VARIANT_COLUMNS) - 1,
    [TABLE_IMAGE] = ((1u << IMAGE_COLUMNS) - 1) & ~(1u << IMAGE_ALT),
};

bool copy_in_has_table(const struct schema *schema, enum table table)
{
    return stated_columns[table] != 0 && schema->table[table][0] != '\0';
}

static bool is_sent(const struct schema *schema, enum table table, size_t column)
{
    return (stated_columns[table] >> column & 1) != 0 && schema->column[table][column][0] != '\0';
}

static enum status append_table(const struct copy_in *copy, enum table table, struct buffer *sql, struct error *error)
{
    enum status status = connection_quote_name(copy->connection, copy->schema->namespace, sql, error);
    buffer_append_char(sql, '.');
    return status != STATUS_OK ? status : connection_quote_name(copy->connection, copy->schema->table[table], sql, error);
}

static enum status key_form_of(const char *type, enum key_form *form)
{
    static const struct {
        const char *type;
        enum key_form form;
    } forms[] = {{"bigint", KEY_NUMBER}, {"integer", KEY_NUMBER},         {"smallint", KEY_NUMBER}, {"numeric", KEY_NUMBER},
                 {"text", KEY_TEXT},     {"character varying", KEY_TEXT}, {"uuid", KEY_UUID}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(type, forms[i].type) == 0) {
            *form = forms[i].form;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static enum status find_key(struct copy_in *copy, enum table table, struct error *error)
{
    const struct schema *schema = copy->schema;
    const char *values[] = {schema->namespace, schema->table[table], schema->column[table][0]};
    PGresult *result = NULL;
    enum status status = connection_query_with(
        copy->connection,
        "SELECT format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped",
        values, 3, &result, error);
    if (status == STATUS_OK && PQntuples(result) == 0)
        status =
            error_set(error, STATUS_NOT_FOUND, "there is no table %s.%s with a column %s: create the shop's tables first (data/schema.sql)",
                      values[0], values[1], values[2]);
    else if (status == STATUS_OK && key_form_of(PQgetvalue(result, 0, 0), &copy->keys[table]) != STATUS_OK)
        status = error_set(error, STATUS_INVALID, "the key of %s.%s is %s: a catalog needs bigint, integer, text or uuid", values[0],
                           values[1], PQgetvalue(result, 0, 0));
    PQclear(result);
    return status;
}

enum status copy_in_find_keys(struct copy_in *copy, struct error *error)
{
    enum status status = STATUS_OK;
    for (int table = 0; table < TABLE_COUNT && status == STATUS_OK; table++)
        if (copy_in_has_table(copy->schema, (enum table)table))
            status = find_key(copy, (enum table)table, error);
    return status;
}

static void append_escaped(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        const char *escape = byte == '\\' ? "\\\\" : byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : byte == '\t' ? "\\t" : NULL;
        if (escape != NULL)
            buffer_append(out, escape, 2);
        else
            buffer_append_char(out, byte);
    }
}

/* `digits` decimal digits at *at, from `low` to `high`; moves on. */
static bool take_number(struct bytes text, size_t *at, size_t digits, unsigned low, unsigned high, unsigned *out)
{
    unsigned number = 0;
    for (size_t i = 0; i < digits; i++, (*at)++) {
        if (*at >= text.size || !isdigit((unsigned char)text.data[*at]))
            return false;
        number = number * 10 + (unsigned)(text.data[*at] - '0');
    }
    *out = number;
    return number >= low && number <= high;
}

static bool take_byte(struct bytes text, size_t *at, const char *one_of)
{
    if (*at >= text.size || strchr(one_of, text.data[*at]) == NULL)
        return false;
    (*at)++;
    return true;
}

static bool take_date(struct bytes text, size_t *at)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 0, month = 0, day = 0;
    if (!take_number(text, at, 4, 1, 9999, &year) || !take_byte(text, at, "-") || !take_number(text, at, 2, 1, 12, &month) ||
        !take_byte(text, at, "-") || !take_number(text, at, 2, 1, 31, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (unsigned)(month == 2 && leap);
}

static bool take_clock(struct bytes text, size_t *at)
{
    unsigned part = 0;
    if (!take_number(text, at, 2, 0, 23, &part) || !take_byte(text, at, ":") || !take_number(text, at, 2, 0, 59, &part))
        return false;
    if (!take_byte(text, at, ":"))
        return true;
    if (!take_number(text, at, 2, 0, 59, &part))
        return false;
    if (take_byte(text, at, "."))
        while (*at < text.size && isdigit((unsigned char)text.data[*at]))
            (*at)++;
    return true;
}

/* 2024-05-17, optionally with a time of day and then Z or +07, +0700, +07:00: the forms that mean one moment to every PostgreSQL. */
static bool is_timestamp(struct bytes text)
{
    size_t at = 0;
    unsigned part = 0;
    if (text.size > TIMESTAMP_BYTES_MAX || !take_date(text, &at))
        return false;
    if (at == text.size)
        return true;
    if (!take_byte(text, &at, "T ") || !take_clock(text, &at))
        return false;
    if (at == text.size || take_byte(text, &at, "Z"))
        return at == text.size;
    if (!take_byte(text, &at, "+-") || !take_number(text, &at, 2, 0, 14, &part))
        return false;
    if (at == text.size)
        return true;
    if (text.data[at] == ':')
        at++;
    return take_number(text, &at, 2, 0, 59, &part) && at == text.size;
}

static void append_key(struct buffer *out, enum key_form form, struct bytes key)
{
    char digits[20] = "";
    bool is_number = form == KEY_UUID && key.size < sizeof digits;
    for (size_t i = 0; i < key.size && is_number; i++)
        is_number = isdigit((unsigned char)key.data[i]) != 0;
    if (!is_number) {
        append_escaped(out, key);
        return;
    }
    memcpy(digits, key.data, key.size);
    buffer_print(out, "00000000-0000-4000-8000-%012llx", strtoull(digits, NULL, 10));
}

/* The table whose key a column holds. */
static enum table key_table(enum table table, size_t column)
{
    if (column == 0)
        return table;
    if (table == TABLE_PRODUCT)
        return column == PRODUCT_BRAND_ID ? TABLE_BRAND : TABLE_CATEGORY;
    return table == TABLE_CATEGORY ? TABLE_CATEGORY : TABLE_PRODUCT;
}

static void append_cell(const struct copy_in *copy, const struct row *row, size_t column, struct buffer *out)
{
    const struct cell *cell = &row->cells[column];
    enum column_kind kind = schema_tables[row->table].columns[column].kind;
    if (kind == COLUMN_BOOLEAN) {
        buffer_append_char(out, cell_boolean(cell, false) ? 't' : 'f');
        return;
    }
    if (cell->state != CELL_TEXT || (kind == COLUMN_TIME && !is_timestamp(cell->text)))
        buffer_append_text(out, "\\N");
    else if (kind == COLUMN_KEY || kind == COLUMN_REFERENCE)
        append_key(out, copy->keys[key_table(row->table, column)], cell->text);
    else
        append_escaped(out, cell->text);
}

void copy_in_append(const struct copy_in *copy, const struct row *row, struct buffer *out)
{
    bool first = true;
    for (size_t column = 0; column < schema_tables[row->table].column_count; column++) {
        if (!is_sent(copy->schema, row->table, column))
            continue;
        if (!first)
            buffer_append_char(out, '\t');
        first = false;
        append_cell(copy, row, column, out);
    }
    buffer_append_char(out, '\n');
}

static enum status copy_statement(const struct copy_in *copy, enum table table, struct buffer *sql, struct error *error)
{
    buffer_append_text(sql, "COPY ");
    enum status status = append_table(copy, table, sql, error);
    const char *separator = " (";
    for (size_t column = 0; column < schema_tables[table].column_count && status == STATUS_OK; column++) {
        if (!is_sent(copy->schema, table, column))
            continue;
        buffer_append_text(sql, separator);
        separator = ", ";
        status = connection_quote_name(copy->connection, copy->schema->column[table][column], sql, error);
    }
    buffer_append_text(sql, ") FROM STDIN");
    buffer_append_char(sql, '\0');
    return status;
}

/* SQLSTATE classes 22 (data exception), 23 (integrity constraint violation) and 54 (a value too long for an index). */
static bool is_rejection(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != NULL && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 || strncmp(state, "54", 2) == 0);
}

static enum status send_lines(PGconn *pg, struct bytes lines)
{
    for (size_t sent = 0; sent < lines.size;) {
        size_t part = lines.size - sent < SEND_BYTES ? lines.size - sent : SEND_BYTES;
        if (PQputCopyData(pg, lines.data + sent, (int)part) != 1)
            return STATUS_IO;
        sent += part;
    }
    return PQputCopyEnd(pg, NULL) == 1 ? STATUS_OK : STATUS_IO;
}

enum status copy_in_send(const struct copy_in *copy, enum table table, struct bytes lines, bool *rejected, struct error *error)
{
    PGconn *pg = copy->connection->pg;
    struct buffer sql = {0};
    enum status status = copy_statement(copy, table, &sql, error);
    PGresult *result = status == STATUS_OK ? PQexec(pg, sql.data) : NULL;
    buffer_release(&sql);
    *rejected = false;
    if (status != STATUS_OK)
        return status;
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        status = connection_failed(copy->connection, result, error);
        PQclear(result);
        return status;
    }
    PQclear(result);
    if (send_lines(pg, lines) != STATUS_OK)
        return connection_failed(copy->connection, NULL, error);
    while ((result = PQgetResult(pg)) != NULL) {
        if (status == STATUS_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
            *rejected = is_rejection(result);
            status = connection_failed(copy->connection, result, error);
        }
        PQclear(result);
    }
    return status;
}
