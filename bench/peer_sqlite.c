/* SQLite FTS5 on the same documents and queries: top 20 by its own rank, and the exact count. Tuned as far as it lets itself: one optimised
 * segment, memory-mapped, no positions, short prefixes indexed as ours are, a table for prices and brands. */
#include "bench/phases.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/disk.h"
#include "bench/peer_documents.h"
#include "bench/peer_tally.h"

enum { ARENA_BYTES = 512 * 1024 * 1024, WARM_QUERIES = 10 };

struct sqlite {
    sqlite3 *db;
    sqlite3_stmt *insert, *fact;
    struct buffer match;
};

static enum status failed(const struct sqlite *sqlite, struct error *error)
{
    return error_set(error, STATUS_IO, "SQLite: %s", sqlite3_errmsg(sqlite->db));
}

static enum status execute(struct sqlite *sqlite, const char *sql, struct error *error)
{
    return sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : failed(sqlite, error);
}

static int bind_bytes(sqlite3_stmt *statement, int at, struct bytes text)
{
    return sqlite3_bind_text(statement, at, text.data, (int)text.size, SQLITE_STATIC);
}

static enum status document_insert(struct sqlite *sqlite, const struct peer_document *document, struct error *error)
{
    bool bound = sqlite3_bind_int64(sqlite->insert, 1, (sqlite3_int64)document->id) == SQLITE_OK &&
                 bind_bytes(sqlite->insert, 2, document->core) == SQLITE_OK && bind_bytes(sqlite->insert, 3, document->body) == SQLITE_OK &&
                 sqlite3_bind_int64(sqlite->fact, 1, (sqlite3_int64)document->id) == SQLITE_OK &&
                 bind_bytes(sqlite->fact, 2, document->brand_id) == SQLITE_OK &&
                 sqlite3_bind_int64(sqlite->fact, 3, (sqlite3_int64)document->paid_vnd) == SQLITE_OK &&
                 sqlite3_bind_int64(sqlite->fact, 4, (sqlite3_int64)document->prior) == SQLITE_OK;
    if (!bound || sqlite3_step(sqlite->insert) != SQLITE_DONE || sqlite3_step(sqlite->fact) != SQLITE_DONE)
        return failed(sqlite, error);
    return sqlite3_reset(sqlite->insert) == SQLITE_OK && sqlite3_reset(sqlite->fact) == SQLITE_OK ? STATUS_OK : failed(sqlite, error);
}

static enum status documents_insert(struct sqlite *sqlite, const struct stand *stand, struct error *error)
{
    struct peer_documents documents;
    struct peer_document document;
    enum status status = peer_documents_open(&documents, stand, error);
    if (sqlite3_prepare_v2(sqlite->db, "INSERT INTO text(rowid, core, body) VALUES (?, ?, ?)", -1, &sqlite->insert, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(sqlite->db, "INSERT INTO fact VALUES (?, ?, ?, ?)", -1, &sqlite->fact, NULL) != SQLITE_OK)
        status = failed(sqlite, error);
    while (status == STATUS_OK && (status = peer_documents_next(&documents, &document, error)) == STATUS_OK)
        status = stand_stopped(stand, error) ? STATUS_END : document_insert(sqlite, &document, error);
    sqlite3_finalize(sqlite->insert);
    sqlite3_finalize(sqlite->fact);
    peer_documents_close(&documents);
    return status == STATUS_END && !stand_stopped(stand, error) ? STATUS_OK : status;
}

static enum status index_build(struct sqlite *sqlite, const struct stand *stand, struct figures *figures, struct error *error)
{
    uint64_t begun_ns = clock_monotonic_ns();
    enum status status = execute(sqlite,
                                 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
                                 "CREATE VIRTUAL TABLE text USING fts5(core, body, content = '', detail = 'column', prefix = '1 2 3',"
                                 " tokenize = \"unicode61 remove_diacritics 2 tokenchars '.%'\");"
                                 "CREATE TABLE fact(id INTEGER PRIMARY KEY, brand TEXT, price INTEGER, prior INTEGER); BEGIN",
                                 error);
    if (status == STATUS_OK)
        status = documents_insert(sqlite, stand, error);
    if (status == STATUS_OK)
        status = execute(sqlite,
                         "INSERT INTO text(text) VALUES ('optimize'); COMMIT; CREATE INDEX fact_prior ON fact(prior DESC);"
                         "CREATE INDEX fact_price ON fact(price); ANALYZE",
                         error);
    if (status == STATUS_OK)
        figures_set(figures, (double)stand->products * 1e9 / (double)(clock_monotonic_ns() - begun_ns), "sqlite.build.products_per_s");
    return status;
}

/* {core} : ("a" AND "b" AND "c" *), without the filter when the words may stand anywhere. */
static void match_print(struct buffer *match, const struct peer_query *query)
{
    match->size = 0;
    buffer_append_text(match, query->core ? "{core} : (" : "(");
    for (const char *at = query->terms.data; *at != '\0';) {
        size_t size = strcspn(at, " ");
        bool beginning = at[size - 1] == '*';
        buffer_print(match, "%s\"%.*s\"%s",
                     at == query->terms.data ? ""
                     : query->any            ? " OR "
                                             : " AND ",
                     (int)(size - beginning), at, beginning ? " *" : "");
        at += size + (at[size] == ' ');
    }
    buffer_append_text(match, ")");
}

/* What follows SELECT ... for the count and for the hits. */
static void query_sql(const struct peer_query *query, struct buffer *from, const char **order)
{
    bool filtered = query->class == QUERY_FILTERED, by_price = query_classes[query->class].by_price;
    from->size = 0;
    *order = by_price ? "fact.price" : "text.rank";
    if (query->terms.size == 0) {
        *order = "fact.prior DESC";
        buffer_append_text(from, "fact WHERE 1");
    } else if (filtered || by_price) {
        buffer_append_text(from, "text JOIN fact ON fact.id = text.rowid WHERE text MATCH ?1");
    } else {
        buffer_append_text(from, "text WHERE text MATCH ?1");
    }
    if (filtered && query->query.brand_id.size > 0)
        buffer_append_text(from, " AND fact.brand = ?2");
    if (filtered && query->query.price_max_vnd > 0)
        buffer_append_text(from, " AND fact.price <= ?3");
    buffer_append_char(from, '\0');
}

static enum status ask(struct sqlite *sqlite, const char *sql, const struct peer_query *query, uint64_t *first, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL);
    int count = code == SQLITE_OK ? sqlite3_bind_parameter_count(statement) : 0;
    if (count >= 1)
        code = bind_bytes(statement, 1, (struct bytes){sqlite->match.data, sqlite->match.size});
    if (code == SQLITE_OK && count >= 2)
        code = bind_bytes(statement, 2, query->query.brand_id);
    if (code == SQLITE_OK && count >= 3)
        code = sqlite3_bind_int64(statement, 3, query->query.price_max_vnd);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW && first != NULL)
            *first = (uint64_t)sqlite3_column_int64(statement, 0);
    }
    enum status status = code == SQLITE_DONE ? STATUS_OK : failed(sqlite, error);
    sqlite3_finalize(statement);
    return status;
}

