/* Random transactions on the shop's real schema, followed by a real index that is stopped and started between: afterwards it must verify
 * clean and have the same dump as an index that was copied from the final state. TIM_SEED repeats a run. */
#include "tests/indexer/cluster.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "analyzers/analyzer.h"
#include "catalog/dump.h"
#include "catalog/field.h"
#include "catalog/product_verify.h"
#include "catalog/setting_verify.h"
#include "indexer/follow.h"
#include "indexer/pgoutput.h"
#include "storage/index.h"
#include "storage/snapshot.h"

enum { ROUNDS = 5, TRANSACTIONS = 60, IDS = 24 };

static volatile sig_atomic_t stop;

static void stop_on_signal(int number)
{
    (void)number;
    stop = 1;
}

struct follower {
    char conninfo[400], folder[100];
    const char *slot;
    struct schema schema;
    struct analyzer *analyzer;
    struct index *index;
    struct follow *follow;
    pthread_t thread;
    enum status status;
    struct error error;
};

static void *run_follow(void *context)
{
    struct follower *follower = context;
    follower->status = follow_run(follower->follow, &follower->error);
    return NULL;
}

static void must(enum status status, const struct error *error)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), error->text);
}

static void start(struct follower *follower)
{
    struct error error = {0};
    stop = 0;
    must(index_open(follower->folder, INDEX_WRITE, 1 << 28, &follower->index, &error), &error);
    struct follow_options options = {.conninfo = follower->conninfo,
                                     .slot = follower->slot,
                                     .publication = "timnhanh",
                                     .schema = &follower->schema,
                                     .transaction_rows_max = 7,
                                     .batch_changes = 20,
                                     .stop = &stop,
                                     .index = follower->index,
                                     .analyzer = follower->analyzer};
    must(follow_new(&options, &follower->follow, &error), &error);
    assert_int_equal(pthread_create(&follower->thread, NULL, run_follow, follower), 0);
}

static void halt(struct follower *follower)
{
    pthread_kill(follower->thread, SIGUSR1);
    pthread_join(follower->thread, NULL);
    follow_free(follower->follow);
    index_close(follower->index);
    must(follower->status, &follower->error);
}

static void catch_up(struct follower *follower, PGconn *shop)
{
    uint64_t wanted = 0;
    assert_int_equal(lsn_parse(sql(shop, "SELECT pg_current_wal_insert_lsn()"), &wanted), STATUS_OK);
    sql(shop, "INSERT INTO search_synonyms (kind, input, output) VALUES ('oneway', 'mark', 'mark')");
    sql(shop, "DELETE FROM search_synonyms WHERE input = 'mark'");
    struct stream_status now = {0};
    for (unsigned i = 0; i < 4000; i++) {
        follow_status(follower->follow, &now);
        if (now.durable_lsn >= wanted)
            return;
        usleep(5000);
    }
    fail_msg("stuck in state %s: %s", stream_state_name(now.state), now.reason);
}

static unsigned pick(unsigned limit)
{
    return (unsigned)rand() % limit;
}

/* A random existing or absent id, or NULL. */
static const char *reference(const char *table, char out[160])
{
    if (pick(6) == 0)
        return "NULL";
    snprintf(out, 160, "(SELECT id FROM %s ORDER BY (id * %u) %% 101, id LIMIT 1)", table, pick(90) + 3);
    return out;
}

static const char *const words[] = {"Điện thoại", "Tủ lạnh", "Máy giặt", "Nồi cơm", "bàn", "Bán", "16GB", "256 GB", "Inverter", "hoà phát"};

