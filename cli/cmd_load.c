/* tim load: a catalog in NDJSON into the shop's tables. */
#include <inttypes.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/stop.h"
#include "indexer/load.h"

static enum status outcome(enum status status, const struct load_counts *counts, const char *from, struct error *error)
{
    if (counts->products > 0)
        log_info("load: %" PRIu64 " products, %" PRIu64 " variants, %" PRIu64 " images, %" PRIu64 " brands and %" PRIu64
                 " categories are in the database",
                 counts->products, counts->variants, counts->images, counts->brands, counts->categories);
    if (status == STATUS_END)
        return error_set(error, status, "stopped by a signal: what was committed stays");
    if (status == STATUS_OK && counts->rejected > 0)
        return error_set(error, STATUS_INVALID, "%" PRIu64 " lines of %s were left out; the other products are in the database",
                         counts->rejected, from);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    struct schema schema;
    struct load_counts counts = {0};
    enum status status = schema_from_settings(&schema, settings, error);
    if (status != STATUS_OK)
        return status;
    schema.namespace = settings_text(settings, "namespace");
    struct analyzer *analyzer = analyzer_new();
    struct load_options load = {
        .path = settings_text(settings, "from"),
        .conninfo = settings_text(settings, "database"),
        .schema = &schema,
        .analyzer = analyzer,
        .replace = settings_flag(settings, "replace"),
        .stop = stop_flag(),
    };
    status = load_catalog(&load, &counts, error);
    analyzer_free(analyzer);
    return outcome(status, &counts, load.path, error);
}

static const struct setting options[] = {
    {"from", SETTING_TEXT, 1, 4096, "-", "Catalog as NDJSON, plain or zstd; - is standard input", "FILE"},
    {"replace", SETTING_FLAG, 0, 0, "false", "Empty the shop's tables first", NULL},
};

const struct command command_load = {
    .name = "load",
    .summary = "Load a catalog in NDJSON into the shop's tables",
    .details = "For the tables of data/schema.sql, or others mapped onto them, that hold no products yet. Keys that are numbers in the "
               "tables are given out from 1. A malformed line is reported with its number and the rest is loaded; the exit code is then 1.",
    .settings = (const char *const[]){"database", "namespace", NULL},
    .needs = (const char *const[]){"database", NULL},
    .takes_schema = true,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
