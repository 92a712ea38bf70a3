/* Opening what is and what is not an environment; full maps, growing maps, full reader tables, dead readers, frozen views. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/storage/scratch.h"

static enum status try_open(const char *folder, enum env_mode mode, uint64_t map_bytes, struct env **env, struct error *error)
{
    struct env_options options = {.mode = mode, .map_bytes = map_bytes};
    *error = (struct error){0};
    *env = NULL;
    return env_open(folder, &options, env, error);
}

static void refused(const char *folder, enum env_mode mode, enum status wanted)
{
    struct env *env = NULL;
    struct error error;
    assert_int_equal(try_open(folder, mode, 0, &env, &error), wanted);
    assert_null(env);
    assert_int_equal(error.status, wanted);
    assert_non_null(strstr(error.text, folder)); /* one line that names the place */
    assert_null(strchr(error.text, '\n'));
}

static void data_path(const struct scratch *scratch, char path[128])
{
    snprintf(path, 128, "%s/data.mdb", scratch->folder);
}

static void data_write(const struct scratch *scratch, const void *data, size_t size)
{
    char path[128];
    data_path(scratch, path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, size), size);
    close(file);
}

static void fill(struct scratch *scratch, unsigned from, unsigned count, size_t size)
{
    static char value[PAYLOAD_BYTES_MAX];
    struct batch *batch = scratch_begin(scratch);
    for (unsigned i = from; i < from + count; i++)
        assert_int_equal(door_put(batch, DB_HIT, &i, sizeof i, value, size), STATUS_OK);
    scratch_commit(batch);
}

static void not_there(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_open(&scratch);
    env_close(scratch.env);
    scratch.env = NULL;
    char path[128];
    snprintf(path, sizeof path, "%s/none", scratch.folder);
    refused(path, ENV_READ, STATUS_NOT_FOUND);
    refused(path, ENV_WRITE, STATUS_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/none/deeper", scratch.folder);
    refused(path, ENV_CREATE, STATUS_NOT_FOUND);
    snprintf(path, sizeof path, "%s/data.mdb", scratch.folder);
    refused(path, ENV_READ, STATUS_NOT_FOUND);
    scratch_close(&scratch);
}

static void garbage(void **state)
{
    (void)state;
    static unsigned char noise[65536];
    struct scratch scratch;
    uint64_t random = seed_take();
    scratch_open(&scratch);
    env_close(scratch.env);
    scratch.env = NULL;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)random_next(&random);
    data_write(&scratch, "", 0);
    refused(scratch.folder, ENV_READ, STATUS_CORRUPT);
    refused(scratch.folder, ENV_WRITE, STATUS_CORRUPT);
    data_write(&scratch, noise, sizeof noise);
    refused(scratch.folder, ENV_READ, STATUS_MISMATCH);
    refused(scratch.folder, ENV_WRITE, STATUS_MISMATCH);
    refused(scratch.folder, ENV_CREATE, STATUS_MISMATCH);
    data_write(&scratch, noise, 17);
    refused(scratch.folder, ENV_READ, STATUS_MISMATCH);
    scratch_close(&scratch);
}