static enum status query_time(struct sqlite *sqlite, const struct peer_query *query, uint64_t *ns, uint64_t *total, struct error *error)
{
    struct buffer from = {0}, sql = {0};
    const char *order = NULL;
    *total = 0;
    match_print(&sqlite->match, query);
    query_sql(query, &from, &order);
    buffer_print(&sql, "SELECT count(*) FROM %s", from.data);
    buffer_append_char(&sql, '\0');
    uint64_t begun_ns = clock_monotonic_ns();
    enum status status = ask(sqlite, sql.data, query, total, error);
    sql.size = 0;
    buffer_print(&sql, "SELECT %s FROM %s ORDER BY %s LIMIT 20", query->terms.size == 0 ? "id" : "text.rowid", from.data, order);
    buffer_append_char(&sql, '\0');
    if (status == STATUS_OK)
        status = ask(sqlite, sql.data, query, NULL, error);
    *ns = clock_monotonic_ns() - begun_ns;
    buffer_release(&from);
    buffer_release(&sql);
    return status;
}

/* The queries of one class, the first few once more beforehand. */
static enum status class_ask(struct sqlite *sqlite, const struct stand *stand, const struct peer_query *queries, size_t count,
                             struct peer_tally *tally, struct error *error)
{
    enum status status = STATUS_OK;
    size_t warm = count < WARM_QUERIES ? count : WARM_QUERIES;
    uint64_t begun_ns = clock_monotonic_ns();
    for (size_t i = 0; status == STATUS_OK && i < count + warm && !pass_is_over(begun_ns, i < warm ? 0 : i - warm); i++) {
        const struct peer_query *query = &queries[i < warm ? i : i - warm];
        uint64_t ns = 0, total = 0;
        status = stand_stopped(stand, error) ? STATUS_END : query_time(sqlite, query, &ns, &total, error);
        if (status == STATUS_OK && i >= warm)
            peer_tally_add(tally, query, ns, total);
    }
    return status;
}

static enum status queries_ask(struct sqlite *sqlite, const struct stand *stand, struct figures *figures, struct error *error)
{
    struct peer_tally tally = {.peer = "sqlite"};
    struct peer_query *queries = NULL;
    struct arena arena;
    size_t count = 0;
    arena_init(&arena, ARENA_BYTES);
    enum status status = execute(sqlite, "PRAGMA mmap_size = 68719476736", error);
    if (status == STATUS_OK)
        status = peer_queries_read(stand, &arena, &queries, &count, error);
    for (size_t first = 0, end; status == STATUS_OK && first < count; first = end) {
        for (end = first; end < count && queries[end].class == queries[first].class;)
            end++;
        status = class_ask(sqlite, stand, &queries[first], end - first, &tally, error);
    }
    peer_tally_finish(&tally, figures);
    arena_release(&arena);
    return status;
}

static enum status sqlite_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    char path[STAND_PATH_BYTES];
    struct sqlite sqlite = {0};
    stand_path(stand, "sqlite.db", path);
    enum status status = folder_remove(path, error);
    if (status == STATUS_OK && sqlite3_open(path, &sqlite.db) != SQLITE_OK)
        status = failed(&sqlite, error);
    if (status == STATUS_OK)
        status = index_build(&sqlite, stand, figures, error);
    if (status == STATUS_OK)
        status = queries_ask(&sqlite, stand, figures, error);
    sqlite3_close(sqlite.db);
    buffer_release(&sqlite.match);
    uint64_t size = 0;
    if (status == STATUS_OK)
        status = folder_size(path, &size, error);
    figures_set(figures, (double)size / (double)stand->products, "sqlite.build.product_bytes");
    return status;
}

enum status sqlite_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(sqlite_run, stand, figures, error);
}
