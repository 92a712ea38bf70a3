/* Slot, exported snapshot, consistent copy and the hand-over to the stream, against a real PostgreSQL with writers at work. */
#include "tests/indexer/cluster.h"

#include <pthread.h>
#include <signal.h>

#include "indexer/copy.h"
#include "indexer/pgoutput.h"
#include "indexer/reindex.h"
#include "indexer/slot.h"
#include "indexer/stream.h"
#include "storage/env.h"
#include "tests/indexer/recording_apply.h"

static struct cluster cluster;
static PGconn *shop;
static struct schema schema;
static struct env *env;

static int set_up(void **state)
{
    (void)state;
    schema_init(&schema);
    if (!cluster_start(&cluster, ""))
        return -1;
    shop = cluster_shop(&cluster, "shop");
    char folder[100];
    struct error error = {0};
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = 1 << 24};
    snprintf(folder, sizeof folder, "%s/env", cluster.folder);
    return env_open(folder, &options, &env, &error) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(shop);
    env_close(env);
    cluster_remove(&cluster);
    return 0;
}

static void must(enum status status, const struct error *error)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), error->text);
}

static void open_as(struct connection *connection, enum connection_kind kind)
{
    char conninfo[400];
    struct error error = {0};
    must(connection_open(connection, kind, cluster_conninfo(&cluster, "shop", "postgres", conninfo), NULL, &error), &error);
}

static void slot_life(void **state)
{
    (void)state;
    struct connection replication = {0};
    struct server_identity server;
    struct slot_created created;
    struct slot_state slot;
    struct error error = {0};
    uint64_t now = 0;
    open_as(&replication, CONNECTION_REPLICATION);
    must(server_identify(&replication, &server, &error), &error);
    assert_true(server.system_id != 0 && server.timeline == 1);
    assert_string_equal(server.database, "shop");
    assert_int_equal(lsn_parse(sql(shop, "SELECT pg_current_wal_flush_lsn()"), &now), STATUS_OK);
    assert_true(server.flushed_lsn <= now);
    assert_int_equal(slot_look(&replication, "life", &slot, &error), STATUS_NOT_FOUND);
    must(slot_create(&replication, "life", &created, &error), &error);
    assert_true(created.consistent_lsn >= server.flushed_lsn && created.snapshot[0] != '\0');
    must(slot_look(&replication, "life", &slot, &error), &error);
    assert_true(slot.logical && !slot.lost && !slot.active && slot.confirmed_lsn == created.consistent_lsn);
    assert_string_equal(slot.database, "shop");
    assert_int_equal(slot_create(&replication, "life", &created, &error), STATUS_BUSY);
    assert_non_null(strstr(error.text, "\"life\" is there already"));
    must(slot_drop(&replication, "life", &error), &error);
    assert_int_equal(slot_drop(&replication, "life", &error), STATUS_NOT_FOUND);
    sql(shop, "SELECT pg_create_physical_replication_slot('life')");
    must(slot_look(&replication, "life", &slot, &error), &error);
    assert_false(slot.logical);
    sql(shop, "SELECT pg_drop_replication_slot('life')");
    connection_close(&replication);
}

static void creation_behind_an_open_transaction_says_so(void **state)
{
    (void)state;
    PGconn *writer = cluster_session(&cluster, "shop");
    sql(writer, "BEGIN; INSERT INTO orders VALUES (1, 'x')");
    struct connection replication = {0};
    struct slot_created created;
    struct error error = {0};
    open_as(&replication, CONNECTION_REPLICATION);
    assert_int_equal(slot_create(&replication, "behind", &created, &error), STATUS_TIMEOUT);
    assert_non_null(strstr(error.text, "pg_stat_activity"));
    sql(writer, "ROLLBACK");
    PQfinish(writer);
    must(slot_create(&replication, "behind", &created, &error), &error);
    must(slot_drop(&replication, "behind", &error), &error);
    connection_close(&replication);
}

static enum status take_into_text(void *context, const struct change *change, struct error *error)
{
    return apply_change(context, change, error);
}

