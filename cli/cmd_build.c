/* tim build: an index from NDJSON, without a database. */
#include <inttypes.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/stop.h"
#include "indexer/build.h"
#include "storage/index.h"

/* A malformed line costs itself only, but is not passed over in silence: the index is made, and the exit code says that it lacks some. */
static enum status outcome(const struct build_counts *counts, const char *from, struct error *error)
{
    log_info("build: %" PRIu64 " products from %s are live", counts->bulk.documents, from);
    if (counts->bulk.cut > 0)
        log_warn("build: %" PRIu64 " products had more text than is indexed; the rest of it was left out", counts->bulk.cut);
    if (counts->malformed == 0)
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "%" PRIu64 " lines of %s were malformed and left out; the others are live", counts->malformed,
                     from);
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    const char *from = settings_text(settings, "from");
    struct index *index = NULL;
    struct build_counts counts = {0};
    uint64_t map_bytes = (uint64_t)settings_number(settings, "map-gib") << 30;
    enum status status = index_open(settings_text(settings, "index"), INDEX_WRITE, map_bytes, &index, error);
    if (status != STATUS_OK)
        return status;
    struct analyzer *analyzer = analyzer_new();
    struct build_options build = {
        .from = from,
        .settings = settings_text(settings, "settings")[0] == '\0' ? NULL : settings_text(settings, "settings"),
        .index = index,
        .analyzer = analyzer,
        .memory_bytes = (size_t)settings_number(settings, "build-memory-mib") << 20,
        .threads = (unsigned)settings_number(settings, "build-threads"),
        .stop = stop_flag(),
    };
    status = build_run(&build, &counts, error);
    analyzer_free(analyzer);
    index_close(index);
    if (status == STATUS_END)
        return error_set(error, status, "stopped by a signal: the folder is as it was");
    return status == STATUS_OK ? outcome(&counts, from, error) : status;
}

static const struct setting options[] = {
    {"from", SETTING_TEXT, 1, 4096, NULL, "Catalog as NDJSON, plain or zstd; - is standard input", "FILE"},
    {"settings", SETTING_TEXT, 0, 4096, "", "The shop's synonyms and rules as NDJSON, one row of a table per line", "FILE"},
};

const struct command command_build = {
    .name = "build",
    .summary = "Build an index from a catalog in NDJSON, without a database",
    .details =
        "The new generation becomes live when it is complete; until then, and if anything fails, the old one answers. A malformed line "
        "is reported with its number and the rest is loaded; the exit code is then 1.",
    .settings = (const char *const[]){"index", "map-gib", "build-memory-mib", "build-threads", NULL},
    .needs = (const char *const[]){"index", "from", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
