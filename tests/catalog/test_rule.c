/* Rows of search_rules: what each says, every way to say nothing, and their keys. */
#include "cmocka_door.h"

#include "catalog/rule.h"

static struct analyzer *analyzer;
static struct arena arena;

/* NULL: a NULL cell. */
struct cells {
    const char *query, *category, *action, *product, *params, *starts, *ends, *active;
};

static struct row row_of(const struct cells *cells)
{
    const char *texts[RULE_COLUMNS] = {[RULE_ID] = "7",
                                       [RULE_QUERY] = cells->query,
                                       [RULE_CATEGORY_ID] = cells->category,
                                       [RULE_ACTION] = cells->action,
                                       [RULE_PRODUCT_ID] = cells->product,
                                       [RULE_PARAMS] = cells->params,
                                       [RULE_STARTS_AT] = cells->starts,
                                       [RULE_ENDS_AT] = cells->ends,
                                       [RULE_IS_ACTIVE] = cells->active};
    struct row row = {.table = TABLE_RULE};
    for (unsigned i = 0; i < RULE_COLUMNS; i++)
        if (texts[i] != NULL)
            row.cells[i] = (struct cell){CELL_TEXT, bytes_of(texts[i])};
    return row;
}

static struct rule parsed(const struct cells *cells)
{
    struct rule rule;
    struct error error = {0};
    struct row row = row_of(cells);
    if (rule_parse(&row, &arena, &rule, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return rule;
}

static void what_rules_say(void **state)
{
    (void)state;
    struct rule rule = parsed(&(struct cells){.query = "tủ lạnh", .action = "pin", .product = "42"});
    assert_int_equal(rule.action, RULE_PIN);
    assert_true(rule.place == 1 && !rule.contains && rule.start_s == 0 && rule.end_s == UINT32_MAX);
    assert_true(bytes_equal(rule.product_id, bytes_of("42")) && bytes_equal(rule.id, bytes_of("7")));
    rule = parsed(&(struct cells){.query = "a", .action = "pin", .product = "42", .params = "{\"at\":100,\"match\":\"contains\"}"});
    assert_true(rule.place == RULE_PLACE_MAX && rule.contains);
    rule = parsed(&(struct cells){.category = "3", .action = "hide", .product = "x-1", .params = "{}"});
    assert_true(rule.action == RULE_HIDE && bytes_equal(rule.category_id, bytes_of("3")));
    rule = parsed(&(struct cells){.action = "boost", .params = "{\"brand\":\"sony\"}"});
    assert_true(rule.action == RULE_BOOST && rule.percent == RULE_PERCENT && bytes_equal(rule.brand, bytes_of("sony")));
    rule = parsed(&(struct cells){.action = "boost", .params = "{\"category\":\"loa\",\"percent\":100}"});
    assert_true(rule.percent == RULE_PERCENT_MAX && bytes_equal(rule.category, bytes_of("loa")));
    rule = parsed(&(struct cells){.query = "km", .action = "redirect", .params = "{\"url\":\"/khuyen-mai?a=1\"}"});
    assert_true(rule.action == RULE_REDIRECT && bytes_equal(rule.url, bytes_of("/khuyen-mai?a=1")));
    parsed(&(struct cells){.query = "km", .action = "redirect", .params = "{\"url\":\"https://a.vn/@b?c=@\"}"});
    parsed(&(struct cells){.query = "km", .action = "redirect", .params = "{\"url\":\"https://a.vn\"}"});
}

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *starts, *ends;
        uint32_t start_s, end_s;
    } cases[] = {
        {"1970-01-01 00:00:10+00", "1970-01-01 07:00:20.9+07", 10, 20},
        {"-infinity", "infinity", 0, UINT32_MAX},
        {"infinity", "-infinity", UINT32_MAX, 0},
        {"1969-12-31 23:59:59+00", "2400-01-01 00:00:00+00", 0, UINT32_MAX},
        {"0044-03-15 00:00:00+00 BC", "12026-01-01 00:00:00+00", 0, UINT32_MAX},
        {"1970-01-01 00:00:00+07", "1960-01-01 00:00:00+00", 0, 0},
        {NULL, NULL, 0, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rule rule = parsed(&(struct cells){.action = "hide", .product = "1", .starts = cases[i].starts, .ends = cases[i].ends});
        assert_int_equal(rule.start_s, cases[i].start_s);
        assert_int_equal(rule.end_s, cases[i].end_s);
    }
}

static char many_words[33 * 5 + 1];

static void what_says_nothing(void **state)
{
    (void)state;
    static char long_url[RULE_URL_BYTES_MAX + 64];
    for (unsigned i = 0; i < 33; i++)
        memcpy(many_words + i * (size_t)5, "loa  ", 6);
    memcpy(long_url, "{\"url\":\"/", 9);
    memset(long_url + 9, 'a', RULE_URL_BYTES_MAX);
    memcpy(long_url + 9 + RULE_URL_BYTES_MAX, "\"}", 3);
    const struct {
        struct cells cells;
        const char *says;
    } cases[] = {
        {{.action = "lift", .product = "1"}, "none of pin, hide, boost, redirect"},
        {{.product = "1"}, "action is ''"},
        {{.action = "pin", .query = "a"}, "pin needs product_id"},
        {{.action = "hide", .product = ""}, "hide needs product_id"},
        {{.action = "hide", .product = "1", .query = ""}, "must be NULL"},
        {{.action = "hide", .product = "1", .query = "*!"}, "1 to 32 words"},
        {{.action = "hide", .product = "1", .query = many_words}, "1 to 32 words"},
        {{.action = "hide", .product = "1", .query = "a b c d e g h i k", .params = "{\"match\":\"contains\"}"}, "1 to 8 words"},
        {{.action = "hide", .product = "1", .params = "{\"match\":\"contains\"}"}, "match in params needs a query"},
        {{.action = "hide", .product = "1", .query = "a", .params = "{\"match\":\"some\"}"}, "\"exact\" or \"contains\""},
        {{.action = "hide", .product = "1", .query = "a", .params = "{\"match\":1}"}, "\"exact\" or \"contains\""},
        {{.action = "hide", .product = "1", .params = "{\"at\":1}"}, "hide takes match"},
        {{.action = "hide", .product = "1", .params = "[]"}, "a JSON object"},
        {{.action = "hide", .product = "1", .params = "{"}, "a JSON object"},
        {{.action = "hide", .product = "1", .starts = "tomorrow"}, "must be timestamps"},
        {{.action = "hide", .product = "1", .ends = "2026-13-01"}, "must be timestamps"},
        {{.action = "pin", .product = "1", .params = "{\"at\":0}"}, "from 1 to 100"},
        {{.action = "pin", .product = "1", .params = "{\"at\":101}"}, "from 1 to 100"},
        {{.action = "pin", .product = "1", .params = "{\"at\":\"1\"}"}, "from 1 to 100"},
        {{.action = "pin", .product = "1", .params = "{\"at\":1.5}"}, "from 1 to 100"},
        {{.action = "boost"}, "just one of"},
        {{.action = "boost", .product = "1", .params = "{\"brand\":\"a\"}"}, "just one of"},
        {{.action = "boost", .params = "{\"brand\":\"\"}"}, "must be a text"},
        {{.action = "boost", .product = "1", .params = "{\"percent\":101}"}, "from 1 to 100"},
        {{.action = "boost", .product = "1", .params = "{\"percent\":-1}"}, "from 1 to 100"},
        {{.action = "redirect", .params = "{\"url\":\"/a\"}"}, "redirect needs a query"},
        {{.action = "redirect", .query = "a"}, "redirect needs a query"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"javascript:alert(1)\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"//elsewhere\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"/\\\\elsewhere\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"/a\\nb\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"https://\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"https:///a.vn\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"https://a.vn@b.vn/\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = "{\"url\":\"http://?a\"}"}, "begins with http://"},
        {{.action = "redirect", .query = "a", .params = long_url}, "at most 2048 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rule_key key;
        struct error error = {0};
        struct row row = row_of(&cases[i].cells);
        assert_int_equal(rule_key(analyzer, &row, &arena, &key, &error), STATUS_INVALID);
        if (strstr(error.text, cases[i].says) == NULL)
            fail_msg("case %zu: %s", i, error.text);
        row.cells[RULE_IS_ACTIVE] = (struct cell){CELL_TEXT, bytes_of("f")};
        assert_int_equal(rule_key(analyzer, &row, &arena, &key, &error), STATUS_NOT_FOUND);
    }
    long_url[8 + RULE_URL_BYTES_MAX] = '"';
    long_url[9 + RULE_URL_BYTES_MAX] = '}';
    long_url[10 + RULE_URL_BYTES_MAX] = '\0';
    assert_int_equal(parsed(&(struct cells){.action = "redirect", .query = "a", .params = long_url}).url.size, RULE_URL_BYTES_MAX);
}

static struct rule_key key_of(const struct cells *cells)
{
    struct rule_key key;
    struct row row = row_of(cells);
    assert_int_equal(rule_key(analyzer, &row, &arena, &key, NULL), STATUS_OK);
    return key;
}

static void keys(void **state)
{
    (void)state;
    struct rule_times read;
    struct rule_key key =
        key_of(&(struct cells){.query = "Tủ LẠNH 16 GB!", .action = "hide", .product = "1", .starts = "1970-01-01 00:00:10"});
    assert_true(bytes_equal(key.from, bytes_of("qtu lanh 16gb")));
    assert_true(rule_times_read((struct bytes){(const char *)key.to, key.to_size}, 0, &read));
    assert_true(read.start_s == 10 && read.end_s == UINT32_MAX && bytes_equal(read.id, bytes_of("7")));
    key = key_of(&(struct cells){.query = "Tủ LẠNH", .action = "hide", .product = "1", .params = "{\"match\":\"contains\"}"});
    assert_true(bytes_equal(key.from, bytes_of("wtu")));
    assert_int_equal(key.to[0], 2);
    assert_true(rule_times_read((struct bytes){(const char *)key.to, key.to_size}, SYNONYM_PLACE_BYTES, &read));
    assert_true(bytes_equal(read.id, bytes_of("7")));
    key = key_of(&(struct cells){.category = "31", .action = "hide", .product = "1"});
    assert_true(bytes_equal(key.from, bytes_of("c31")));
    key = key_of(&(struct cells){.category = "31", .query = "loa", .action = "hide", .product = "1"});
    assert_true(bytes_equal(key.from, bytes_of("qloa")));
    key = key_of(&(struct cells){.action = "hide", .product = "1"});
    assert_true(bytes_equal(key.from, bytes_of("a")));
    for (size_t size = 0; size <= RULE_TIMES_BYTES; size++)
        assert_false(rule_times_read((struct bytes){(const char *)key.to, size}, 0, &read));
    char longer[RULE_TIMES_BYTES + KEY_BYTES_MAX + 1] = {0};
    assert_true(rule_times_read((struct bytes){longer, sizeof longer - 1}, 0, &read));
    assert_false(rule_times_read((struct bytes){longer, sizeof longer}, 0, &read));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rules_say),
        cmocka_unit_test(times),
        cmocka_unit_test(what_says_nothing),
        cmocka_unit_test(keys),
    };
    analyzer = analyzer_new();
    arena_init(&arena, 16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    analyzer_free(analyzer);
    return failed;
}