/* Copies under a fresh slot's snapshot into the recording. */
static void copy_everything(const char *slot, struct slot_created *created, uint64_t *rows)
{
    struct connection replication = {0}, plain = {0};
    struct preflight tables;
    struct copy copy;
    struct apply *apply = NULL;
    struct error error = {0};
    open_as(&replication, CONNECTION_REPLICATION);
    open_as(&plain, CONNECTION_PLAIN);
    must(preflight_run(&plain, &schema, "shop", &tables, &error), &error);
    must(slot_create(&replication, slot, created, &error), &error);
    must(copy_begin(&copy, &plain, &schema, &tables, created->snapshot, &error), &error);
    connection_close(&replication);
    must(apply_new(NULL, NULL, &apply, &error), &error);
    must(copy_run(&copy, take_into_text, apply, rows, &error), &error);
    must(apply_flush(apply, NULL, &error), &error);
    connection_close(&plain);
}

static void copies_what_the_snapshot_shows(void **state)
{
    (void)state;
    sql(shop, "INSERT INTO product_variants (id, product_id, name, is_active) VALUES (5, 1, E'a\\tb\\\\N\\nc', true);"
              "INSERT INTO products (id, name, price, created_at, specs) VALUES (1, 'Tủ lạnh', 12500000.5, '2024-01-01 07:00:00+07', "
              "'{\"b\": 1, \"a\": \"x\"}');"
              "INSERT INTO categories (id, name) VALUES (3, E'\\\\N'); INSERT INTO brands (id, name, logo) VALUES (2, 'LG', 'not mapped')");
    struct slot_created created;
    uint64_t rows = 0;
    copy_everything("copies", &created, &rows);
    assert_int_equal(rows, 4);
    assert_string_equal(
        recording_text(),
        "insert brand 2|LG|-; insert category 3|-|\\N|-|-; "
        "insert product 1|-|-|Tủ lạnh|-|-|12500000.5|-|-|-|-|-|-|-|-|-|{\"a\": \"x\", \"b\": 1}|-|-|2024-01-01 00:00:00+00|-; "
        "insert variant 5|1|a\tb\\N\nc|-|-|-|-|-|t; ");
    sql(shop, "SELECT pg_drop_replication_slot('copies'); TRUNCATE brands, categories, products, product_variants");
    recording_release();
}

static void a_lost_snapshot_is_an_error(void **state)
{
    (void)state;
    struct connection plain = {0};
    struct preflight tables;
    struct copy copy;
    struct error error = {0};
    open_as(&plain, CONNECTION_PLAIN);
    must(preflight_run(&plain, &schema, "shop", &tables, &error), &error);
    assert_int_not_equal(copy_begin(&copy, &plain, &schema, &tables, "00000003-00000002-1", &error), STATUS_OK);
    assert_true(error.text[0] != '\0');
    connection_close(&plain);
}

enum { WRITERS = 3, KEYS = 20 };

struct writer {
    pthread_t thread;
    PGconn *session;
    unsigned number;
    _Atomic bool stop;
};

/* Each writer owns its keys and counts every change of a key: +1 in sort_order. */
static void *write_all_the_time(void *context)
{
    struct writer *writer = context;
    unsigned seed = writer->number;
    while (!writer->stop) {
        char statement[300];
        unsigned key = writer->number * KEYS + (unsigned)rand_r(&seed) % KEYS;
        snprintf(statement, sizeof statement,
                 "INSERT INTO categories (id, name, sort_order) VALUES (%u, 'n', 1) ON CONFLICT (id) DO UPDATE SET sort_order = "
                 "categories.sort_order + 1",
                 key);
        PGresult *result = PQexec(writer->session, statement);
        PQclear(result);
    }
    return NULL;
}

static volatile sig_atomic_t stop_stream;

static void stop_on_signal(int number)
{
    (void)number;
    stop_stream = 1;
}

struct streaming {
    pthread_t thread;
    struct stream_options options;
    enum status status;
    struct error error;
};

static void *run_stream(void *context)
{
    struct streaming *streaming = context;
    bool started = false;
    streaming->status = stream_run(&streaming->options, &started, &streaming->error);
    return NULL;
}

