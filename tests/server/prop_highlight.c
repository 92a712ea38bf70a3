/* Highlights of random texts for random words: without their tags they are the text, what is marked is what was asked for, nothing of it is
 * left out, and a snippet is a piece of the text within its bounds. TIM_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/html.h"
#include "tests/random.h"

enum { ROUNDS = 6000, TEXT_BYTES_MAX = 32 * 1024, WORDS_MAX = 6 };

/* Composed and decomposed, folded and not, codes, quantities, markup, other scripts. */
static const char *const pieces[] = {
    "tủ",          "lạnh",
    "tu",          "lanh",
    "TỦ",          "Lạnh",
    "tu\xCC\x89",  "la\xCC\xA3nh",
    "TU\xCC\x89",  "bàn",
    "bán",         "ban",
    "ba\xCC\x80n", "hoà",
    "hòa",         "điện",
    "ddieejn",     "NR-BV360QSVN",
    "nr-bv 360",   "16 GB",
    "16gb",        "1TB",
    "1.5 HP",      "10.000",
    "i7-1355U",    "<b>",
    "</b>",        "<br/>",
    "&amp;",       "&lt;i&gt;",
    "&nbsp;",      "&agrave;",
    "\"",          "'",
    "a & b",       "<",
    ">",           "samsung",
    "Samsungs",    "SAM",
    "Ð",           "đ",
    "ổ",           "\xE1\xBB\x95",
    "日本",        "ﬁ",
    "½",           ",",
    ".",           "-",
    "(",           ")",
    "\n",          "\t",
    "  ",          "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm",
};
static const char *const asked[] = {"tủ",  "tu",  "lạnh", "lanh", "bàn",    "ban",   "bán", "hoà",     "điện", "nr", "bv360", "nrbv360",
                                    "sam", "nrb", "16gb", "1tb",  "1024gb", "10000", "i7",  "samsung", "a",    "16", "đ",     "360qsvn"};

static struct analyzer *analyzer;
static struct arena arena;
static uint64_t state;

static uint32_t below(uint32_t limit)
{
    return random_below(&state, limit);
}

static struct bytes text_make(char *room)
{
    size_t size = 0;
    unsigned count = below(20) == 0 ? 3000 : 1 + below(80);
    for (unsigned i = 0; i < count; i++) {
        const char *piece = pieces[below(sizeof pieces / sizeof pieces[0])];
        if (size + strlen(piece) + 1 > TEXT_BYTES_MAX)
            break;
        memcpy(room + size, piece, strlen(piece));
        size += strlen(piece);
        if (below(4) > 0)
            room[size++] = ' ';
    }
    return (struct bytes){room, size};
}

static struct met_words words_make(struct met_word *list)
{
    struct met_words out = {.list = list};
    for (unsigned count = below(WORDS_MAX + 1); count > 0; count--) {
        const char *text = asked[below(sizeof asked / sizeof asked[0])];
        struct token_list tokens = {0};
        assert_int_equal(analyze(analyzer, text, strlen(text), &arena, &tokens), STATUS_OK);
        const struct token *token = &tokens.tokens[0];
        list[out.count++] = (struct met_word){.folded = {token->folded, token->folded_size},
                                              .exact = {token->exact, token->exact_size},
                                              .begins = below(4) == 0,
                                              .contradiction = (uint8_t)below(3)};
    }
    return out;
}

/* HTML back to text; `marks` (NULL: none) gets a bit per byte that is marked. */
static struct bytes html_read(const struct buffer *html, bool *marked)
{
    static const struct {
        const char *entity, *text;
    } entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"<em>", ""}, {"</em>", ""}};
    char *out = arena_alloc(&arena, html->size + 1);
    size_t size = 0;
    bool inside = false;
    assert_non_null(out);
    for (size_t at = 0; at < html->size;) {
        size_t row = 0;
        while (row < 7 && strncmp(html->data + at, entities[row].entity, strlen(entities[row].entity)) != 0)
            row++;
        if (row == 7) {
            assert_null(strchr("&<>\"'", html->data[at]));
            marked[size] = inside;
            out[size++] = html->data[at++];
            continue;
        }
        if (row >= 5) {
            assert_true(inside == (row == 6));
            inside = row == 5;
        } else {
            marked[size] = inside;
            out[size++] = entities[row].text[0];
        }
        at += strlen(entities[row].entity);
    }
    assert_false(inside);
    return (struct bytes){out, size};
}

static bool is_met(const struct token *token, const struct met_word *word)
{
    bool begins = token->folded_size >= word->folded.size && memcmp(token->folded, word->folded.data, word->folded.size) == 0;
    return begins && (word->begins || token->folded_size == word->folded.size);
}

/* The letters alone, without what joins them. */
static bool folds_to(struct bytes piece, struct bytes letters)
{
    struct bytes folded = {0};
    size_t count = 0;
    assert_int_equal(fold_text(analyzer, piece.data, piece.size, &arena, &folded), STATUS_OK);
    for (size_t i = 0; i < folded.size; i++) {
        if (folded.data[i] == ' ')
            continue;
        if (count == letters.size || letters.data[count++] != folded.data[i])
            return false;
    }
    return count == letters.size;
}

