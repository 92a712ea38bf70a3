/* The whole bench on a small catalog: every part runs, the report has the promised shape, and SQLite finds as many products as we do. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "bench/bars.h"
#include "bench/bench.h"
#include "bench/disk.h"
#include "bench/report.h"
#include "bench/samples.h"
#include "bench/workload.h"

enum { PRODUCTS = 200, QUERIES = 20 };

static volatile sig_atomic_t stop;
static char folder[] = "/var/tmp/tim-test-bench-XXXXXX";
static struct bench_options options = {
    .sizes = {PRODUCTS}, .size_count = 1, .seed = 1, .queries = QUERIES, .folder = folder, .peers = true, .stop = &stop};
static struct bench_result result;

static int setup(void **state)
{
    (void)state;
    struct error error = {0};
    signal(SIGPIPE, SIG_IGN);
    assert_non_null(mkdtemp(folder));
    /* Lucene is not for every machine, and a JVM under a sanitizer is for none. */
    setenv("PATH", "/nonexistent", 1);
    options.keep = true;
    if (bench_run(&options, &result, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct error error = {0};
    bench_results_release(&result, 1);
    assert_int_equal(folder_remove(folder, &error), STATUS_OK);
    return 0;
}

static double figure(const char *name)
{
    const double *value = figures_get(&result.figures, "%s", name);
    if (value == NULL)
        fail_msg("there is no figure %s", name);
    return *value;
}

static void every_figure_is_positive(void **state)
{
    (void)state;
    static const char *const groups[] = {"search", "plain", "cold", "http1", "http64", "sqlite"};
    static const char *const others[] = {"build.cpu_s",
                                         "search.and3.cpu_us",
                                         "plain.and3.cpu_us",
                                         "price.cpu_per_update_us",
                                         "build.products_per_s",
                                         "build.product_bytes",
                                         "build.peak_bytes",
                                         "analysis.tokens_per_s",
                                         "analysis.bytes_per_s",
                                         "suggest.p99_us",
                                         "price.updates_per_s",
                                         "stock.updates_per_s",
                                         "text.updates_per_s",
                                         "single.price_p50_us",
                                         "single.text_p99_us",
                                         "beside.reader_p99_ratio",
                                         "beside.price_updates_per_s",
                                         "restart.first_answer_ms",
                                         "restart.cold_first_answer_ms",
                                         "http64.all.requests_per_s",
                                         "sqlite.build.product_bytes"};
    for (size_t group = 0; group < sizeof groups / sizeof groups[0]; group++)
        for (unsigned class = 0; class < QUERY_CLASSES; class ++) {
            char name[FIGURE_NAME_BYTES];
            snprintf(name, sizeof name, "%s.%s.p50_us", groups[group], query_classes[class].name);
            assert_true(figure(name) > 0);
        }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(figure(others[i]) > 0);
    for (size_t i = 0; i < result.figures.count; i++)
        assert_true(result.figures.items[i].value >= 0);
}

static void sqlite_finds_the_same(void **state)
{
    (void)state;
    double compared = 0;
    for (unsigned class = 0; class < QUERY_CLASSES; class ++) {
        char name[FIGURE_NAME_BYTES];
        snprintf(name, sizeof name, "sqlite.%s.different", query_classes[class].name);
        assert_true(figure(name) == 0);
        snprintf(name, sizeof name, "sqlite.%s.compared", query_classes[class].name);
        compared += figure(name);
    }
    /* Codes are left out, and little else. */
    assert_true(compared > QUERY_CLASSES * QUERIES / 2);
    assert_true(figure("plain.browse.hits") > PRODUCTS / 2);
    assert_true(figure("plain.none.hits") == 0);
    assert_true(figure("plain.and2.hits") >= 1);
}

static char *report(size_t *size)
{
    char *text = NULL;
    struct error error = {0};
    FILE *out = open_memstream(&text, size);
    assert_int_equal(report_print_json(&options, &result, out, &error), STATUS_OK);
    fclose(out);
    return text;
}

static void json_has_its_shape(void **state)
{
    (void)state;
    size_t size = 0;
    char *text = report(&size);
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL), *figures = NULL, *list = NULL;
    const char *processor = NULL, *facets = NULL;
    json_int_t products = 0, queries = 0;
    assert_int_equal(json_unpack(root, "{s:{s:s}, s:s, s:I, s:[{s:I, s:o, s:o}]}", "machine", "processor", &processor, "facets", &facets,
                                 "queries", &queries, "results", "products", &products, "figures", &figures, "bars", &list),
                     0);
    assert_int_equal(products, PRODUCTS);
    assert_int_equal(queries, QUERIES);
    assert_int_equal(json_object_size(figures), result.figures.count);
    const char *name;
    json_t *value;
    json_object_foreach(figures, name, value) assert_true(json_is_number(value));
    assert_true(json_array_size(list) >= 5);
    assert_true(json_is_boolean(json_object_get(json_array_get(list, 0), "met")));
    json_decref(root);
    free(text);
}