/* Streams from `from` until everything up to `to` is in the recording. The signal goes to the thread that reads the flag. */
static void stream_between(const char *slot, uint64_t from, uint64_t to)
{
    char conninfo[400];
    struct position position = {.lsn = from};
    struct error error = {0}, missed = {0};
    struct apply *apply = NULL;
    struct destination destination = {.env = env};
    struct stream_board *board = stream_board_new();
    struct stream_status seen = {0};
    must(apply_new(NULL, NULL, &apply, &error), &error);
    destination.apply = apply;
    cluster_conninfo(&cluster, "shop", "postgres", conninfo);
    struct streaming streaming = {.options = {.conninfo = conninfo,
                                              .copy_conninfo = conninfo,
                                              .publication = "shop",
                                              .slot = slot,
                                              .intake = {&schema, 2000, 100, 100000},
                                              .watch_ms = 60000,
                                              .stop = &stop_stream,
                                              .destination = &destination,
                                              .position = &position,
                                              .board = board,
                                              .missed = &missed}};
    stop_stream = 0;
    signal(SIGUSR1, stop_on_signal);
    assert_int_equal(pthread_create(&streaming.thread, NULL, run_stream, &streaming), 0);
    for (unsigned i = 0; i < 1500 && seen.durable_lsn < to; i++) {
        usleep(10000);
        stream_board_get(board, &seen);
    }
    pthread_kill(streaming.thread, SIGUSR1);
    pthread_join(streaming.thread, NULL);
    assert_int_equal(streaming.status, STATUS_END);
    assert_true(seen.durable_lsn >= to);
    stream_board_free(board);
}

/* Every key's versions in the recording, copy and stream together, must rise by exactly one: no gap, no duplicate. */
static void check_versions(unsigned first_seen[WRITERS * KEYS], unsigned last_seen[WRITERS * KEYS])
{
    for (const char *at = recording_text(); *at != '\0'; at = strstr(at, "; ") + 2) {
        unsigned key = 0, version = 0;
        const char *cells = strpbrk(at, "0123456789");
        key = (unsigned)strtoul(cells, NULL, 10);
        for (int bar = 0; bar < 4; bar++)
            cells = strchr(cells, '|') + 1;
        version = (unsigned)strtoul(cells, NULL, 10);
        assert_true(key < WRITERS * KEYS);
        if (last_seen[key] == 0)
            first_seen[key] = version;
        else if (version != last_seen[key] + 1)
            fail_msg("key %u goes from version %u to %u", key, last_seen[key], version);
        last_seen[key] = version;
    }
}

static void hand_over_loses_and_doubles_nothing(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 4; round++) {
        sql(shop, "TRUNCATE categories");
        recording_release();
        struct writer writers[WRITERS];
        for (unsigned i = 0; i < WRITERS; i++) {
            writers[i] = (struct writer){.session = cluster_session(&cluster, "shop"), .number = i};
            assert_int_equal(pthread_create(&writers[i].thread, NULL, write_all_the_time, &writers[i]), 0);
        }
        usleep(150000);
        struct slot_created created;
        uint64_t rows = 0;
        copy_everything("handover", &created, &rows);
        usleep(150000);
        for (unsigned i = 0; i < WRITERS; i++) {
            writers[i].stop = true;
            pthread_join(writers[i].thread, NULL);
            PQfinish(writers[i].session);
        }
        uint64_t end = 0;
        assert_int_equal(lsn_parse(sql(shop, "SELECT pg_current_wal_insert_lsn()"), &end), STATUS_OK);
        stream_between("handover", created.consistent_lsn, end);
        unsigned first[WRITERS * KEYS] = {0}, last[WRITERS * KEYS] = {0};
        check_versions(first, last);
        for (unsigned key = 0; key < WRITERS * KEYS; key++) {
            char query[100];
            snprintf(query, sizeof query, "SELECT coalesce(max(sort_order), 0) FROM categories WHERE id = %u", key);
            assert_int_equal(strtoul(sql(shop, query), NULL, 10), last[key]);
        }
        assert_true(recording.changes > 50);
        while (strcmp(sql(shop, "SELECT count(*) FROM pg_replication_slots WHERE active"), "0") != 0)
            usleep(10000);
        sql(shop, "SELECT pg_drop_replication_slot('handover')");
    }
    recording_release();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slot_life),
        cmocka_unit_test(creation_behind_an_open_transaction_says_so),
        cmocka_unit_test(copies_what_the_snapshot_shows),
        cmocka_unit_test(a_lost_snapshot_is_an_error),
        cmocka_unit_test(hand_over_loses_and_doubles_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
