#include "cli/command.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/arguments.h"
#include "cli/settings_table.h"

static const struct command *const commands[] = {
    &command_build,  &command_index,   &command_serve,   &command_search,   &command_explain, &command_stats, &command_dump,
    &command_verify, &command_reindex, &command_analyze, &command_generate, &command_load,    &command_bench,
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void help_print(FILE *out)
{
    fprintf(out, "Usage: tim COMMAND [OPTION...]\n"
                 "Timnhanh: Vietnamese product search that follows a shop's PostgreSQL.\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\ntim COMMAND --help shows the options of one. tim --version shows the version.\n");
}

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    const char *nearest = name_nearest(name, names, COMMAND_COUNT);
    if (nearest != NULL)
        fprintf(stderr, "tim: unknown command \"%.60s\"; did you mean %s?\n", name, nearest);
    else
        fprintf(stderr, "tim: unknown command \"%.60s\"; tim --help lists the ones there are\n", name);
    return EXIT_USAGE;
}

static enum status not_set(const struct setting *row, struct error *error)
{
    if (row->kind != SETTING_SECRET)
        return error_set(error, STATUS_INVALID, "--%s %s is needed: %s", row->name, row->argument, row->help);
    char variable[64];
    snprintf(variable, sizeof variable, "TIM_%s", row->name);
    for (char *at = variable; *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return error_set(error, STATUS_INVALID, "%s is not set: put it in the environment as %s or in the settings file: %s", row->name,
                     variable, row->help);
}

static enum status needs_check(const struct command *command, const struct settings *settings, struct error *error)
{
    size_t count = 0;
    const struct setting *rows = settings_table(settings, &count);
    for (const char *const *name = command->needs; name != NULL && *name != NULL; name++) {
        if (settings_text(settings, *name) != NULL)
            continue;
        const struct setting *row = rows;
        while (strcmp(row->name, *name) != 0)
            row++;
        return not_set(row, error);
    }
    return STATUS_OK;
}

/* Fills the settings from all sources. The order does not matter to the values: the file comes last because the others name it. */
static enum status settings_gather(const struct command *command, const struct settings_table *table, int argc, char **argv,
                                   struct settings *settings, struct arguments *arguments, struct error *error)
{
    enum status status = arguments_parse(command, table, argc, argv, settings, arguments, error);
    if (status != STATUS_OK || arguments->help)
        return status;
    status = settings_read_environment(settings, error);
    if (status != STATUS_OK)
        return status;
    const char *path = settings_text(settings, "config");
    if (path != NULL) {
        status = settings_read_file(settings, path, error);
        if (status != STATUS_OK)
            return status;
    }
    enum log_level level = LOG_INFO;
    status = settings_log_level(settings, &level, error);
    if (status != STATUS_OK)
        return status;
    log_set_level(level);
    return needs_check(command, settings, error);
}

/* What was printed must have arrived: a full disk behind a redirection is a failure too. */
static enum status output_finish(struct error *error)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_IO, "cannot write to standard output: %s", strerror(errno));
}

static int command_execute(const struct command *command, int argc, char **argv)
{
    struct settings_table table;
    struct arguments arguments = {0};
    struct error error = {0};
    int code = EXIT_DONE;
    settings_table_init(&table, command);
    struct settings *settings = settings_new(table.rows, table.count);
    if (settings_gather(command, &table, argc, argv, settings, &arguments, &error) != STATUS_OK) {
        code = EXIT_USAGE;
        goto done;
    }
    struct invocation invocation = {.settings = settings, .arguments = arguments.words, .argument_count = arguments.word_count};
    if (!arguments.help && command->check != NULL && command->check(&invocation, &error) != STATUS_OK) {
        code = EXIT_USAGE;
        goto done;
    }
    enum status status = STATUS_OK;
    if (arguments.help)
        arguments_help(command, &table, stdout);
    else
        status = command->run(&invocation, &error);
    if (status == STATUS_OK)
        status = output_finish(&error);
    code = status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
done:
    if (code != EXIT_DONE)
        fprintf(stderr, "tim %s: %s\n", command->name, error.text);
    arguments_release(&arguments);
    settings_free(settings);
    settings_table_release(&table);
    return code;
}

int command_run(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow further is an error to report, not an end */
    if (argc < 2) {
        help_print(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help_print(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("tim %s\n", TIM_VERSION);
        return EXIT_DONE;
    }
    const struct command *command = command_find(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    return command_execute(command, argc - 1, argv + 1);
}
