/* tim reindex while the disk fills up, by a bound on the size of files that moves through the whole work: the live generation goes on answering,
 * the reason is told, nothing is left behind, and the next one, with room, succeeds. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "catalog/dump.h"
#include "catalog/product_verify.h"
#include "indexer/build.h"
#include "indexer/reindex.h"
#include "storage/index.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

enum { PRODUCTS = 2000, PATH_BYTES = 256, STEPS = 12 };

static struct analyzer *analyzer;
static char folder[PATH_BYTES], source[PATH_BYTES];

static void must(enum status status, const struct error *error)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), error->text);
}

static struct index *opened(enum index_mode mode)
{
    struct error error = {0};
    struct index *index = NULL;
    must(index_open(folder, mode, (uint64_t)1 << 30, &index, &error), &error);
    return index;
}

static int fill(void **state)
{
    (void)state;
    static const volatile sig_atomic_t never = 0;
    struct error error = {0};
    struct build_counts counts = {0};
    FILE *file = fopen(source, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < PRODUCTS; i++)
        fprintf(file,
                "{\"id\":\"%u\",\"name\":\"Sản phẩm số %u\",\"brand\":\"Hãng %u\",\"category\":[\"Hàng\"],\"price\":%u,\"stock\":3,"
                "\"specs\":{\"Màu\":\"đỏ %u\"},\"description\":\"mô tả dài của sản phẩm thứ %u\"}\n",
                i, i, i % 13, 1000 + i, i % 7, i);
    fclose(file);
    struct index *index = opened(INDEX_WRITE);
    struct build_options options = {.from = source, .index = index, .analyzer = analyzer, .threads = 1, .stop = &never};
    must(build_run(&options, &counts, &error), &error);
    index_close(index);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    unlink(source);
    return remove_folder(folder);
}

static void report(void *context, const char *sentence)
{
    (void)context;
    print_error("verify: %s\n", sentence);
}

/* The live generation's number and the hash of what it holds. */
static uint32_t live_look(char hash[33])
{
    struct error error = {0};
    struct env *env = NULL;
    struct snapshot *snapshot = NULL;
    struct verify_counts counts = {0};
    uint32_t generation = 0;
    struct index *index = opened(INDEX_READ);
    must(index_acquire(index, &env, &generation, &error), &error);
    must(snapshot_open(env, &snapshot, &error), &error);
    assert_int_equal(product_verify(snapshot, report, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    must(dump_write(snapshot, analyzer, DUMP_ALL, NULL, hash, &error), &error);
    snapshot_close(snapshot);
    index_release(index, env);
    index_close(index);
    return generation;
}

static off_t live_bytes(uint32_t generation)
{
    char path[2 * PATH_BYTES];
    struct stat file = {0};
    snprintf(path, sizeof path, "%s/gen-%08u/data.mdb", folder, generation);
    assert_int_equal(stat(path, &file), 0);
    return file.st_size;
}

static unsigned generation_folders(void)
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strncmp(entry->d_name, "gen-", 4) == 0 || strncmp(entry->d_name, "old-", 4) == 0;
    closedir(directory);
    return count;
}

static enum status reindex(struct error *error)
{
    uint32_t generation = 0;
    struct index *index = NULL;
    enum status status = index_open(folder, INDEX_WRITE, (uint64_t)1 << 30, &index, error);
    if (status != STATUS_OK)
        return status;
    struct reindex_options options = {.index = index, .analyzer = analyzer};
    status = reindex_run(&options, &generation, error);
    index_close(index);
    return status;
}

/* In a process of its own, whose files may have this size at most. */
static enum status reindex_within(off_t bytes)
{
    int code = 0;
    pid_t child = fork();
    if (child == 0) {
        struct error error = {0};
        struct rlimit limit = {.rlim_cur = (rlim_t)bytes, .rlim_max = (rlim_t)bytes};
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(STATUS_DENIED);
        enum status status = reindex(&error);
        bool told = status != STATUS_FULL || strstr(error.text, "full") != NULL || strstr(error.text, "no space") != NULL;
        _exit(told ? (int)status : (int)STATUS_INVALID);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code));
    return (enum status)WEXITSTATUS(code);
}

static void test_full(void **state)
{
    (void)state;
    char before[33], after[33];
    unsigned full = 0;
    struct error error = {0};
    uint32_t generation = live_look(before);
    off_t bytes = live_bytes(generation);
    for (unsigned step = 1; step < STEPS; step++) {
        enum status status = reindex_within(bytes * step / STEPS);
        if (status != STATUS_FULL)
            fail_msg("with %u of %u parts of the room: %s", step, STEPS, status_name(status));
        full++;
        assert_int_equal(live_look(after), generation);
        assert_string_equal(before, after);
        assert_int_equal(generation_folders(), 1);
    }
    assert_int_equal(full, STEPS - 1);
    must(reindex(&error), &error);
    assert_int_equal(live_look(after), generation + 1);
    assert_string_equal(before, after);
    assert_int_equal(generation_folders(), 1);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/tim-reindex-%d", (int)getpid());
    snprintf(source, sizeof source, "/tmp/tim-reindex-%d.ndjson", (int)getpid());
    log_set_level(LOG_ERROR);
    analyzer = analyzer_new();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full)};
    int failed = cmocka_run_group_tests(tests, fill, clear);
    analyzer_free(analyzer);
    return failed;
}
