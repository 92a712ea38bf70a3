/* The word lists: each line of ours is right, and they are found as they are typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzers/lexicon.h"
#include "analyzers/lexicon_data.h"

enum { HITS_MAX = 64, PHRASES_MAX = 20000, SPEED_ROUNDS = 20000, SPEED_NS_MAX = 20000 };

static struct analyzer *analyzer;
static struct arena arena;

static struct token_list tokens_of(const char *text)
{
    struct token_list list;
    assert_int_equal(analyze(analyzer, text, strlen(text), &arena, &list), STATUS_OK);
    return list;
}

static unsigned find(const char *text, struct lexicon_hit *hits)
{
    arena_reset(&arena);
    struct token_list list = tokens_of(text);
    return lexicon_find(analyzer_lexicon(analyzer), &list, 0, hits, HITS_MAX);
}

static const struct lexicon_hit *hit_of(const char *text, enum lexicon_list list, const char *value)
{
    static struct lexicon_hit hits[HITS_MAX];
    unsigned count = find(text, hits);
    for (unsigned i = 0; i < count; i++)
        if (hits[i].list == list && bytes_equal(hits[i].value, bytes_of(value)))
            return &hits[i];
    return NULL;
}

/* A phrase of our lists, by its words as the analysis sees them. */
struct seen {
    enum lexicon_list list;
    struct bytes group; /* its line's first field */
    struct bytes text;
    char key[512];
};

static struct seen seen[PHRASES_MAX];
static size_t seen_count;

static void phrase_check(enum lexicon_list list, struct bytes group, struct bytes text)
{
    struct token_list tokens;
    size_t size = 0;
    arena_reset(&arena);
    assert_true(seen_count < PHRASES_MAX && text_is_valid(text.data, text.size));
    assert_int_equal(analyze(analyzer, text.data, text.size, &arena, &tokens), STATUS_OK);
    assert_in_range(tokens.positions, 1, LEXICON_WORDS_MAX);
    struct seen *phrase = &seen[seen_count++];
    *phrase = (struct seen){.list = list, .group = group, .text = text};
    for (uint32_t i = 0; i < tokens.count; i++) {
        if (tokens.tokens[i].part)
            continue;
        assert_true(size + tokens.tokens[i].exact_size + 1 < sizeof phrase->key);
        memcpy(phrase->key + size, tokens.tokens[i].exact, tokens.tokens[i].exact_size);
        size += tokens.tokens[i].exact_size;
        phrase->key[size++] = ' ';
    }
    assert_true(text.data[0] != ' ' && text.data[text.size - 1] != ' ' && memmem(text.data, text.size, "  ", 2) == NULL);
    if (list == LEXICON_ABBREVIATIONS && tokens.positions == 1)
        assert_true(tokens.tokens[0].exact_size > 1);
}

static void line_check(enum lexicon_list list, const char *line, size_t size)
{
    bool slug = list == LEXICON_COLOURS || list == LEXICON_LINES;
    struct bytes group = {0};
    size_t fields = 0;
    for (const char *at = line, *end = line + size; at <= end; fields++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        struct bytes field = {at, (size_t)((tab == NULL ? end : tab) - at)};
        if (fields == 0)
            group = field;
        if (!(slug && fields == 0) && !(list == LEXICON_ABBREVIATIONS && fields == 1))
            phrase_check(list, group, field);
        at = field.data + field.size + 1;
    }
    bool fits = list == LEXICON_FILLERS || list == LEXICON_ACCESSORIES ? fields == 1
                : list == LEXICON_ABBREVIATIONS                        ? fields == 2
                                                                       : fields >= 2;
    if (!fits)
        print_error("%s: %.*s\n", lexicon_data(list).name, (int)size, line);
    assert_true(fits);
}

static int seen_compare(const void *left, const void *right)
{
    const struct seen *one = left, *other = right;
    int order = strcmp(one->key, other->key);
    return order != 0 ? order : (int)one->list - (int)other->list;
}

static bool clash(const struct seen *one, const struct seen *other)
{
    if (strcmp(one->key, other->key) != 0)
        return false;
    if (one->list == LEXICON_ABBREVIATIONS && other->list == LEXICON_ABBREVIATIONS)
        return false; /* checked with their values below */
    bool searched = one->list <= LEXICON_ABBREVIATIONS && other->list <= LEXICON_ABBREVIATIONS;
    bool dropped = (one->list == LEXICON_FILLERS) != (other->list == LEXICON_FILLERS);
    return one->list == other->list || searched || dropped;
}

