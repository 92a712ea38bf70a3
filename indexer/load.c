#include "indexer/load.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "catalog/ndjson.h"
#include "indexer/connection.h"
#include "indexer/copy_in.h"

enum { LOAD_STATEMENT_MS = 600000 /* emptying or counting a large table takes its time */ };

/* Parents before children. */
static const enum table load_order[] = {TABLE_BRAND, TABLE_CATEGORY, TABLE_PRODUCT, TABLE_VARIANT, TABLE_IMAGE};
enum { LOAD_TABLES = sizeof load_order / sizeof *load_order, LOAD_SHARED_TABLES = 2 /* brands, categories: of many lines */ };

/* What one line added, as ends in the batch's COPY text. */
struct line_span {
    uint64_t number;
    size_t ends[LOAD_TABLES];
};

struct load {
    const struct load_options *options;
    struct load_counts *counts;
    struct connection connection;
    struct copy_in copy;
    struct ndjson *ndjson;
    struct progress progress;
    struct buffer text[LOAD_TABLES];
    struct line_span lines[LOAD_BATCH_LINES];
    size_t line_count;
};

static size_t order_of(enum table table)
{
    size_t at = 0;
    while (load_order[at] != table)
        at++;
    return at;
}

static void reject(struct load *load, const char *reason)
{
    uint64_t rejected = ++load->counts->rejected;
    if (rejected <= LOAD_REJECTED_LOGGED_MAX)
        log_warn("load: %s", reason);
    if (rejected == LOAD_REJECTED_LOGGED_MAX)
        log_warn("load: further rejected lines are only counted");
}

/* The COPY text of lines `from` to `to` - 1 for one table. */
static struct bytes span(const struct load *load, size_t order, size_t from, size_t to)
{
    size_t begin = from == 0 ? 0 : load->lines[from - 1].ends[order];
    size_t end = to == 0 ? 0 : load->lines[to - 1].ends[order];
    return (struct bytes){load->text[order].data + begin, end - begin};
}

static uint64_t rows_in(struct bytes text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '\n';
    return count;
}

static void count_loaded(struct load *load, size_t from, size_t to, size_t first, size_t last)
{
    uint64_t *const counts[LOAD_TABLES] = {&load->counts->brands, &load->counts->categories, &load->counts->products,
                                           &load->counts->variants, &load->counts->images};
    for (size_t order = first; order < last; order++)
        *counts[order] += rows_in(span(load, order, from, to));
}

/* Tables `first` to `last` - 1 of the lines, as one transaction. `*rejected`: the rows are to blame, and nothing happened. */
static enum status send_lines(struct load *load, size_t from, size_t to, size_t first, size_t last, bool *rejected, struct error *error)
{
    *rejected = false;
    enum status status = connection_run(&load->connection, "BEGIN", LOAD_STATEMENT_MS, error);
    if (status != STATUS_OK)
        return status;
    for (size_t order = first; order < last && status == STATUS_OK; order++) {
        struct bytes text = span(load, order, from, to);
        if (text.size > 0)
            status = copy_in_send(&load->copy, load_order[order], text, rejected, error);
    }
    if (status == STATUS_OK)
        status = connection_run(&load->connection, "COMMIT", LOAD_STATEMENT_MS, error);
    if (status == STATUS_OK)
        count_loaded(load, from, to, first, last);
    else if (*rejected && connection_run(&load->connection, "ROLLBACK", LOAD_STATEMENT_MS, error) != STATUS_OK)
        *rejected = false;
    return status;
}

/* A batch that a table refused, again: what the lines share first, then line by line, so that only the bad ones are left out. */
static enum status send_singly(struct load *load, struct error *error)
{
    bool rejected = false;
    enum status status = send_lines(load, 0, load->line_count, 0, LOAD_SHARED_TABLES, &rejected, error);
    for (size_t i = 0; i < load->line_count && status == STATUS_OK; i++) {
        struct error reason = {0};
        status = send_lines(load, i, i + 1, LOAD_SHARED_TABLES, LOAD_TABLES, &rejected, &reason);
        if (status != STATUS_OK && rejected) {
            struct error line = {0};
            error_set(&line, status, "line %" PRIu64 ": %s", load->lines[i].number, reason.text);
            reject(load, line.text);
            status = STATUS_OK;
        } else if (status != STATUS_OK && error != NULL) {
            *error = reason;
        }
    }
    return status;
}

