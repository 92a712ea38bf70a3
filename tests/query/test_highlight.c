/* Where words stand in texts: every Vietnamese letter in every form that it is written in, and the bounds of what is looked at and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/highlight.h"

enum { VOWELS = 12, TONES = 6, FORMS = 4 };

static const char *const letters[VOWELS] = {"a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"};
static const char *const bases[VOWELS] = {"a", "a", "a", "e", "e", "i", "o", "o", "o", "u", "u", "y"};
static const char *const qualities[VOWELS] = {"", "\xCC\x86", "\xCC\x82", "", "\xCC\x82", "",
                                              "", "\xCC\x82", "\xCC\x9B", "", "\xCC\x9B", ""};
static const char *const tones[TONES] = {"", "\xCC\x80", "\xCC\x89", "\xCC\x83", "\xCC\x81", "\xCC\xA3"};
static const char *const composed[VOWELS][TONES] = {
    {"a", "à", "ả", "ã", "á", "ạ"}, {"ă", "ằ", "ẳ", "ẵ", "ắ", "ặ"}, {"â", "ầ", "ẩ", "ẫ", "ấ", "ậ"}, {"e", "è", "ẻ", "ẽ", "é", "ẹ"},
    {"ê", "ề", "ể", "ễ", "ế", "ệ"}, {"i", "ì", "ỉ", "ĩ", "í", "ị"}, {"o", "ò", "ỏ", "õ", "ó", "ọ"}, {"ô", "ồ", "ổ", "ỗ", "ố", "ộ"},
    {"ơ", "ờ", "ở", "ỡ", "ớ", "ợ"}, {"u", "ù", "ủ", "ũ", "ú", "ụ"}, {"ư", "ừ", "ử", "ữ", "ứ", "ự"}, {"y", "ỳ", "ỷ", "ỹ", "ý", "ỵ"},
};

static struct analyzer *analyzer;
static struct arena arena;

/* A letter composed, with a tone apart (Windows-1258), decomposed, and with its marks the other way round. */
static void letter_write(char *out, size_t room, unsigned vowel, unsigned tone, unsigned form)
{
    const char *first = form == 2 ? qualities[vowel] : tones[tone], *second = form == 2 ? tones[tone] : qualities[vowel];
    if (form == 0)
        snprintf(out, room, "%s", composed[vowel][tone]);
    else if (form == 1)
        snprintf(out, room, "%s%s", letters[vowel], tones[tone]);
    else
        snprintf(out, room, "%s%s%s", bases[vowel], first, second);
}

/* The words of a query as if each had met a hit so. */
static struct met_words words_of(const char *query, bool begins, enum met_contradiction contradiction)
{
    struct token_list tokens = {0};
    assert_int_equal(analyze(analyzer, query, strlen(query), &arena, &tokens), STATUS_OK);
    struct met_words out = {.list = arena_alloc(&arena, tokens.count * sizeof *out.list)};
    assert_non_null(out.list);
    for (uint32_t i = 0; i < tokens.count; i++)
        if (!tokens.tokens[i].part)
            out.list[out.count++] = (struct met_word){.folded = {tokens.tokens[i].folded, tokens.tokens[i].folded_size},
                                                      .exact = {tokens.tokens[i].exact, tokens.tokens[i].exact_size},
                                                      .begins = begins,
                                                      .contradiction = (uint8_t)contradiction};
    return out;
}

static struct marked_text mark(const char *text, const struct met_words *words)
{
    struct marked_text out = {0};
    assert_int_equal(highlight_read(analyzer, bytes_of(text), words, &arena, &out), STATUS_OK);
    highlight_settle(&out, 1, words);
    return out;
}

static void mark_is(const struct marked_text *text, size_t start, size_t size)
{
    if (text->count != 1)
        print_error("in \"%.*s\"\n", (int)text->text.size, text->text.data);
    assert_int_equal(text->count, 1);
    assert_int_equal(text->marks[0].start, start);
    assert_int_equal(text->marks[0].end, start + size);
}

