/* A command's arguments by glibc's argp, generated from the settings table. */
#ifndef TIM_CLI_ARGUMENTS_H
#define TIM_CLI_ARGUMENTS_H

#include <stdio.h>

#include "cli/settings_table.h"

struct arguments {
    char **words; /* the words that are not options, in argv; the array is owned */
    size_t word_count;
    bool help; /* --help was given: nothing else counts */
};

/* Reads argv[1..argc-1] into `settings` and `out`. INVALID with the sentence for anything that the command does not take. */
MUST_USE enum status arguments_parse(const struct command *command, const struct settings_table *table, int argc, char **argv,
                                     struct settings *settings, struct arguments *out, struct error *error);
void arguments_release(struct arguments *arguments);

/* What `tim NAME --help` prints. */
void arguments_help(const struct command *command, const struct settings_table *table, FILE *out);

#endif
