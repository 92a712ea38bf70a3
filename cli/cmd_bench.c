/* tim bench: what this program does on this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "bench/bench.h"
#include "bench/generate.h"
#include "bench/report.h"
#include "cli/command.h"
#include "cli/stop.h"

/* "5000,100000" into the options. */
static enum status sizes_parse(const char *list, struct bench_options *bench, struct error *error)
{
    static const struct setting row = {"size", SETTING_NUMBER, 1, GENERATE_PRODUCTS_MAX, NULL, "", NULL};
    struct settings *one = settings_new(&row, 1);
    enum status status = STATUS_OK;
    bool more = true;
    for (const char *at = list; status == STATUS_OK && more; at++) {
        size_t size = strcspn(at, ",");
        char *text = memory_copy(at, size);
        struct error reason = {0};
        if (bench->size_count == BENCH_SIZES_MAX)
            status = error_set(error, STATUS_INVALID, "--products names more than %d sizes", BENCH_SIZES_MAX);
        else if (settings_set(one, "size", text, SETTING_FROM_FILE, &reason) != STATUS_OK)
            status = error_set(error, STATUS_INVALID, "--products is a list as 5000,100000: %s", reason.text);
        else
            bench->sizes[bench->size_count++] = (uint64_t)settings_number(one, "size");
        free(text);
        at += size;
        more = *at == ',';
    }
    settings_free(one);
    return status;
}

static enum status measure(const struct settings *settings, struct error *error)
{
    struct bench_result results[BENCH_SIZES_MAX] = {0};
    struct bench_options bench = {
        .seed = (uint64_t)settings_number(settings, "seed"),
        .queries = (unsigned)settings_number(settings, "queries"),
        .folder = settings_text(settings, "folder"),
        .keep = settings_flag(settings, "keep"),
        .reuse = settings_flag(settings, "reuse"),
        .peers = settings_flag(settings, "peers"),
        .stop = stop_flag(),
    };
    enum status status = sizes_parse(settings_text(settings, "products"), &bench, error);
    if (status == STATUS_OK)
        status = bench_run(&bench, results, error);
    if (status == STATUS_OK && settings_flag(settings, "json"))
        status = report_print_json(&bench, results, stdout, error);
    else if (status == STATUS_OK)
        report_print(&bench, results, stdout);
    bench_results_release(results, bench.size_count);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    if (!settings_flag(invocation->settings, "compare"))
        return invocation->argument_count == 0 ? measure(invocation->settings, error)
                                               : error_set(error, STATUS_INVALID, "files are for --compare alone");
    if (invocation->argument_count != 2)
        return error_set(error, STATUS_INVALID, "--compare takes two files that tim bench --json printed: before and after");
    return report_compare(invocation->arguments[0], invocation->arguments[1], stdout, error);
}

static const struct setting options[] = {
    {"products", SETTING_TEXT, 1, 200, "5000,100000,1000000", "Sizes of the catalogs to measure, separated by commas", "N,N"},
    {"queries", SETTING_NUMBER, 1, BENCH_QUERIES_MAX, "1000", "Queries of each class", "N"},
    {"seed", SETTING_NUMBER, 0, INT64_MAX, "1", "Seed of catalog and queries", "SEED"},
    {"folder", SETTING_TEXT, 1, 4000, "/var/tmp", "Where the indexes are made and removed again; on the disk to be measured", "DIR"},
    {"keep", SETTING_FLAG, 0, 0, "false", "Leave catalogs and indexes in the folder", NULL},
    {"reuse", SETTING_FLAG, 0, 0, "false", "Take what was kept there for the same size and seed; keep the rest", NULL},
    {"peers", SETTING_FLAG, 0, 0, "true", "Measure SQLite and Lucene beside it", NULL},
    {"json", SETTING_FLAG, 0, 0, "false", "One JSON object instead of the tables", NULL},
    {"compare", SETTING_FLAG, 0, 0, "false", "Measure nothing; compare two such objects", NULL},
};

const struct command command_bench = {
    .name = "bench",
    .summary = "Measure building, searching, suggesting and updating on this machine",
    .details =
        "Every figure is of the real parts on a generated catalog, over HTTP too, with durable commits, beside SQLite FTS5 and, with "
        "scripts/setup bench, Lucene. A million products take most of an hour and 15 GB of disk. --compare BEFORE.json AFTER.json prints "
        "two runs side by side and marks what changed by more than 15 %.",
    .arguments = "[BEFORE AFTER]",
    .argument_max = 2,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