static void check_letter(unsigned vowel, unsigned tone, unsigned form, unsigned typed_form)
{
    char letter[16], typed[16], text[64], query[32];
    letter_write(letter, sizeof letter, vowel, tone, form);
    letter_write(typed, sizeof typed, vowel, tone, typed_form);
    snprintf(text, sizeof text, "đ\xC3\xA0 <b>m%st</b> ấy", letter);
    snprintf(query, sizeof query, "m%st", typed);
    struct met_words words = words_of(query, false, CONTRADICTION_NEVER), bare = words_of("", false, CONTRADICTION_NEVER);
    struct marked_text found = mark(text, &words);
    size_t start = strlen("đà  "), size = strlen(letter) + 2;
    mark_is(&found, start, size);
    char folded[8];
    snprintf(folded, sizeof folded, "m%st", bases[vowel]);
    bare = words_of(folded, false, CONTRADICTION_NEVER);
    found = mark(text, &bare);
    mark_is(&found, start, size);
    /* Its beginning, with all its marks. */
    snprintf(folded, sizeof folded, "m%s", bases[vowel]);
    bare = words_of(folded, true, CONTRADICTION_NEVER);
    found = mark(text, &bare);
    if (bases[vowel][0] != 'y') /* "my" alone is "mi" */
        mark_is(&found, start, size - 1);
    /* Another tone contradicts. */
    letter_write(typed, sizeof typed, vowel, tone == 1 ? 2 : 1, 0);
    snprintf(query, sizeof query, "m%st", typed);
    words = words_of(query, false, CONTRADICTION_NEVER);
    assert_int_equal(mark(text, &words).count, 0);
    words = words_of(query, false, CONTRADICTION_FOUND);
    found = mark(text, &words);
    mark_is(&found, start, size);
    words = words_of(query, false, CONTRADICTION_ALONE);
    found = mark(text, &words);
    mark_is(&found, start, size);
    arena_reset(&arena);
}

static void every_letter(void **state)
{
    (void)state;
    for (unsigned vowel = 0; vowel < VOWELS; vowel++)
        for (unsigned tone = 0; tone < TONES; tone++)
            for (unsigned form = 0; form < FORMS * FORMS; form++)
                check_letter(vowel, tone, form / FORMS, form % FORMS);
}

static void contradictions_across_texts(void **state)
{
    (void)state;
    struct met_words words = words_of("bàn", false, CONTRADICTION_ALONE);
    struct marked_text texts[2] = {{.count = 0}};
    assert_int_equal(highlight_read(analyzer, bytes_of("bán kèm"), &words, &arena, &texts[0]), STATUS_OK);
    assert_int_equal(highlight_read(analyzer, bytes_of("bạn mua bàn"), &words, &arena, &texts[1]), STATUS_OK);
    highlight_settle(texts, 2, &words);
    assert_int_equal(texts[0].count, 0);
    mark_is(&texts[1], strlen("bạn mua "), strlen("bàn"));
    arena_reset(&arena);
}

static void bytes_max(void **state)
{
    (void)state;
    static char text[HIGHLIGHT_BYTES_MAX + 2];
    struct met_words words = words_of("abc", false, CONTRADICTION_NEVER);
    memset(text, ' ', sizeof text - 1);
    memcpy(text + HIGHLIGHT_BYTES_MAX - 3, "abc", 3);
    text[HIGHLIGHT_BYTES_MAX] = '\0';
    struct marked_text found = mark(text, &words);
    assert_false(found.cut);
    mark_is(&found, HIGHLIGHT_BYTES_MAX - 3, 3);
    memcpy(text + HIGHLIGHT_BYTES_MAX - 3, "  \xC3\xA0!", 5); /* a character across the bound stays whole */
    memmove(text + HIGHLIGHT_BYTES_MAX - 1, "\xC3\xA0", 3);
    found = mark(text, &words);
    assert_true(found.cut);
    assert_int_equal(found.text.size, HIGHLIGHT_BYTES_MAX - 1);
    arena_reset(&arena);
}

