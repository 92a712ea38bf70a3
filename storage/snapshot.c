/* Read transactions, kept from request to request: a reset one gives its pages back but not its reader slot. */
#include "storage/snapshot.h"

#include <assert.h>
#include <stdlib.h>

#include "storage/door.h"

enum status snapshot_open(struct env *env, struct snapshot **out, struct error *error)
{
    struct snapshot *snapshot = memory_calloc(1, sizeof *snapshot);
    snapshot->env = env;
    enum status status = env_enter(env, MDB_RDONLY, &snapshot->txn);
    if (status != STATUS_OK) {
        free(snapshot);
        return error_set(error, status, "cannot read the index: %s",
                         status == STATUS_LIMIT ? "every reader slot is taken; close other readers" : status_name(status));
    }
    snapshot->active = true;
    *out = snapshot;
    return STATUS_OK;
}

void snapshot_close(struct snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    assert(snapshot->batch == NULL);
    kept_cursors_free(snapshot);
    mdb_txn_abort(snapshot->txn);
    if (snapshot->active)
        env_leave(snapshot->env);
    free(snapshot);
}

void snapshot_reset(struct snapshot *snapshot)
{
    assert(snapshot->batch == NULL);
    if (!snapshot->active)
        return;
    kept_cursors_return(snapshot);
    mdb_txn_reset(snapshot->txn);
    snapshot->active = false;
    env_leave(snapshot->env);
}

enum status snapshot_renew(struct snapshot *snapshot)
{
    snapshot_reset(snapshot);
    enum status status = env_enter(snapshot->env, MDB_RDONLY, &snapshot->txn);
    if (status != STATUS_OK)
        return status;
    snapshot->active = true;
    snapshot->status = STATUS_OK;
    return STATUS_OK;
}

void snapshot_cursors_return(struct snapshot *snapshot)
{
    kept_cursors_return(snapshot);
}

uint64_t snapshot_commit(const struct snapshot *snapshot)
{
    return mdb_txn_id(snapshot->txn);
}

enum status snapshot_status(const struct snapshot *snapshot)
{
    return snapshot->status;
}

static enum status counter_limit(struct snapshot *snapshot, enum counter counter, uint32_t *out)
{
    uint32_t counters[COUNTER_COUNT] = {0};
    if (snapshot->batch != NULL) {
        *out = snapshot->batch->counters[counter];
        return STATUS_OK;
    }
    enum status status = counters_get(snapshot, counters);
    *out = counters[counter];
    return status;
}

enum status snapshot_document_limit(struct snapshot *snapshot, uint32_t *out)
{
    return counter_limit(snapshot, COUNTER_DOCUMENT, out);
}

enum status snapshot_variant_limit(struct snapshot *snapshot, uint32_t *out)
{
    return counter_limit(snapshot, COUNTER_VARIANT, out);
}
