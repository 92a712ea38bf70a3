/* Log lines: one line each, in order, below the level dropped, and whole when threads write together. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

enum { TEXT_BYTES = 1 << 20 };

/* Runs `work` with stderr in a file and returns what it wrote. Caller frees. */
static char *stderr_of(void (*work)(void))
{
    char path[] = "/tmp/tim_log_XXXXXX";
    int file = mkstemp(path);
    int saved = dup(STDERR_FILENO);
    assert_true(file >= 0 && saved >= 0);
    dup2(file, STDERR_FILENO);
    work();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    char *text = calloc(1, TEXT_BYTES);
    ssize_t size = pread(file, text, TEXT_BYTES - 1, 0);
    assert_true(size >= 0);
    close(file);
    unlink(path);
    return text;
}

static void write_levels(void)
{
    log_set_level(LOG_WARN);
    log_info("unseen");
    log_warn("giá %d ₫", 5);
    log_set_level(LOG_DEBUG);
    log_debug("seen");
    log_set_level(LOG_INFO);
}

static void test_levels(void **state)
{
    (void)state;
    char *text = stderr_of(write_levels);
    assert_null(strstr(text, "unseen"));
    assert_non_null(strstr(text, "Z warn giá 5 ₫\n"));
    assert_non_null(strstr(text, "Z debug seen\n"));
    assert_int_equal(text[4], '-');
    free(text);
}

static void *write_many(void *context)
{
    for (int i = 0; i < 500; i++)
        log_info("%s", (const char *)context);
    return NULL;
}

static void write_together(void)
{
    pthread_t threads[4];
    static char words[4][64];
    for (int i = 0; i < 4; i++) {
        memset(words[i], 'a' + i, sizeof words[i] - 1);
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, words[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void test_lines_stay_whole(void **state)
{
    (void)state;
    char *text = stderr_of(write_together);
    int lines = 0;
    for (char *line = text; *line != '\0'; lines++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        assert_int_equal(end - line, 24 + sizeof " info " - 1 + 63);
        for (const char *at = end - 63; at < end; at++)
            assert_int_equal(*at, end[-1]);
        line = end + 1;
    }
    assert_int_equal(lines, 2000);
    free(text);
}

static void run_progress(void)
{
    struct progress progress;
    progress_begin(&progress, "copying products", "rows", 10);
    for (uint64_t i = 1; i <= 10; i++)
        progress_set(&progress, i);
    progress_end(&progress);
}

static void test_progress_leaves_one_line(void **state)
{
    (void)state;
    char *text = stderr_of(run_progress);
    assert_non_null(strstr(text, "copying products: 10 rows in "));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_lines_stay_whole),
        cmocka_unit_test(test_progress_leaves_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
