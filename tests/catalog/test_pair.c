/* Pairs of neighbouring words: which a text has, their keys at the bounds, their weights; and accessories' names. */
#include "cmocka_door.h"

#include "catalog/made_for.h"
#include "catalog/pair.h"
#include "catalog/terms.h"

static struct analyzer *analyzer;
static struct arena arena;
static struct word_cache *words;

/* The keys of a text's pairs with | between. */
static const char *pairs_of(const char *text)
{
    static char out[4096];
    struct pair pairs[64];
    struct token_list tokens = {0};
    size_t size = 0;
    assert_int_equal(analyze(analyzer, text, strlen(text), &arena, &tokens), STATUS_OK);
    unsigned count = pairs_list(&tokens, bytes_of(text), pairs, 64);
    out[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        char key[TERM_BYTES_MAX];
        size_t key_size = pair_key(&pairs[i], key);
        size += (size_t)snprintf(out + size, sizeof out - size, "%s%.*s", i > 0 ? "|" : "", (int)key_size, key);
    }
    return out;
}

static void test_pairs(void **state)
{
    (void)state;
    assert_string_equal(pairs_of(""), "");
    assert_string_equal(pairs_of("bàn"), " ban");
    assert_string_equal(pairs_of("Bàn là Philips"), " ban|ban la|la philips|philips ");
    assert_string_equal(pairs_of("Là bàn"), " la|la ban");
    assert_string_equal(pairs_of("tai nghe"), " tai|tai nghe");
    assert_string_equal(pairs_of("iPhone 15 Pro 128GB"), " iphone|iphone 15|15 pro|pro |pro 128gb");
    assert_string_equal(pairs_of("iPhone 15 Pro Max 256GB"), " iphone|iphone 15|15 pro|pro max|max |max 256gb");
    assert_string_equal(pairs_of("RTX 4060 Ti, 4060"), " rtx|rtx 4060|4060 ti|ti |ti 4060|4060 ");
    assert_string_equal(pairs_of("Galaxy S24 màu đen"), " galaxy|galaxy s24|s24 |s24 mau|mau den");
    assert_string_equal(pairs_of("NR-BV360QSVN tủ"), " nrbv360qsvn|nrbv360qsvn |nrbv360qsvn tu"); /* wholes, not parts */
}

static void test_key_bounds(void **state)
{
    (void)state;
    char key[TERM_BYTES_MAX], long_word[64];
    memset(long_word, 'a', sizeof long_word);
    struct bytes at_bound = {long_word, PAIR_WORD_BYTES_MAX}, past = {long_word, PAIR_WORD_BYTES_MAX + 1};
    assert_int_equal(pair_key_of(at_bound, at_bound, key), 2 * PAIR_WORD_BYTES_MAX + 1);
    assert_int_equal(pair_key_of(past, past, key), 2 * PAIR_WORD_BYTES_MAX + 1);
    assert_int_equal(key[PAIR_WORD_BYTES_MAX], ' ');
    memcpy(long_word + PAIR_WORD_BYTES_MAX - 1, "ж", 2); /* a character across the bound is left out whole */
    assert_int_equal(pair_key_of(past, bytes_of("b"), key), PAIR_WORD_BYTES_MAX - 1 + 2);
    assert_int_equal(pair_key_of(bytes_of("pro"), (struct bytes){0}, key), 4);
}

static size_t head_of(const char *name)
{
    size_t head = 0;
    assert_int_equal(made_for_split(analyzer, bytes_of(name), &arena, &head), STATUS_OK);
    return head;
}

static void test_heads(void **state)
{
    (void)state;
    assert_int_equal(head_of("Ốp lưng iPhone 15"), strlen("Ốp lưng"));
    assert_int_equal(head_of("op lung iPhone 15"), strlen("op lung"));
    assert_int_equal(head_of("Túi chống sốc MacBook Air"), strlen("Túi chống sốc"));
    assert_int_equal(head_of("iPhone 15 kèm ốp lưng"), strlen("iPhone 15 kèm ốp lưng"));
    assert_int_equal(head_of("Dan Brown"), strlen("Dan Brown"));
    assert_int_equal(head_of(""), 0);
}

/* The impact of a term of a product of this name, 0: it does not have it. */
static unsigned impact_of(const char *name, enum term_class class, const char *term)
{
    struct forward_list list = {0};
    bool cut = false;
    struct document document = {.live = true, .name = bytes_of(name)};
    assert_int_equal(terms_build(words, &document, &arena, &list, &cut), STATUS_OK);
    for (uint32_t i = 0; i < list.count; i++)
        if (list.entries[i].class == class && bytes_equal((struct bytes){list.entries[i].bytes, list.entries[i].size}, bytes_of(term)))
            return list.entries[i].impact;
    return 0;
}

static void test_impacts(void **state)
{
    (void)state;
    unsigned phone = impact_of("iPhone 15", TERM_CORE, "iphone"), cover = impact_of("Ốp lưng iPhone 15", TERM_CORE, "iphone");
    assert_true(4 * phone > 5 * cover && cover > 0);
    assert_true(4 * impact_of("iPhone 15", TERM_PAIR, "iphone 15") > 5 * impact_of("Ốp lưng iPhone 15", TERM_PAIR, "iphone 15"));
    assert_true(4 * impact_of("Ốp lưng iPhone 15", TERM_CORE, "lung") > 5 * cover);
    assert_true(impact_of("Ốp lưng iPhone 15", TERM_PAIR, "op lung") > impact_of("Ốp lưng iPhone 15", TERM_PAIR, "lung iphone"));
    assert_true(impact_of("iPhone 15 128GB", TERM_PAIR, " iphone") > 0);
    assert_true(impact_of("iPhone 15 128GB", TERM_PAIR, "15 ") > 0);
    assert_int_equal(impact_of("iPhone 15 Pro 128GB", TERM_PAIR, "15 "), 0);
}

static void test_pairs_bound(void **state)
{
    (void)state;
    struct document document = {.live = true};
    struct forward_entry *entries = memory_calloc(PAIRS_MAX, sizeof *entries);
    struct buffer name = {0};
    uint32_t count = 0;
    for (unsigned i = 0; i < 2 * PAIRS_MAX; i++) {
        char word[16];
        buffer_append(&name, word, (size_t)snprintf(word, sizeof word, "w%cx%uq ", 'a' + (int)(i % 26), i));
    }
    document.name = (struct bytes){name.data, name.size};
    assert_int_equal(pairs_build(analyzer, &document, &arena, entries, &count), STATUS_OK);
    assert_int_equal(count, PAIRS_MAX);
    buffer_release(&name);
    free(entries);
}

int main(void)
{
    analyzer = analyzer_new();
    words = word_cache_new(analyzer, WORD_CACHE_BYTES);
    arena_init(&arena, 64 << 20);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs), cmocka_unit_test(test_key_bounds), cmocka_unit_test(test_heads),
                                       cmocka_unit_test(test_impacts), cmocka_unit_test(test_pairs_bound)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    word_cache_free(words);
    analyzer_free(analyzer);
    return failed;
}
