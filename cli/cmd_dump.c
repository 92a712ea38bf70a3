/* tim dump: the logical content of an index as JSON lines, or its hash. */
#include <stdio.h>

#include "analyzers/analyzer.h"
#include "catalog/dump.h"
#include "cli/command.h"
#include "cli/reader.h"

static enum status dump_print(const struct invocation *invocation, const struct reader *reader, struct error *error)
{
    enum dump_part part = settings_flag(invocation->settings, "products") ? DUMP_PRODUCTS : DUMP_ALL;
    bool hash_only = settings_flag(invocation->settings, "hash");
    char hash[33] = "";
    struct analyzer *analyzer = analyzer_new();
    enum status status = dump_write(reader->snapshot, analyzer, part, hash_only ? NULL : stdout, hash_only ? hash : NULL, error);
    if (status == STATUS_OK && hash_only)
        printf("%s\n", hash);
    analyzer_free(analyzer);
    return status == STATUS_OK ? reader_check(reader, error) : status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    struct reader reader;
    enum status status = reader_open(&reader, invocation->settings, error);
    if (status == STATUS_OK)
        status = dump_print(invocation, &reader, error);
    reader_close(&reader);
    return status;
}

static const struct setting options[] = {
    {"products", SETTING_FLAG, 0, 0, "false", "Only the products, one per line", NULL},
    {"hash", SETTING_FLAG, 0, 0, "false", "Only the hash of what would be written", NULL},
};

const struct command command_dump = {
    .name = "dump",
    .summary = "Write what an index holds as JSON lines",
    .details = "The same content gives the same bytes and the same hash, whatever edits, batches or rebuilds led to it.",
    .settings = (const char *const[]){"index", "map-gib", NULL},
    .needs = (const char *const[]){"index", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
