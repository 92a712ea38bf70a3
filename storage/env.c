/* Opening one LMDB environment: what may be there, what is said when it is not ours, and the one lock around a map that grows. */
#include "storage/env.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "storage/door.h"
#include "storage/free_pages.h"
#include "storage/snapshot.h"

enum { READERS_DEFAULT = 1024, PATH_BYTES = 4096, RESIZE_WAIT_MS = 2000, FOLDER_MODE = 0750, FILE_MODE = 0640, FILE_LOOKS_MAX = 100 };
static const uint64_t map_default_bytes = UINT64_C(64) << 30;

static enum status path_join(char path[PATH_BYTES], const char *folder, const char *file, struct error *error)
{
    int size = snprintf(path, PATH_BYTES, "%s/%s", folder, file);
    if (size < 0 || size >= PATH_BYTES)
        return error_set(error, STATUS_INVALID, "the folder's name is too long: %s", folder);
    return STATUS_OK;
}

/* What the folder holds before LMDB looks at it: LMDB would make an absent or empty data.mdb anew, and crash on a cut one. */
static enum status folder_check(const char *folder, enum env_mode mode, bool *absent, struct error *error)
{
    char path[PATH_BYTES];
    enum status status = path_join(path, folder, "data.mdb", error);
    if (status != STATUS_OK)
        return status;
    struct stat file = {0};
    *absent = false;
    if (stat(path, &file) == 0) {
        if (!S_ISREG(file.st_mode))
            return error_set(error, STATUS_MISMATCH, "%s is not a file; choose another folder", path);
        if (file.st_size == 0 && mode != ENV_CREATE)
            return error_set(error, STATUS_CORRUPT, "%s is empty; remove the folder and build the index again", path);
        return STATUS_OK;
    }
    if (errno == EACCES)
        return error_set(error, STATUS_DENIED, "no right to read %s", path);
    if (errno != ENOENT && errno != ENOTDIR)
        return error_set(error, STATUS_IO, "cannot look at %s: %s", path, strerror(errno));
    if (mode != ENV_CREATE)
        return error_set(error, STATUS_NOT_FOUND, "there is no index in %s", folder);
    *absent = true;
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return error_set(error, status_from_lmdb(errno), "cannot make the folder %s: %s", folder, strerror(errno));
    return STATUS_OK;
}

static enum status lmdb_failed(int code, const char *folder, struct error *error)
{
    enum status status = status_from_lmdb(code);
    switch (status) {
    case STATUS_DENIED:
        return error_set(error, status, "no right to open the index in %s: readers need to read data.mdb and write lock.mdb", folder);
    case STATUS_MISMATCH:
        return error_set(error, status, "%s/data.mdb is damaged or not of this program; remove the folder and build the index again",
                         folder);
    case STATUS_CORRUPT:
        return error_set(error, status, "%s/data.mdb is damaged; remove the folder and build the index again", folder);
    case STATUS_FULL:
        return error_set(error, status, "no space for the index in %s", folder);
    default:
        return error_set(error, status, "cannot open the index in %s: %s", folder, mdb_strerror(code));
    }
}

static enum status map_open(struct env *env, const char *folder, const struct env_options *options, struct error *error)
{
    uint64_t map_bytes = options->map_bytes == 0 ? map_default_bytes : options->map_bytes;
    unsigned readers = options->readers_max == 0 ? READERS_DEFAULT : options->readers_max;
    unsigned flags = MDB_NOTLS | (env->writable ? 0 : MDB_RDONLY);
    int code = mdb_env_create(&env->mdb);
    if (code == 0)
        code = mdb_env_set_mapsize(env->mdb, map_bytes);
    if (code == 0)
        code = mdb_env_set_maxreaders(env->mdb, readers);
    if (code == 0)
        code = mdb_env_set_maxdbs(env->mdb, DB_COUNT);
    if (code == 0)
        code = mdb_env_open(env->mdb, folder, flags, FILE_MODE);
    return code == 0 ? STATUS_OK : lmdb_failed(code, folder, error);
}

static enum status file_sizes(struct env *env, uint64_t *wanted, uint64_t *found)
{
    MDB_envinfo info = {0};
    MDB_stat stat = {0};
    struct stat file = {0};
    mdb_filehandle_t handle = -1;
    int code = mdb_env_info(env->mdb, &info);
    if (code == 0)
        code = mdb_env_stat(env->mdb, &stat);
    if (code == 0)
        code = mdb_env_get_fd(env->mdb, &handle);
    if (code == 0 && fstat(handle, &file) != 0)
        code = errno;
    *wanted = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    *found = (uint64_t)file.st_size;
    return status_from_lmdb(code);
}

/* A file shorter than its pages was cut, unless all that is missing is free: LMDB does not write pages at the end that a commit took and
 * gave back. */
