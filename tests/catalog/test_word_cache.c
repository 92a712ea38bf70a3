/* The word cache says what analyze_document() says, sentence by sentence as for the whole text, whatever it has kept and forgotten. */
#include "tests/catalog/cmocka_door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/word_cache.h"

enum { ROUNDS = 4000, PIECES_MAX = 24, TEXT_ROOM = 1024, ARENA_BYTES = 16 * 1024 * 1024 };

static const char *const pieces[] = {
    "Máy giặt ", "LG 9 kg", ". ",   ". ",       ". ",      ".",      "Điện thoại",
    "80",        " x ",     "X",    "x 80 cm",  "\"",      "“quà”",  "65",
    "15.6\" ",   " inch. ", "AB-1", "Samsung",  " GB",     "16 ",    "Tủ lạnh. Inox ",
    "A. ",       "B",       "-",    "...",      " Cám ơn", "đ. Giá", "2.5 ",
    "ﬁ",         "５５″",   "́",     "日本語. ", "Z. 日",   "ủ. Ư",   "\xFF",
    "!",         "? ",      "”",    "＂",       "''",      "'",      "\t",
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static struct bytes text_random(uint64_t *state, char room[TEXT_ROOM])
{
    size_t size = 0, count = 1 + next_random(state) % PIECES_MAX;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])];
        memcpy(room + size, piece, strlen(piece));
        size += strlen(piece);
    }
    return (struct bytes){room, size};
}

static void word_check(struct word_cache *cache, uint32_t number, const char *bytes, uint8_t size)
{
    const struct word *word = word_cache_word(cache, number);
    assert_int_equal(word->size, size);
    assert_memory_equal(word->bytes, bytes, size);
}

static void uses_check(struct word_cache *cache, const struct word_uses *uses, const struct token *tokens)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < uses->count; i++) {
        word_check(cache, uses->uses[i].folded, tokens[i].folded, tokens[i].folded_size);
        word_check(cache, uses->uses[i].exact, tokens[i].exact, tokens[i].exact_size);
        assert_int_equal(uses->uses[i].part, tokens[i].part);
        length += !tokens[i].part;
    }
    assert_int_equal(uses->length, length);
}

/* Reads the text as documents' texts are read and holds it to one call of analyze_document. */
static void text_check(struct word_cache *cache, struct bytes text, struct arena *arena)
{
    struct token_list whole = {0};
    uint32_t done = 0;
    bool apart = sentences_are_apart(text);
    assert_int_equal(analyze_document(word_cache_analyzer(cache), text.data, text.size, arena, &whole), STATUS_OK);
    while (text.size > 0) {
        size_t taken = apart ? sentence_size(text) : text.size;
        struct word_uses uses;
        assert_in_range(taken, 1, text.size);
        assert_int_equal(word_cache_read(cache, (struct bytes){text.data, taken}, true, arena, &uses), STATUS_OK);
        assert_in_range(uses.count, 0, whole.count - done);
        uses_check(cache, &uses, whole.tokens + done);
        done += uses.count;
        text = (struct bytes){text.data + taken, text.size - taken};
    }
    assert_int_equal(done, whole.count);
}

static void test_as_analyzed(void **state)
{
    (void)state;
    struct analyzer *analyzer = analyzer_new();
    struct word_cache *cache = word_cache_new(analyzer, 0);
    struct arena arena;
    uint64_t seed = 20260214;
    char room[TEXT_ROOM];
    arena_init(&arena, ARENA_BYTES);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t begun = seed;
        struct bytes text = text_random(&seed, room);
        if (round % 3 == 0)
            word_cache_begin(cache);
        arena_reset(&arena);
        for (unsigned again = 0; again < 3; again++)
            text_check(cache, text, &arena);
        if (word_cache_texts(cache) == 0)
            fail_msg("seed %llu: what came three times was not kept", (unsigned long long)begun);
    }
    arena_release(&arena);
    word_cache_free(cache);
    analyzer_free(analyzer);
}