/* `count` words "w", the one at `at` another one. */
static struct snippet snippet_of(unsigned count, unsigned at, size_t letters_in_word)
{
    static char text[64 * 1024];
    size_t size = 0;
    struct met_words words = words_of("tủ", false, CONTRADICTION_NEVER);
    struct snippet snippet = {0};
    for (unsigned i = 0; i < count; i++) {
        memset(text + size, 'w', letters_in_word);
        size += letters_in_word;
        if (i == at)
            size += (size_t)snprintf(text + size - letters_in_word, 8, "tủ") - letters_in_word;
        text[size++] = ' ';
    }
    text[size - 1] = '\0';
    struct marked_text found = mark(text, &words);
    assert_int_equal(found.count, at < count);
    assert_int_equal(snippet_choose(&found, &arena, &snippet), STATUS_OK);
    if (at < count)
        assert_true(snippet.start <= found.marks[0].start && found.marks[0].end <= snippet.end);
    arena_reset(&arena);
    return snippet;
}

static void snippet_words(void **state)
{
    (void)state;
    struct snippet snippet = snippet_of(SNIPPET_WORDS, UINT32_MAX, 2);
    assert_true(snippet.start == 0 && snippet.end == SNIPPET_WORDS * 3 - 1 && !snippet.more_before && !snippet.more_behind);
    snippet = snippet_of(SNIPPET_WORDS + 1, UINT32_MAX, 2);
    assert_true(snippet.start == 0 && snippet.end == SNIPPET_WORDS * 3 - 1 && !snippet.more_before && snippet.more_behind);
    snippet = snippet_of(SNIPPET_WORDS + 1, SNIPPET_WORDS, 2);
    assert_true(snippet.start == 3 && snippet.more_before && !snippet.more_behind);
    snippet = snippet_of(1000, 500, 2);
    assert_true(snippet.start == (500 - SNIPPET_LEAD_WORDS) * 3 && snippet.more_before && snippet.more_behind);
    snippet = snippet_of(SNIPPET_WORDS, UINT32_MAX, SNIPPET_WORD_BYTES_MAX);
    assert_true(snippet.end == SNIPPET_WORDS * (SNIPPET_WORD_BYTES_MAX + 1) - 1 && !snippet.more_behind);
    snippet = snippet_of(SNIPPET_WORDS, UINT32_MAX, SNIPPET_WORD_BYTES_MAX + 1); /* each is two */
    assert_true(snippet.more_behind && snippet.end == SNIPPET_WORDS / 2 * (SNIPPET_WORD_BYTES_MAX + 2) - 1);
}

/* More of the words is better than more of one word, and that better than being first. */
static void snippet_is_the_best(void **state)
{
    (void)state;
    static char text[16 * 1024];
    char filler[400] = "";
    for (unsigned i = 0; i < 60; i++)
        strncat(filler, "hàng ", sizeof filler - strlen(filler) - 1);
    snprintf(text, sizeof text, "lạnh %s lạnh lạnh lạnh %s tủ lạnh %s lạnh", filler, filler, filler);
    struct met_words words = words_of("tủ lạnh", false, CONTRADICTION_NEVER), one = words_of("lạnh", false, CONTRADICTION_NEVER);
    struct snippet snippet = {0};
    struct marked_text found = mark(text, &words);
    assert_int_equal(snippet_choose(&found, &arena, &snippet), STATUS_OK);
    const char *at = strstr(text, "tủ lạnh");
    assert_true(snippet.start <= (size_t)(at - text) && snippet.end >= (size_t)(at - text) + strlen("tủ lạnh"));
    found = mark(text, &one);
    assert_int_equal(snippet_choose(&found, &arena, &snippet), STATUS_OK);
    at = strstr(text, "lạnh lạnh lạnh");
    assert_true(snippet.start <= (size_t)(at - text) && snippet.end >= (size_t)(at - text) + strlen("lạnh lạnh lạnh"));
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter),  cmocka_unit_test(contradictions_across_texts), cmocka_unit_test(bytes_max),
        cmocka_unit_test(snippet_words), cmocka_unit_test(snippet_is_the_best),
    };
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failed;
}