static bool file_whole(struct env *env, uint64_t *wanted, uint64_t *found)
{
    MDB_stat stat = {0};
    mdb_filehandle_t file = -1;
    uint64_t free_count = 0;
    if (file_sizes(env, wanted, found) != STATUS_OK || mdb_env_stat(env->mdb, &stat) != 0 || mdb_env_get_fd(env->mdb, &file) != 0)
        return false;
    if (*found >= *wanted)
        return true;
    uint64_t first = *found / stat.ms_psize;
    return free_pages_from(file, first, &free_count) == STATUS_OK && free_count == *wanted / stat.ms_psize - first;
}

/* A writer that commits while one looks may mix two states: a look that finds fault counts only when none did. */
static enum status file_check(struct env *env, const char *folder, struct error *error)
{
    uint64_t wanted = 0, found = 0;
    for (unsigned looks = 0; looks < FILE_LOOKS_MAX; looks++) {
        MDB_envinfo before = {0}, after = {0};
        int code = mdb_env_info(env->mdb, &before);
        bool whole = code == 0 && file_whole(env, &wanted, &found);
        if (code == 0)
            code = mdb_env_info(env->mdb, &after);
        if (code != 0)
            return lmdb_failed(code, folder, error);
        if (whole)
            return STATUS_OK;
        if (before.me_last_txnid == after.me_last_txnid)
            break;
    }
    return error_set(error, STATUS_CORRUPT,
                     "%s/data.mdb was cut: it has %" PRIu64 " of %" PRIu64 " bytes; remove the folder and build the index again", folder,
                     found, wanted);
}

/* New databases and the format come in one transaction: a creation that was killed left either nothing or all of it. */
static int databases_open(struct env *env, bool create)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(env->mdb, NULL, create ? 0 : MDB_RDONLY, &txn);
    for (unsigned db = 0; code == 0 && db < env->database_count; db++)
        code = mdb_dbi_open(txn, database_name((enum database)db), create ? MDB_CREATE : 0, &env->dbi[db]);
    if (code == 0 && create) {
        struct batch batch = {.view = {.env = env, .txn = txn, .active = true}};
        if (format_put(&batch, env->format) != STATUS_OK)
            code = EIO;
    }
    if (code == 0)
        return mdb_txn_commit(txn);
    if (txn != NULL)
        mdb_txn_abort(txn);
    return code;
}

static enum status format_check(struct env *env, const char *folder, struct error *error)
{
    struct snapshot *snapshot = NULL;
    uint32_t format = 0;
    enum status status = snapshot_open(env, &snapshot, error);
    if (status != STATUS_OK)
        return status;
    status = format_get(snapshot, &format);
    snapshot_close(snapshot);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, STATUS_MISMATCH, "the databases in %s are not of this program; choose another folder", folder);
    if (status != STATUS_OK)
        return error_set(error, status, "%s/data.mdb is damaged; remove the folder and build the index again", folder);
    if (format != env->format)
        return error_set(error, STATUS_MISMATCH, "the index in %s has format %" PRIu32 ", this program reads %" PRIu32 "; build it again",
                         folder, format, env->format);
    return STATUS_OK;
}

/* An environment that is there must have our databases; ENV_CREATE makes them only in one that is empty. */
static enum status contents_check(struct env *env, const char *folder, enum env_mode mode, struct error *error)
{
    MDB_stat stat = {0};
    int code = mdb_env_stat(env->mdb, &stat);
    if (code != 0)
        return lmdb_failed(code, folder, error);
    bool create = mode == ENV_CREATE && stat.ms_entries == 0;
    code = databases_open(env, create);
    if (code == MDB_NOTFOUND && stat.ms_entries == 0)
        return error_set(error, STATUS_NOT_FOUND, "there is no finished index in %s", folder);
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE || code == MDB_DBS_FULL)
        return error_set(error, STATUS_MISMATCH, "the databases in %s are not of this program; choose another folder", folder);
    if (code != 0)
        return lmdb_failed(code, folder, error);
    return format_check(env, folder, error);
}

enum status env_open_databases(const char *folder, const struct env_options *options, enum database count, struct env **out,
                               struct error *error)
{
    bool absent = false;
    enum status status = folder_check(folder, options->mode, &absent, error);
    if (status != STATUS_OK)
        return status;
    struct env *env = memory_calloc(1, sizeof *env);
    env->database_count = count;
    env->writable = options->mode != ENV_READ;
    env->format = options->format == 0 ? FORMAT_VERSION : options->format;
    env->verified = verified_new();
    pthread_mutex_init(&env->resize_lock, NULL);
    status = map_open(env, folder, options, error);
    if (status == STATUS_OK)
        status = file_check(env, folder, error);
    if (status == STATUS_OK)
        status = contents_check(env, folder, options->mode, error);
    if (status != STATUS_OK) {
        env_close(env);
        return status;
    }
    *out = env;
    return STATUS_OK;
}

enum status env_open(const char *folder, const struct env_options *options, struct env **out, struct error *error)
{
    return env_open_databases(folder, options, DB_COUNT, out, error);
}