/* An LMDB environment of somebody else, and one of ours with another format. */
static void foreign(void **state)
{
    (void)state;
    struct scratch scratch;
    MDB_env *mdb = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    scratch_open(&scratch);
    struct batch *batch = scratch_begin(&scratch);
    assert_int_equal(format_put(batch, FORMAT_VERSION + 1), STATUS_OK);
    scratch_commit(batch);
    env_close(scratch.env);
    scratch.env = NULL;
    refused(scratch.folder, ENV_READ, STATUS_MISMATCH);
    refused(scratch.folder, ENV_CREATE, STATUS_MISMATCH);
    data_write(&scratch, "", 0);
    assert_int_equal(mdb_env_create(&mdb), 0);
    assert_int_equal(mdb_env_set_maxdbs(mdb, 4), 0);
    assert_int_equal(mdb_env_open(mdb, scratch.folder, 0, 0640), 0);
    assert_int_equal(mdb_txn_begin(mdb, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "theirs", MDB_CREATE, &dbi), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(mdb);
    refused(scratch.folder, ENV_READ, STATUS_MISMATCH);
    refused(scratch.folder, ENV_CREATE, STATUS_MISMATCH);
    scratch_close(&scratch);
}

/* A creation killed before its first commit left an environment without databases. */
static void half_created(void **state)
{
    (void)state;
    struct scratch scratch;
    MDB_env *mdb = NULL;
    scratch_open(&scratch);
    env_close(scratch.env);
    scratch.env = NULL;
    data_write(&scratch, "", 0);
    assert_int_equal(mdb_env_create(&mdb), 0);
    assert_int_equal(mdb_env_open(mdb, scratch.folder, 0, 0640), 0);
    mdb_env_close(mdb);
    refused(scratch.folder, ENV_READ, STATUS_NOT_FOUND);
    refused(scratch.folder, ENV_WRITE, STATUS_NOT_FOUND);
    scratch_reopen(&scratch);
    fill(&scratch, 0, 1, 10);
    scratch_close(&scratch);
}

static void cut_file(void **state)
{
    (void)state;
    struct scratch scratch;
    struct env_size size = {0};
    char path[128];
    scratch_open(&scratch);
    for (unsigned i = 0; i < 30; i++)
        fill(&scratch, i * 20, 40, PAYLOAD_BYTES_MAX);
    assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
    env_close(scratch.env);
    scratch.env = NULL;
    data_path(&scratch, path);
    struct stat file = {0};
    assert_int_equal(stat(path, &file), 0);
    assert_true((uint64_t)file.st_size >= size.file_bytes);
    /* The last page of the last commit may be free; a hundred are not. */
    for (uint64_t kept = size.file_bytes - (uint64_t)100 * 4096; kept >= 8192; kept -= kept > 400000 ? 4096 * 37 + 5 : 4096) {
        assert_int_equal(truncate(path, (off_t)kept), 0);
        refused(scratch.folder, ENV_READ, STATUS_CORRUPT);
        refused(scratch.folder, ENV_WRITE, STATUS_CORRUPT);
    }
    assert_int_equal(truncate(path, 4096), 0);
    refused(scratch.folder, ENV_READ, STATUS_MISMATCH);
    scratch_close(&scratch);
}

/* Pages at the end that a commit took and gave back are never written: such a file is short and whole. */
static void short_and_whole(void **state)
{
    (void)state;
    static char value[PAYLOAD_BYTES_MAX];
    struct scratch scratch;
    char path[128];
    bool was_short = false;
    scratch_open(&scratch);
    data_path(&scratch, path);
    for (unsigned round = 0; round < 30; round++) {
        struct batch *batch = scratch_begin(&scratch);
        for (unsigned i = 0; i < 40; i++)
            assert_int_equal(door_put(batch, DB_HIT, &i, sizeof i, value, sizeof value), STATUS_OK);
        for (unsigned i = round; i < 40; i++)
            assert_int_equal(door_del(batch, DB_HIT, &i, sizeof i), STATUS_OK);
        scratch_commit(batch);
        struct stat file = {0};
        MDB_envinfo info = {0};
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(mdb_env_info(scratch.env->mdb, &info), 0);
        was_short |= (uint64_t)file.st_size < (info.me_last_pgno + 1) * 4096;
        struct env *reader = NULL;
        struct error error;
        env_close(scratch.env);
        scratch.env = NULL;
        if (try_open(scratch.folder, ENV_READ, 0, &reader, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        env_close(reader);
        scratch_reopen(&scratch);
    }
    assert_true(was_short); /* else this test shows nothing */
    scratch_close(&scratch);
}

static void rights(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: root may open everything\n");
        skip();
    }
    struct scratch scratch;
    char path[128];
    scratch_open(&scratch);
    env_close(scratch.env);
    scratch.env = NULL;
    data_path(&scratch, path);
    assert_int_equal(chmod(path, 0), 0);
    refused(scratch.folder, ENV_READ, STATUS_DENIED);
    refused(scratch.folder, ENV_WRITE, STATUS_DENIED);
    assert_int_equal(chmod(scratch.folder, 0500), 0);
    snprintf(path, sizeof path, "%s/new", scratch.folder);
    refused(path, ENV_CREATE, STATUS_DENIED);
    assert_int_equal(chmod(scratch.folder, 0700), 0);
    scratch_close(&scratch);
}

static void map_full(void **state)
{
    (void)state;
    static char value[PAYLOAD_BYTES_MAX];
    struct scratch scratch;
    struct error error = {0};
    struct bytes payload = {0};
    scratch_open(&scratch);
    env_close(scratch.env);
    assert_int_equal(try_open(scratch.folder, ENV_WRITE, 2 << 20, &scratch.env, &error), STATUS_OK);
    fill(&scratch, 0, 50, sizeof value);
    enum status status = STATUS_OK;
    unsigned count = 1000;
    struct batch *batch = scratch_begin(&scratch);
    for (; status == STATUS_OK && count < 3000; count++)
        status = door_put(batch, DB_HIT, &count, sizeof count, value, sizeof value);
    assert_int_equal(status, STATUS_FULL);
    /* From here on every write says so, and so does the commit. */
    assert_int_equal(door_put(batch, DB_HIT, "x", 1, "y", 1), STATUS_FULL);
    assert_int_equal(door_del(batch, DB_HIT, "x", 1), STATUS_FULL);
    assert_int_equal(batch_commit(batch, &error), STATUS_FULL);
    struct snapshot *snapshot = scratch_read(&scratch);
    count = 1000;
    assert_int_equal(door_get(snapshot, DB_HIT, &count, sizeof count, &payload), STATUS_NOT_FOUND);
    uint64_t entries = 0;
    assert_int_equal(door_count(snapshot, DB_HIT, &entries), STATUS_OK);
    assert_int_equal(entries, 50);
    snapshot_close(snapshot);
    fill(&scratch, 100, 5, 10);
    env_close(scratch.env);
    scratch.env = NULL;
    scratch_reopen(&scratch);
    fill(&scratch, 2000, 1000, sizeof value);
    scratch_close(&scratch);
}

/* Runs `child` in a process of its own, which sees the file but shares nothing with this one. */
static int child_run(void (*child)(const char *folder), const char *folder, bool wait)
{
    int gone = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        child(folder);
        _exit(0);
    }
    if (!wait)
        return pid;
    assert_int_equal(waitpid(pid, &gone, 0), pid);
    assert_int_equal(gone, 0);
    return 0;
}

static void grow_child(const char *folder)
{
    struct scratch scratch = {0};
    snprintf(scratch.folder, sizeof scratch.folder, "%s", folder);
    struct error error;
    if (try_open(folder, ENV_WRITE, 64 << 20, &scratch.env, &error) != STATUS_OK)
        _exit(1);
    fill(&scratch, 1000, 2000, PAYLOAD_BYTES_MAX);
}

static void map_grown_elsewhere(void **state)
{
    (void)state;
    struct scratch scratch;
    struct error error = {0};
    struct bytes payload = {0};
    unsigned key = 2500;
    scratch_open(&scratch);
    fill(&scratch, 0, 10, 100);
    env_close(scratch.env);
    assert_int_equal(try_open(scratch.folder, ENV_READ, 1 << 20, &scratch.env, &error), STATUS_OK);
    struct snapshot *snapshot = scratch_read(&scratch), *other = scratch_read(&scratch);
    child_run(grow_child, scratch.folder, true);
    /* The old view goes on; a new one needs the larger map, which cannot come while another view is open. */
    assert_int_equal(door_get(snapshot, DB_HIT, &key, sizeof key, &payload), STATUS_NOT_FOUND);
    assert_int_equal(snapshot_renew(snapshot), STATUS_TIMEOUT);
    snapshot_reset(other);
    assert_int_equal(snapshot_renew(snapshot), STATUS_OK);
    assert_int_equal(door_get(snapshot, DB_HIT, &key, sizeof key, &payload), STATUS_OK);
    assert_int_equal(snapshot_renew(other), STATUS_OK);
    assert_int_equal(door_get(other, DB_HIT, &key, sizeof key, &payload), STATUS_OK);
    snapshot_close(other);
    snapshot_close(snapshot);
    scratch_close(&scratch);
}

static void readers_full(void **state)
{
    (void)state;
    enum { READERS = 20 };
    struct scratch scratch;
    struct snapshot *snapshots[READERS] = {NULL}, *more = NULL;
    struct error error = {0};
    scratch_open(&scratch);
    env_close(scratch.env);
    scratch.env = NULL;
    /* A new lock file, since the number of slots is its size. */
    char path[128];
    snprintf(path, sizeof path, "%s/lock.mdb", scratch.folder);
    assert_int_equal(unlink(path), 0);
    struct env_options options = {.mode = ENV_WRITE, .readers_max = READERS};
    assert_int_equal(env_open(scratch.folder, &options, &scratch.env, &error), STATUS_OK);
    unsigned open_count = 0;
    while (open_count < READERS && snapshot_open(scratch.env, &snapshots[open_count], &error) == STATUS_OK)
        open_count++;
    if (open_count == READERS)
        assert_int_equal(snapshot_open(scratch.env, &more, &error), STATUS_LIMIT);
    assert_int_equal(error.status, STATUS_LIMIT);
    assert_in_range(open_count, READERS - 1, READERS);
    fill(&scratch, 0, 1, 1); /* the writer needs no slot */
    snapshot_close(snapshots[0]);
    assert_int_equal(snapshot_open(scratch.env, &snapshots[0], &error), STATUS_OK);
    for (unsigned i = 0; i < open_count; i++)
        snapshot_close(snapshots[i]);
    scratch_close(&scratch);
}

static void hold_child(const char *folder)
{
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct error error;
    if (try_open(folder, ENV_READ, 0, &env, &error) != STATUS_OK || snapshot_open(env, &snapshot, &error) != STATUS_OK)
        _exit(1);
    for (;;)
        pause();
}

static void dead_reader(void **state)
{
    (void)state;
    struct scratch scratch;
    struct env_size size = {0};
    scratch_open(&scratch);
    fill(&scratch, 0, 10, 100);
    pid_t child = child_run(hold_child, scratch.folder, false);
    for (unsigned tries = 0; tries < 5000 && size.oldest_reader_lag == 0; tries++) {
        fill(&scratch, 0, 10, 100);
        assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
        usleep(2000);
    }
    assert_true(size.oldest_reader_lag > 0);
    assert_int_equal(env_check_readers(scratch.env), 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
    assert_true(size.oldest_reader_lag > 0);
    assert_int_equal(env_check_readers(scratch.env), 1);
    assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
    assert_int_equal(size.oldest_reader_lag, 0);
    scratch_close(&scratch);
}

static void frozen_view(void **state)
{
    (void)state;
    struct scratch scratch;
    struct bytes payload = {0};
    unsigned key = 0;
    scratch_open(&scratch);
    struct snapshot *old = scratch_read(&scratch);
    for (key = 0; key < 100; key++)
        fill(&scratch, key, 1, 1000);
    for (key = 0; key < 100; key++)
        assert_int_equal(door_get(old, DB_HIT, &key, sizeof key, &payload), STATUS_NOT_FOUND);
    assert_int_equal(snapshot_renew(old), STATUS_OK);
    for (key = 0; key < 100; key++)
        assert_int_equal(door_get(old, DB_HIT, &key, sizeof key, &payload), STATUS_OK);
    snapshot_close(old);
    scratch_close(&scratch);
}

static void sizes(void **state)
{
    (void)state;
    struct scratch scratch;
    struct env_size size = {0};
    struct env_database database = {0};
    uint64_t entries = 0;
    unsigned count = 0;
    scratch_open(&scratch);
    fill(&scratch, 0, 300, PAYLOAD_BYTES_MAX);
    assert_int_equal(env_size(scratch.env, &size), STATUS_OK);
    assert_true(size.file_bytes > 300 * 4096 && size.file_bytes < 400 * 4096);
    assert_int_equal(size.map_bytes, 1 << 30);
    for (; env_database(scratch.env, count, &database) == STATUS_OK; count++) {
        entries += database.entries;
        if (count == DB_HIT) {
            assert_string_equal(database.name, "hit");
            assert_int_equal(database.entries, 300);
            assert_true(database.bytes >= 300 * 4096);
        }
    }
    assert_int_equal(count, DB_COUNT);
    assert_int_equal(entries, size.entries);
    assert_int_equal(env_database(scratch.env, DB_COUNT, &database), STATUS_END);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_there),    cmocka_unit_test(garbage),     cmocka_unit_test(foreign),
        cmocka_unit_test(half_created), cmocka_unit_test(cut_file),    cmocka_unit_test(short_and_whole),
        cmocka_unit_test(rights),       cmocka_unit_test(map_full),    cmocka_unit_test(map_grown_elsewhere),
        cmocka_unit_test(readers_full), cmocka_unit_test(dead_reader), cmocka_unit_test(frozen_view),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
