#include "base/settings.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

enum {
    LINE_BYTES_MAX = 199, /* inih cuts a longer line in two without a word */
    NAME_BYTES_MAX = 96,
    NEAREST_BYTES_MAX = 64, /* of a name that is worth a suggestion */
};

struct value {
    char *text; /* NULL: unset */
    int64_t number;
    bool flag;
    enum setting_source source;
};

struct settings {
    const struct setting *table;
    size_t count;
    struct value *values;
};

/* Optimal string alignment: insertions, deletions, replacements and swapped neighbours. Both at most NEAREST_BYTES_MAX bytes. */
static size_t name_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][NEAREST_BYTES_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *here = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        here[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = here[j - 1] + 1 < best ? here[j - 1] + 1 : best;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            here[j] = swapped && before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
        }
        size_t *oldest = before;
        before = above;
        above = here;
        here = oldest;
    }
    return above[b_size];
}

const char *name_nearest(const char *wanted, const char *const *names, size_t count)
{
    size_t wanted_size = strlen(wanted);
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    if (wanted_size > NEAREST_BYTES_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i]);
        if (size > NEAREST_BYTES_MAX)
            continue;
        size_t distance = name_distance(wanted, wanted_size, names[i], size);
        size_t longer = size > wanted_size ? size : wanted_size;
        if (distance * 3 <= longer && distance < nearest_distance) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}

static size_t setting_find(const struct settings *settings, const char *name)
{
    size_t i = 0;
    while (i < settings->count && strcmp(settings->table[i].name, name) != 0)
        i++;
    return i;
}

/* The name as people write it at its source: --http-port, TIM_HTTP_PORT, http-port. `out` holds NAME_BYTES_MAX. */
static const char *name_at_source(const char *name, enum setting_source source, char *out)
{
    if (source == SETTING_FROM_ENVIRONMENT) {
        snprintf(out, NAME_BYTES_MAX, "TIM_%s", name);
        for (char *at = out; *at != '\0'; at++)
            *at = *at == '-' || *at == '.' ? '_' : (char)toupper((unsigned char)*at);
    } else {
        snprintf(out, NAME_BYTES_MAX, "%s%s", source == SETTING_FROM_ARGUMENT ? "--" : "", name);
    }
    return out;
}

/* `written` is the name as it stood at its source, and so is the suggestion. */
static enum status unknown_name(const struct settings *settings, const char *written, enum setting_source source, struct error *error)
{
    char(*spelled)[NAME_BYTES_MAX] = memory_calloc(settings->count, sizeof *spelled);
    const char **names = memory_calloc(settings->count, sizeof *names);
    for (size_t i = 0; i < settings->count; i++)
        names[i] = name_at_source(settings->table[i].name, source, spelled[i]);
    const char *nearest = name_nearest(written, names, settings->count);
    enum status status = nearest != NULL ? error_set(error, STATUS_INVALID, "unknown setting %s; did you mean %s?", written, nearest)
                                         : error_set(error, STATUS_INVALID, "unknown setting %s; --help lists the ones there are", written);
    free(names);
    free(spelled);
    return status;
}

static enum status number_parse(const struct setting *row, const char *written, const char *text, int64_t *out, struct error *error)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t digit_count = strspn(digits, "0123456789");
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    bool whole = digit_count > 0 && digits[digit_count] == '\0';
    if (!whole || errno == ERANGE || number < row->min || number > row->max)
        return error_set(error, STATUS_INVALID, "%s is \"%.40s\": it must be a whole number from %lld to %lld", written, text,
                         (long long)row->min, (long long)row->max);
    *out = number;
    return STATUS_OK;
}

static enum status flag_parse(const char *written, const char *text, bool *out, struct error *error)
{
    static const char *const words[2][4] = {{"false", "no", "off", "0"}, {"true", "yes", "on", "1"}};
    for (size_t truth = 0; truth < 2; truth++)
        for (size_t i = 0; i < 4; i++)
            if (strcmp(text, words[truth][i]) == 0) {
                *out = truth == 1;
                return STATUS_OK;
            }
    return error_set(error, STATUS_INVALID, "%s is \"%.40s\": it must be true or false", written, text);
}

static enum status length_check(const struct setting *row, const char *written, const char *text, struct error *error)
{
    size_t size = strlen(text);
    if (size >= (size_t)row->min && size <= (size_t)row->max)
        return STATUS_OK;
    if (size == 0)
        return error_set(error, STATUS_INVALID, "%s is empty: %s", written, row->help);
    return error_set(error, STATUS_INVALID, "%s has %zu bytes: it must have %lld to %lld", written, size, (long long)row->min,
                     (long long)row->max);
}

