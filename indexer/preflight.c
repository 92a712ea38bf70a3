#include "indexer/preflight.h"

#include <stdlib.h>
#include <string.h>

struct checked_table {
    const struct schema *schema;
    const char *publication;
    enum table table;
    const char *name;    /* in this database */
    const char *setting; /* the default name, which the setting carries */
};

static bool is_true(const PGresult *result, int row, int column)
{
    return strcmp(PQgetvalue(result, row, column), "t") == 0;
}

static enum status check_server(struct connection *plain, struct error *error)
{
    int version = PQserverVersion(plain->pg);
    if (version < PREFLIGHT_SERVER_VERSION_MIN)
        return error_set(error, STATUS_INVALID, "PostgreSQL 15 or newer is needed; this server is version %d.%d", version / 10000,
                         version % 10000);
    PGresult *result = NULL;
    enum status status =
        connection_query(plain, "SELECT current_setting('wal_level'), pg_is_in_recovery()", CONNECTION_QUERY_TIMEOUT_MS, &result, error);
    if (status != STATUS_OK)
        return status;
    if (is_true(result, 0, 1))
        status = error_set(error, STATUS_INVALID, "this PostgreSQL is a standby, which cannot feed an index: connect to the primary");
    else if (strcmp(PQgetvalue(result, 0, 0), "logical") != 0)
        status = error_set(error, STATUS_INVALID,
                           "wal_level is \"%s\" and must be \"logical\": run ALTER SYSTEM SET wal_level = 'logical' and restart PostgreSQL",
                           PQgetvalue(result, 0, 0));
    PQclear(result);
    return status;
}

/* FNV-1a, 64 bits: it is stored, so it stays what it is. 0xff stands in no name and ends each. */
static void source_add(uint64_t *source_id, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        *source_id = (*source_id ^ (unsigned char)*at) * 0x100000001b3u;
    *source_id = (*source_id ^ 0xff) * 0x100000001b3u;
}

static enum status judge_publication(const PGresult *result, const char *publication, struct error *error)
{
    static const char *const kinds[] = {"insert", "update", "delete", "truncate"};
    if (PQntuples(result) == 0)
        return error_set(error, STATUS_MISMATCH,
                         "publication \"%s\" does not exist in this database: run CREATE PUBLICATION \"%s\" FOR TABLE ...", publication,
                         publication);
    for (int i = 0; i < 4; i++)
        if (!is_true(result, 0, i))
            return error_set(
                error, STATUS_MISMATCH,
                "publication \"%s\" does not publish %s: run ALTER PUBLICATION \"%s\" SET (publish = 'insert, update, delete, truncate')",
                publication, kinds[i], publication);
    if (is_true(result, 0, 4))
        return error_set(
            error, STATUS_MISMATCH,
            "publication \"%s\" publishes via the partition root, which hides a partition's TRUNCATE: run ALTER PUBLICATION \"%s\" SET "
            "(publish_via_partition_root = false)",
            publication, publication);
    return STATUS_OK;
}

static enum status check_publication(struct connection *plain, const char *publication, struct preflight *out, struct error *error)
{
    PGresult *result = NULL;
    enum status status =
        connection_query_with(plain,
                              "SELECT pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, oid, xmin FROM pg_publication "
                              "WHERE pubname = $1",
                              &publication, 1, &result, error);
    if (status != STATUS_OK)
        return status;
    status = judge_publication(result, publication, error);
    if (status == STATUS_OK) {
        source_add(&out->source_id, PQgetvalue(result, 0, 5));
        source_add(&out->source_id, PQgetvalue(result, 0, 6));
    }
    PQclear(result);
    return status;
}

/* Columns of the query below. */
enum fact {
    FACT_OID,
    FACT_KIND,
    FACT_PERSISTENCE,
    FACT_IDENTITY,
    FACT_ROWS,
    FACT_USAGE,
    FACT_ROW_SECURITY,
    FACT_PUBLISHED,
    FACT_KEY,
    FACT_MEMBER,
    FACT_MEMBER_XMIN,
    FACT_FILTER,
    FACT_COLUMN_LIST
};

static const char *const table_facts =
    "SELECT c.oid, c.relkind, c.relpersistence, c.relreplident, c.reltuples::bigint, has_schema_privilege(n.oid, 'USAGE'), "
    "row_security_active(c.oid), "
    "EXISTS (SELECT FROM pg_publication_tables p WHERE p.pubname = $3 AND p.schemaname = n.nspname AND p.tablename = c.relname), "
    "coalesce((SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k(number, "
    "place), "
    "pg_attribute a WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts AND a.attrelid = c.oid AND a.attnum = "
    "k.number), ''), "
    "member.oid, member.xmin, coalesce(member.prqual IS NOT NULL, false), coalesce(member.prattrs IS NOT NULL, false) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN (SELECT r.oid, r.xmin, r.prrelid, r.prqual, r.prattrs FROM pg_publication_rel r JOIN pg_publication b ON b.oid = r.prpubid "
    "WHERE b.pubname = $3) member ON member.prrelid = c.oid "
    "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind <> 'i'";

