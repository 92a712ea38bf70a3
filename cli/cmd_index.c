/* tim index: follows a PostgreSQL database by logical replication and writes the index. */
#include "analyzers/analyzer.h"
#include "catalog/schema.h"
#include "cli/command.h"
#include "cli/stop.h"
#include "indexer/follow.h"
#include "indexer/slot.h"
#include "storage/index.h"

static enum status index_follow(const struct settings *settings, const struct schema *schema, struct index *index, struct error *error)
{
    struct analyzer *analyzer = analyzer_new();
    struct follow *follow = NULL;
    struct follow_options options = {
        .conninfo = settings_text(settings, "database"),
        .copy_conninfo = settings_text(settings, "copy-database"),
        .slot = settings_text(settings, "slot"),
        .publication = settings_text(settings, "publication"),
        .schema = schema,
        .batch_changes = (size_t)settings_number(settings, "batch-changes"),
        .batch_ms = (unsigned)settings_number(settings, "batch-ms"),
        .build_memory_bytes = (size_t)settings_number(settings, "build-memory-mib") << 20,
        .build_threads = (unsigned)settings_number(settings, "build-threads"),
        .transaction_rows_max = (uint64_t)settings_number(settings, "transaction-rows-max"),
        .stop = stop_flag(),
        .index = index,
        .analyzer = analyzer,
    };
    enum status status = follow_new(&options, &follow, error);
    if (status == STATUS_OK)
        status = follow_run(follow, error);
    if (follow != NULL)
        follow_free(follow);
    analyzer_free(analyzer);
    return status;
}

static enum status check(const struct invocation *invocation, struct error *error)
{
    struct schema schema;
    enum status status = schema_from_settings(&schema, invocation->settings, error);
    return status == STATUS_OK ? slot_check_name(settings_text(invocation->settings, "slot"), error) : status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    struct schema schema;
    struct index *index = NULL;
    enum status status = schema_from_settings(&schema, settings, error);
    if (status != STATUS_OK)
        return status;
    schema.namespace = settings_text(settings, "namespace");
    uint64_t map_bytes = (uint64_t)settings_number(settings, "map-gib") << 30;
    status = index_open(settings_text(settings, "index"), INDEX_WRITE, map_bytes, &index, error);
    if (status != STATUS_OK)
        return status;
    status = index_follow(settings, &schema, index, error);
    index_close(index);
    return status;
}

const struct command command_index = {
    .name = "index",
    .summary = "Follow a shop's PostgreSQL and keep its index up to date",
    .details =
        "Copies the published tables once, then applies every committed transaction. Runs until SIGTERM; the index is sound at every "
        "moment, and a restart goes on where the last commit ended. The database needs wal_level=logical, a publication of the "
        "shop's tables and a role with REPLICATION.",
    .settings = (const char *const[]){"index", "map-gib", "database", "copy-database", "slot", "publication", "namespace", "batch-changes",
                                      "batch-ms", "transaction-rows-max", "build-memory-mib", "build-threads", NULL},
    .needs = (const char *const[]){"index", "database", NULL},
    .takes_schema = true,
    .check = check,
    .run = run,
};