/* Of a variant, a spec or an image. */
static void write_child_statement(char *out, size_t room, const char *a, const char *b)
{
    char first[160];
    unsigned id = pick(IDS) + 1, number = pick(1000);
    switch (pick(6)) {
    case 0:
    case 1:
        snprintf(out, room,
                 "INSERT INTO product_variants (id, product_id, name, sku, price, stock_quantity, attributes) VALUES (%u, %s, '%s', 'V%u', "
                 "%u, %u, "
                 "'{\"Màu\": \"%s\"}')",
                 id, reference("products", first), a, number, number * 1000, number % 5, b);
        break;
    case 2:
        snprintf(out, room, "UPDATE product_variants SET price = %u, is_active = %s WHERE id = %u", number * 1000,
                 number % 3 == 0 ? "false" : "true", id);
        break;
    case 3:
        snprintf(out, room, "DELETE FROM product_variants WHERE id = %u", id);
        break;
    case 4:
        snprintf(out, room, "INSERT INTO product_specs (id, product_id, spec_name, spec_value, sort_order) VALUES (%u, %s, '%s', '%s', %u)",
                 id, reference("products", first), a, b, number % 4);
        break;
    default:
        snprintf(out, room, "INSERT INTO product_images (id, product_id, url, sort_order) VALUES (%u, %s, 'https://x/%u.jpg', %u)", id,
                 reference("products", first), number, number % 4);
        break;
    }
}

/* One random statement; a constraint that refuses it is part of the game. */
static void write_statement(char *out, size_t room)
{
    static const char *const states[] = {"active", "active", "active", "draft", "inactive"};
    char first[160], second[160];
    const char *a = words[pick(10)], *b = words[pick(10)];
    unsigned id = pick(IDS) + 1, other = pick(IDS) + 1, number = pick(1000);
    switch (pick(20)) {
    case 0:
        snprintf(out, room, "INSERT INTO brands (id, name, slug) VALUES (%u, '%s %u', 'b-%u')", id, a, number, id);
        break;
    case 1:
        snprintf(out, room, "UPDATE brands SET name = '%s %s' WHERE id = %u", a, b, id);
        break;
    case 2:
        snprintf(out, room, "DELETE FROM brands WHERE id = %u", id);
        break;
    case 3:
        snprintf(out, room, "INSERT INTO categories (id, parent_id, name, slug) VALUES (%u, %s, '%s', 'c-%u')", id,
                 reference("categories", first), a, id);
        break;
    case 4:
        snprintf(out, room, "UPDATE categories SET parent_id = %s, name = '%s' WHERE id = %u", reference("categories", first), b, id);
        break;
    case 5:
    case 6:
    case 7:
    case 8:
        snprintf(out, room,
                 "INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, stock_quantity, description, status, specs, "
                 "created_at) "
                 "VALUES (%u, %s, %s, '%s %s %u', 'p-%u-%u', 'SKU%u', %u, %u, repeat('%s ', %u), '%s', '{\"RAM\": \"%s\"}', '2024-01-01')",
                 id, reference("categories", first), reference("brands", second), a, b, number, id, number, number, number * 1000,
                 number % 7, b, pick(3) * 900 + 1, states[pick(5)], a);
        break;
    case 9:
        snprintf(out, room, "UPDATE products SET price = %u, sale_price = %u, stock_quantity = %u WHERE id = %u", number * 1000,
                 number * 900, number % 5, id);
        break;
    case 10:
        snprintf(out, room, "UPDATE products SET name = '%s %s', status = '%s' WHERE id = %u", b, a, states[pick(5)], id);
        break;
    case 11:
        snprintf(out, room, "UPDATE products SET category_id = %s, brand_id = %s WHERE id = %u", reference("categories", first),
                 reference("brands", second), id);
        break;
    case 12:
        snprintf(out, room, "UPDATE products SET id = %u WHERE id = %u", other + IDS, id);
        break;
    case 13:
        snprintf(out, room, "DELETE FROM products WHERE id = %u", id);
        break;
    default:
        write_child_statement(out, room, a, b);
        break;
    }
}

static void try_sql(PGconn *shop, const char *statement)
{
    PGresult *result = PQexec(shop, statement);
    PQclear(result);
}

/* A transaction of random size; each statement in its own savepoint, some rolled back; some transactions rolled back whole. */
static void write_transaction(PGconn *shop)
{
    char statement[4000];
    unsigned count = pick(5) == 0 ? 20 : pick(4) + 1;
    sql(shop, "BEGIN");
    for (unsigned i = 0; i < count; i++) {
        sql(shop, "SAVEPOINT one");
        write_statement(statement, sizeof statement);
        PGresult *result = PQexec(shop, statement);
        bool failed = PQresultStatus(result) != PGRES_COMMAND_OK;
        PQclear(result);
        if (failed || pick(12) == 0)
            sql(shop, "ROLLBACK TO one");
    }
    if (pick(40) == 0)
        try_sql(shop, "TRUNCATE product_variants, product_specs");
    sql(shop, pick(12) == 0 ? "ROLLBACK" : "COMMIT");
}