static enum status judge_kind(const struct checked_table *checked, const PGresult *facts, struct error *error)
{
    const char *kind = PQgetvalue(facts, 0, FACT_KIND);
    if (strcmp(kind, "p") == 0)
        return error_set(error, STATUS_MISMATCH,
                         "table \"%s\" is partitioned, which is not supported: its changes come under the partitions' names",
                         checked->name);
    if (strcmp(kind, "r") != 0 || strcmp(PQgetvalue(facts, 0, FACT_PERSISTENCE), "p") != 0)
        return error_set(error, STATUS_MISMATCH,
                         "\"%s\" is not an ordinary logged table (a view, foreign or unlogged table sends no changes): set table.%s to the "
                         "table behind it",
                         checked->name, checked->setting);
    return STATUS_OK;
}

static enum status judge_membership(const struct checked_table *checked, const PGresult *facts, struct error *error)
{
    if (!is_true(facts, 0, FACT_PUBLISHED))
        return error_set(
            error, STATUS_MISMATCH,
            "publication \"%s\" does not contain table \"%s\": run ALTER PUBLICATION \"%s\" ADD TABLE \"%s\".\"%s\", or set table.%s to "
            "nothing",
            checked->publication, checked->name, checked->publication, checked->schema->namespace, checked->name, checked->setting);
    if (is_true(facts, 0, FACT_FILTER) || is_true(facts, 0, FACT_COLUMN_LIST))
        return error_set(
            error, STATUS_MISMATCH,
            "publication \"%s\" has a %s on table \"%s\", which makes the shop's own updates fail or hides rows: publish the whole table",
            checked->publication, is_true(facts, 0, FACT_FILTER) ? "row filter" : "column list", checked->name);
    return STATUS_OK;
}

static enum status judge_key(const struct checked_table *checked, const PGresult *facts, struct error *error)
{
    const char *wanted = checked->schema->column[checked->table][0];
    const char *found = PQgetvalue(facts, 0, FACT_KEY);
    if (strcmp(found, wanted) != 0)
        return error_set(error, STATUS_MISMATCH,
                         "table \"%s\" needs column \"%s\" alone as its primary key, but has %s%s%s: change the key, or set column.%s.%s",
                         checked->name, wanted, found[0] != '\0' ? "(" : "none", found, found[0] != '\0' ? ")" : "", checked->setting,
                         schema_tables[checked->table].columns[0].name);
    const char *identity = PQgetvalue(facts, 0, FACT_IDENTITY);
    if (strcmp(identity, "d") != 0 && strcmp(identity, "f") != 0)
        return error_set(
            error, STATUS_MISMATCH,
            "table \"%s\" has REPLICA IDENTITY %s, so its changes do not carry the primary key: run ALTER TABLE \"%s\".\"%s\" REPLICA "
            "IDENTITY DEFAULT",
            checked->name, strcmp(identity, "n") == 0 ? "NOTHING" : "USING INDEX", checked->schema->namespace, checked->name);
    return STATUS_OK;
}

static enum status judge_rights(const struct checked_table *checked, const char *role, const PGresult *facts, struct error *error)
{
    if (!is_true(facts, 0, FACT_USAGE))
        return error_set(error, STATUS_DENIED, "role \"%s\" may not use schema \"%s\": run GRANT USAGE ON SCHEMA \"%s\" TO \"%s\"", role,
                         checked->schema->namespace, checked->schema->namespace, role);
    if (is_true(facts, 0, FACT_ROW_SECURITY))
        return error_set(error, STATUS_DENIED, "row security hides rows of table \"%s\" from role \"%s\": run ALTER ROLE \"%s\" BYPASSRLS",
                         checked->name, role, role);
    return STATUS_OK;
}

/* Columns of check_columns' query. */
enum { COLUMN_FACT_NAME, COLUMN_FACT_GENERATED, COLUMN_FACT_READABLE, COLUMN_FACT_NUMBER, COLUMN_FACT_XMIN };

static int find_row(const PGresult *columns, const char *name)
{
    for (int row = 0; row < PQntuples(columns); row++)
        if (strcmp(PQgetvalue(columns, row, COLUMN_FACT_NAME), name) == 0)
            return row;
    return -1;
}

