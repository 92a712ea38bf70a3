/* The interface's promises: bounds, limits, spans, folding of whole texts, validity, comparison of marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "analyzers/chain.h"
#include "analyzers/code.h"
#include "analyzers/utf8.h"

static struct analyzer *analyzer;
static struct arena arena;

static struct token_list tokens_of(const char *text, size_t size)
{
    struct token_list list;
    arena_reset(&arena);
    assert_int_equal(analyze(analyzer, text, size, &arena, &list), STATUS_OK);
    return list;
}

static char *repeat(const char *piece, size_t times)
{
    struct buffer buffer = {0};
    for (size_t i = 0; i < times; i++)
        buffer_append_text(&buffer, piece);
    buffer_append_char(&buffer, '\0');
    return buffer.data;
}

static void empty_text(void **state)
{
    (void)state;
    struct token_list list = tokens_of("", 0);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.positions, 0);
    assert_false(list.cut);
    list = tokens_of(" -./\"\xFF\x00 ", 9);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.positions, 0);
}

/* `piece` repeated around the bound: the longest token that fits, then one letter more. */
static void token_bound_check(const char *piece, size_t times, size_t folded_size, size_t exact_size)
{
    char *text = repeat(piece, times);
    struct token_list list = tokens_of(text, strlen(text));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.tokens[0].folded_size, folded_size);
    assert_int_equal(list.tokens[0].exact_size, exact_size);
    assert_int_equal(list.tokens[0].offset, 0);
    assert_int_equal(list.tokens[0].size, strlen(text));
    assert_true(text_is_valid(list.tokens[0].exact, list.tokens[0].exact_size));
    free(text);
}

static void token_bytes_bound(void **state)
{
    (void)state;
    token_bound_check("a", TOKEN_BYTES_MAX, 64, 64);
    token_bound_check("a", TOKEN_BYTES_MAX + 1, 64, 64);
    token_bound_check("a", 10000, 64, 64);
    token_bound_check("7", TOKEN_BYTES_MAX + 1, 64, 64);
    token_bound_check("ộ", 21, 21, 63);
    token_bound_check("ộ", 22, 22, 63);
    token_bound_check("ộ", 100, 64, 63);
    token_bound_check("ж", 32, 64, 64);
    token_bound_check("ж", 33, 64, 64);
    token_bound_check("а\xCC\x81\xCC\x88", 11, 64, 64);
}

/* Marks behind the last kept letter belong to a letter that is gone. */
static void marks_past_the_bound(void **state)
{
    (void)state;
    char *text = repeat("b", TOKEN_BYTES_MAX);
    struct buffer longer = {0};
    buffer_append_text(&longer, text);
    buffer_append_text(&longer, "a\xCC\x81");
    struct token_list list = tokens_of(longer.data, longer.size);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.tokens[0].exact_size, TOKEN_BYTES_MAX);
    assert_memory_equal(list.tokens[0].exact, text, TOKEN_BYTES_MAX);
    assert_int_equal(list.tokens[0].size, TOKEN_BYTES_MAX + 3);
    buffer_release(&longer);
    free(text);
}

static void tokens_bound(void **state)
{
    (void)state;
    char *text = repeat("a ", ANALYZE_TOKENS_MAX + 1);
    struct token_list list = tokens_of(text, 2 * ANALYZE_TOKENS_MAX);
    assert_int_equal(list.count, ANALYZE_TOKENS_MAX);
    assert_int_equal(list.positions, ANALYZE_TOKENS_MAX);
    assert_int_equal(list.tokens[list.count - 1].position, ANALYZE_TOKENS_MAX - 1);
    assert_false(list.cut);
    list = tokens_of(text, 2 * ANALYZE_TOKENS_MAX + 1);
    assert_int_equal(list.count, ANALYZE_TOKENS_MAX);
    assert_true(list.cut);
    free(text);
    text = repeat("b12", ANALYZE_TOKENS_MAX);
    list = tokens_of(text, strlen(text));
    assert_true(list.count <= ANALYZE_TOKENS_MAX);
    free(text);
}

