/* What every storage test needs: an environment in a folder of its own, batches and snapshots that must succeed. */
#ifndef TIM_TESTS_STORAGE_SCRATCH_H
#define TIM_TESTS_STORAGE_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/batch.h"
#include "storage/env.h"
#include "storage/snapshot.h"
#include "storage/verify_parts.h"
#include "tests/fast_folder.h"
#include "tests/random.h"

struct scratch {
    char folder[64];
    struct env *env;
};

static inline void scratch_reopen(struct scratch *scratch)
{
    struct error error = {0};
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = UINT64_C(1) << 30};
    if (scratch->env != NULL)
        env_close(scratch->env);
    scratch->env = NULL;
    if (env_open(scratch->folder, &options, &scratch->env, &error) != STATUS_OK)
        fail_msg("cannot open %s: %s", scratch->folder, error.text);
}

static inline void scratch_open(struct scratch *scratch)
{
    *scratch = (struct scratch){.env = NULL};
    assert_true(fast_folder(scratch->folder, sizeof scratch->folder, "storage"));
    scratch_reopen(scratch);
}

static inline void scratch_close(struct scratch *scratch)
{
    char path[128];
    env_close(scratch->env);
    snprintf(path, sizeof path, "%s/data.mdb", scratch->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", scratch->folder);
    unlink(path);
    rmdir(scratch->folder);
}

static inline struct batch *scratch_begin(struct scratch *scratch)
{
    struct error error = {0};
    struct batch *batch = NULL;
    if (batch_begin(scratch->env, &batch, &error) != STATUS_OK)
        fail_msg("cannot begin: %s", error.text);
    return batch;
}

static inline void scratch_commit(struct batch *batch)
{
    struct error error = {0};
    if (batch_commit(batch, &error) != STATUS_OK)
        fail_msg("cannot commit: %s", error.text);
}

static inline struct snapshot *scratch_read(struct scratch *scratch)
{
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    if (snapshot_open(scratch->env, &snapshot, &error) != STATUS_OK)
        fail_msg("cannot read: %s", error.text);
    return snapshot;
}

/* Runs one check of verify over a fresh snapshot; gives the number of faults and keeps the last sentence. */
struct check {
    const struct column_family *const *families;
    unsigned family_count;
    uint32_t document_limit, variant_limit;
    unsigned char live[1024]; /* the live list, by document */
    struct verify_counts counts;
    char last[400];
};

static inline void check_report(void *context, const char *sentence)
{
    struct check *check = context;
    snprintf(check->last, sizeof check->last, "%s", sentence);
}

static inline uint64_t check_run(struct scratch *scratch, struct check *check, enum status (*verify_part)(struct verify *))
{
    struct snapshot *snapshot = scratch_read(scratch);
    check->counts = (struct verify_counts){0};
    check->last[0] = 0;
    struct verify verify = {
        .snapshot = snapshot,
        .families = check->families,
        .family_count = check->family_count,
        .document_limit = check->document_limit,
        .variant_limit = check->variant_limit,
        .counts = &check->counts,
        .report = check_report,
        .context = check,
        .live = check->live,
    };
    assert_int_equal(verify_part(&verify), STATUS_OK);
    snapshot_close(snapshot);
    return check->counts.faults;
}

/* Writes bytes that no checksum covers under a key: what a damaged page looks like. */
static inline void scratch_damage(struct batch *batch, enum database db, const void *key, size_t key_size)
{
    unsigned char key_copy[STORED_KEY_BYTES_MAX], stored[STORED_BYTES_MAX];
    struct bytes payload = {0};
    assert_int_equal(door_get(batch_snapshot(batch), db, key, key_size, &payload), STATUS_OK);
    MDB_val at = {.mv_size = key_size, .mv_data = key_copy}, value = {.mv_size = payload.size + 4, .mv_data = stored};
    memcpy(key_copy, key, key_size);
    memcpy(stored, payload.data - 4, payload.size + 4);
    stored[0] ^= 1;
    assert_int_equal(mdb_put(batch->view.txn, batch->view.env->dbi[db], &at, &value, 0), 0);
}

#endif
