/* The settings of the whole program, each declared once: name, kind, bounds, default, help. */
#ifndef TIM_CLI_SETTINGS_TABLE_H
#define TIM_CLI_SETTINGS_TABLE_H

#include "base/log.h"
#include "cli/command.h"

/* The rows that every command knows from the file and the environment, the names of tables and columns, and the command's own options. */
struct settings_table {
    struct setting *rows;
    size_t count;
    size_t option_first;    /* the command's own options begin here */
    struct setting *schema; /* owned: the names inside the rows point into it */
    size_t schema_count;
};

/* `command` is borrowed. */
void settings_table_init(struct settings_table *table, const struct command *command);
void settings_table_release(struct settings_table *table);

/* True when the command takes row `index` on its command line. */
bool settings_table_takes(const struct settings_table *table, const struct command *command, size_t index);

/* The level that the setting log-level names. */
MUST_USE enum status settings_log_level(const struct settings *settings, enum log_level *level, struct error *error);

#endif