static enum status value_parse(const struct setting *row, const char *written, const char *text, struct value *out, struct error *error)
{
    switch (row->kind) {
    case SETTING_NUMBER:
        return number_parse(row, written, text, &out->number, error);
    case SETTING_FLAG:
        return flag_parse(written, text, &out->flag, error);
    case SETTING_TEXT:
    case SETTING_SECRET:
        return length_check(row, written, text, error);
    }
    assert(false);
    return STATUS_INVALID;
}

enum status settings_set(struct settings *settings, const char *name, const char *value, enum setting_source source, struct error *error)
{
    char written[NAME_BYTES_MAX], variable[NAME_BYTES_MAX];
    name_at_source(name, source, written);
    size_t i = setting_find(settings, name);
    if (i == settings->count)
        return unknown_name(settings, written, source, error);
    const struct setting *row = &settings->table[i];
    if (row->kind == SETTING_SECRET && source == SETTING_FROM_ARGUMENT)
        return error_set(error, STATUS_INVALID,
                         "%s may hold a password and arguments are public on this machine: put it in %s or in the settings file", written,
                         name_at_source(name, SETTING_FROM_ENVIRONMENT, variable));
    struct value parsed = {.source = source};
    enum status status = value_parse(row, written, value, &parsed, error);
    if (status != STATUS_OK)
        return status;
    if (source < settings->values[i].source)
        return STATUS_OK;
    parsed.text = memory_copy(value, strlen(value));
    free(settings->values[i].text);
    settings->values[i] = parsed;
    return STATUS_OK;
}

struct settings *settings_new(const struct setting *table, size_t count)
{
    struct settings *settings = memory_calloc(1, sizeof *settings);
    *settings = (struct settings){.table = table, .count = count, .values = memory_calloc(count, sizeof *settings->values)};
    for (size_t i = 0; i < count; i++) {
        assert(strlen(table[i].name) + sizeof "TIM_" <= NAME_BYTES_MAX);
        assert(setting_find(settings, table[i].name) == i);
        if (table[i].initial != NULL) {
            enum status status = settings_set(settings, table[i].name, table[i].initial, SETTING_FROM_DEFAULT, NULL);
            assert(status == STATUS_OK);
        }
    }
    return settings;
}

void settings_free(struct settings *settings)
{
    if (settings == NULL)
        return;
    for (size_t i = 0; i < settings->count; i++)
        free(settings->values[i].text);
    free(settings->values);
    free(settings);
}

/* One pass over an ini file. A value waits in `name` and `value` until the line after it shows that nothing continues it. */
struct ini_pass {
    struct settings *settings;
    FILE *file;
    struct buffer line;
    bool indented; /* the line at hand began with a blank */
    int line_number;
    char name[2 * NAME_BYTES_MAX]; /* empty: nothing waits */
    struct buffer value;
    int value_line;
    bool secret; /* the file holds one */
    struct error fault;
    int fault_line; /* 0: none */
};

static void fault_set(struct ini_pass *pass, int line, const char *text)
{
    if (pass->fault_line != 0)
        return;
    pass->fault_line = line;
    error_set(&pass->fault, STATUS_INVALID, "%s", text);
}

static bool has_trailing_comment(const char *line)
{
    for (const char *at = strchr(line, ';'); at != NULL; at = strchr(at + 1, ';'))
        if (at > line && isspace((unsigned char)at[-1]))
            return true;
    return false;
}

static void line_check(struct ini_pass *pass, const char *line, size_t size)
{
    const char *start = line + strspn(line, " \t");
    pass->indented = start > line;
    if (strlen(line) != size)
        fault_set(pass, pass->line_number, "a NUL byte; settings are text");
    else if (size > LINE_BYTES_MAX)
        fault_set(pass, pass->line_number, "more than 199 bytes; continue a long value on an indented line below");
    else if (*start != '#' && *start != ';' && has_trailing_comment(start))
        fault_set(pass, pass->line_number, "\" ;\" inside a value; comments stand on lines of their own");
}

/* inih's line source: fgets that notices what inih would silently get wrong. */
static char *ini_line(char *out, int room, void *context)
{
    struct ini_pass *pass = context;
    if (pass->fault_line != 0)
        return NULL;
    pass->line.size = 0;
    int byte = 0;
    while ((byte = getc(pass->file)) != EOF && byte != '\n')
        buffer_append_char(&pass->line, (char)byte);
    if (byte == EOF && pass->line.size == 0)
        return NULL;
    pass->line_number++;
    size_t size = pass->line.size;
    buffer_append_char(&pass->line, '\0');
    line_check(pass, pass->line.data, size);
    if (pass->fault_line != 0)
        return NULL;
    assert(size < (size_t)room);
    memcpy(out, pass->line.data, size + 1);
    return out;
}