static void code_bounds(void **state)
{
    (void)state;
    char *text = repeat("A1", CHAIN_RUNS_MAX);
    struct token_list list = tokens_of(text, strlen(text));
    assert_int_equal(list.tokens[0].kind, TOKEN_CODE);
    assert_int_equal(list.tokens[0].size, CHAIN_RUNS_MAX);
    free(text);
    list = tokens_of("a1-b2-c3-d4-e5-f6", 17);
    assert_int_equal(list.tokens[0].size, 17);
    assert_int_equal(list.positions, 1);
    list = tokens_of("a1-b2-c3-d4-e5-f6-g7", 20);
    assert_int_equal(list.tokens[0].size, 2);
    assert_int_equal(list.positions, 7);
    text = repeat("a1b2c3d4e5f6g7h8i9j10k11l12m13n14o15p16q17", 1);
    list = tokens_of(text, strlen(text));
    assert_int_equal(list.tokens[0].size, strlen(text) - 3);
    assert_int_equal(list.positions, 2);
    free(text);
}

static void parts_bound(void **state)
{
    (void)state;
    struct token_list list = tokens_of("a1b2c3d4e5f6g7h8-i9j10k11l12m13n14", 34);
    assert_int_equal(list.tokens[0].kind, TOKEN_CODE);
    uint32_t parts = 0;
    while (parts + 1 < list.count && list.tokens[parts + 1].part)
        parts++;
    assert_int_equal(parts, CODE_PARTS_MAX);
}

static void arena_limit(void **state)
{
    (void)state;
    char *text = repeat("điện thoại nr-bv360qsvn 電話 16 GB ", 20);
    struct token_list list;
    struct bytes folded;
    size_t ok = 0;
    for (size_t cap = 0; cap < 40000; cap += 61) {
        struct arena small;
        arena_init(&small, cap);
        enum status status = analyze(analyzer, text, strlen(text), &small, &list);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        assert_true((status == STATUS_OK) == (list.count > 0));
        ok += status == STATUS_OK;
        status = fold_text(analyzer, text, strlen(text), &small, &folded);
        assert_true((status == STATUS_OK) == (folded.size > 0));
        arena_release(&small);
    }
    assert_true(ok > 0);
    free(text);
}

static void fold_check(const char *text, const char *expected)
{
    struct bytes folded;
    arena_reset(&arena);
    assert_int_equal(fold_text(analyzer, text, strlen(text), &arena, &folded), STATUS_OK);
    assert_int_equal(folded.size, strlen(expected));
    assert_memory_equal(folded.data, expected, folded.size);
}

static void fold_texts(void **state)
{
    (void)state;
    fold_check("", "");
    fold_check(" --- ", "");
    fold_check("Điện  thoại-Samsung, 5G!", "dien thoai samsung 5g");
    fold_check("Kỹ thuật kĩ LY500 ly", "ki thuat ki ly500 li");
    fold_check("tivi 55\" 1,5HP", "tivi 55 1 5hp");
    fold_check("Straße ǅ ﬃ Ⅷ", "strasse dz ffi viii");
    fold_check("loa小米ЙОД 5ж", "loa 小米йод 5 ж");
    fold_check("nghi\xC3\xAA\xCC\x83ng", "nghieng");
}

static void text_validity(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        bool valid;
    } cases[] = {
        {"", 0, true},
        {"abcdefgh", 8, true},
        {"abcdefg\0", 8, false},
        {"abcdefghi\0j", 11, false},
        {"điện thoại 電話 \xF0\x9F\x98\x80", 27, true},
        {"\xC0\x80", 2, false},
        {"\xC1\xBF", 2, false},
        {"\xC2\x80", 2, true},
        {"\xE0\x9F\xBF", 3, false},
        {"\xE0\xA0\x80", 3, true},
        {"\xED\x9F\xBF", 3, true},
        {"\xED\xA0\x80", 3, false},
        {"\xED\xBF\xBF", 3, false},
        {"\xEE\x80\x80", 3, true},
        {"\xF0\x8F\xBF\xBF", 4, false},
        {"\xF0\x90\x80\x80", 4, true},
        {"\xF4\x8F\xBF\xBF", 4, true},
        {"\xF4\x90\x80\x80", 4, false},
        {"\xF5\x80\x80\x80", 4, false},
        {"\xFF", 1, false},
        {"\x80", 1, false},
        {"abcdefgh\xC4", 9, false},
        {"\xE1\xBB", 2, false},
        {"\xF0\x9F\x98", 3, false},
        {"abcdefg\x80", 8, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_is_valid(cases[i].bytes, cases[i].size), cases[i].valid);
}

