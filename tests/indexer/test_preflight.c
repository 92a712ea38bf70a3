/* Connections and the checks before a start, against a real PostgreSQL: each wrong thing gives one clear line. */
#include "tests/indexer/cluster.h"

#include <signal.h>

#include "base/arena.h"
#include "indexer/preflight.h"

static struct cluster cluster;
static PGconn *shop;

static int set_up(void **state)
{
    (void)state;
    if (!cluster_start(&cluster, ""))
        return -1;
    shop = cluster_shop(&cluster, "shop");
    sql(shop, "CREATE ROLE follower LOGIN REPLICATION; CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO follower;"
              "CREATE ROLE odd LOGIN; ALTER ROLE odd SET datestyle = 'SQL, DMY'; ALTER ROLE odd SET timezone = 'Asia/Ho_Chi_Minh';"
              "ALTER ROLE odd SET extra_float_digits = -3; ALTER ROLE odd SET client_encoding = 'LATIN1'; ALTER ROLE odd SET bytea_output "
              "= 'escape';"
              "ALTER ROLE odd SET intervalstyle = 'sql_standard'; ALTER ROLE odd SET search_path = 'public'; ALTER ROLE odd SET "
              "statement_timeout = '1s'");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(shop);
    cluster_remove(&cluster);
    return 0;
}

static enum status try_open(enum connection_kind kind, const char *conninfo, struct error *error)
{
    struct connection connection = {0};
    *error = (struct error){0};
    enum status status = connection_open(&connection, kind, conninfo, NULL, error);
    connection_close(&connection);
    assert_null(strchr(error->text, '\n'));
    return status;
}

static enum status check_as(const char *role, const char *publication, const struct schema *given, struct preflight *out,
                            struct error *error)
{
    struct schema schema;
    struct connection plain = {0};
    char conninfo[400];
    schema_init(&schema);
    *error = (struct error){0};
    enum status status = connection_open(&plain, CONNECTION_PLAIN, cluster_conninfo(&cluster, "shop", role, conninfo), NULL, error);
    if (status == STATUS_OK)
        status = preflight_run(&plain, given != NULL ? given : &schema, publication, out, error);
    connection_close(&plain);
    assert_null(strchr(error->text, '\n'));
    return status;
}

static void expect(enum status wanted, const char *word)
{
    struct preflight found;
    struct error error;
    enum status status = check_as("follower", "shop", NULL, &found, &error);
    if (status != wanted || strstr(error.text, word) == NULL)
        fail_msg("%s: \"%s\" where \"%s\" was expected", status_name(status), error.text, word);
}

/* Breaks something, expects the sentence, mends it. */
static void expect_after(const char *broken, enum status wanted, const char *word, const char *mended)
{
    sql(shop, broken);
    expect(wanted, word);
    sql(shop, mended);
    expect(STATUS_OK, "");
}

static void connection_strings(void **state)
{
    (void)state;
    static const char *const unparsable[] = {"host=localhost hunter2secret", "postgresql://u:hunter2secret@h:port/%zz", "hunter2secret"};
    struct error error;
    for (size_t i = 0; i < sizeof unparsable / sizeof unparsable[0]; i++) {
        assert_int_equal(try_open(CONNECTION_PLAIN, unparsable[i], &error), STATUS_INVALID);
        assert_null(strstr(error.text, "hunter2"));
    }
    assert_int_equal(try_open(CONNECTION_PLAIN, "postgresql://u:hunter2@secret@localhost/shop", &error), STATUS_INVALID);
    assert_null(strstr(error.text, "secret"));
    assert_int_equal(try_open(CONNECTION_PLAIN, "host=127.0.0.1 port=1 user=u password=hunter2secret dbname=shop", &error),
                     STATUS_UNAVAILABLE);
    assert_null(strstr(error.text, "hunter2"));
    assert_int_equal(try_open(CONNECTION_PLAIN, "host=/nonexistent user=u", &error), STATUS_UNAVAILABLE);
}

static void logins(void **state)
{
    (void)state;
    char conninfo[400];
    struct error error;
    assert_int_equal(try_open(CONNECTION_PLAIN, cluster_conninfo(&cluster, "nothere", "follower", conninfo), &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "nothere"));
    assert_int_equal(try_open(CONNECTION_PLAIN, cluster_conninfo(&cluster, "shop", "nobody_here", conninfo), &error), STATUS_DENIED);
    assert_non_null(strstr(error.text, "nobody_here"));
    assert_int_equal(try_open(CONNECTION_REPLICATION, cluster_conninfo(&cluster, "shop", "reader", conninfo), &error), STATUS_DENIED);
    assert_non_null(strstr(error.text, "ALTER ROLE \"reader\" REPLICATION"));
    assert_int_equal(try_open(CONNECTION_REPLICATION, cluster_conninfo(&cluster, "shop", "follower", conninfo), &error), STATUS_OK);
}