static enum status send_batch(struct load *load, struct error *error)
{
    bool rejected = false;
    enum status status = send_lines(load, 0, load->line_count, 0, LOAD_TABLES, &rejected, error);
    if (status != STATUS_OK && rejected)
        status = send_singly(load, error);
    load->line_count = 0;
    for (size_t order = 0; order < LOAD_TABLES; order++)
        load->text[order].size = 0;
    return status;
}

static void add_rows(struct load *load, const struct ndjson_rows *rows)
{
    struct line_span *line = &load->lines[load->line_count++];
    line->number = ndjson_line(load->ndjson);
    for (size_t i = 0; i < rows->count; i++)
        if (copy_in_has_table(load->options->schema, rows->rows[i].table))
            copy_in_append(&load->copy, &rows->rows[i], &load->text[order_of(rows->rows[i].table)]);
    for (size_t order = 0; order < LOAD_TABLES; order++)
        line->ends[order] = load->text[order].size;
}

static bool batch_is_full(const struct load *load)
{
    size_t size = 0;
    for (size_t order = 0; order < LOAD_TABLES; order++)
        size += load->text[order].size;
    return load->line_count == LOAD_BATCH_LINES || size >= LOAD_BATCH_BYTES;
}

/* The file does not say how many products it has: the part read so far tells. */
static void show_progress(struct load *load)
{
    uint64_t total = ndjson_bytes_total(load->ndjson);
    uint64_t read = ndjson_bytes_read(load->ndjson);
    uint64_t done = load->counts->products;
    load->progress.total = total == 0 || read == 0 ? 0 : (uint64_t)((double)done * (double)total / (double)read);
    progress_set(&load->progress, done);
}

static enum status load_lines(struct load *load, struct error *error)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        struct ndjson_rows rows = {0};
        struct error reason = {0};
        enum status read = ndjson_next(load->ndjson, &rows, &reason);
        if (read == STATUS_INVALID)
            reject(load, reason.text);
        else if (read != STATUS_OK && read != STATUS_END)
            status = read;
        if (status != STATUS_OK && error != NULL)
            *error = reason;
        if (rows.count > 0)
            add_rows(load, &rows);
        if (status == STATUS_OK && (read == STATUS_END || batch_is_full(load)))
            status = send_batch(load, error);
        if (status == STATUS_OK && connection_stopped(&load->connection))
            status = error_set(error, STATUS_END, "stopped; %" PRIu64 " products are loaded", load->counts->products);
        show_progress(load);
        if (read == STATUS_END)
            break;
    }
    return status;
}

static enum status append_name(struct load *load, enum table table, struct buffer *sql, struct error *error)
{
    enum status status = connection_quote_name(&load->connection, load->options->schema->namespace, sql, error);
    buffer_append_char(sql, '.');
    return status != STATUS_OK ? status : connection_quote_name(&load->connection, load->options->schema->table[table], sql, error);
}

/* Runs `before` TABLE `after` and hands over the result. */
static enum status query_table(struct load *load, const char *before, enum table table, const char *after, PGresult **out,
                               struct error *error)
{
    struct buffer sql = {0};
    buffer_append_text(&sql, before);
    enum status status = append_name(load, table, &sql, error);
    buffer_append_text(&sql, after);
    buffer_append_char(&sql, '\0');
    if (status == STATUS_OK)
        status = connection_query(&load->connection, sql.data, LOAD_STATEMENT_MS, out, error);
    buffer_release(&sql);
    return status;
}

