/* COPY text lines: escapes, NULL, counts; and a round trip of random bytes against a writer of the format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "indexer/copy_line.h"

static enum status decode(const char *text, struct cell *cells, size_t count, char *line)
{
    size_t size = strlen(text);
    memcpy(line, text, size);
    struct error error = {0};
    enum status status = copy_line_decode(line, size, cells, count, &error);
    assert_int_equal(status == STATUS_OK, error.text[0] == '\0');
    return status;
}

static void assert_text(const struct cell *cell, const char *text)
{
    assert_int_equal(cell->state, CELL_TEXT);
    assert_int_equal(cell->text.size, strlen(text));
    assert_memory_equal(cell->text.data, text, strlen(text));
}

static void plain_cells(void **state)
{
    (void)state;
    char line[100];
    struct cell cells[4];
    assert_int_equal(decode("1\tTủ lạnh\t\t\\N\n", cells, 4, line), STATUS_OK);
    assert_text(&cells[0], "1");
    assert_text(&cells[1], "Tủ lạnh");
    assert_text(&cells[2], "");
    assert_int_equal(cells[3].state, CELL_NULL);
    assert_int_equal(decode("", cells, 1, line), STATUS_OK);
    assert_text(&cells[0], "");
    assert_int_equal(decode("\\N", cells, 1, line), STATUS_OK);
    assert_int_equal(cells[0].state, CELL_NULL);
}

static void escapes(void **state)
{
    (void)state;
    char line[100];
    struct cell cells[2];
    assert_int_equal(decode("a\\tb\\nc\\rd\\be\\ff\\vg\\\\h\t\\\\N\n", cells, 2, line), STATUS_OK);
    assert_text(&cells[0], "a\tb\nc\rd\be\ff\vg\\h");
    assert_text(&cells[1], "\\N"); /* the text, not NULL */
}

static void wrong_lines(void **state)
{
    (void)state;
    static const char *const wrong[] = {"a", "a\tb\tc", "a\\\tb", "a\tb\\", "a\tb\\x41", "a\tb\\N", "a\t\\Nb", "a\t\\q"};
    char line[100];
    struct cell cells[2];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(decode(wrong[i], cells, 2, line), STATUS_CORRUPT);
}

static void escape(struct buffer *out, const char *data, size_t size)
{
    static const char codes[] = "b\bf\fn\nr\rt\tv\v\\\\";
    for (size_t i = 0; i < size; i++) {
        const char *found = NULL;
        for (const char *code = codes; *code != '\0'; code += 2)
            if (code[1] == data[i])
                found = code;
        if (found != NULL)
            buffer_append_char(out, '\\');
        buffer_append_char(out, found != NULL ? *found : data[i]);
    }
}

static void round_trip(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    static const char alphabet[] = "ab\\\t\n\rN\b\f\v\xc4\x91";
    for (int round = 0; round < 20000; round++) {
        char values[8][16];
        size_t sizes[8], count = 1 + (size_t)rand() % 8;
        struct buffer line = {0};
        bool null[8];
        for (size_t i = 0; i < count; i++) {
            sizes[i] = (size_t)rand() % 16;
            null[i] = rand() % 5 == 0;
            for (size_t k = 0; k < sizes[i]; k++)
                values[i][k] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
            if (i > 0)
                buffer_append_char(&line, '\t');
            if (null[i])
                buffer_append_text(&line, "\\N");
            else
                escape(&line, values[i], sizes[i]);
        }
        buffer_append_char(&line, '\n');
        struct cell cells[8];
        assert_int_equal(copy_line_decode(line.data, line.size, cells, count, NULL), STATUS_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(cells[i].state, null[i] ? CELL_NULL : CELL_TEXT);
            if (null[i])
                continue;
            assert_int_equal(cells[i].text.size, sizes[i]);
            assert_memory_equal(cells[i].text.data, values[i], sizes[i]);
        }
        buffer_release(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_cells),
        cmocka_unit_test(escapes),
        cmocka_unit_test(wrong_lines),
        cmocka_unit_test(round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