static void a_stop_ends_every_wait(void **state)
{
    (void)state;
    static volatile sig_atomic_t stop;
    char conninfo[400];
    struct connection plain = {0};
    struct error error = {0};
    stop = 0;
    assert_int_equal(connection_open(&plain, CONNECTION_PLAIN, cluster_conninfo(&cluster, "shop", "follower", conninfo), &stop, &error),
                     STATUS_OK);
    assert_int_equal(connection_run(&plain, "SELECT pg_sleep(30)", 300, &error), STATUS_TIMEOUT);
    connection_close(&plain);
    assert_int_equal(connection_open(&plain, CONNECTION_PLAIN, conninfo, &stop, &error), STATUS_OK);
    stop = 1;
    assert_int_equal(connection_run(&plain, "SELECT pg_sleep(30)", 60000, &error), STATUS_END);
    connection_close(&plain);
    assert_int_equal(connection_open(&plain, CONNECTION_PLAIN, conninfo, &stop, &error), STATUS_END);
    connection_close(&plain);
}

/* What the role says about formats must not reach us, on either kind of connection. */
static void sessions_print_what_we_read(void **state)
{
    (void)state;
    sql(shop, "ALTER ROLE odd REPLICATION");
    for (enum connection_kind kind = CONNECTION_PLAIN; kind <= CONNECTION_REPLICATION; kind++) {
        char conninfo[400];
        struct connection connection = {0};
        struct error error = {0};
        PGresult *result = NULL;
        assert_int_equal(connection_open(&connection, kind, cluster_conninfo(&cluster, "shop", "odd", conninfo), NULL, &error), STATUS_OK);
        assert_int_equal(
            connection_query(&connection,
                             "SELECT timestamptz '2024-01-01 00:00:00+00', 1/3::float8, E'\\\\x00ff'::bytea, interval '1 day 2 hours', "
                             "current_setting('client_encoding'), 'Tủ lạnh', current_setting('search_path')",
                             1000, &result, &error),
            STATUS_OK);
        assert_string_equal(PQgetvalue(result, 0, 0), "2024-01-01 00:00:00+00");
        assert_string_equal(PQgetvalue(result, 0, 1), "0.3333333333333333");
        assert_string_equal(PQgetvalue(result, 0, 2), "\\x00ff");
        assert_string_equal(PQgetvalue(result, 0, 3), "1 day 02:00:00");
        assert_string_equal(PQgetvalue(result, 0, 4), "UTF8");
        assert_string_equal(PQgetvalue(result, 0, 5), "Tủ lạnh");
        assert_string_equal(PQgetvalue(result, 0, 6), "pg_catalog");
        PQclear(result);
        connection_close(&connection);
    }
}

static void sqlstates(void **state)
{
    (void)state;
    assert_int_equal(status_from_sqlstate("55006"), STATUS_BUSY);
    assert_int_equal(status_from_sqlstate("42704"), STATUS_NOT_FOUND);
    assert_int_equal(status_from_sqlstate("55000"), STATUS_MISMATCH);
    assert_int_equal(status_from_sqlstate("57P01"), STATUS_UNAVAILABLE);
    assert_int_equal(status_from_sqlstate("57014"), STATUS_TIMEOUT);
    assert_int_equal(status_from_sqlstate("28P01"), STATUS_DENIED);
    assert_int_equal(status_from_sqlstate("42501"), STATUS_DENIED);
    assert_int_equal(status_from_sqlstate("42601"), STATUS_INVALID);
    assert_int_equal(status_from_sqlstate("22P05"), STATUS_INVALID);
    assert_int_equal(status_from_sqlstate("XX000"), STATUS_UNAVAILABLE);
    assert_int_equal(status_from_sqlstate(""), STATUS_UNAVAILABLE);
}

static void a_good_database_passes(void **state)
{
    (void)state;
    struct preflight found, again;
    struct error error;
    assert_int_equal(check_as("follower", "shop", NULL, &found, &error), STATUS_OK);
    for (enum table table = 0; table < TABLE_COUNT; table++)
        assert_int_equal(found.present[table], table <= TABLE_VARIANT);
    assert_int_equal(check_as("follower", "shop", NULL, &again, &error), STATUS_OK);
    assert_true(found.source_id == again.source_id);
}