static enum status check_empty(struct load *load, enum table table, struct error *error)
{
    PGresult *result = NULL;
    enum status status = query_table(load, "SELECT 1 FROM ", table, " LIMIT 1", &result, error);
    if (status == STATUS_OK && PQntuples(result) > 0)
        status = error_set(error, STATUS_INVALID, "the table %s already has rows: load into empty tables, or replace them with --replace",
                           load->options->schema->table[table]);
    PQclear(result);
    return status;
}

static enum status empty_table(struct load *load, enum table table, struct error *error)
{
    PGresult *result = NULL;
    enum status status = query_table(load, "TRUNCATE ", table, " CASCADE", &result, error);
    PQclear(result);
    return status;
}

/* An identity or serial column goes on behind the numbers that the load used. */
static enum status advance_numbers(struct load *load, enum table table, struct error *error)
{
    const struct schema *schema = load->options->schema;
    if (load->copy.keys[table] != KEY_NUMBER)
        return STATUS_OK;
    struct buffer name = {0}, key = {0}, sql = {0};
    PGresult *result = NULL;
    enum status status = append_name(load, table, &name, error);
    buffer_append_char(&name, '\0');
    if (status == STATUS_OK)
        status = connection_quote_name(&load->connection, schema->column[table][0], &key, error);
    buffer_append_char(&key, '\0');
    buffer_print(&sql, "SELECT setval(s, (SELECT max(%s) FROM %s)) FROM pg_get_serial_sequence($1, $2) s WHERE s IS NOT NULL", key.data,
                 name.data);
    buffer_append_char(&sql, '\0');
    const char *values[] = {name.data, schema->column[table][0]};
    if (status == STATUS_OK)
        status = connection_query_with(&load->connection, sql.data, values, 2, &result, error);
    PQclear(result);
    buffer_release(&name);
    buffer_release(&key);
    buffer_release(&sql);
    return status;
}

static enum status finish_table(struct load *load, enum table table, struct error *error)
{
    PGresult *result = NULL;
    enum status status = advance_numbers(load, table, error);
    if (status == STATUS_OK)
        status = query_table(load, "ANALYZE ", table, "", &result, error);
    PQclear(result);
    return status;
}

static enum status for_tables(struct load *load, enum status (*act)(struct load *, enum table, struct error *), struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t order = 0; order < LOAD_TABLES && status == STATUS_OK; order++)
        if (copy_in_has_table(load->options->schema, load_order[order]))
            status = act(load, load_order[order], error);
    return status;
}

enum status load_catalog(const struct load_options *options, struct load_counts *counts, struct error *error)
{
    struct load *load = memory_calloc(1, sizeof *load);
    *counts = (struct load_counts){0};
    load->options = options;
    load->counts = counts;
    load->copy = (struct copy_in){.connection = &load->connection, .schema = options->schema};
    enum status status = connection_open(&load->connection, CONNECTION_PLAIN, options->conninfo, options->stop, error);
    if (status != STATUS_OK)
        goto done;
    PQsetnonblocking(load->connection.pg, 0); /* COPY writes a batch at a time and has nothing else to do meanwhile */
    status = copy_in_find_keys(&load->copy, error);
    if (status == STATUS_OK) {
        enum ndjson_ids ids = load->copy.keys[TABLE_PRODUCT] == KEY_TEXT ? NDJSON_KEEP_IDS : NDJSON_NUMBER_IDS;
        status = ndjson_open(options->path, ids, options->analyzer, &load->ndjson, error);
    }
    if (status == STATUS_OK)
        status = for_tables(load, options->replace ? empty_table : check_empty, error);
    if (status != STATUS_OK)
        goto done;
    progress_begin(&load->progress, "loading", "products", 0);
    status = load_lines(load, error);
    progress_end(&load->progress);
    if (status == STATUS_OK)
        status = for_tables(load, finish_table, error);
done:
    ndjson_close(load->ndjson);
    connection_close(&load->connection);
    for (size_t order = 0; order < LOAD_TABLES; order++)
        buffer_release(&load->text[order]);
    free(load);
    return status;
}
