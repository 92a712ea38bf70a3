#include "cli/settings_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "catalog/schema.h"
#include "indexer/bulk.h"
#include "server/bearer.h"
#include "server/cursor_text.h"

enum {
    PATH_BYTES_MAX = 4096,
    CONNINFO_BYTES_MAX = 4096,
    NAME_BYTES_MAX = 63, /* PostgreSQL's bound of a name */
    THREADS_MAX = 256,
    MAP_GIB_MAX = 16384,
};

static const struct setting shared[] = {
    {"config", SETTING_TEXT, 1, PATH_BYTES_MAX, NULL, "Settings file in ini form", "FILE"},
    {"log-level", SETTING_TEXT, 4, 5, "info", "What is logged: debug, info, warn or error", "LEVEL"},
    {"index", SETTING_TEXT, 1, PATH_BYTES_MAX, NULL, "Folder of the index", "DIR"},
    {"map-gib", SETTING_NUMBER, 1, MAP_GIB_MAX, "64", "Address space of the index, the most that its file may grow to, in GiB", "GIB"},
    {"database", SETTING_SECRET, 1, CONNINFO_BYTES_MAX, NULL,
     "Connection string of the shop's database; for tim index its role needs REPLICATION", "CONNINFO"},
    {"copy-database", SETTING_SECRET, 1, CONNINFO_BYTES_MAX, NULL,
     "Connection string for the first copy, of a role that may only read; without it, database serves for both", "CONNINFO"},
    {"slot", SETTING_TEXT, 1, NAME_BYTES_MAX, "timnhanh", "Replication slot, made when it is missing", "NAME"},
    {"publication", SETTING_TEXT, 1, NAME_BYTES_MAX, "timnhanh", "Publication that names the shop's tables", "NAME"},
    {"namespace", SETTING_TEXT, 1, NAME_BYTES_MAX, "public", "PostgreSQL schema of the shop's tables", "NAME"},
    {"batch-changes", SETTING_NUMBER, 1, 100000, "2000", "Most row changes in one commit of the index", "N"},
    {"batch-ms", SETTING_NUMBER, 0, 10000, "100", "Longest wait before a change becomes visible, in milliseconds", "MS"},
    {"transaction-rows-max", SETTING_NUMBER, 1000, 10000000, "100000",
     "A transaction of up to this many rows becomes visible at once; a larger one in slices", "ROWS"},
    {"build-memory-mib", SETTING_NUMBER, BULK_MEMORY_MIB_MIN, BULK_MEMORY_MIB_MAX, "512",
     "Memory for sorting while a whole index is built; beyond it, temporary files in the index folder", "MIB"},
    {"build-threads", SETTING_NUMBER, 0, BULK_THREADS_MAX, "0",
     "Threads that analyse products while a whole index is built; 0 for one per processor, 8 at most", "N"},
    {"listen", SETTING_TEXT, 1, 64, "127.0.0.1", "Address to listen on", "ADDRESS"},
    {"port", SETTING_NUMBER, 0, 65535, "8080", "Port to listen on; 0 takes a free one", "PORT"},
    {"threads", SETTING_NUMBER, 0, THREADS_MAX, "0", "Threads that answer; 0 for one per processor", "N"},
    {"query-cpu-ms", SETTING_NUMBER, 1, 60000, "50", "Processor time of one query, in milliseconds; then the answer is partial", "MS"},
    {"connections-max", SETTING_NUMBER, 1, 1000000, "20000", "Open connections; further ones wait in the listen queue", "N"},
    {"stats", SETTING_TEXT, 0, PATH_BYTES_MAX, NULL,
     "Folder for what tim serve learns of queries; unset is stats in the index folder, empty learns nothing", "DIR"},
    {"stats-half-life-hours", SETTING_NUMBER, 1, 87600, "168", "Time after which a search counts half among the popular ones", "HOURS"},
    {"stats-interval-s", SETTING_NUMBER, 1, 3600, "10", "Between two commits of what was learned; a killed server loses what came since",
     "S"},
    {"stats-window-s", SETTING_NUMBER, 1, 86400, "600",
     "A query is shown to others once it was asked in three different stretches of this length", "S"},
    {"cursor-key", SETTING_SECRET, 16, CURSOR_KEY_BYTES_MAX, NULL,
     "Secret that signs cursors, for servers of several indexes that answer the same shoppers; unset is the index's own", "SECRET"},
    {"admin-port", SETTING_NUMBER, 0, 65535, "0", "Port for admins, who need admin-token; 0 opens none", "PORT"},
    {"admin-listen", SETTING_TEXT, 1, 64, "127.0.0.1", "Address of the port for admins", "ADDRESS"},
    {"admin-token", SETTING_SECRET, ADMIN_TOKEN_BYTES_MIN, ADMIN_TOKEN_BYTES_MAX, NULL,
     "Secret that requests to admin-port send as \"Authorization: Bearer SECRET\"; needed when there is one", "SECRET"},
    {"access-log", SETTING_TEXT, 0, PATH_BYTES_MAX, "-",
     "File for the access log, one JSON line per request; - is standard output, empty is none", "FILE"},
};

static const size_t shared_count = sizeof shared / sizeof shared[0];

void settings_table_init(struct settings_table *table, const struct command *command)
{
    *table = (struct settings_table){0};
    table->schema = schema_setting_rows(&table->schema_count);
    table->option_first = shared_count + table->schema_count;
    table->count = table->option_first + command->option_count;
    table->rows = memory_calloc(table->count, sizeof *table->rows);
    memcpy(table->rows, shared, sizeof shared);
    memcpy(table->rows + shared_count, table->schema, table->schema_count * sizeof *table->rows);
    if (command->option_count > 0)
        memcpy(table->rows + table->option_first, command->options, command->option_count * sizeof *table->rows);
}

void settings_table_release(struct settings_table *table)
{
    free(table->rows);
    schema_setting_rows_free(table->schema, table->schema_count);
    *table = (struct settings_table){0};
}

static bool name_in(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool settings_table_takes(const struct settings_table *table, const struct command *command, size_t index)
{
    static const char *const always[] = {"config", "log-level", NULL};
    const char *name = table->rows[index].name;
    if (index >= table->option_first)
        return true;
    if (index >= shared_count)
        return command->takes_schema;
    return name_in(name, always) || name_in(name, command->settings);
}

enum status settings_log_level(const struct settings *settings, enum log_level *level, struct error *error)
{
    static const struct {
        const char *word;
        enum log_level level;
    } levels[] = {{"debug", LOG_DEBUG}, {"info", LOG_INFO}, {"warn", LOG_WARN}, {"error", LOG_ERROR}};
    const char *word = settings_text(settings, "log-level");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(levels[i].word, word) == 0) {
            *level = levels[i].level;
            return STATUS_OK;
        }
    return error_set(error, STATUS_INVALID, "log-level is \"%s\": it must be debug, info, warn or error", word);
}
