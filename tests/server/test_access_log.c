/* The access log: lines that stay JSON whatever was sent, whole from several threads, and a full disk that costs lines and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/access_log.h"
#include "server/target.h"

static void exchange_make(struct exchange *exchange, const char *target)
{
    exchange_begin(exchange, target);
    exchange_name(exchange, "id-1", 0);
    snprintf(exchange->method, sizeof exchange->method, "GET");
    exchange->http_status = 200;
    exchange->body_bytes = 12;
    exchange->engine_ns = 2999;
}

static json_t *line_of(const char *target, const struct sockaddr *remote)
{
    struct exchange exchange;
    struct buffer lines = {0};
    exchange_make(&exchange, target);
    access_log_add(&lines, &exchange, exchange.started_ns + 5000, remote);
    assert_true(lines.size < 5 * TARGET_BYTES_MAX + 1024);
    assert_ptr_equal(memchr(lines.data, '\n', lines.size), lines.data + lines.size - 1);
    json_error_t error;
    json_t *line = json_loadb(lines.data, lines.size, JSON_REJECT_DUPLICATES, &error);
    if (line == NULL)
        print_error("%s in %.*s\n", error.text, (int)lines.size, lines.data);
    assert_non_null(line);
    buffer_release(&lines);
    exchange_end(&exchange);
    return line;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_fields(void **state)
{
    (void)state;
    struct sockaddr_in6 remote = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    json_t *line = line_of("/v1/search?q=a?b", (const struct sockaddr *)&remote);
    assert_string_equal(text_at(line, "path"), "/v1/search");
    assert_string_equal(text_at(line, "query"), "q=a?b");
    assert_string_equal(text_at(line, "requestId"), "id-1");
    assert_string_equal(text_at(line, "remote"), "::1");
    assert_int_equal(json_integer_value(json_object_get(line, "totalUs")), 5);
    assert_int_equal(json_integer_value(json_object_get(line, "engineUs")), 2);
    json_decref(line);
    line = line_of(NULL, NULL);
    assert_string_equal(text_at(line, "path"), "");
    assert_string_equal(text_at(line, "remote"), "unknown");
    json_decref(line);
}

static void test_any_bytes_stay_json(void **state)
{
    (void)state;
    unsigned seed = 11;
    for (unsigned round = 0; round < 5000; round++) {
        char target[256];
        size_t size = (size_t)rand_r(&seed) % sizeof target;
        for (size_t i = 0; i < size; i++)
            target[i] = (char)(1 + rand_r(&seed) % 255);
        target[size < sizeof target ? size : sizeof target - 1] = '\0';
        json_decref(line_of(target, NULL));
    }
    char *longest = malloc(10001);
    assert_non_null(longest);
    memset(longest, '\xFF', 10000);
    longest[10000] = '\0';
    json_t *line = line_of(longest, NULL);
    assert_int_equal(strlen(text_at(line, "path")), 4 * (TARGET_BYTES_MAX + 1));
    json_decref(line);
    free(longest);
}

static void test_a_full_disk_costs_lines_only(void **state)
{
    (void)state;
    struct access_log log;
    struct error error;
    struct buffer lines = {0};
    struct exchange exchange;
    assert_int_equal(access_log_open(&log, "/dev/full", &error), STATUS_OK);
    exchange_make(&exchange, "/");
    for (unsigned i = 0; i < 3; i++)
        access_log_add(&lines, &exchange, exchange.started_ns, NULL);
    assert_int_equal(access_log_flush(&log, &lines), 3);
    assert_int_equal(lines.size, 0);
    access_log_add(&lines, &exchange, exchange.started_ns, NULL);
    assert_int_equal(access_log_flush(&log, &lines), 1);
    exchange_end(&exchange);
    buffer_release(&lines);
    access_log_close(&log);
}

static void test_no_log(void **state)
{
    (void)state;
    struct access_log log;
    struct error error;
    assert_int_equal(access_log_open(&log, "", &error), STATUS_OK);
    assert_int_equal(log.fd, -1);
    access_log_close(&log);
    assert_int_equal(access_log_open(&log, "/nonexistent/x", &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/nonexistent/x"));
    access_log_close(&log);
}

enum { WRITERS = 4, BATCHES = 50, LINES = 40 };

static void *writer_main(void *argument)
{
    struct access_log *log = argument;
    struct buffer lines = {0};
    struct exchange exchange;
    exchange_make(&exchange, "/v1/search?q=m%C3%A1y+gi%E1%BA%B7t&facets=brand,category,price");
    for (unsigned i = 0; i < BATCHES; i++) {
        for (unsigned j = 0; j < LINES; j++)
            access_log_add(&lines, &exchange, exchange.started_ns, NULL);
        assert_int_equal(access_log_flush(log, &lines), 0);
    }
    exchange_end(&exchange);
    buffer_release(&lines);
    return NULL;
}

/* Through a pipe, where a write larger than its buffer is taken in pieces. */
static void test_lines_of_threads_stay_whole(void **state)
{
    (void)state;
    int ends[2];
    struct error error;
    struct access_log log;
    char path[32];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
    assert_int_equal(access_log_open(&log, path, &error), STATUS_OK);
    close(ends[1]);
    pthread_t threads[WRITERS];
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, writer_main, &log), 0);
    FILE *reader = fdopen(ends[0], "r");
    assert_non_null(reader);
    char line[1024];
    for (unsigned i = 0; i < WRITERS * BATCHES * LINES; i++) {
        assert_non_null(fgets(line, sizeof line, reader));
        json_error_t json_error;
        json_t *json = json_loads(line, 0, &json_error);
        assert_non_null(json);
        json_decref(json);
    }
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    access_log_close(&log);
    assert_null(fgets(line, sizeof line, reader));
    fclose(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_any_bytes_stay_json),
        cmocka_unit_test(test_a_full_disk_costs_lines_only),
        cmocka_unit_test(test_no_log),
        cmocka_unit_test(test_lines_of_threads_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