static void publications(void **state)
{
    (void)state;
    struct preflight found;
    struct error error;
    assert_int_equal(check_as("follower", "nothere", NULL, &found, &error), STATUS_MISMATCH);
    assert_non_null(strstr(error.text, "CREATE PUBLICATION \"nothere\""));
    expect_after("ALTER PUBLICATION shop DROP TABLE brands", STATUS_MISMATCH, "ADD TABLE \"public\".\"brands\"",
                 "ALTER PUBLICATION shop ADD TABLE brands");
    expect_after("ALTER PUBLICATION shop SET (publish = 'insert, update, delete')", STATUS_MISMATCH, "does not publish truncate",
                 "ALTER PUBLICATION shop SET (publish = 'insert, update, delete, truncate')");
    expect_after("ALTER PUBLICATION shop SET (publish = 'insert')", STATUS_MISMATCH, "does not publish update",
                 "ALTER PUBLICATION shop SET (publish = 'insert, update, delete, truncate')");
    expect_after("ALTER PUBLICATION shop SET (publish_via_partition_root = true)", STATUS_MISMATCH, "publish_via_partition_root",
                 "ALTER PUBLICATION shop SET (publish_via_partition_root = false)");
    expect_after("ALTER PUBLICATION shop DROP TABLE brands; ALTER PUBLICATION shop ADD TABLE brands WHERE (id > 5)", STATUS_MISMATCH,
                 "row filter", "ALTER PUBLICATION shop DROP TABLE brands; ALTER PUBLICATION shop ADD TABLE brands");
    expect_after("ALTER PUBLICATION shop DROP TABLE brands; ALTER PUBLICATION shop ADD TABLE brands (id, name, slug)", STATUS_MISMATCH,
                 "column list", "ALTER PUBLICATION shop DROP TABLE brands; ALTER PUBLICATION shop ADD TABLE brands");
}

static void all_tables_and_schemas_count_as_publications(void **state)
{
    (void)state;
    struct preflight found;
    struct error error;
    sql(shop, "CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION namespace FOR TABLES IN SCHEMA public");
    assert_int_equal(check_as("follower", "everything", NULL, &found, &error), STATUS_OK);
    assert_int_equal(check_as("follower", "namespace", NULL, &found, &error), STATUS_OK);
    sql(shop, "DROP PUBLICATION everything; DROP PUBLICATION namespace");
}

static void tables_and_columns(void **state)
{
    (void)state;
    expect_after("ALTER TABLE products RENAME TO goods", STATUS_MISMATCH, "set table.products", "ALTER TABLE goods RENAME TO products");
    expect_after("ALTER TABLE products RENAME COLUMN name TO title", STATUS_MISMATCH, "no column \"name\": set column.products.name",
                 "ALTER TABLE products RENAME COLUMN title TO name");
    expect_after("ALTER TABLE brands DROP COLUMN slug; ALTER TABLE brands ADD COLUMN slug text GENERATED ALWAYS AS (lower(name)) STORED",
                 STATUS_MISMATCH, "generated", "ALTER TABLE brands DROP COLUMN slug; ALTER TABLE brands ADD COLUMN slug text");
    expect_after("CREATE VIEW search_rules AS SELECT 1 AS id", STATUS_MISMATCH, "not an ordinary", "DROP VIEW search_rules");
    expect_after("CREATE TABLE search_rules (id bigint PRIMARY KEY) PARTITION BY RANGE (id)", STATUS_MISMATCH, "partitioned",
                 "DROP TABLE search_rules");
    expect_after("CREATE UNLOGGED TABLE search_rules (id bigint PRIMARY KEY)", STATUS_MISMATCH, "unlogged", "DROP TABLE search_rules");
    expect_after("CREATE TABLE search_rules (id bigint PRIMARY KEY)", STATUS_MISMATCH, "does not contain table \"search_rules\"",
                 "DROP TABLE search_rules");
}