static void marks_check(const char *typed, const char *written, enum marks expected)
{
    enum marks got = marks_compare(typed, strlen(typed), written, strlen(written));
    if (got != expected)
        print_error("%s against %s: %d\n", typed, written, (int)got);
    assert_int_equal(got, expected);
}

static void marks_cases(void **state)
{
    (void)state;
    marks_check("bàn", "bàn", MARKS_EXACT);
    marks_check("ban", "bàn", MARKS_BARE);
    marks_check("ban", "ban", MARKS_BARE);
    marks_check("bàn", "bán", MARKS_CONTRADICT);
    marks_check("bàn", "ban", MARKS_CONTRADICT);
    marks_check("điên", "điện", MARKS_SUBSET);
    marks_check("điẹn", "điện", MARKS_SUBSET);
    marks_check("đien", "điện", MARKS_SUBSET);
    marks_check("dien", "điện", MARKS_BARE);
    marks_check("điện", "điện", MARKS_EXACT);
    marks_check("diện", "điện", MARKS_SUBSET);
    marks_check("điện", "diện", MARKS_CONTRADICT);
    marks_check("điện", "điên", MARKS_CONTRADICT);
    marks_check("mơ", "mở", MARKS_SUBSET);
    marks_check("mô", "mơ", MARKS_CONTRADICT);
    marks_check("dìen", "diền", MARKS_SUBSET);
    marks_check("ươc", "ước", MARKS_SUBSET);
    marks_check("cafe", "café", MARKS_BARE);
    marks_check("café", "café", MARKS_EXACT);
    marks_check("café", "cafe", MARKS_CONTRADICT);
    marks_check("résume", "résumé", MARKS_SUBSET);
    marks_check("rèsume", "résumé", MARKS_CONTRADICT);
    marks_check("kärcher", "kärcher", MARKS_EXACT);
    marks_check("łodz", "łódź", MARKS_SUBSET);
    marks_check("256gb", "256gb", MARKS_BARE);
    marks_check("", "", MARKS_BARE);
}

enum { THREADS = 4, THREAD_ROUNDS = 200 };

static const char shared_text[] = "điện thoại 電話 สวัสดีครับ NR-BV360 телефон 16 GB";

static void *thread_run(void *count)
{
    for (int round = 0; round < THREAD_ROUNDS; round++) {
        struct arena own;
        struct token_list list;
        arena_init(&own, 1 << 20);
        enum status status = analyze(analyzer, shared_text, sizeof shared_text - 1, &own, &list);
        *(uint32_t *)count = status == STATUS_OK ? list.count : 0;
        arena_release(&own);
    }
    return NULL;
}

static void threads_share_one(void **state)
{
    pthread_t threads[THREADS];
    uint32_t counts[THREADS] = {0};
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread_run, &counts[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    uint32_t expected = tokens_of(shared_text, sizeof shared_text - 1).count;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(counts[i], expected);
}

/* What is written behind a number of any length fits the token, or stays apart. */
static void units_at_the_bound(void **state)
{
    static const char *const tails[] = {"l8",    "m2",   "kg",         "m vuông", " lít rưỡi", "l rưỡi",
                                        "k mah", "kmah", " nghìn mah", "/128",    "gb/128",    "in"};
    (void)state;
    for (size_t digits = 1; digits <= TOKEN_BYTES_MAX + 2; digits++) {
        for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
            char text[2 * TOKEN_BYTES_MAX + 32] = {0};
            memset(text, '1', digits);
            snprintf(text + digits, sizeof text - digits, "%s", tails[i]);
            struct token_list list = tokens_of(text, strlen(text));
            assert_true(list.count > 0);
            for (uint32_t j = 0; j < list.count; j++)
                assert_in_range(list.tokens[j].folded_size, 1, TOKEN_BYTES_MAX);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_at_the_bound),   cmocka_unit_test(empty_text),   cmocka_unit_test(token_bytes_bound),
        cmocka_unit_test(marks_past_the_bound), cmocka_unit_test(tokens_bound), cmocka_unit_test(code_bounds),
        cmocka_unit_test(parts_bound),          cmocka_unit_test(arena_limit),  cmocka_unit_test(fold_texts),
        cmocka_unit_test(text_validity),        cmocka_unit_test(marks_cases),  cmocka_unit_test(threads_share_one),
    };
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)64 << 20);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failures;
}
