/* Jobs through the spool: oldest first, states told and fetched, files of others closed as failed, what is not ours left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/index.h"
#include "storage/spool.h"
#include "tests/remove_folder.h"

static char folder[64];

static int folder_new(void **state)
{
    (void)state;
    struct index *index = NULL;
    struct env *env = NULL;
    struct error error = {0};
    uint32_t generation = 0;
    snprintf(folder, sizeof folder, "/tmp/tim-spool-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(index_open(folder, INDEX_WRITE, 0, &index, &error), STATUS_OK);
    assert_int_equal(index_create_generation(index, &env, &generation, &error), STATUS_OK);
    index_release(index, env);
    index_close(index);
    return 0;
}

static int folder_remove(void **state)
{
    (void)state;
    return remove_folder(folder);
}

static void file_make(const char *name, const char *text, size_t size)
{
    char path[160];
    snprintf(path, sizeof path, "%s/spool/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void one_job(void **state)
{
    (void)state;
    struct spool_job first, second, found;
    struct spool_state told = {.phase = SPOOL_RUNNING, .attempts = 2, .done = 7, .total = UINT64_MAX, .text = "đang chép\nhàng"}, seen;
    struct error error = {0};
    struct index *index = NULL;
    assert_int_equal(spool_next(folder, &found, &error), STATUS_NOT_FOUND);
    assert_int_equal(spool_put(folder, "reindex", &first, &error), STATUS_OK);
    usleep(2);
    assert_int_equal(spool_put(folder, "reindex", &second, &error), STATUS_OK);
    assert_int_equal(spool_next(folder, &found, &error), STATUS_OK);
    assert_string_equal(found.id, first.id);
    assert_true(spool_is_open(folder, &first));
    assert_string_equal(found.name, "reindex");
    assert_int_equal(spool_state_get(folder, &first, &seen, &error), STATUS_OK);
    assert_int_equal(seen.phase, SPOOL_WAITING);
    assert_int_equal(spool_state_put(folder, &first, &told, &error), STATUS_OK);
    assert_int_equal(spool_state_get(folder, &first, &seen, &error), STATUS_OK);
    assert_int_equal(seen.phase, SPOOL_RUNNING);
    assert_int_equal(seen.attempts, 2);
    assert_int_equal(seen.done, 7);
    assert_true(seen.total == UINT64_MAX);
    assert_string_equal(seen.text, "đang chép hàng");
    told.phase = SPOOL_DONE;
    assert_int_equal(spool_close(folder, &first, &told, &error), STATUS_OK);
    assert_false(spool_is_open(folder, &first));
    assert_int_equal(spool_next(folder, &found, &error), STATUS_OK);
    assert_string_equal(found.id, second.id);
    assert_int_equal(spool_state_get(folder, &first, &seen, &error), STATUS_OK);
    assert_int_equal(seen.phase, SPOOL_DONE);
    spool_forget(folder, &first);
    spool_forget(folder, &second);
    assert_int_equal(spool_next(folder, &found, &error), STATUS_NOT_FOUND);
    spool_clean(folder);
    /* The folder is the index's own: it still opens. */
    assert_int_equal(index_open(folder, INDEX_WRITE, 0, &index, &error), STATUS_OK);
    index_close(index);
}

static void no_index(void **state)
{
    (void)state;
    struct spool_job job;
    struct error error = {0};
    assert_int_equal(spool_put("/tmp/tim-no-such-index", "reindex", &job, &error), STATUS_NOT_FOUND);
}

static void others_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } wrong[] = {{"", 0},
                 {"\n", 1},
                 {"tim-job 1 reindex", 17},
                 {"tim-job 2 reindex\n", 18},
                 {"tim-job 1 \n", 11},
                 {"tim-job 1 a\nb\n", 14},
                 {"tim-job 1 a\0b\n", 14},
                 {"tim-job 1 much-longer-than-any-name-of-a-job-may-be\n", 51}};
    struct spool_job found, after;
    struct spool_state seen;
    struct error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct spool_job job = {.id = "00000000000000010000000200000003"};
        assert_int_equal(spool_put(folder, "reindex", &after, &error), STATUS_OK);
        file_make("job-00000000000000010000000200000003", wrong[i].text, wrong[i].size);
        file_make("job-not-an-id", "tim-job 1 reindex\n", 18);
        assert_int_equal(spool_next(folder, &found, &error), STATUS_OK);
        assert_string_equal(found.id, after.id);
        assert_int_equal(spool_state_get(folder, &job, &seen, &error), STATUS_OK);
        assert_int_equal(seen.phase, SPOOL_FAILED);
        spool_forget(folder, &job);
        spool_forget(folder, &after);
    }
    static const char *const states[] = {"tim-state 1 running 1 2\n", "tim-state 1 asleep 1 2 3 x\n", "tim-state 1 done -1 2 3 x\n",
                                         "tim-state 1 done 99999999999999999999999 2 3 x\n", "tim-state 1 done 1 2 3\n"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct spool_job job = {.id = "00000000000000010000000200000003"};
        file_make("state-00000000000000010000000200000003", states[i], strlen(states[i]));
        assert_int_equal(spool_state_get(folder, &job, &seen, &error), STATUS_INVALID);
        assert_int_equal(seen.phase, SPOOL_WAITING);
        spool_forget(folder, &job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_job, folder_new, folder_remove),
        cmocka_unit_test(no_index),
        cmocka_unit_test_setup_teardown(others_files, folder_new, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
