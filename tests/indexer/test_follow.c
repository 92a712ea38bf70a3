/* Copy, stream, restart, resync, degraded states and refusals of a whole follower, against a real PostgreSQL and a real index folder; only
 * what the index makes of the rows is a recording. */
#include "tests/indexer/cluster.h"

#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "indexer/follow.h"
#include "indexer/pgoutput.h"
#include "storage/index.h"
#include "tests/indexer/recording_apply.h"

static struct cluster cluster;
static unsigned databases;

/* One shop, one index folder, one follower that is started and stopped. */
struct follower {
    char database[40], slot[40], folder[100], conninfo[400];
    PGconn *shop;
    struct schema schema;
    struct follow_options options;
    struct index *index;
    struct follow *follow;
    pthread_t thread;
    bool running;
    enum status status;
    struct error error;
};

static volatile sig_atomic_t stop, stop_second;

/* Runs in the thread that reads the flag. */
static void stop_on_signal(int number)
{
    if (number == SIGUSR1)
        stop = 1;
    else
        stop_second = 1;
}

static int set_up_all(void **state)
{
    (void)state;
    signal(SIGUSR1, stop_on_signal);
    signal(SIGUSR2, stop_on_signal);
    return cluster_start(&cluster, "wal_sender_timeout=10s") ? 0 : -1;
}

static int tear_down_all(void **state)
{
    (void)state;
    cluster_remove(&cluster);
    return 0;
}

static int set_up(void **state)
{
    struct follower *follower = memory_calloc(1, sizeof *follower);
    unsigned number = databases++;
    snprintf(follower->database, sizeof follower->database, "shop_%u", number);
    snprintf(follower->slot, sizeof follower->slot, "tim_%u", number);
    snprintf(follower->folder, sizeof follower->folder, "%s/index-%u", cluster.folder, number);
    follower->shop = cluster_shop(&cluster, follower->database);
    cluster_conninfo(&cluster, follower->database, "postgres", follower->conninfo);
    schema_init(&follower->schema);
    follower->options = (struct follow_options){.conninfo = follower->conninfo,
                                                .slot = follower->slot,
                                                .publication = "shop",
                                                .schema = &follower->schema,
                                                .watch_ms = 200,
                                                .stop = &stop};
    *state = follower;
    return 0;
}

static void *run_follow(void *context)
{
    struct follower *follower = context;
    follower->status = follow_run(follower->follow, &follower->error);
    return NULL;
}

