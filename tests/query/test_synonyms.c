/* The shop's synonyms beside our lists: every kind, marks, lengths, what is off, and the bounds. */
#include "shop.h"

#include "catalog/synonym.h"
#include "query/synonyms.h"

enum { ROOM = 32 };

struct fixture {
    struct shop shop;
    struct arena arena;
    struct lexicon_hit hits[ROOM];
    unsigned count;
};

static int fixture_open(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    shop_open(&fixture->shop, 1);
    arena_init(&fixture->arena, 16 << 20);
    *state = fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    arena_release(&fixture->arena);
    shop_close(&fixture->shop);
    free(fixture);
    return 0;
}

static void row_put(struct fixture *fixture, unsigned id, const char *kind, const char *input, const char *output, const char *active)
{
    struct batch *batch = shop_begin(&fixture->shop);
    struct row row = {.table = TABLE_SYNONYM};
    struct synonym_key keys[2];
    struct buffer encoded = {0};
    unsigned count = 0;
    char key[16];
    snprintf(key, sizeof key, "%u", id);
    const char *cells[SYNONYM_COLUMNS] = {key, kind, input, output, active};
    for (unsigned i = 0; i < SYNONYM_COLUMNS; i++)
        row.cells[i] = (struct cell){CELL_TEXT, bytes_of(cells[i])};
    row_encode(&row, false, 0, &encoded);
    must(mirror_put(batch, TABLE_SYNONYM, bytes_of(key), (struct bytes){encoded.data, encoded.size}));
    must(synonym_keys(fixture->shop.analyzer, &row, &fixture->arena, keys, &count));
    for (unsigned i = 0; i < count; i++)
        must(reverse_put(batch, REVERSE_SYNONYM, keys[i].from, (struct bytes){(const char *)keys[i].to, keys[i].to_size}));
    buffer_release(&encoded);
    shop_commit(batch);
}

/* What the phrases that begin at the first word stand for: "words:value", "a" in front of abbreviations, with | between. */
static const char *said(struct fixture *fixture, const char *typed, unsigned room)
{
    static char text[4096];
    struct token_list tokens = {0};
    struct synonyms synonyms;
    struct snapshot *snapshot = shop_read(&fixture->shop);
    size_t size = 0;
    must(analyze(fixture->shop.analyzer, typed, strlen(typed), &fixture->arena, &tokens));
    must(synonyms_open(&synonyms, snapshot, fixture->shop.analyzer, &fixture->arena));
    must(synonyms_find(&synonyms, &tokens, 0, fixture->hits, room, &fixture->count));
    text[0] = '\0';
    for (unsigned i = 0; i < fixture->count; i++) {
        const struct lexicon_hit *hit = &fixture->hits[i];
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%s%u:%.*s", size > 0 ? "|" : "",
                                 hit->list == LEXICON_ABBREVIATIONS ? "a" : "", hit->words, (int)hit->value.size, hit->value.data);
        if (hit->list == LEXICON_SYNONYMS || hit->list == LEXICON_ABBREVIATIONS)
            assert_true(hit->tokens->positions > 0);
    }
    snapshot_close(snapshot);
    return text;
}

static void nothing_of_the_shop(void **state)
{
    assert_string_equal(said(*state, "zizi quạt", ROOM), "");
    assert_non_null(strstr(said(*state, "máy lạnh", ROOM), "2:điều hòa"));
}

static void kinds(void **state)
{
    struct fixture *fixture = *state;
    row_put(fixture, 1, "synonym", "zizi quạt", "máy thổi gió", "t");
    row_put(fixture, 2, "oneway", "zaza", "Loa Kéo", "t");
    row_put(fixture, 3, "abbreviation", "qz", "zizi quạt", "t");
    row_put(fixture, 4, "synonym", "zaza", "lặng im", "f");
    row_put(fixture, 5, "sideways", "zaza", "ngang", "t");
    row_put(fixture, 6, "synonym", "zaza", "***", "t");
    assert_string_equal(said(fixture, "zizi quạt đen", ROOM), "2:máy thổi gió");
    assert_string_equal(said(fixture, "may thoi gio", ROOM), "3:zizi quạt");
    assert_int_equal(fixture->hits[0].marks, MARKS_BARE);
    assert_string_equal(said(fixture, "ZAZA", ROOM), "1:Loa Kéo");
    assert_int_equal(fixture->hits[0].marks, MARKS_EXACT);
    assert_int_equal(fixture->hits[0].tokens->positions, 2);
    assert_null(strstr(said(fixture, "loa kéo", ROOM), "zaza"));
    assert_string_equal(said(fixture, "qz", ROOM), "a1:zizi quạt");
    assert_string_equal(said(fixture, "zizi", ROOM), "");
}