void env_close(struct env *env)
{
    if (env == NULL)
        return;
    assert(atomic_load(&env->active_transactions) == 0);
    if (env->mdb != NULL)
        mdb_env_close(env->mdb);
    pthread_mutex_destroy(&env->resize_lock);
    verified_free(env->verified);
    free(env);
}

/* Takes over the map size that another process has set. Waits for the transactions of this process to end, and lets none begin. */
static enum status env_adopt_map(struct env *env)
{
    enum status status = STATUS_TIMEOUT;
    pthread_mutex_lock(&env->resize_lock);
    atomic_store(&env->resizing, true);
    for (unsigned waited_ms = 0; waited_ms < RESIZE_WAIT_MS; waited_ms++) {
        if (atomic_load(&env->active_transactions) == 0) {
            status = status_from_lmdb(mdb_env_set_mapsize(env->mdb, 0));
            break;
        }
        clock_sleep_ms(1);
    }
    atomic_store(&env->resizing, false);
    pthread_mutex_unlock(&env->resize_lock);
    return status;
}

static void map_hold(struct env *env)
{
    atomic_fetch_add(&env->active_transactions, 1);
    while (atomic_load(&env->resizing)) {
        atomic_fetch_sub(&env->active_transactions, 1);
        pthread_mutex_lock(&env->resize_lock);
        pthread_mutex_unlock(&env->resize_lock);
        atomic_fetch_add(&env->active_transactions, 1);
    }
}

void env_leave(struct env *env)
{
    atomic_fetch_sub(&env->active_transactions, 1);
}

enum status env_enter(struct env *env, unsigned flags, MDB_txn **txn)
{
    for (;;) {
        map_hold(env);
        int code = *txn != NULL ? mdb_txn_renew(*txn) : mdb_txn_begin(env->mdb, NULL, flags, txn);
        if (code == 0)
            return STATUS_OK;
        env_leave(env);
        if (code != MDB_MAP_RESIZED)
            return status_from_lmdb(code);
        enum status status = env_adopt_map(env);
        if (status != STATUS_OK)
            return status;
    }
}

unsigned env_check_readers(struct env *env)
{
    int dead = 0;
    return mdb_reader_check(env->mdb, &dead) == 0 && dead > 0 ? (unsigned)dead : 0;
}

/* LMDB tells of readers only as lines of text: "pid thread transaction", the last a dash for a slot at rest. */
static int reader_line(const char *line, void *context)
{
    struct env_reader *oldest = context;
    const char *last = strrchr(line, ' ');
    char *end = NULL;
    if (last == NULL)
        return 0;
    uint64_t transaction = strtoull(last + 1, &end, 10);
    if (end != last + 1 && transaction < oldest->commit)
        *oldest = (struct env_reader){.commit = transaction, .process = strtol(line, NULL, 10)};
    return 0;
}

enum status env_oldest_reader(struct env *env, struct env_reader *out)
{
    MDB_envinfo info = {0};
    *out = (struct env_reader){.commit = UINT64_MAX};
    int code = mdb_env_info(env->mdb, &info);
    if (code != 0)
        return status_from_lmdb(code);
    mdb_reader_list(env->mdb, reader_line, out);
    if (out->commit == UINT64_MAX)
        return STATUS_NOT_FOUND;
    out->lag = out->commit < info.me_last_txnid ? info.me_last_txnid - out->commit : 0;
    return STATUS_OK;
}

static enum status database_stat(struct snapshot *snapshot, unsigned db, MDB_stat *stat)
{
    return status_from_lmdb(mdb_stat(snapshot->txn, snapshot->env->dbi[db], stat));
}

enum status env_size(struct env *env, struct env_size *out)
{
    struct snapshot *snapshot = NULL;
    MDB_envinfo info = {0};
    MDB_stat stat = {0};
    struct env_reader oldest;
    uint64_t found = 0;
    *out = (struct env_size){0};
    enum status status = file_sizes(env, &out->file_bytes, &found);
    if (status == STATUS_OK)
        status = status_from_lmdb(mdb_env_info(env->mdb, &info));
    if (status != STATUS_OK)
        return status;
    out->map_bytes = info.me_mapsize;
    status = env_oldest_reader(env, &oldest);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    out->oldest_reader_lag = oldest.lag;
    status = snapshot_open(env, &snapshot, NULL);
    for (unsigned db = 0; status == STATUS_OK && db < env->database_count; db++) {
        status = database_stat(snapshot, db, &stat);
        out->entries += stat.ms_entries;
    }
    snapshot_close(snapshot);
    return status;
}

enum status env_database(struct env *env, unsigned index, struct env_database *out)
{
    struct snapshot *snapshot = NULL;
    MDB_stat stat = {0};
    if (index >= env->database_count)
        return STATUS_END;
    enum status status = snapshot_open(env, &snapshot, NULL);
    if (status != STATUS_OK)
        return status;
    status = database_stat(snapshot, index, &stat);
    snapshot_close(snapshot);
    out->name = database_name((enum database)index);
    out->entries = stat.ms_entries;
    out->bytes = (uint64_t)(stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
    return status;
}
