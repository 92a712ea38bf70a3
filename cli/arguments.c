#include "cli/arguments.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* argp keys: one per row of the settings table, above every character. */
enum { KEY_HELP = 'h', KEY_FIRST_ROW = 1000 };

struct parse {
    const struct command *command;
    const struct settings_table *table;
    struct settings *settings;
    struct arguments *out;
    struct error *error;
    bool judged; /* `error` has the sentence already */
};

/* The generated options and every text they point to. */
struct option_list {
    struct argp_option *options;
    struct buffer *texts;
    size_t count;
    struct buffer doc;
};

static const char *bounds_text(const struct setting *row, struct buffer *text)
{
    buffer_append_text(text, row->help);
    if (row->kind == SETTING_NUMBER) {
        buffer_print(text, " (%" PRId64 " to %" PRId64, row->min, row->max);
        buffer_print(text, row->initial != NULL ? ", default %s)" : ")", row->initial);
    } else if (row->kind == SETTING_TEXT && row->initial != NULL && row->initial[0] != '\0') {
        buffer_print(text, " (default %s)", row->initial);
    }
    buffer_append_char(text, '\0');
    return text->data;
}

static void option_from_row(const struct setting *row, size_t index, bool hidden, struct argp_option *option, struct buffer *text)
{
    *option = (struct argp_option){.name = row->name, .key = KEY_FIRST_ROW + (int)index, .arg = row->argument, .group = 1};
    if (row->kind == SETTING_FLAG) {
        option->arg = "BOOL";
        option->flags |= OPTION_ARG_OPTIONAL;
    }
    if (hidden)
        option->flags |= OPTION_HIDDEN;
    option->doc = bounds_text(row, text);
}

static void doc_build(const struct command *command, const struct settings_table *table, struct buffer *doc)
{
    buffer_append_text(doc, command->summary);
    if (command->details != NULL)
        buffer_print(doc, "\n\n%s", command->details);
    buffer_append_text(doc, "\vA setting `port` is also `port = 8080` in the settings file and TIM_PORT in the environment; "
                            "arguments win over the environment, and that over the file. The file is named by --config or TIM_CONFIG.");
    for (size_t i = 0; i < table->option_first; i++)
        if (table->rows[i].kind == SETTING_SECRET && settings_table_takes(table, command, i))
            buffer_print(doc, "\n\n`%s` is never an argument, since it may hold a password: %s.", table->rows[i].name, table->rows[i].help);
    if (command->takes_schema)
        buffer_append_text(doc, "\n\nNames of tables and columns are settings as well: table.products, column.products.sale_price and so "
                                "on after data/schema.sql, sections [table] and [column.products] in the file; an empty name says that "
                                "the shop has no such table or column.");
    buffer_append_char(doc, '\0');
}

static void option_list_init(struct option_list *list, const struct command *command, const struct settings_table *table)
{
    *list = (struct option_list){0};
    list->options = memory_calloc(table->count + 2, sizeof *list->options);
    list->texts = memory_calloc(table->count, sizeof *list->texts);
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].kind == SETTING_SECRET || !settings_table_takes(table, command, i))
            continue;
        bool hidden = strchr(table->rows[i].name, '.') != NULL;
        option_from_row(&table->rows[i], i, hidden, &list->options[list->count], &list->texts[list->count]);
        list->count++;
    }
    list->options[list->count] = (struct argp_option){.name = "help", .key = KEY_HELP, .doc = "Show this text", .group = 2};
    doc_build(command, table, &list->doc);
}

static void option_list_release(struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        buffer_release(&list->texts[i]);
    free(list->texts);
    free(list->options);
    buffer_release(&list->doc);
}

static error_t judge(struct parse *parse, enum status status)
{
    if (status == STATUS_OK)
        return 0;
    parse->judged = true;
    return EINVAL;
}

static error_t word_take(struct parse *parse, char *word)
{
    if (parse->out->word_count == parse->command->argument_max)
        return judge(parse,
                     parse->command->arguments == NULL
                         ? error_set(parse->error, STATUS_INVALID, "\"%s\" is one word too many: only options are taken", word)
                         : error_set(parse->error, STATUS_INVALID, "\"%s\" is one word too many: %s is taken; quote a text with spaces",
                                     word, parse->command->arguments));
    parse->out->words[parse->out->word_count++] = word;
    return 0;
}

