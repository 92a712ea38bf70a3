/* Settings: from an ini file, the environment and the command line, each name declared once in a table.
 *
 * A setting `http-port` is `http-port = 8080` in the file, TIM_HTTP_PORT in the environment and --http-port on the command line; the later
 * source wins, in whatever order they are read. Secrets (kind SETTING_SECRET) are refused on the command line, where any user of the
 * machine can read them, and are never printed. The tables are in cli/settings_table.c. */
#ifndef TIM_BASE_SETTINGS_H
#define TIM_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_FLAG, SETTING_SECRET };

enum setting_source { SETTING_FROM_DEFAULT, SETTING_FROM_FILE, SETTING_FROM_ENVIRONMENT, SETTING_FROM_ARGUMENT };

struct setting {
    const char *name; /* lower case, words joined by '-'; in the ini file a section [table] prefixes "table." */
    enum setting_kind kind;
    int64_t min, max;     /* NUMBER: inclusive bounds; TEXT and SECRET: bounds of the length in bytes */
    const char *initial;  /* the default, as text; NULL: unset */
    const char *help;     /* one sentence, with the unit */
    const char *argument; /* what --help calls the value: "PORT", "DIR", "FILE"; NULL for a flag */
};

struct settings;

/* `table` is borrowed and must outlive the settings; every row gets its default. */
MUST_USE struct settings *settings_new(const struct setting *table, size_t count);
void settings_free(struct settings *settings);

/* Sets one value after checking it against its row. INVALID: unknown name (the nearest known one is suggested), not a number, out of
 * bounds, or a secret from the command line; the error names the setting, its source and what would be right. */
MUST_USE enum status settings_set(struct settings *settings, const char *name, const char *value, enum setting_source source,
                                  struct error *error);

/* Reads an ini file. NOT_FOUND when it is absent, INVALID with the line number for anything wrong in it. A line has at most 199 bytes; an
 * indented line continues the value above it after a space. Comments (# or ;) stand on lines of their own. */
MUST_USE enum status settings_read_file(struct settings *settings, const char *path, struct error *error);

/* Reads every TIM_* variable; INVALID for one that no row knows. */
MUST_USE enum status settings_read_environment(struct settings *settings, struct error *error);

/* The value. Asserts that the row exists with this kind. Text is borrowed until the next set, NULL when unset. */
int64_t settings_number(const struct settings *settings, const char *name);
bool settings_flag(const struct settings *settings, const char *name);
const char *settings_text(const struct settings *settings, const char *name);

const struct setting *settings_table(const struct settings *settings, size_t *count);

/* The one of `names` that a mistyped `wanted` was meant to be, or NULL when none is near (one edit in three bytes). Borrowed from `names`. */
const char *name_nearest(const char *wanted, const char *const *names, size_t count);

#endif