static void marks_decide(void **state)
{
    struct fixture *fixture = *state;
    row_put(fixture, 1, "oneway", "bần zịn", "hàng xịn", "t");
    assert_string_equal(said(fixture, "bần zịn", ROOM), "2:hàng xịn");
    assert_string_equal(said(fixture, "ban zịn", ROOM), "2:hàng xịn");
    assert_int_equal(fixture->hits[0].marks, MARKS_SUBSET);
    assert_string_equal(said(fixture, "bán zịn", ROOM), "");
}

static void longest_first(void **state)
{
    struct fixture *fixture = *state;
    row_put(fixture, 1, "oneway", "zo", "một", "t");
    row_put(fixture, 2, "oneway", "zo zo zo", "ba", "t");
    row_put(fixture, 3, "oneway", "zo za", "khác", "t");
    row_put(fixture, 4, "oneway", "zo zo zo zo zo zo zo zo", "tám", "t");
    row_put(fixture, 5, "oneway", "zo zo zo zo zo zo zo zo zo", "chín", "t");
    assert_string_equal(said(fixture, "zo zo zo", ROOM), "3:ba|1:một");
    assert_string_equal(said(fixture, "zo zo zo zo zo zo zo zo zo", ROOM), "8:tám|3:ba|1:một");
    assert_string_equal(said(fixture, "zo za", ROOM), "2:khác|1:một");
    assert_string_equal(said(fixture, "zo", ROOM), "1:một");
    assert_string_equal(said(fixture, "zo zo zo", 1), "3:ba"); /* there was no room for more */
}

static void before_ours_and_off(void **state)
{
    struct fixture *fixture = *state;
    row_put(fixture, 1, "oneway", "máy lạnh", "tủ mát", "t");
    const char *text = said(fixture, "máy lạnh", ROOM);
    assert_ptr_equal(strstr(text, "2:tủ mát"), text);
    assert_non_null(strstr(text, "2:điều hòa"));
    row_put(fixture, 2, "off", "máy lạnh", "điều hoà", "t");
    text = said(fixture, "máy lạnh", ROOM);
    assert_non_null(strstr(text, "2:tủ mát"));
    assert_null(strstr(text, "2:điều hòa|"));
    assert_null(strstr(said(fixture, "điều hòa", ROOM), "2:máy lạnh"));
    row_put(fixture, 2, "off", "máy lạnh", "*", "t");
    assert_string_equal(said(fixture, "máy lạnh", ROOM), "2:tủ mát");
    row_put(fixture, 2, "off", "máy lạnh", "*", "f");
    assert_non_null(strstr(said(fixture, "máy lạnh", ROOM), "2:điều hòa"));
}

static void rows_of_one_phrase(void **state)
{
    struct fixture *fixture = *state;
    char value[16];
    for (unsigned i = 0; i <= SYNONYM_ROWS_MAX; i++) {
        snprintf(value, sizeof value, "nghĩa %u", i);
        row_put(fixture, 100 + i, "oneway", "nhiều", value, "t");
    }
    const char *text = said(fixture, "nhiều", ROOM);
    assert_non_null(strstr(text, "nghĩa 15"));
    assert_null(strstr(text, "nghĩa 16"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {TEST(nothing_of_the_shop), TEST(kinds),
                                       TEST(marks_decide),        TEST(longest_first),
                                       TEST(before_ours_and_off), TEST(rows_of_one_phrase)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
