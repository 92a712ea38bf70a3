/* A batch from begin to commit: the edits kept in memory are written last, in the order of door.h, and nothing is committed once anything
 * failed. */
#include "storage/batch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "storage/door.h"

enum { DISK_FULL_BYTES = 1 << 20 /* less than this is left of a disk that took a write in part */ };

enum status batch_begin(struct env *env, struct batch **out, struct error *error)
{
    assert(env->writable);
    struct batch *batch = memory_calloc(1, sizeof *batch);
    batch->view.env = env;
    batch->view.batch = batch;
    enum status status = env_enter(env, 0, &batch->view.txn);
    if (status != STATUS_OK) {
        free(batch);
        return error_set(error, status, "cannot begin to write the index: %s", status_name(status));
    }
    batch->view.active = true;
    status = counters_get(&batch->view, batch->counters);
    if (status != STATUS_OK) {
        batch_abort(batch);
        return error_set(error, status, "cannot begin to write the index: its counters cannot be read; rebuild it");
    }
    *out = batch;
    return STATUS_OK;
}

enum status batch_begin_bulk(struct env *env, struct batch **out, struct error *error)
{
    enum status status = batch_begin(env, out, error);
    if (status == STATUS_OK)
        (*out)->appends = true;
    return status;
}

enum status batch_turn(struct batch **batch, struct error *error)
{
    struct env *env = (*batch)->view.env;
    if ((*batch)->written_bytes + batch_pending_bytes(*batch) < BATCH_TURN_BYTES)
        return STATUS_OK;
    enum status status = batch_commit(*batch, error);
    *batch = NULL;
    return status == STATUS_OK ? batch_begin_bulk(env, batch, error) : status;
}

struct snapshot *batch_snapshot(struct batch *batch)
{
    return &batch->view;
}

void batch_set_pulse(struct batch *batch, batch_pulse *pulse, void *context)
{
    batch->pulse = pulse;
    batch->pulse_context = context;
}

size_t batch_pending_bytes(const struct batch *batch)
{
    size_t size = 0;
    if (batch->postings != NULL)
        size += posting_edits_bytes(batch->postings);
    if (batch->columns != NULL)
        size += column_edits_bytes(batch->columns);
    if (batch->multis != NULL)
        size += multi_edits_bytes(batch->multis);
    if (batch->suggests != NULL)
        size += suggest_edits_bytes(batch->suggests);
    return size;
}

static void edits_free(struct batch *batch)
{
    if (batch->postings != NULL)
        posting_edits_free(batch->postings);
    if (batch->columns != NULL)
        column_edits_free(batch->columns);
    if (batch->multis != NULL)
        multi_edits_free(batch->multis);
    if (batch->suggests != NULL)
        suggest_edits_free(batch->suggests);
    batch->postings = NULL;
    batch->columns = NULL;
    batch->multis = NULL;
    batch->suggests = NULL;
}

static void batch_free(struct batch *batch)
{
    edits_free(batch);
    env_leave(batch->view.env);
    free(batch);
}

void batch_abort(struct batch *batch)
{
    if (batch == NULL)
        return;
    mdb_txn_abort(batch->view.txn);
    batch_free(batch);
}

/* A batch that read a damaged block may have computed from it: it must not become durable. */
static enum status batch_write(struct batch *batch)
{
    enum status status = batch->failed;
    if (status == STATUS_OK && batch->columns != NULL)
        status = column_edits_write(batch);
    if (status == STATUS_OK && batch->multis != NULL)
        status = multi_edits_write(batch);
    if (status == STATUS_OK && batch->suggests != NULL)
        status = suggest_edits_write(batch);
    if (status == STATUS_OK && batch->postings != NULL)
        status = posting_edits_write(batch);
    if (status == STATUS_OK && batch->counters_changed)
        status = counters_put(batch, batch->counters);
    return status == STATUS_OK ? batch->view.status : status;
}

enum status batch_spill(struct batch *batch)
{
    enum status status = batch_write(batch);
    edits_free(batch);
    return status;
}

static enum status commit_failed(enum status status, struct error *error)
{
    switch (status) {
    case STATUS_FULL:
        return error_set(error, status, "the disk or the index's map is full; nothing was changed: free space or raise the map size");
    case STATUS_CORRUPT:
        return error_set(error, status, "a stored block is damaged; nothing was changed: run tim verify, then rebuild the index");
    case STATUS_LIMIT:
        return error_set(error, status, "a bound of the index was reached; nothing was changed");
    default:
        return error_set(error, status, "writing the index failed: %s", status_name(status));
    }
}

/* Whether the disk, or the size that this process may give a file, has no more room. */
static bool room_is_out(mdb_filehandle_t file)
{
    struct statvfs disk = {0};
    struct stat now = {0};
    struct rlimit most = {0};
    if (fstatvfs(file, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < DISK_FULL_BYTES)
        return true;
    return fstat(file, &now) == 0 && getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
           (uint64_t)now.st_size + DISK_FULL_BYTES > most.rlim_cur;
}

/* A write that was taken in part is EIO to LMDB; only the file tells a full disk from a broken one. */
static enum status commit_status(struct env *env, int code)
{
    mdb_filehandle_t file = -1;
    bool full = code == EIO && mdb_env_get_fd(env->mdb, &file) == 0 && room_is_out(file);
    return full ? STATUS_FULL : status_from_lmdb(code);
}

enum status batch_commit(struct batch *batch, struct error *error)
{
    enum status status = batch_write(batch);
    if (status != STATUS_OK) {
        batch_abort(batch);
        return commit_failed(status, error);
    }
    status = commit_status(batch->view.env, mdb_txn_commit(batch->view.txn));
    batch_free(batch);
    return status == STATUS_OK ? STATUS_OK : commit_failed(status, error);
}

enum status batch_take(struct batch *batch, enum counter counter, uint32_t count, uint32_t *first)
{
    assert(counter < COUNTER_COUNT);
    uint32_t next = batch->counters[counter];
    if (count > (uint32_t)INT32_MAX - next)
        return STATUS_LIMIT;
    *first = next;
    batch->counters[counter] = next + count;
    batch->counters_changed = true;
    return STATUS_OK;
}
