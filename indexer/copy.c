#include "indexer/copy.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "indexer/copy_line.h"

enum { COPY_SILENCE_MAX_MS = 120000 /* the server may be slow to start a scan, not dead */ };

enum status copy_begin(struct copy *copy, struct connection *plain, const struct schema *schema, const struct preflight *tables,
                       const char *snapshot, struct error *error)
{
    *copy = (struct copy){.plain = plain, .schema = schema, .tables = *tables};
    struct buffer sql = {0};
    buffer_append_text(&sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ");
    enum status status = connection_quote_text(plain, snapshot, &sql, error);
    buffer_append_char(&sql, '\0');
    if (status == STATUS_OK)
        status = connection_run(plain, sql.data, CONNECTION_QUERY_TIMEOUT_MS, error);
    buffer_release(&sql);
    return status;
}

/* `ns`.`table`, without tables that inherit from it: their changes come under their own names. */
static enum status append_source(const struct copy *copy, enum table table, struct buffer *sql, struct error *error)
{
    buffer_append_text(sql, " FROM ONLY ");
    enum status status = connection_quote_name(copy->plain, copy->schema->namespace, sql, error);
    buffer_append_char(sql, '.');
    if (status == STATUS_OK)
        status = connection_quote_name(copy->plain, copy->schema->table[table], sql, error);
    return status;
}

/* How many rows are to come: the planner's estimate, counted where there is none. */
static enum status estimate_rows(struct copy *copy, enum table table, uint64_t *total, struct error *error)
{
    if (copy->tables.rows_estimate[table] >= 0) {
        *total += (uint64_t)copy->tables.rows_estimate[table];
        return STATUS_OK;
    }
    struct buffer sql = {0};
    PGresult *result = NULL;
    buffer_append_text(&sql, "SELECT count(*)");
    enum status status = append_source(copy, table, &sql, error);
    buffer_append_char(&sql, '\0');
    if (status == STATUS_OK)
        status = connection_query(copy->plain, sql.data, COPY_SILENCE_MAX_MS, &result, error);
    if (status == STATUS_OK)
        *total += strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    buffer_release(&sql);
    return status;
}

/* The columns that the schema maps, in its order; `column_of` says which each one is. */
static enum status begin_table(struct copy *copy, enum table table, size_t column_of[ROW_COLUMNS_MAX], size_t *count, struct error *error)
{
    struct buffer sql = {0};
    PGresult *result = NULL;
    enum status status = STATUS_OK;
    buffer_append_text(&sql, "COPY (SELECT ");
    *count = 0;
    for (size_t i = 0; i < schema_tables[table].column_count && status == STATUS_OK; i++) {
        const char *name = copy->schema->column[table][i];
        if (name[0] == '\0')
            continue;
        if (*count > 0)
            buffer_append_text(&sql, ", ");
        status = connection_quote_name(copy->plain, name, &sql, error);
        column_of[(*count)++] = i;
    }
    if (status == STATUS_OK)
        status = append_source(copy, table, &sql, error);
    buffer_append_text(&sql, ") TO STDOUT");
    buffer_append_char(&sql, '\0');
    if (status == STATUS_OK)
        status = connection_query(copy->plain, sql.data, COPY_SILENCE_MAX_MS, &result, error);
    PQclear(result);
    buffer_release(&sql);
    return status;
}

/* The next line; END of the table is `*line` NULL. */
static enum status next_line(struct copy *copy, char **line, size_t *size, struct error *error)
{
    for (;;) {
        int got = PQgetCopyData(copy->plain->pg, line, 1);
        *size = got > 0 ? (size_t)got : 0;
        if (got > 0 || got == -1)
            return STATUS_OK;
        if (got == -2)
            return connection_failed(copy->plain, NULL, error);
        enum status status = connection_wait(copy->plain, false, COPY_SILENCE_MAX_MS, error);
        if (status == STATUS_TIMEOUT)
            return error_set(error, STATUS_UNAVAILABLE, "PostgreSQL sent nothing for %d s during the copy", COPY_SILENCE_MAX_MS / 1000);
        if (status != STATUS_OK)
            return status;
        if (PQconsumeInput(copy->plain->pg) == 0)
            return connection_failed(copy->plain, NULL, error);
    }
}

/* What the server says after the last line: all is well, or why it stopped. */
static enum status end_table(struct copy *copy, struct error *error)
{
    enum status status = STATUS_OK;
    for (PGresult *result = PQgetResult(copy->plain->pg); result != NULL; result = PQgetResult(copy->plain->pg)) {
        if (status == STATUS_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
            status = connection_failed(copy->plain, result, error);
        PQclear(result);
    }
    return status;
}

struct table_copy {
    enum table table;
    size_t column_of[ROW_COLUMNS_MAX];
    size_t count;
};

static enum status take_line(const struct table_copy *table, char *line, size_t size, copy_take *take, void *context, struct error *error)
{
    struct cell cells[ROW_COLUMNS_MAX];
    enum status status = copy_line_decode(line, size, cells, table->count, error);
    if (status != STATUS_OK)
        return status;
    struct change change = {.kind = CHANGE_INSERT, .row.table = table->table};
    for (size_t i = 0; i < table->count; i++)
        change.row.cells[table->column_of[i]] = cells[i];
    return take(context, &change, error);
}

static enum status copy_table(struct copy *copy, enum table table, copy_take *take, void *context, struct progress *progress,
                              struct error *error)
{
    struct table_copy mapped = {.table = table};
    enum status status = begin_table(copy, table, mapped.column_of, &mapped.count, error);
    while (status == STATUS_OK) {
        char *line = NULL;
        size_t size = 0;
        status = connection_stopped(copy->plain) ? STATUS_END : next_line(copy, &line, &size, error);
        if (status == STATUS_OK && line == NULL)
            return end_table(copy, error);
        if (status == STATUS_OK)
            status = take_line(&mapped, line, size, take, context, error);
        PQfreemem(line);
        if (status == STATUS_OK)
            progress_set(progress, progress->done + 1);
    }
    return status;
}

enum status copy_run(struct copy *copy, copy_take *take, void *context, uint64_t *rows, struct error *error)
{
    uint64_t total = 0;
    enum status status = STATUS_OK;
    for (enum table table = 0; table < TABLE_COUNT && status == STATUS_OK; table++)
        if (copy->tables.present[table])
            status = estimate_rows(copy, table, &total, error);
    if (status != STATUS_OK)
        return status;
    struct progress progress;
    progress_begin(&progress, "copying the shop's tables", "rows", total);
    for (enum table table = 0; table < TABLE_COUNT && status == STATUS_OK; table++)
        if (copy->tables.present[table])
            status = copy_table(copy, table, take, context, &progress, error);
    progress_end(&progress);
    *rows = progress.done;
    return status == STATUS_OK ? connection_run(copy->plain, "COMMIT", CONNECTION_QUERY_TIMEOUT_MS, error) : status;
}