static enum status judge_columns(const struct checked_table *checked, const char *role, const PGresult *columns, struct error *error)
{
    const struct schema_table *known = &schema_tables[checked->table];
    for (size_t i = 0; i < known->column_count; i++) {
        const char *name = checked->schema->column[checked->table][i];
        if (name[0] == '\0')
            continue;
        int row = find_row(columns, name);
        if (row < 0)
            return error_set(error, STATUS_MISMATCH, "table \"%s\" has no column \"%s\": set column.%s.%s to its name, or to nothing",
                             checked->name, name, checked->setting, known->columns[i].name);
        if (is_true(columns, row, COLUMN_FACT_GENERATED))
            return error_set(error, STATUS_MISMATCH,
                             "column \"%s\" of table \"%s\" is generated and does not come in the stream: set column.%s.%s to nothing",
                             name, checked->name, checked->setting, known->columns[i].name);
        if (!is_true(columns, row, COLUMN_FACT_READABLE))
            return error_set(error, STATUS_DENIED,
                             "role \"%s\" may not read column \"%s\" of table \"%s\": run GRANT SELECT ON \"%s\".\"%s\" TO \"%s\"", role,
                             name, checked->name, checked->schema->namespace, checked->name, role);
    }
    return STATUS_OK;
}

/* ALTER COLUMN TYPE ... USING, or a column dropped and added again with a default, gives every row a new value without one change in the
 * stream: the catalog's entry of a column is part of what the index was copied through. */
static void source_add_columns(uint64_t *source_id, const struct checked_table *checked, const PGresult *columns)
{
    for (size_t i = 0; i < schema_tables[checked->table].column_count; i++) {
        const char *name = checked->schema->column[checked->table][i];
        int row = name[0] == '\0' ? -1 : find_row(columns, name);
        source_add(source_id, name);
        if (row < 0)
            continue;
        source_add(source_id, PQgetvalue(columns, row, COLUMN_FACT_NUMBER));
        source_add(source_id, PQgetvalue(columns, row, COLUMN_FACT_XMIN));
    }
}

static enum status check_columns(struct connection *plain, const struct checked_table *checked, const char *oid, uint64_t *source_id,
                                 struct error *error)
{
    PGresult *columns = NULL;
    enum status status =
        connection_query_with(plain,
                              "SELECT attname, attgenerated <> '', has_column_privilege(attrelid, attnum, 'SELECT'), attnum, xmin FROM "
                              "pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped",
                              &oid, 1, &columns, error);
    if (status == STATUS_OK)
        status = judge_columns(checked, PQuser(plain->pg), columns, error);
    if (status == STATUS_OK)
        source_add_columns(source_id, checked, columns);
    PQclear(columns);
    return status;
}

static enum status judge_table(struct connection *plain, const struct checked_table *checked, const PGresult *facts, uint64_t *source_id,
                               struct error *error)
{
    enum status status = judge_kind(checked, facts, error);
    if (status == STATUS_OK)
        status = judge_membership(checked, facts, error);
    if (status == STATUS_OK)
        status = judge_key(checked, facts, error);
    if (status == STATUS_OK)
        status = judge_rights(checked, PQuser(plain->pg), facts, error);
    if (status == STATUS_OK)
        status = check_columns(plain, checked, PQgetvalue(facts, 0, FACT_OID), source_id, error);
    return status;
}

static enum status check_table(struct connection *plain, const struct checked_table *checked, struct preflight *out, struct error *error)
{
    const char *values[] = {checked->schema->namespace, checked->name, checked->publication};
    PGresult *facts = NULL;
    enum status status = connection_query_with(plain, table_facts, values, 3, &facts, error);
    if (status != STATUS_OK)
        return status;
    if (PQntuples(facts) == 0) {
        if (!schema_tables[checked->table].optional)
            status = error_set(error, STATUS_MISMATCH,
                               "table \"%s\".\"%s\" does not exist: set table.%s to the name of the table that holds your %ss",
                               checked->schema->namespace, checked->name, checked->setting, schema_tables[checked->table].word);
        PQclear(facts);
        return status;
    }
    status = judge_table(plain, checked, facts, &out->source_id, error);
    if (status == STATUS_OK) {
        out->present[checked->table] = true;
        out->rows_estimate[checked->table] = strtoll(PQgetvalue(facts, 0, FACT_ROWS), NULL, 10);
        source_add(&out->source_id, PQgetvalue(facts, 0, FACT_OID));
        source_add(&out->source_id, PQgetvalue(facts, 0, FACT_MEMBER));
        source_add(&out->source_id, PQgetvalue(facts, 0, FACT_MEMBER_XMIN));
    }
    PQclear(facts);
    return status;
}

enum status preflight_run(struct connection *plain, const struct schema *schema, const char *publication, struct preflight *out,
                          struct error *error)
{
    *out = (struct preflight){.source_id = 0xcbf29ce484222325u};
    enum status status = check_server(plain, error);
    if (status == STATUS_OK)
        status = check_publication(plain, publication, out, error);
    for (enum table table = 0; table < TABLE_COUNT && status == STATUS_OK; table++) {
        struct checked_table checked = {schema, publication, table, schema->table[table], schema_tables[table].name};
        if (checked.name[0] != '\0')
            status = check_table(plain, &checked, out, error);
    }
    return status;
}