static error_t option_take(int key, char *value, struct argp_state *state)
{
    struct parse *parse = state->input;
    if (key == ARGP_KEY_ARG)
        return word_take(parse, value);
    if (key == KEY_HELP) {
        parse->out->help = true;
        return 0;
    }
    if (key < KEY_FIRST_ROW || (size_t)key >= KEY_FIRST_ROW + parse->table->count)
        return ARGP_ERR_UNKNOWN;
    const char *name = parse->table->rows[key - KEY_FIRST_ROW].name;
    return judge(parse, settings_set(parse->settings, name, value != NULL ? value : "true", SETTING_FROM_ARGUMENT, parse->error));
}

/* How argp's getopt sees `--name` or `--name=value`: the option of that name, or the only one that begins so. */
static const struct argp_option *option_find(const struct option_list *list, const char *name)
{
    const struct argp_option *found = NULL;
    for (const struct argp_option *option = list->options; option->name != NULL; option++) {
        if (strcmp(option->name, name) == 0)
            return option;
        if (strncmp(option->name, name, strlen(name)) == 0) {
            if (found != NULL)
                return NULL;
            found = option;
        }
    }
    return found;
}

static enum status unknown_option(const struct parse *parse, const struct option_list *list, const char *name)
{
    const char **names = memory_calloc(list->count + 1, sizeof *names);
    for (size_t i = 0; i <= list->count; i++)
        names[i] = list->options[i].name;
    const char *nearest = name_nearest(name, names, list->count + 1);
    free(names);
    for (size_t i = 0; i < parse->table->count; i++)
        if (strcmp(parse->table->rows[i].name, name) == 0) {
            if (parse->table->rows[i].kind == SETTING_SECRET)
                return settings_set(parse->settings, name, "", SETTING_FROM_ARGUMENT, parse->error);
            return error_set(parse->error, STATUS_INVALID, "--%s is not an option of this command; --help lists them", name);
        }
    if (nearest != NULL)
        return error_set(parse->error, STATUS_INVALID, "unknown option --%.60s; did you mean --%s?", name, nearest);
    return error_set(parse->error, STATUS_INVALID, "unknown option --%.60s; --help lists the ones there are", name);
}

/* argp says that a word is wrong but not which or why; looks for the first that cannot be right. */
static enum status explain(const struct parse *parse, const struct option_list *list, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (argv[i][0] != '-' || argv[i][1] == '\0')
            continue;
        if (argv[i][1] != '-')
            return error_set(parse->error, STATUS_INVALID, "unknown option %.60s; --help lists the ones there are", argv[i]);
        char *name = memory_copy(argv[i] + 2, strcspn(argv[i] + 2, "="));
        const struct argp_option *option = option_find(list, name);
        if (option == NULL) {
            enum status status = unknown_option(parse, list, name);
            free(name);
            return status;
        }
        free(name);
        bool takes_value = option->arg != NULL && (option->flags & OPTION_ARG_OPTIONAL) == 0;
        if (takes_value && strchr(argv[i], '=') == NULL && ++i == argc)
            return error_set(parse->error, STATUS_INVALID, "--%s needs a value: --%s %s", option->name, option->name, option->arg);
    }
    return error_set(parse->error, STATUS_INVALID, "the arguments are wrong; --help shows the right ones");
}

static struct argp argp_of(const struct command *command, const struct option_list *list)
{
    return (struct argp){.options = list->options, .parser = option_take, .args_doc = command->arguments, .doc = list->doc.data};
}

enum status arguments_parse(const struct command *command, const struct settings_table *table, int argc, char **argv,
                            struct settings *settings, struct arguments *out, struct error *error)
{
    *out = (struct arguments){.words = memory_calloc((size_t)argc, sizeof *out->words)};
    struct parse parse = {.command = command, .table = table, .settings = settings, .out = out, .error = error};
    struct option_list list;
    option_list_init(&list, command, table);
    struct argp argp = argp_of(command, &list);
    enum status status = STATUS_OK;
    if (argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &parse) != 0 && !out->help)
        status = parse.judged ? STATUS_INVALID : explain(&parse, &list, argc, argv);
    option_list_release(&list);
    return status;
}

void arguments_release(struct arguments *arguments)
{
    free(arguments->words);
    *arguments = (struct arguments){0};
}

void arguments_help(const struct command *command, const struct settings_table *table, FILE *out)
{
    struct option_list list;
    struct buffer name = {0};
    option_list_init(&list, command, table);
    struct argp argp = argp_of(command, &list);
    buffer_print(&name, "tim %s", command->name);
    buffer_append_char(&name, '\0');
    argp_help(&argp, out, ARGP_HELP_SHORT_USAGE | ARGP_HELP_DOC | ARGP_HELP_LONG, name.data);
    buffer_release(&name);
    option_list_release(&list);
}
