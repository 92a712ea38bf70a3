/* The program's subcommands: what one of them is, and the dispatcher that finds and runs it.
 *
 * A new command costs one file cmd_NAME.c that defines its `struct command`, and one row of the table in command.c. Settings shared by
 * several commands are rows of settings_table.c; options that mean something to one command only stand in its own file.
 *
 * Exit codes: 0 done; 1 it failed; 2 it was called wrongly (unknown command, option or setting, value out of bounds). A failure is one
 * line on stderr: `tim build: ...`. */
#ifndef TIM_CLI_COMMAND_H
#define TIM_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/settings.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What a command is called with. Valid while it runs. */
struct invocation {
    const struct settings *settings;
    char *const *arguments; /* the words that are not options */
    size_t argument_count;
};

struct command {
    const char *name;
    const char *summary;   /* one sentence for `tim --help` */
    const char *details;   /* further text for `tim NAME --help`; NULL: none */
    const char *arguments; /* the words it takes, as --help shows them; NULL: none */
    size_t argument_max;
    const char *const *settings;   /* names of shared settings, NULL-ended */
    const char *const *needs;      /* those of them that must be set, NULL-ended; NULL: none */
    bool takes_schema;             /* also table.* and column.* */
    const struct setting *options; /* its own; may be NULL */
    size_t option_count;
    /* Looks at words and settings alone, before anything is opened: not OK is a wrong call. NULL: there is nothing more to look at. */
    enum status (*check)(const struct invocation *invocation, struct error *error);
    /* Not OK: the error says why, and the dispatcher prints it. INVALID from a command is a failure like any other. */
    enum status (*run)(const struct invocation *invocation, struct error *error);
};

/* Runs what the arguments ask for and returns the exit code. */
int command_run(int argc, char **argv);

extern const struct command command_analyze, command_bench, command_build, command_dump, command_explain, command_generate, command_index,
    command_load, command_reindex, command_search, command_serve, command_stats, command_verify;

#endif
