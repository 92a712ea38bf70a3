/* The writer's eye on readers: who holds one commit for long is named once a minute; readers that move on, and none at all, are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/reader_watch.h"
#include "storage/batch.h"
#include "storage/env.h"
#include "storage/meta.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

#define SECOND UINT64_C(1000000000)

static void commit(struct env *env)
{
    struct batch *batch = NULL;
    struct error error = {0};
    assert_int_equal(batch_begin(env, &batch, &error), STATUS_OK);
    assert_int_equal(fingerprint_put(batch, 1), STATUS_OK);
    assert_int_equal(batch_commit(batch, &error), STATUS_OK);
}

static void test_watch(void **state)
{
    (void)state;
    char folder[] = "/tmp/tim-reader-watch-XXXXXX";
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct error error = {0};
    struct reader_watch watch = {0};
    struct env_reader oldest;
    assert_non_null(mkdtemp(folder));
    struct env_options options = {.mode = ENV_CREATE, .map_bytes = UINT64_C(1) << 24};
    assert_int_equal(env_open(folder, &options, &env, &error), STATUS_OK);

    reader_watch_look(&watch, env, 1 * SECOND);
    assert_int_equal(watch.since_ns, 0);
    assert_int_equal(env_oldest_reader(env, &oldest), STATUS_NOT_FOUND);

    assert_int_equal(snapshot_open(env, &snapshot, &error), STATUS_OK);
    reader_watch_look(&watch, env, 2 * SECOND);
    assert_int_equal(watch.since_ns, 0); /* it reads the newest */

    commit(env);
    commit(env);
    reader_watch_look(&watch, env, 3 * SECOND);
    assert_int_equal(watch.since_ns, 3 * SECOND);
    assert_int_equal(env_oldest_reader(env, &oldest), STATUS_OK);
    assert_int_equal(oldest.lag, 2);
    assert_int_equal(oldest.process, getpid());
    assert_int_equal(oldest.commit, snapshot_commit(snapshot));

    reader_watch_look(&watch, env, 3 * SECOND + READER_AGE_MS * UINT64_C(1000000) - 1);
    assert_int_equal(watch.warned_ns, 0);
    reader_watch_look(&watch, env, 3 * SECOND + READER_AGE_MS * UINT64_C(1000000));
    assert_int_equal(watch.warned_ns, 3 * SECOND + READER_AGE_MS * UINT64_C(1000000));
    uint64_t warned_ns = watch.warned_ns;
    reader_watch_look(&watch, env, warned_ns + READER_AGAIN_MS * UINT64_C(1000000) - 1);
    assert_int_equal(watch.warned_ns, warned_ns);
    reader_watch_look(&watch, env, warned_ns + READER_AGAIN_MS * UINT64_C(1000000));
    assert_int_equal(watch.warned_ns, warned_ns + READER_AGAIN_MS * UINT64_C(1000000));

    assert_int_equal(snapshot_renew(snapshot), STATUS_OK);
    reader_watch_look(&watch, env, 200 * SECOND);
    assert_int_equal(watch.since_ns, 0);

    snapshot_close(snapshot);
    env_close(env);
    assert_int_equal(remove_folder(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_watch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