/* Every line follows its file's grammar, no phrase stands twice in a list, a filler is nothing else, an abbreviation is no synonym. */
static void lists_are_right(void **state)
{
    size_t clashes = 0;
    (void)state;
    seen_count = 0;
    for (enum lexicon_list list = 0; list < LEXICON_LISTS; list++) {
        struct bytes text = lexicon_data(list).text;
        assert_true(text.size > 0 && text.data[0] == '#' && text.data[text.size - 1] == '\n');
        for (const char *at = text.data, *end = text.data + text.size; at < end;) {
            size_t size = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);
            if (size > 0 && *at != '#')
                line_check(list, at, size);
            at += size + 1;
        }
    }
    qsort(seen, seen_count, sizeof seen[0], seen_compare);
    for (size_t i = 0; i < seen_count; i++) {
        for (size_t j = i + 1; j < seen_count && strcmp(seen[i].key, seen[j].key) == 0; j++) {
            if (!clash(&seen[i], &seen[j]))
                continue;
            print_error("%s and %s: \"%.*s\" and \"%.*s\"\n", lexicon_data(seen[i].list).name, lexicon_data(seen[j].list).name,
                        (int)seen[i].text.size, seen[i].text.data, (int)seen[j].text.size, seen[j].text.data);
            clashes++;
        }
    }
    print_message("%zu phrases\n", seen_count);
    assert_int_equal(clashes, 0);
    assert_true(seen_count > 1000);
}

/* Whatever stands in a list is found by its own phrase, with marks and without. */
static void all_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < seen_count; i++) {
        struct lexicon_hit hits[HITS_MAX];
        struct bytes bare;
        arena_reset(&arena);
        assert_int_equal(fold_text(analyzer, seen[i].text.data, seen[i].text.size, &arena, &bare), STATUS_OK);
        const struct bytes texts[] = {seen[i].text, bare};
        for (size_t j = 0; j < 2; j++) {
            struct token_list list;
            assert_int_equal(analyze(analyzer, texts[j].data, texts[j].size, &arena, &list), STATUS_OK);
            unsigned count = lexicon_find(analyzer_lexicon(analyzer), &list, 0, hits, HITS_MAX), at = 0;
            while (at < count && (hits[at].list != seen[i].list || hits[at].words != list.positions))
                at++;
            if (at == count)
                print_error("%.*s is not found\n", (int)texts[j].size, texts[j].data);
            assert_true(at < count);
        }
    }
}

static void marks_are_compared(void **state)
{
    (void)state;
    assert_int_equal(hit_of("điều hòa daikin", LEXICON_SYNONYMS, "máy lạnh")->marks, MARKS_EXACT);
    assert_int_equal(hit_of("dieu hoa daikin", LEXICON_SYNONYMS, "máy lạnh")->marks, MARKS_BARE);
    assert_int_equal(hit_of("điêu hoa", LEXICON_SYNONYMS, "máy lạnh")->marks, MARKS_SUBSET);
    assert_int_equal(hit_of("điều hoa", LEXICON_SYNONYMS, "máy lạnh")->marks, MARKS_SUBSET);
    assert_non_null(hit_of("ĐIỀU HOÀ", LEXICON_SYNONYMS, "máy lạnh"));
    assert_null(hit_of("điếu hòa", LEXICON_SYNONYMS, "máy lạnh"));
    assert_null(hit_of("điều", LEXICON_SYNONYMS, "máy lạnh"));
    assert_null(hit_of("tívi", LEXICON_SYNONYMS, "tv"));
    assert_int_equal(hit_of("tivi", LEXICON_SYNONYMS, "tv")->marks, MARKS_EXACT);
}

static void values_are_told(void **state)
{
    (void)state;
    const struct lexicon_hit *hit = hit_of("bàn ủi hơi nước philips", LEXICON_SYNONYMS, "bàn là hơi nước");
    assert_int_equal(hit->words, 4);
    assert_int_equal(hit->tokens->positions, 4);
    hit = hit_of("đt samsung", LEXICON_ABBREVIATIONS, "điện thoại");
    assert_int_equal(hit->words, 1);
    assert_int_equal(hit->tokens->count, 2);
    assert_memory_equal(hit->tokens->tokens[0].exact, "điện", hit->tokens->tokens[0].exact_size);
    assert_null(hit_of("điện thoại", LEXICON_ABBREVIATIONS, "đt"));
    hit = hit_of("xanh biển", LEXICON_COLOURS, "xanh-duong");
    assert_int_equal(hit->words, 2);
    assert_null(hit->tokens);
    assert_int_equal(hit_of("iphone 15", LEXICON_LINES, "apple")->words, 1);
    assert_int_equal(hit_of("ốp lưng iphone", LEXICON_ACCESSORIES, "")->words, 2);
    assert_int_equal(hit_of("giá bao nhiêu", LEXICON_FILLERS, "")->words, 3);
    assert_non_null(hit_of("k dây", LEXICON_ABBREVIATIONS, "không dây"));
    assert_null(hit_of("k380", LEXICON_ABBREVIATIONS, "không dây"));
}