static void keys_and_identities(void **state)
{
    (void)state;
    expect_after("ALTER TABLE brands DROP CONSTRAINT brands_pkey", STATUS_MISMATCH, "has none", "ALTER TABLE brands ADD PRIMARY KEY (id)");
    expect_after("ALTER TABLE brands DROP CONSTRAINT brands_pkey; ALTER TABLE brands ADD PRIMARY KEY (id, name)", STATUS_MISMATCH,
                 "has (id, name)",
                 "ALTER TABLE brands DROP CONSTRAINT brands_pkey; ALTER TABLE brands ADD PRIMARY KEY (id); ALTER TABLE brands ALTER name "
                 "DROP NOT NULL");
    expect_after("ALTER TABLE brands REPLICA IDENTITY NOTHING", STATUS_MISMATCH, "REPLICA IDENTITY NOTHING",
                 "ALTER TABLE brands REPLICA IDENTITY DEFAULT");
    expect_after("ALTER TABLE brands ALTER slug SET NOT NULL; CREATE UNIQUE INDEX brands_slug ON brands (slug); "
                 "ALTER TABLE brands REPLICA IDENTITY USING INDEX brands_slug",
                 STATUS_MISMATCH, "USING INDEX", "ALTER TABLE brands REPLICA IDENTITY DEFAULT; DROP INDEX brands_slug");
    sql(shop, "ALTER TABLE brands REPLICA IDENTITY FULL");
    expect(STATUS_OK, "");
    sql(shop, "ALTER TABLE brands REPLICA IDENTITY DEFAULT");
}

static void rights(void **state)
{
    (void)state;
    struct preflight found;
    struct error error;
    assert_int_equal(check_as("reader", "shop", NULL, &found, &error), STATUS_DENIED);
    assert_non_null(strstr(error.text, "GRANT SELECT ON \"public\".\"brands\" TO \"reader\""));
    expect_after("REVOKE SELECT ON products FROM follower", STATUS_DENIED, "GRANT SELECT", "GRANT SELECT ON products TO follower");
    expect_after("REVOKE USAGE ON SCHEMA public FROM public", STATUS_DENIED, "GRANT USAGE", "GRANT USAGE ON SCHEMA public TO public");
    expect_after("ALTER TABLE products ENABLE ROW LEVEL SECURITY", STATUS_DENIED, "BYPASSRLS",
                 "ALTER TABLE products DISABLE ROW LEVEL SECURITY");
}

static void the_source_changes_when_something_is_made_again(void **state)
{
    (void)state;
    struct preflight before, after;
    struct error error;
    static const char *const events[] = {
        "ALTER PUBLICATION shop DROP TABLE brands; ALTER PUBLICATION shop ADD TABLE brands",
        "DROP PUBLICATION shop; CREATE PUBLICATION shop FOR TABLE brands, categories, products, product_variants",
        "DROP TABLE categories; CREATE TABLE categories (id bigint PRIMARY KEY, parent_id bigint, name text, slug text, sort_order int); "
        "GRANT SELECT ON categories TO follower; ALTER PUBLICATION shop ADD TABLE categories",
        "CREATE TABLE search_synonyms (id bigint PRIMARY KEY, kind text, input text, output text, is_active boolean); "
        "GRANT SELECT ON search_synonyms TO follower; ALTER PUBLICATION shop ADD TABLE search_synonyms",
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        assert_int_equal(check_as("follower", "shop", NULL, &before, &error), STATUS_OK);
        sql(shop, events[i]);
        assert_int_equal(check_as("follower", "shop", NULL, &after, &error), STATUS_OK);
        assert_false(before.source_id == after.source_id);
    }
    struct schema schema;
    schema_init(&schema);
    schema.column[TABLE_BRAND][BRAND_SLUG] = "logo";
    assert_int_equal(check_as("follower", "shop", &schema, &before, &error), STATUS_OK);
    assert_false(before.source_id == after.source_id);
    sql(shop, "INSERT INTO brands (id, name, slug) VALUES (1, 'LG', 'lg'); TRUNCATE brands; ALTER TABLE brands ADD COLUMN extra text");
    sql(shop, "VACUUM");
    assert_int_equal(check_as("follower", "shop", NULL, &before, &error), STATUS_OK);
    assert_true(before.source_id == after.source_id);
}

static void wal_level(void **state)
{
    (void)state;
    PQfinish(shop);
    assert_true(cluster_stop(&cluster, "fast"));
    assert_true(cluster_start(&cluster, "wal_level=replica"));
    shop = cluster_session(&cluster, "shop");
    expect(STATUS_INVALID, "ALTER SYSTEM SET wal_level = 'logical'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_strings),
        cmocka_unit_test(logins),
        cmocka_unit_test(a_stop_ends_every_wait),
        cmocka_unit_test(sessions_print_what_we_read),
        cmocka_unit_test(sqlstates),
        cmocka_unit_test(a_good_database_passes),
        cmocka_unit_test(publications),
        cmocka_unit_test(all_tables_and_schemas_count_as_publications),
        cmocka_unit_test(tables_and_columns),
        cmocka_unit_test(keys_and_identities),
        cmocka_unit_test(rights),
        cmocka_unit_test(the_source_changes_when_something_is_made_again),
        cmocka_unit_test(wal_level),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