/* Words are never the same twice: the bound is met, everything is forgotten, and the number of documents goes on. */
static void test_bound(void **state)
{
    (void)state;
    struct analyzer *analyzer = analyzer_new();
    struct word_cache *cache = word_cache_new(analyzer, WORD_CACHE_BYTES_MIN);
    struct arena arena;
    uint32_t last = 0;
    unsigned forgotten = 0;
    arena_init(&arena, ARENA_BYTES);
    for (unsigned i = 0; i < 20000; i++) {
        char room[64];
        size_t before = word_cache_bytes(cache);
        uint32_t document = word_cache_begin(cache);
        assert_int_equal(document, last + 1);
        last = document;
        if (before > WORD_CACHE_BYTES_MIN) {
            assert_in_range(word_cache_bytes(cache), 0, WORD_CACHE_BYTES_MIN);
            assert_int_equal(word_cache_texts(cache), 0);
            forgotten++;
        } else {
            assert_int_equal(word_cache_bytes(cache), before);
        }
        arena_reset(&arena);
        int size = snprintf(room, sizeof room, "Mã SP%uK giá tốt", i);
        text_check(cache, (struct bytes){room, (size_t)size}, &arena);
        text_check(cache, (struct bytes){room, (size_t)size}, &arena);
    }
    assert_in_range(forgotten, 2, 20000);
    arena_release(&arena);
    word_cache_free(cache);
    analyzer_free(analyzer);
}

/* WORD_CACHE_TEXT_BYTES_MAX is kept, one byte more is not; nor is what is met once or may not come again. */
static void test_kept(void **state)
{
    (void)state;
    struct analyzer *analyzer = analyzer_new();
    struct word_cache *cache = word_cache_new(analyzer, 0);
    struct arena arena;
    struct word_uses first, again;
    char room[WORD_CACHE_TEXT_BYTES_MAX + 1];
    arena_init(&arena, ARENA_BYTES);
    memset(room, 'a', sizeof room);
    for (unsigned i = 0; i < sizeof room; i += 8)
        room[i] = ' ';
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(word_cache_read(cache, (struct bytes){room, sizeof room}, true, &arena, &first), STATUS_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(word_cache_read(cache, (struct bytes){room, sizeof room - 1}, false, &arena, &first), STATUS_OK);
    assert_int_equal(word_cache_texts(cache), 0);
    assert_int_equal(word_cache_read(cache, (struct bytes){room, sizeof room - 1}, true, &arena, &first), STATUS_OK);
    assert_int_equal(word_cache_texts(cache), 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(word_cache_read(cache, (struct bytes){room, sizeof room - 1}, true, &arena, &again), STATUS_OK);
    assert_int_equal(word_cache_texts(cache), 1);
    assert_int_equal(again.count, first.count);
    for (uint32_t i = 0; i < first.count; i++)
        assert_int_equal(again.uses[i].folded, first.uses[i].folded);
    arena_release(&arena);
    word_cache_free(cache);
    analyzer_free(analyzer);
}

static void test_prefixes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned count;
        const char *prefixes[PREFIX_LETTERS_MAX];
    } cases[] = {{"Điện", 3, {"d", "di", "die"}}, {"tv", 2, {"t", "tv"}}, {"я", 1, {"я"}}, {"яблоко", 3, {"я", "яб", "ябл"}}};
    struct analyzer *analyzer = analyzer_new();
    struct word_cache *cache = word_cache_new(analyzer, 0);
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct word_uses uses;
        assert_int_equal(word_cache_read(cache, bytes_of(cases[i].text), false, &arena, &uses), STATUS_OK);
        assert_int_equal(uses.count, 1);
        const struct word word = *word_cache_word(cache, uses.uses[0].folded);
        assert_int_equal(word.prefix_count, cases[i].count);
        for (unsigned letters = 0; letters < word.prefix_count; letters++)
            word_check(cache, word.prefixes[letters], cases[i].prefixes[letters], (uint8_t)strlen(cases[i].prefixes[letters]));
    }
    arena_release(&arena);
    word_cache_free(cache);
    analyzer_free(analyzer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_analyzed),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
