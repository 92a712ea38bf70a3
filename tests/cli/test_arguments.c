/* A command's arguments: what is taken, what is refused and with which sentence, and the generated help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/arguments.h"

enum { WORDS_MAX = 16 };

static const struct setting options[] = {
    {"limit", SETTING_NUMBER, 0, 100, "20", "Hits to show", "K"},
    {"listing", SETTING_FLAG, 0, 0, "false", "List them", NULL},
    {"query", SETTING_TEXT, 1, 10, NULL, "What to look for", "TEXT"},
};

static const struct command command = {
    .name = "try",
    .summary = "Try it.",
    .arguments = "[WORD [WORD]]",
    .argument_max = 2,
    .settings = (const char *const[]){"index", "database", "port", NULL},
    .takes_schema = true,
    .options = options,
    .option_count = 3,
};

struct attempt {
    struct settings_table table;
    struct settings *settings;
    struct arguments arguments;
    struct error error;
    enum status status;
};

/* `line` is split at spaces. */
static void attempt_begin(struct attempt *attempt, const char *line)
{
    static char text[512];
    static char *words[WORDS_MAX];
    int count = 0;
    *attempt = (struct attempt){0};
    snprintf(text, sizeof text, "try %s", line);
    char *rest = text, *word = NULL;
    while ((word = strsep(&rest, " ")) != NULL)
        if (word[0] != '\0')
            words[count++] = word;
    words[count] = NULL;
    settings_table_init(&attempt->table, &command);
    attempt->settings = settings_new(attempt->table.rows, attempt->table.count);
    attempt->status = arguments_parse(&command, &attempt->table, count, words, attempt->settings, &attempt->arguments, &attempt->error);
}

static void attempt_end(struct attempt *attempt)
{
    arguments_release(&attempt->arguments);
    settings_free(attempt->settings);
    settings_table_release(&attempt->table);
}

static void test_taken(void **state)
{
    (void)state;
    struct attempt attempt;
    attempt_begin(&attempt, "one --limit 7 --listing --query=--x two --index dir --table.products san_pham --port=1");
    assert_string_equal(attempt.error.text, "");
    assert_int_equal(attempt.status, STATUS_OK);
    assert_int_equal(attempt.arguments.word_count, 2);
    assert_string_equal(attempt.arguments.words[0], "one");
    assert_string_equal(attempt.arguments.words[1], "two");
    assert_int_equal(settings_number(attempt.settings, "limit"), 7);
    assert_true(settings_flag(attempt.settings, "listing"));
    assert_string_equal(settings_text(attempt.settings, "query"), "--x");
    assert_string_equal(settings_text(attempt.settings, "index"), "dir");
    assert_string_equal(settings_text(attempt.settings, "table.products"), "san_pham");
    assert_int_equal(settings_number(attempt.settings, "port"), 1);
    attempt_end(&attempt);
}

static void test_forms(void **state)
{
    (void)state;
    struct attempt attempt;
    attempt_begin(&attempt, "--lim 7 --listing=off -- --limit");
    assert_int_equal(attempt.status, STATUS_OK);
    assert_int_equal(settings_number(attempt.settings, "limit"), 7);
    assert_false(settings_flag(attempt.settings, "listing"));
    assert_int_equal(attempt.arguments.word_count, 1);
    assert_string_equal(attempt.arguments.words[0], "--limit");
    attempt_end(&attempt);
    attempt_begin(&attempt, "");
    assert_int_equal(attempt.status, STATUS_OK);
    assert_int_equal(attempt.arguments.word_count, 0);
    attempt_end(&attempt);
    attempt_begin(&attempt, "--help");
    assert_int_equal(attempt.status, STATUS_OK);
    assert_true(attempt.arguments.help);
    attempt_end(&attempt);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"--limti 7", "unknown option --limti; did you mean --limit?"},
        {"--zzzzzz", "unknown option --zzzzzz; --help"},
        {"-x", "unknown option -x"},
        {"--limit 101", "--limit is \"101\": it must be a whole number from 0 to 100"},
        {"--limit", "--limit needs a value: --limit K"},
        {"--query a --limit", "--limit needs a value"},
        {"--query --limit --limti", "unknown option --limti"},
        {"one two three", "\"three\" is one word too many: [WORD [WORD]] is taken"},
        {"--threads 2", "--threads is not an option of this command"},
        {"--database x", "--database may hold a password"},
        {"--database=password=geheim", "TIM_DATABASE"},
        {"--listing=maybe", "--listing is \"maybe\": it must be true or false"},
        {"--li 7", "--li"},
        {"--query 12345678901", "--query has 11 bytes: it must have 1 to 10"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct attempt attempt;
        attempt_begin(&attempt, cases[i].line);
        assert_int_equal(attempt.status, STATUS_INVALID);
        if (strstr(attempt.error.text, cases[i].part) == NULL)
            fail_msg("%s: \"%s\" is not in \"%s\"", cases[i].line, cases[i].part, attempt.error.text);
        assert_null(strstr(attempt.error.text, "geheim"));
        assert_null(strchr(attempt.error.text, '\n'));
        attempt_end(&attempt);
    }
}

static void test_help(void **state)
{
    (void)state;
    struct attempt attempt;
    char *text = NULL;
    size_t size = 0;
    attempt_begin(&attempt, "");
    FILE *out = open_memstream(&text, &size);
    arguments_help(&command, &attempt.table, out);
    fclose(out);
    assert_ptr_equal(strstr(text, "Usage: tim try [OPTION...] [WORD [WORD]]\nTry it.\n"), text);
    assert_non_null(strstr(text, "--limit=K"));
    assert_non_null(strstr(text, "Hits to show (0 to 100, default 20)"));
    assert_non_null(strstr(text, "--listing[=BOOL]"));
    assert_null(strstr(text, "--threads"));
    assert_null(strstr(text, "--database"));
    assert_null(strstr(text, "--table.products"));
    assert_non_null(strstr(text, "`database` is never an argument"));
    free(text);
    attempt_end(&attempt);
}

static void test_log_level(void **state)
{
    (void)state;
    static const char *const good[] = {"debug", "info", "warn", "error"};
    struct attempt attempt;
    enum log_level level = LOG_INFO;
    attempt_begin(&attempt, "");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(settings_set(attempt.settings, "log-level", good[i], SETTING_FROM_ARGUMENT, NULL), STATUS_OK);
        assert_int_equal(settings_log_level(attempt.settings, &level, NULL), STATUS_OK);
        assert_int_equal(level, i);
    }
    assert_int_equal(settings_set(attempt.settings, "log-level", "loud", SETTING_FROM_ARGUMENT, NULL), STATUS_OK);
    assert_int_equal(settings_log_level(attempt.settings, &level, &attempt.error), STATUS_INVALID);
    assert_non_null(strstr(attempt.error.text, "debug, info, warn or error"));
    attempt_end(&attempt);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken), cmocka_unit_test(test_forms),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_help),  cmocka_unit_test(test_log_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