static void report_fault(void *context, const char *sentence)
{
    (void)context;
    print_error("verify: %s\n", sentence);
}

/* The hash of everything that a search may show. */
static void dump_hash(struct follower *follower, const char *path, char hash[33])
{
    struct error error = {0};
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct verify_counts counts = {0};
    uint32_t generation = 0;
    must(index_open(follower->folder, INDEX_WRITE, 1 << 28, &follower->index, &error), &error);
    must(index_acquire(follower->index, &env, &generation, &error), &error);
    must(snapshot_open(env, &snapshot, &error), &error);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    must(dump_write(snapshot, follower->analyzer, DUMP_ALL, out, hash, &error), &error);
    fclose(out);
    assert_int_equal(product_verify(snapshot, report_fault, NULL, &counts), STATUS_OK);
    assert_int_equal(setting_verify(snapshot, follower->analyzer, report_fault, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    snapshot_close(snapshot);
    index_release(follower->index, env);
    index_close(follower->index);
}

static void set_up_follower(struct follower *follower, const struct cluster *cluster, const char *slot)
{
    *follower = (struct follower){.slot = slot, .analyzer = analyzer_new()};
    cluster_conninfo(cluster, "shop", "postgres", follower->conninfo);
    snprintf(follower->folder, sizeof follower->folder, "%s/%s", cluster->folder, slot);
    schema_init(&follower->schema);
}

static void a_followed_index_equals_a_copied_one(void **state)
{
    (void)state;
    const char *given = getenv("TIM_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("seed %u (TIM_SEED repeats it)\n", seed);
    srand(seed);
    signal(SIGUSR1, stop_on_signal);
    struct cluster cluster = {.folder = ""};
    assert_true(cluster_start(&cluster, ""));
    PGconn *admin = cluster_session(&cluster, "postgres");
    sql(admin, "CREATE DATABASE shop");
    PQfinish(admin);
    char command[500], followed_hash[33] = "", copied_hash[33] = "", followed_dump[200], copied_dump[200];
    struct follower followed, copied;
    set_up_follower(&followed, &cluster, "followed");
    set_up_follower(&copied, &cluster, "copied");
    snprintf(command, sizeof command, "psql -q -X -v ON_ERROR_STOP=1 -d '%s' -f data/schema.sql 2>&1", followed.conninfo);
    assert_int_equal(cluster_command(command, NULL, 0), 0);
    PGconn *shop = cluster_session(&cluster, "shop");
    for (unsigned round = 0; round < ROUNDS; round++) {
        start(&followed);
        for (unsigned i = 0; i < TRANSACTIONS; i++)
            write_transaction(shop);
        if (round + 1 == ROUNDS || pick(2) == 0)
            catch_up(&followed, shop);
        halt(&followed);
        write_transaction(shop);
    }
    start(&followed);
    catch_up(&followed, shop);
    halt(&followed);
    start(&copied);
    catch_up(&copied, shop);
    halt(&copied);
    snprintf(followed_dump, sizeof followed_dump, "%s/followed.dump", cluster.folder);
    snprintf(copied_dump, sizeof copied_dump, "%s/copied.dump", cluster.folder);
    dump_hash(&followed, followed_dump, followed_hash);
    dump_hash(&copied, copied_dump, copied_hash);
    print_message("%s products\n", sql(shop, "SELECT count(*) FROM products"));
    if (strcmp(followed_hash, copied_hash) != 0) {
        snprintf(command, sizeof command, "diff %s %s | head -20 >&2", followed_dump, copied_dump);
        (void)cluster_command(command, NULL, 0);
        fail_msg("the dumps differ: %s and %s", followed_hash, copied_hash);
    }
    PQfinish(shop);
    analyzer_free(followed.analyzer);
    analyzer_free(copied.analyzer);
    cluster_remove(&cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_followed_index_equals_a_copied_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