static void value_finish(struct ini_pass *pass)
{
    if (pass->name[0] == '\0' || pass->fault_line != 0)
        return;
    struct error error = {0};
    buffer_append_char(&pass->value, '\0');
    if (settings_set(pass->settings, pass->name, pass->value.data, SETTING_FROM_FILE, &error) != STATUS_OK)
        fault_set(pass, pass->value_line, error.text);
    else if (pass->settings->table[setting_find(pass->settings, pass->name)].kind == SETTING_SECRET)
        pass->secret = true;
    pass->name[0] = '\0';
    pass->value.size = 0;
}

static int ini_value(void *context, const char *section, const char *name, const char *value)
{
    struct ini_pass *pass = context;
    char full[sizeof pass->name];
    snprintf(full, sizeof full, "%s%s%s", section, section[0] != '\0' ? "." : "", name);
    if (pass->indented && strcmp(full, pass->name) == 0) {
        buffer_append_char(&pass->value, ' ');
    } else {
        value_finish(pass);
        memcpy(pass->name, full, sizeof full);
        pass->value_line = pass->line_number;
        if (full[0] == '\0')
            fault_set(pass, pass->line_number, "a value without a name; a line reads name = value");
    }
    buffer_append_text(&pass->value, value);
    return 1;
}

static void warn_when_readable(const char *path, FILE *file)
{
    struct stat found = {0};
    if (fstat(fileno(file), &found) == 0 && (found.st_mode & S_IROTH) != 0)
        log_warn("%s holds a secret that every user can read: chmod o-r %s", path, path);
}

enum status settings_read_file(struct settings *settings, const char *path, struct error *error)
{
    struct ini_pass pass = {.settings = settings};
    pass.file = fopen(path, "re");
    if (pass.file == NULL) {
        int reason = errno;
        enum status status = reason == ENOENT ? STATUS_NOT_FOUND : reason == EACCES ? STATUS_DENIED : STATUS_IO;
        return error_set(error, status, "cannot read the settings file %s: %s", path, strerror(reason));
    }
    enum status status = STATUS_OK;
    int bad_line = ini_parse_stream(ini_line, &pass, ini_value, &pass);
    value_finish(&pass);
    if (ferror(pass.file)) {
        status = error_set(error, STATUS_IO, "cannot read the settings file %s: %s", path, strerror(errno));
        goto done;
    }
    if (bad_line > 0 && (pass.fault_line == 0 || bad_line < pass.fault_line)) {
        pass.fault_line = bad_line;
        error_set(&pass.fault, STATUS_INVALID, "a line reads name = value or [section]");
    }
    if (pass.fault_line != 0)
        status = error_set(error, STATUS_INVALID, "%s, line %d: %s", path, pass.fault_line, pass.fault.text);
    else if (pass.secret)
        warn_when_readable(path, pass.file);
done:
    fclose(pass.file);
    buffer_release(&pass.line);
    buffer_release(&pass.value);
    return status;
}

/* The row whose variable this is, or the count: names have '-' and '.' where variables have '_', so only one way is sure. */
static size_t setting_of_variable(const struct settings *settings, const char *variable)
{
    char spelled[NAME_BYTES_MAX];
    size_t i = 0;
    while (i < settings->count && strcmp(name_at_source(settings->table[i].name, SETTING_FROM_ENVIRONMENT, spelled), variable) != 0)
        i++;
    return i;
}

enum status settings_read_environment(struct settings *settings, struct error *error)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals == NULL || strncmp(*entry, "TIM_", 4) != 0)
            continue;
        char *variable = memory_copy(*entry, (size_t)(equals - *entry));
        size_t i = setting_of_variable(settings, variable);
        enum status status = i == settings->count
                                 ? unknown_name(settings, variable, SETTING_FROM_ENVIRONMENT, error)
                                 : settings_set(settings, settings->table[i].name, equals + 1, SETTING_FROM_ENVIRONMENT, error);
        free(variable);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static const struct value *value_get(const struct settings *settings, const char *name, enum setting_kind kind)
{
    size_t i = setting_find(settings, name);
    assert(i < settings->count);
    enum setting_kind found = settings->table[i].kind;
    assert(found == kind || (kind == SETTING_TEXT && found == SETTING_SECRET));
    return &settings->values[i];
}

int64_t settings_number(const struct settings *settings, const char *name)
{
    const struct value *value = value_get(settings, name, SETTING_NUMBER);
    assert(value->text != NULL);
    return value->number;
}

bool settings_flag(const struct settings *settings, const char *name)
{
    return value_get(settings, name, SETTING_FLAG)->flag;
}

const char *settings_text(const struct settings *settings, const char *name)
{
    return value_get(settings, name, SETTING_TEXT)->text;
}

const struct setting *settings_table(const struct settings *settings, size_t *count)
{
    *count = settings->count;
    return settings->table;
}
