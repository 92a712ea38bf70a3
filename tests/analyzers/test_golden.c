/* Golden cases: texts and the tokens that they give, in golden/ (the format is at the top of forms.txt). A new rule of the analysis
 * brings its cases there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "analyzers/utf8.h"

enum { LINE_BYTES = 4096, CASES_MIN = 150 };

static const char *const kind_names[] = {"syllable", "latin", "number", "code", "unit", "other"};
static struct analyzer *analyzer;

/* Resolves \u{hex} and \x{hex} in place of the line's own bytes. */
static size_t text_unescape(const char *line, char *out)
{
    size_t size = 0;
    while (*line != '\0') {
        char *end = NULL;
        if (line[0] != '\\') {
            out[size++] = *line++;
            continue;
        }
        assert_true((line[1] == 'u' || line[1] == 'x') && line[2] == '{');
        unsigned long value = strtoul(line + 3, &end, 16);
        assert_int_equal(*end, '}');
        if (line[1] == 'u')
            size += utf8_encode((uint32_t)value, out + size);
        else
            out[size++] = (char)value;
        line = end + 1;
    }
    return size;
}

static void token_print(const struct token *token, bool spans, struct buffer *out)
{
    buffer_print(out, "  %u%s %s %.*s %.*s", token->position, token->part ? "p" : "", kind_names[token->kind], token->folded_size,
                 token->folded, token->exact_size, token->exact);
    if (spans)
        buffer_print(out, " %u+%u", token->offset, token->size);
    buffer_append_char(out, '\n');
}

static void tokens_print(const char *line, bool document, bool spans, struct buffer *out)
{
    char text[LINE_BYTES] = {0};
    size_t size = text_unescape(line, text);
    struct arena arena;
    struct token_list list;
    arena_init(&arena, 1 << 20);
    assert_int_equal((document ? analyze_document : analyze)(analyzer, text, size, &arena, &list), STATUS_OK);
    out->size = 0;
    for (uint32_t i = 0; i < list.count; i++)
        token_print(&list.tokens[i], spans, out);
    buffer_append_char(out, '\0');
    arena_release(&arena);
}

struct golden {
    struct buffer expected; /* the lines of the case being read */
    struct buffer actual, same;
    char text[LINE_BYTES];
    bool document; /* it is read as one */
    size_t cases, failures;
};

static void case_check(struct golden *golden)
{
    if (golden->text[0] == '\0')
        return;
    buffer_append_char(&golden->expected, '\0');
    tokens_print(golden->text, golden->document, true, &golden->actual);
    golden->cases++;
    if (strcmp(golden->expected.data, golden->actual.data) != 0) {
        print_error("%c %s\nexpected:\n%sgot:\n%s", golden->document ? '+' : '>', golden->text, golden->expected.data, golden->actual.data);
        golden->failures++;
    }
    golden->expected.size = 0;
}

static void same_check(struct golden *golden, const char *line)
{
    tokens_print(golden->text, golden->document, false, &golden->actual);
    tokens_print(line, golden->document, false, &golden->same);
    golden->cases++;
    if (strcmp(golden->actual.data, golden->same.data) != 0) {
        print_error("> %s\n%s~ %s\n%s", golden->text, golden->actual.data, line, golden->same.data);
        golden->failures++;
    }
}

static void file_check(struct golden *golden, const char *name)
{
    char path[256] = {0}, line[LINE_BYTES] = {0};
    snprintf(path, sizeof path, "tests/analyzers/golden/%s.txt", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    golden->text[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '>' || line[0] == '+') {
            case_check(golden);
            golden->document = line[0] == '+';
            snprintf(golden->text, sizeof golden->text, "%s", line + 2);
        } else if (line[0] == '~') {
            same_check(golden, line + 2);
        } else if (line[0] == ' ') {
            buffer_print(&golden->expected, "%s\n", line);
        }
    }
    case_check(golden);
    fclose(file);
}

static void golden_cases(void **state)
{
    static const char *const names[] = {"forms", "words", "numbers", "units", "codes", "scripts"};
    static struct golden golden;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        file_check(&golden, names[i]);
    print_message("%zu golden cases\n", golden.cases);
    assert_int_equal(golden.failures, 0);
    assert_true(golden.cases >= CASES_MIN);
    buffer_release(&golden.expected);
    buffer_release(&golden.actual);
    buffer_release(&golden.same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(golden_cases)};
    analyzer = analyzer_new();
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    analyzer_free(analyzer);
    return failures;
}