static void start(struct follower *follower)
{
    struct error error = {0};
    stop = 0;
    follower->error = (struct error){0};
    if (index_open(follower->folder, INDEX_WRITE, 1 << 24, &follower->index, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    follower->options.index = follower->index;
    assert_int_equal(follow_new(&follower->options, &follower->follow, &error), STATUS_OK);
    assert_int_equal(pthread_create(&follower->thread, NULL, run_follow, follower), 0);
    follower->running = true;
}

/* A server process may still be closing the connection that used the slot. */
static void wait_slot_free(struct follower *follower)
{
    for (unsigned i = 0; i < 1000; i++) {
        if (strcmp(sql(follower->shop, "SELECT count(*) FROM pg_replication_slots WHERE active"), "0") == 0)
            return;
        usleep(10000);
    }
    fail_msg("a slot stays in use");
}

/* Waits for follow_run's end. The recording may be read afterwards. */
static enum status join(struct follower *follower)
{
    pthread_join(follower->thread, NULL);
    follower->running = false;
    follow_free(follower->follow);
    follower->follow = NULL;
    index_close(follower->index);
    return follower->status;
}

static enum status halt(struct follower *follower)
{
    pthread_kill(follower->thread, SIGUSR1);
    enum status status = join(follower);
    if (status != STATUS_OK)
        print_error("%s\n", follower->error.text);
    return status;
}

static int tear_down(void **state)
{
    struct follower *follower = *state;
    if (follower->running)
        halt(follower);
    if (follower->shop != NULL)
        PQfinish(follower->shop);
    PGconn *admin = cluster_session(&cluster, "postgres");
    char statement[200];
    snprintf(statement, sizeof statement, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active");
    sql(admin, statement);
    PQfinish(admin);
    free(follower);
    recording_release();
    return 0;
}

static struct stream_status look(struct follower *follower)
{
    struct stream_status status;
    follow_status(follower->follow, &status);
    return status;
}

/* Until the index has all that is committed now. */
static void catch_up(struct follower *follower)
{
    uint64_t wanted = 0;
    assert_int_equal(lsn_parse(sql(follower->shop, "SELECT pg_current_wal_insert_lsn()"), &wanted), STATUS_OK);
    sql(follower->shop, "INSERT INTO orders SELECT coalesce(max(id), 0) + 1, 'mark' FROM orders");
    for (unsigned i = 0; i < 2000; i++) {
        struct stream_status now = look(follower);
        if (now.durable_lsn >= wanted && now.state == STREAM_STREAMING)
            return;
        usleep(5000);
    }
    struct stream_status now = look(follower);
    fail_msg("stuck in state %s: %s", stream_state_name(now.state), now.reason);
}

static void wait_state(struct follower *follower, enum stream_state state, const char *word)
{
    for (unsigned i = 0; i < 2000; i++) {
        struct stream_status now = look(follower);
        if (now.state == state && strstr(now.reason, word) != NULL)
            return;
        usleep(5000);
    }
    struct stream_status now = look(follower);
    fail_msg("state %s (%s) where %s (%s) was expected", stream_state_name(now.state), now.reason, stream_state_name(state), word);
}

static void expect_text(const char *text)
{
    assert_string_equal(recording_text(), text);
    recording_forget();
}

static void every_kind_of_statement(void **state)
{
    struct follower *follower = *state;
    PGconn *shop = follower->shop;
    sql(shop, "INSERT INTO brands VALUES (1, 'LG', 'lg', 'logo')");
    start(follower);
    catch_up(follower);
    assert_int_equal(look(follower).copied_rows, 1);
    sql(shop, "INSERT INTO brands VALUES (2, 'Sam\tsung', NULL, 'x'), (3, 'Sony', 'sony', NULL)");
    sql(shop, "UPDATE brands SET name = 'Samsung' WHERE id = 2; DELETE FROM brands WHERE id = 3; UPDATE brands SET id = 20 WHERE id = 2");
    sql(shop, "BEGIN; INSERT INTO brands VALUES (4, 'rolled back'); ROLLBACK");
    sql(shop,
        "BEGIN; INSERT INTO brands VALUES (5, 'kept'); SAVEPOINT s; INSERT INTO brands VALUES (6, 'not kept'); ROLLBACK TO s; COMMIT");
    sql(shop, "INSERT INTO orders VALUES (900, 'not mapped')");
    sql(shop, "TRUNCATE brands, orders, categories");
    catch_up(follower);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 1|LG|lg; insert brand 2|Sam\tsung|-; insert brand 3|Sony|sony; update brand 2|Samsung|-; delete brand [3]; "
                "update brand [2] 20|Samsung|-; insert brand 5|kept|-; truncate brand; truncate category; ");
    assert_true(recording.position.system_id != 0 && recording.position.timeline == 1);
    assert_string_equal(recording.position.slot, follower->slot);
}

static void unchanged_values_and_changed_keys(void **state)
{
    struct follower *follower = *state;
    PGconn *shop = follower->shop;
    start(follower);
    catch_up(follower);
    sql(shop, "ALTER TABLE products ALTER description SET STORAGE EXTERNAL;"
              "INSERT INTO products (id, name, description, price) VALUES (10, 'Tủ lạnh', repeat('mô tả ', 3000), 1)");
    sql(shop, "UPDATE products SET price = 2");
    sql(shop, "UPDATE products SET id = 11");
    sql(shop, "ALTER TABLE products REPLICA IDENTITY FULL; UPDATE products SET id = 12");
    catch_up(follower);
    assert_int_equal(halt(follower), STATUS_OK);
    const char *text = recording_text();
    assert_non_null(strstr(text, "insert product 10|-|-|Tủ lạnh|-|-|1|-|-|-|mô tả mô tả"));
    assert_non_null(strstr(text, "update product 10|-|-|Tủ lạnh|-|-|2|-|-|-|=|"));
    assert_non_null(strstr(text, "update product [10] 11|-|-|Tủ lạnh|-|-|2|-|-|-|=|"));
    assert_non_null(strstr(text, "update product [11] 12|-|-|Tủ lạnh|-|-|2|-|-|-|mô tả mô tả"));
}

static void ddl_between_rows_is_followed_by_name(void **state)
{
    struct follower *follower = *state;
    start(follower);
    catch_up(follower);
    sql(follower->shop,
        "INSERT INTO brands VALUES (1, 'a', 's', 'l'); ALTER TABLE brands DROP COLUMN logo; ALTER TABLE brands ADD COLUMN zone int;"
        "INSERT INTO brands (id, zone, name) VALUES (2, 7, 'b'); ALTER TABLE brands RENAME COLUMN zone TO area;"
        "INSERT INTO brands (id, area, slug) VALUES (3, 7, 'c')");
    catch_up(follower);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 1|a|s; insert brand 2|b|-; insert brand 3|-|c; ");
}

static void a_restart_goes_on_where_it_was(void **state)
{
    struct follower *follower = *state;
    char statement[200];
    for (unsigned round = 1; round <= 4; round++) {
        start(follower);
        catch_up(follower);
        snprintf(statement, sizeof statement, "INSERT INTO brands VALUES (%u, 'x', 's')", round * 10);
        sql(follower->shop, statement);
        catch_up(follower);
        assert_int_equal(look(follower).resyncs, 0);
        assert_int_equal(halt(follower), STATUS_OK);
        snprintf(statement, sizeof statement, "INSERT INTO brands VALUES (%u, 'x', 's')", round * 10 + 1);
        sql(follower->shop, statement);
    }
    expect_text(
        "insert brand 10|x|s; insert brand 11|x|s; insert brand 20|x|s; insert brand 21|x|s; insert brand 30|x|s; insert brand 31|x|s; "
        "insert brand 40|x|s; ");
}

static void a_change_is_durable_in_milliseconds(void **state)
{
    struct follower *follower = *state;
    start(follower);
    catch_up(follower);
    unsigned late = 0; /* a disk may stall once */
    for (unsigned i = 1; i <= 20; i++) {
        char statement[100];
        uint64_t begin_ns = clock_monotonic_ns();
        uint64_t transactions = look(follower).counts.transactions;
        snprintf(statement, sizeof statement, "INSERT INTO brands VALUES (%u, 'x')", i);
        sql(follower->shop, statement);
        while (look(follower).counts.transactions == transactions && clock_monotonic_ns() - begin_ns < 2000000000u)
            usleep(200);
        late += clock_monotonic_ns() - begin_ns > 200000000u;
    }
    assert_in_range(late, 0, 4);
    assert_int_equal(halt(follower), STATUS_OK);
}

static void a_large_transaction_goes_in_slices(void **state)
{
    struct follower *follower = *state;
    follower->options.transaction_rows_max = 1000;
    start(follower);
    catch_up(follower);
    sql(follower->shop, "INSERT INTO brands SELECT g, 'x', 's' FROM generate_series(1, 10500) g");
    catch_up(follower);
    assert_int_equal(look(follower).counts.rows, 10500);
    assert_false(look(follower).partial);
    assert_int_equal(halt(follower), STATUS_OK);
    assert_int_equal(recording.changes, 10500);
    assert_true(recording.flushes >= 11);
}

static void an_idle_slot_keeps_no_wal(void **state)
{
    struct follower *follower = *state;
    char query[200];
    start(follower);
    catch_up(follower);
    sql(follower->shop, "CREATE TABLE noise (a text); INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 8000)");
    snprintf(query, sizeof query,
             "SELECT pg_current_wal_lsn() - confirmed_flush_lsn < 100000 FROM pg_replication_slots WHERE slot_name = '%s'", follower->slot);
    bool near = false;
    for (unsigned i = 0; i < 400 && !near; i++) {
        usleep(50000);
        near = strcmp(sql(follower->shop, query), "t") == 0;
    }
    assert_true(near);
    assert_int_equal(halt(follower), STATUS_OK);
    start(follower); /* what was confirmed while idle is in the index: no resync */
    catch_up(follower);
    assert_int_equal(look(follower).resyncs, 0);
    assert_int_equal(halt(follower), STATUS_OK);
}

static void a_restarted_server_is_found_again(void **state)
{
    struct follower *follower = *state;
    static const char *const ways[] = {"fast", "immediate"};
    char statement[100];
    start(follower);
    catch_up(follower);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(statement, sizeof statement, "INSERT INTO brands VALUES (%u, 'x', 's')", i * 2);
        sql(follower->shop, statement);
        PQfinish(follower->shop);
        follower->shop = NULL;
        uint64_t begin_ns = clock_monotonic_ns();
        assert_true(cluster_stop(&cluster, ways[i]));
        uint64_t took_ms = (clock_monotonic_ns() - begin_ns) / 1000000u;
        print_message("a %s stop took %u ms\n", ways[i], (unsigned)took_ms);
        assert_true(took_ms < 2000);
        assert_true(cluster_start(&cluster, "wal_sender_timeout=10s"));
        follower->shop = cluster_session(&cluster, follower->database);
        snprintf(statement, sizeof statement, "INSERT INTO brands VALUES (%u, 'x', 's')", i * 2 + 1);
        sql(follower->shop, statement);
        catch_up(follower);
    }
    sql(follower->shop, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
    sql(follower->shop, "INSERT INTO brands VALUES (4, 'x', 's')");
    catch_up(follower);
    assert_true(look(follower).reconnects >= 3 && look(follower).resyncs == 0);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 0|x|s; insert brand 1|x|s; insert brand 2|x|s; insert brand 3|x|s; insert brand 4|x|s; ");
}

static void expect_resync(struct follower *follower)
{
    recording_forget();
    start(follower);
    catch_up(follower);
    assert_int_equal(look(follower).resyncs, 1);
    assert_int_equal(halt(follower), STATUS_OK);
}

static void a_gap_means_a_new_copy(void **state)
{
    struct follower *follower = *state;
    char statement[200];
    sql(follower->shop, "INSERT INTO brands VALUES (1, 'x', 's')");
    start(follower);
    catch_up(follower);
    assert_int_equal(halt(follower), STATUS_OK);

    sql(follower->shop, "INSERT INTO brands VALUES (2, 'x', 's')");
    wait_slot_free(follower);
    snprintf(statement, sizeof statement, "SELECT pg_drop_replication_slot('%s')", follower->slot);
    sql(follower->shop, statement);
    expect_resync(follower);
    expect_text("insert brand 1|x|s; insert brand 2|x|s; ");

    sql(follower->shop, "INSERT INTO brands VALUES (3, 'x', 's')");
    wait_slot_free(follower);
    snprintf(statement, sizeof statement, "SELECT pg_replication_slot_advance('%s', pg_current_wal_lsn())", follower->slot);
    sql(follower->shop, statement);
    expect_resync(follower);
    expect_text("insert brand 1|x|s; insert brand 2|x|s; insert brand 3|x|s; ");

    sql(follower->shop,
        "ALTER PUBLICATION shop DROP TABLE brands; INSERT INTO brands VALUES (4, 'x', 's'); ALTER PUBLICATION shop ADD TABLE brands");
    expect_resync(follower); /* while nobody looked */
    expect_text("insert brand 1|x|s; insert brand 2|x|s; insert brand 3|x|s; insert brand 4|x|s; ");
    start(follower);
    catch_up(follower);
    assert_int_equal(look(follower).resyncs, 0);
    assert_int_equal(halt(follower), STATUS_OK);
}

static void a_publication_that_loses_a_table_is_noticed(void **state)
{
    struct follower *follower = *state;
    start(follower);
    catch_up(follower);
    sql(follower->shop, "ALTER PUBLICATION shop DROP TABLE brands; INSERT INTO brands VALUES (1, 'silent', 's')");
    wait_state(follower, STREAM_DEGRADED, "does not contain table \"brands\"");
    sql(follower->shop, "INSERT INTO categories (id, name) VALUES (1, 'still followed')");
    sql(follower->shop, "ALTER PUBLICATION shop ADD TABLE brands");
    wait_state(follower, STREAM_STREAMING, "");
    catch_up(follower);
    assert_int_equal(look(follower).resyncs, 1);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert category 1|-|still followed|-|-; insert brand 1|silent|s; insert category 1|-|still followed|-|-; ");
}

static void a_dropped_publication_does_not_stick(void **state)
{
    struct follower *follower = *state;
    start(follower);
    catch_up(follower);
    sql(follower->shop, "DROP PUBLICATION shop; INSERT INTO brands VALUES (1, 'unseen', 's')");
    wait_state(follower, STREAM_DEGRADED, "publication \"shop\" does not exist");
    sql(follower->shop, "CREATE PUBLICATION shop FOR TABLE brands, categories, products, product_variants, orders");
    wait_state(follower, STREAM_STREAMING, "");
    catch_up(follower);
    assert_true(look(follower).resyncs == 1);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 1|unseen|s; ");
}

static void a_renamed_column_is_waited_for(void **state)
{
    struct follower *follower = *state;
    follower->options.watch_ms = 60000; /* the stream itself must notice */
    start(follower);
    catch_up(follower);
    sql(follower->shop, "ALTER TABLE brands RENAME COLUMN name TO title; INSERT INTO brands (id, title) VALUES (1, 'LG')");
    wait_state(follower, STREAM_DEGRADED, "\"name\"");
    sql(follower->shop, "ALTER TABLE brands RENAME COLUMN title TO name");
    wait_state(follower, STREAM_STREAMING, "");
    catch_up(follower);
    assert_int_equal(look(follower).resyncs, 1);
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 1|LG|-; ");
}

static void an_interrupted_copy_begins_again(void **state)
{
    struct follower *follower = *state;
    sql(follower->shop, "INSERT INTO brands VALUES (1, 'x', 's')");
    recording.fail_flush = STATUS_FULL;
    start(follower);
    catch_up(follower);
    struct stream_status now = look(follower);
    assert_int_equal(now.generation, 1);
    assert_int_equal(now.reconnects, 1);
    assert_string_equal(sql(follower->shop, "SELECT count(*) FROM pg_replication_slots"), "1");
    assert_int_equal(halt(follower), STATUS_OK);
    expect_text("insert brand 1|x|s; ");
}

static void two_followers_take_turns(void **state)
{
    struct follower *first = *state;
    struct follower second = *first;
    snprintf(second.folder, sizeof second.folder, "%s/index-second", cluster.folder);
    start(first);
    catch_up(first);
    struct error error = {0};
    struct index *index = NULL;
    assert_int_equal(index_open(second.folder, INDEX_WRITE, 1 << 24, &index, &error), STATUS_OK);
    second.index = second.options.index = index;
    second.options.stop = &stop_second;
    stop_second = 0;
    assert_int_equal(follow_new(&second.options, &second.follow, &error), STATUS_OK);
    assert_int_equal(pthread_create(&second.thread, NULL, run_follow, &second), 0);
    wait_state(&second, STREAM_DEGRADED, "is active");
    assert_int_equal(look(first).state, STREAM_STREAMING);
    pthread_kill(second.thread, SIGUSR2);
    assert_int_equal(join(&second), STATUS_OK);
    assert_int_equal(halt(first), STATUS_OK);
}

static void expect_refusal(struct follower *follower, enum status status, const char *word)
{
    start(follower);
    assert_int_equal(join(follower), status);
    if (strstr(follower->error.text, word) == NULL || strchr(follower->error.text, '\n') != NULL)
        fail_msg("\"%s\" where \"%s\" was expected", follower->error.text, word);
    assert_int_equal(recording.flushes, 0);
}

static void what_is_wrong_from_the_start_ends_it(void **state)
{
    struct follower *follower = *state;
    char statement[200];
    follower->options.publication = "nothere";
    expect_refusal(follower, STATUS_MISMATCH, "publication \"nothere\" does not exist");
    follower->options.publication = "shop";
    follower->options.conninfo = "host=127.0.0.1 port=1 user=u password=hunter2 dbname=shop";
    expect_refusal(follower, STATUS_UNAVAILABLE, "cannot connect");
    assert_null(strstr(follower->error.text, "hunter2"));
    follower->options.conninfo = "hunter2";
    expect_refusal(follower, STATUS_INVALID, "does not parse");
    follower->options.conninfo = follower->conninfo;
    snprintf(statement, sizeof statement, "SELECT pg_create_logical_replication_slot('%s', 'test_decoding')", follower->slot);
    sql(follower->shop, statement);
    expect_refusal(follower, STATUS_INVALID, "belongs to something else");
    assert_string_equal(sql(follower->shop, "SELECT count(*) FROM pg_replication_slots"), "1");
    struct error error = {0};
    struct follow *follow = NULL;
    follower->options.slot = "Not-A-Slot";
    assert_int_equal(follow_new(&follower->options, &follow, &error), STATUS_INVALID);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(every_kind_of_statement),
        CASE(unchanged_values_and_changed_keys),
        CASE(ddl_between_rows_is_followed_by_name),
        CASE(a_restart_goes_on_where_it_was),
        CASE(a_change_is_durable_in_milliseconds),
        CASE(a_large_transaction_goes_in_slices),
        CASE(an_idle_slot_keeps_no_wal),
        CASE(a_restarted_server_is_found_again),
        CASE(a_gap_means_a_new_copy),
        CASE(a_publication_that_loses_a_table_is_noticed),
        CASE(a_dropped_publication_does_not_stick),
        CASE(a_renamed_column_is_waited_for),
        CASE(an_interrupted_copy_begins_again),
        CASE(two_followers_take_turns),
        CASE(what_is_wrong_from_the_start_ends_it),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