static const char own[] = "# a comment\n"
                          "\n"
                          "loa\tspeaker\tloa di động\n"
                          "loa kéo\tspeaker\n";

static struct lexicon *own_new(const char *text, enum lexicon_list list, struct error *error)
{
    struct lexicon_source source = {list, "own.tsv", {text, strlen(text)}};
    struct lexicon *lexicon = NULL;
    enum status status = lexicon_new(analyzer, &source, 1, &lexicon, error);
    assert_int_equal(status == STATUS_OK, lexicon != NULL);
    return lexicon;
}

static void longest_comes_first(void **state)
{
    struct lexicon_hit hits[HITS_MAX];
    struct error error = {0};
    (void)state;
    arena_reset(&arena);
    struct lexicon *lexicon = own_new(own, LEXICON_SYNONYMS, &error);
    struct token_list list = tokens_of("NR-BV360 loa di động 5");
    assert_int_equal(lexicon_find(lexicon, &list, 0, hits, HITS_MAX), 0);
    uint32_t at = 0;
    while (list.tokens[at].position < 1)
        at++;
    assert_int_equal(lexicon_find(lexicon, &list, at, hits, HITS_MAX), 3);
    assert_int_equal(hits[0].words, 3); /* loa, speaker, then what loa alone stands for: loa di động */
    assert_int_equal(hits[1].words, 3);
    assert_int_equal(hits[2].words, 1);
    assert_memory_equal(hits[2].value.data, "loa di động", hits[2].value.size);
    assert_int_equal(lexicon_find(lexicon, &list, at, hits, 1), 1);
    assert_int_equal(lexicon_find(lexicon, &list, list.count - 1, hits, HITS_MAX), 0);
    lexicon_free(lexicon);
}

static void wrong_lines_are_named(void **state)
{
    static const struct {
        enum lexicon_list list;
        const char *text, *place;
    } cases[] = {
        {LEXICON_SYNONYMS, "loa\tspeaker\nloa\n", "own.tsv, line 2"},
        {LEXICON_SYNONYMS, "# loa\nloa\t\n", "own.tsv, line 2"},
        {LEXICON_SYNONYMS, "một hai ba bốn năm sáu bảy tám chín\tloa\n", "own.tsv, line 1"},
        {LEXICON_SYNONYMS, "loa\t\xFF\n", "own.tsv, line 1"},
        {LEXICON_SYNONYMS, "a\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm\tn\to\tp\tq\tr\ts\tt\tu\tv\tw\tx\ty\n", "own.tsv, line 1"},
        {LEXICON_ABBREVIATIONS, "a\tb\tc\n", "own.tsv, line 1"},
        {LEXICON_FILLERS, "mua\tbán\n", "own.tsv, line 1"},
        {LEXICON_COLOURS, "Đen\tđen\n", "own.tsv, line 1"},
        {LEXICON_COLOURS, "den\n", "own.tsv, line 1"},
        {LEXICON_LINES, "\tiphone\n", "own.tsv, line 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_null(own_new(cases[i].text, cases[i].list, &error));
        assert_int_equal(error.status, STATUS_INVALID);
        assert_memory_equal(error.text, cases[i].place, strlen(cases[i].place));
    }
    struct error error = {0};
    struct lexicon *lexicon = own_new("", LEXICON_SYNONYMS, &error);
    arena_reset(&arena);
    struct token_list list = tokens_of("loa");
    struct lexicon_hit hit;
    assert_int_equal(lexicon_find(lexicon, &list, 0, &hit, 1), 0);
    lexicon_free(lexicon);
}

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* A search asks once per word: far below what it can notice, in any build. */
static void lookup_is_quick(void **state)
{
    struct lexicon_hit hits[HITS_MAX];
    unsigned found = 0, words = 0;
    (void)state;
    arena_reset(&arena);
    struct token_list list = tokens_of("cần mua tủ lạnh panasonic inverter máy lạnh tai nghe không dây sony màu đen giá bao nhiêu zzz");
    double begun = now_ns();
    for (int round = 0; round < SPEED_ROUNDS / 20; round++) {
        for (uint32_t i = 0; i < list.count; i++, words++)
            found += lexicon_find(analyzer_lexicon(analyzer), &list, i, hits, HITS_MAX);
    }
    double ns = (now_ns() - begun) / words;
    print_message("%.0f ns per word, %u hits\n", ns, found);
    assert_true(ns < SPEED_NS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_right), cmocka_unit_test(all_are_found),       cmocka_unit_test(marks_are_compared),
        cmocka_unit_test(values_are_told), cmocka_unit_test(longest_comes_first), cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(lookup_is_quick),
    };
    analyzer = analyzer_new();
    arena_init(&arena, (size_t)16 << 20);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failures;
}