static void file_write(const char *name, const char *text, char path[64])
{
    snprintf(path, 64, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *compared(const char *before, const char *after)
{
    char first[64], second[64], *text = NULL;
    size_t size = 0;
    struct error error = {0};
    file_write("before.json", before, first);
    file_write("after.json", after, second);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(report_compare(first, second, out, &error), STATUS_OK);
    fclose(out);
    return text;
}

static void two_runs_are_compared(void **state)
{
    (void)state;
    char *text = compared("{\"results\": [{\"products\": 5, \"figures\": {\"a.p50_us\": 100, \"b.x_per_s\": 100, \"c.p50_us\": 100}}]}",
                          "{\"results\": [{\"products\": 5, \"figures\": {\"a.p50_us\": 116, \"b.x_per_s\": 116, \"c.p50_us\": 114}}]}");
    const char *a = strstr(text, "a.p50_us"), *b = strstr(text, "b.x_per_s"), *c = strstr(text, "c.p50_us");
    assert_true(a != NULL && b != NULL && c != NULL);
    assert_true(strstr(a, "worse") != NULL && strstr(a, "worse") < b);
    assert_true(strstr(b, "better") != NULL && strstr(b, "better") < c);
    assert_null(strstr(c, "worse"));
    free(text);
    /* Other sizes have nothing to do with each other. */
    text = compared("{\"results\": [{\"products\": 5, \"figures\": {\"a.p50_us\": 1}}]}",
                    "{\"results\": [{\"products\": 6, \"figures\": {\"a.p50_us\": 1}}]}");
    assert_null(strstr(text, "a.p50_us"));
    free(text);
    char path[64];
    struct error error = {0};
    file_write("other.json", "{\"rows\": []}", path);
    assert_int_equal(report_compare(path, path, stdout, &error), STATUS_INVALID);
    assert_int_equal(report_compare("/no/such/file", path, stdout, &error), STATUS_NOT_FOUND);
}

static void bars_are_judged(void **state)
{
    (void)state;
    struct figures figures = {0};
    double value = 0, margin = 0;
    const struct bar most = {"x", 5000, "a.p50_us", NULL, false, 20}, least = {"y", 0, "b.p50_us", "a.p50_us", true, 3};
    assert_false(bar_judge(&most, 5000, &figures, &value, &margin));
    figures_set(&figures, 20, "a.p50_us");
    assert_true(bar_judge(&most, 5000, &figures, &value, &margin) && margin == 1 && value == 20);
    assert_false(bar_judge(&most, 5001, &figures, &value, &margin));
    figures_set(&figures, 40, "a.p50_us");
    assert_true(bar_judge(&most, 5000, &figures, &value, &margin) && margin == 0.5);
    assert_false(bar_judge(&least, 7, &figures, &value, &margin));
    figures_set(&figures, 240, "b.p50_us");
    assert_true(bar_judge(&least, 7, &figures, &value, &margin) && value == 6 && margin == 2);
    figures_release(&figures);
}

static void percentiles_are_nearest_ranks(void **state)
{
    (void)state;
    struct samples samples = {0};
    for (uint64_t i = 1000; i > 0; i--)
        samples_add(&samples, i * 1000);
    assert_true(samples_us(&samples, 0.5) == 501 && samples_us(&samples, 0.99) == 991 && samples_us(&samples, 1) == 1000);
    samples_release(&samples);
    assert_true(samples_us(&samples, 0.5) == 0);
}

/* What was kept is taken, and not built again; the kept index is as it was built, so that the same queries find the same. */
static void kept_catalogs_are_reused(void **state)
{
    (void)state;
    struct bench_result again = {0};
    struct bench_options reuse = options;
    struct error error = {0};
    reuse.reuse = true;
    reuse.peers = false;
    assert_int_equal(bench_run(&reuse, &again, &error), STATUS_OK);
    assert_null(figures_get(&again.figures, "build.products_per_s"));
    assert_true(*figures_get(&again.figures, "plain.filtered.hits") == figure("plain.filtered.hits"));
    bench_results_release(&again, 1);
}

static void a_stop_request_ends_it(void **state)
{
    (void)state;
    struct bench_result none = {0};
    struct error error = {0};
    stop = 1;
    assert_int_equal(bench_run(&options, &none, &error), STATUS_END);
    stop = 0;
    bench_results_release(&none, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_positive), cmocka_unit_test(sqlite_finds_the_same),
        cmocka_unit_test(json_has_its_shape),       cmocka_unit_test(two_runs_are_compared),
        cmocka_unit_test(bars_are_judged),          cmocka_unit_test(percentiles_are_nearest_ranks),
        cmocka_unit_test(kept_catalogs_are_reused), cmocka_unit_test(a_stop_request_ends_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
