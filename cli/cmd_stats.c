/* tim stats: what an index holds, how large it is and how far it has followed its database. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/query_stats.h"
#include "cli/reader.h"
#include "storage/env.h"
#include "storage/meta.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"
#include "storage/term.h"

struct stats {
    uint32_t products;  /* that can be found */
    uint32_t documents; /* numbers given in this generation, deleted ones included */
    uint32_t variants;  /* likewise */
    uint64_t queue;     /* products that wait to be rebuilt */
    bool follows;       /* a database */
    struct position position;
    struct env_size size;
};

static enum status position_read(struct snapshot *snapshot, struct stats *stats)
{
    enum status status = position_get(snapshot, &stats->position);
    stats->follows = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status products_read(struct snapshot *snapshot, struct stats *stats)
{
    struct term live = {0};
    enum status status = term_get(snapshot, TERM_LIVE, NULL, 0, &live);
    stats->products = status == STATUS_OK ? live.df : 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status stats_read(const struct reader *reader, struct stats *stats)
{
    *stats = (struct stats){0};
    enum status status = products_read(reader->snapshot, stats);
    if (status == STATUS_OK)
        status = snapshot_document_limit(reader->snapshot, &stats->documents);
    if (status == STATUS_OK)
        status = snapshot_variant_limit(reader->snapshot, &stats->variants);
    if (status == STATUS_OK)
        status = dirty_count(reader->snapshot, &stats->queue);
    if (status == STATUS_OK)
        status = position_read(reader->snapshot, stats);
    if (status == STATUS_OK)
        status = env_size(reader->env, &stats->size);
    return status;
}

/* As PostgreSQL writes a position: two hexadecimal halves. `out` holds 20 bytes. */
static const char *lsn_text(uint64_t lsn, char *out)
{
    snprintf(out, 20, "%" PRIX32 "/%" PRIX32, (uint32_t)(lsn >> 32), (uint32_t)lsn);
    return out;
}

static enum status table_print(const struct reader *reader, const struct stats *stats)
{
    char lsn[20];
    printf("generation  %" PRIu32 ", commit %" PRIu64 "\n", reader->generation, snapshot_commit(reader->snapshot));
    printf("products    %" PRIu32 " of %" PRIu32 " documents, %" PRIu32 " variants\n", stats->products, stats->documents, stats->variants);
    if (stats->follows)
        printf("position    %s of slot %s, timeline %" PRIu32 ", system %" PRIu64 "\n", lsn_text(stats->position.lsn, lsn),
               stats->position.slot, stats->position.timeline, stats->position.system_id);
    else
        printf("position    none: this index follows no database\n");
    printf("queue       %" PRIu64 " products to rebuild\n", stats->queue);
    printf("size        %.1f MiB of at most %.0f GiB, oldest reader %" PRIu64 " commits behind\n\n",
           (double)stats->size.file_bytes / 1048576.0, (double)stats->size.map_bytes / 1073741824.0, stats->size.oldest_reader_lag);
    printf("%-12s %12s %12s\n", "database", "entries", "MiB");
    struct env_database database;
    enum status status = STATUS_OK;
    for (unsigned i = 0; (status = env_database(reader->env, i, &database)) == STATUS_OK; i++)
        printf("%-12s %12" PRIu64 " %12.1f\n", database.name, database.entries, (double)database.bytes / 1048576.0);
    return status == STATUS_END ? STATUS_OK : status;
}

static json_t *position_json(const struct stats *stats)
{
    char lsn[20], system[24];
    if (!stats->follows)
        return json_null();
    snprintf(system, sizeof system, "%" PRIu64, stats->position.system_id);
    return json_pack("{s:s, s:s, s:s, s:I}", "lsn", lsn_text(stats->position.lsn, lsn), "slot", stats->position.slot, "systemId", system,
                     "timeline", (json_int_t)stats->position.timeline);
}

static enum status json_print(const struct reader *reader, const struct stats *stats)
{
    json_t *databases = json_array();
    struct env_database database;
    enum status status = STATUS_OK;
    uint64_t terms = 0;
    for (unsigned i = 0; (status = env_database(reader->env, i, &database)) == STATUS_OK; i++) {
        if (strcmp(database.name, "term") == 0)
            terms = database.entries;
        json_array_append_new(databases, json_pack("{s:s, s:I, s:I}", "name", database.name, "entries", (json_int_t)database.entries,
                                                   "bytes", (json_int_t)database.bytes));
    }
    json_t *root =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:o}", "generation", (json_int_t)reader->generation, "commit",
                  (json_int_t)snapshot_commit(reader->snapshot), "products", (json_int_t)stats->products, "documents",
                  (json_int_t)stats->documents, "variants", (json_int_t)stats->variants, "terms", (json_int_t)terms, "queue",
                  (json_int_t)stats->queue, "position", position_json(stats), "fileBytes", (json_int_t)stats->size.file_bytes, "mapBytes",
                  (json_int_t)stats->size.map_bytes, "oldestReaderLag", (json_int_t)stats->size.oldest_reader_lag, "databases", databases);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    printf("\n");
    json_decref(root);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    struct reader reader;
    struct stats stats = {0};
    bool as_json = settings_flag(invocation->settings, "json") || isatty(STDOUT_FILENO) != 1;
    if (settings_flag(invocation->settings, "queries"))
        return query_stats_print(invocation->settings, as_json, (unsigned)settings_number(invocation->settings, "top"), error);
    enum status status = reader_open(&reader, invocation->settings, error);
    if (status != STATUS_OK)
        goto done;
    status = stats_read(&reader, &stats);
    if (status == STATUS_OK)
        status = as_json ? json_print(&reader, &stats) : table_print(&reader, &stats);
    if (status != STATUS_OK)
        error_set(error, status, "the statistics cannot be read: %s; run tim verify", status_name(status));
done:
    reader_close(&reader);
    return status;
}

static const struct setting options[] = {
    {"queries", SETTING_FLAG, 0, 0, "false", "What shoppers ask instead: most asked, without results, click-through", NULL},
    {"top", SETTING_NUMBER, 1, 20000, "20", "With --queries: how many of each", "N"},
    {"json", SETTING_FLAG, 0, 0, "false", "JSON on a terminal too; elsewhere it always is", NULL},
};

const struct command command_stats = {
    .name = "stats",
    .summary = "Show what an index holds, its size and its position in the database",
    .settings = (const char *const[]){"index", "map-gib", "stats", "stats-half-life-hours", NULL},
    .needs = (const char *const[]){"index", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