/* What is marked reads as something that was asked for. */
static void piece_check(struct bytes piece, const struct met_words *words)
{
    struct token_list tokens = {0};
    bool met = false;
    assert_int_equal(analyze_document(analyzer, piece.data, piece.size, &arena, &tokens), STATUS_OK);
    for (uint32_t i = 0; i < tokens.count; i++)
        for (unsigned j = 0; j < words->count; j++)
            met = met || is_met(&tokens.tokens[i], &words->list[j]);
    for (unsigned j = 0; j < words->count; j++)
        met = met || (words->list[j].begins && folds_to(piece, words->list[j].folded));
    if (!met)
        fail_msg("\"%.*s\" is marked", (int)piece.size, piece.data);
}

static void pieces_check(struct bytes text, const bool *marked, const struct met_words *words)
{
    for (size_t at = 0; at < text.size; at++) {
        size_t start = at;
        while (at < text.size && marked[at])
            at++;
        if (at > start)
            piece_check((struct bytes){text.data + start, at - start}, words);
    }
}

/* Every token that is a word as it was asked for, and whose marks fit, is marked. */
static void tokens_check(struct bytes text, const bool *marked, const struct met_words *words)
{
    struct token_list tokens = {0};
    assert_int_equal(analyze_document(analyzer, text.data, text.size, &arena, &tokens), STATUS_OK);
    for (uint32_t i = 0; i < tokens.count; i++)
        for (unsigned j = 0; j < words->count; j++) {
            const struct token *token = &tokens.tokens[i];
            const struct met_word *word = &words->list[j];
            if (word->begins || !is_met(token, word) ||
                marks_compare(word->exact.data, word->exact.size, token->exact, token->exact_size) == MARKS_CONTRADICT)
                continue;
            for (uint32_t at = token->offset; at < token->offset + token->size; at++)
                assert_true(marked[at]);
        }
}

static struct bytes spaces_collapse(struct bytes text)
{
    char *out = arena_alloc(&arena, text.size + 1);
    size_t size = 0;
    assert_non_null(out);
    for (size_t at = 0; at < text.size;) {
        size_t space = highlight_space(text, at);
        if (space > 0 && (size == 0 || out[size - 1] != ' '))
            out[size++] = ' ';
        else if (space == 0)
            out[size++] = text.data[at];
        at += space > 0 ? space : 1;
    }
    return (struct bytes){out, size};
}

static void snippet_check(const struct marked_text *text, const struct met_words *words)
{
    static bool marked[TEXT_BYTES_MAX];
    struct snippet snippet = {0};
    struct buffer html = {0};
    assert_int_equal(snippet_choose(text, &arena, &snippet), STATUS_OK);
    html_put_snippet(&html, text, &snippet);
    struct bytes shown = html_read(&html, marked);
    size_t before = snippet.more_before ? 3 : 0, behind = snippet.more_behind ? 3 : 0;
    assert_true(shown.size >= before + behind);
    assert_true(shown.size <= SNIPPET_WORDS * (SNIPPET_WORD_BYTES_MAX + 1) + 6);
    shown = (struct bytes){shown.data + before, shown.size - before - behind};
    pieces_check(shown, marked + before, words);
    struct bytes whole = spaces_collapse((struct bytes){text->text.data + snippet.start, snippet.end - snippet.start});
    assert_true(bytes_equal(shown, whole));
    unsigned spaces = 0, any = 0;
    for (size_t i = 0; i < shown.size; i++) {
        spaces += shown.data[i] == ' ';
        any += marked[before + i];
    }
    assert_true(spaces < SNIPPET_WORDS);
    /* The first of all marks is shown unless others are better. */
    assert_true(any > 0 || text->count == 0 || text->marks[0].end - text->marks[0].start > SNIPPET_WORD_BYTES_MAX);
    buffer_release(&html);
}

static void round_run(void)
{
    static char room[TEXT_BYTES_MAX];
    static bool marked[TEXT_BYTES_MAX];
    struct met_word list[WORDS_MAX];
    struct marked_text text;
    struct buffer html = {0};
    struct met_words words = words_make(list);
    struct bytes source = text_make(room);
    assert_int_equal(highlight_read(analyzer, source, &words, &arena, &text), STATUS_OK);
    assert_true(text.text.size <= HIGHLIGHT_BYTES_MAX);
    highlight_settle(&text, 1, &words);
    html_put_marked(&html, &text);
    struct bytes shown = html_read(&html, marked);
    assert_true(bytes_equal(shown, text.text));
    pieces_check(shown, marked, &words);
    tokens_check(shown, marked, &words);
    snippet_check(&text, &words);
    buffer_release(&html);
}

static void random_texts(void **context)
{
    (void)context;
    for (unsigned i = 0; i < ROUNDS; i++) {
        arena_reset(&arena);
        round_run();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_texts)};
    state = seed_take();
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)256 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failed;
}
