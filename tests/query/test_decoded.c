/* Queries read as the keys of an input method that was off. */
#include "fixture.h"

#include "query/decoded.h"

static int open_fixture(void **state)
{
    static const char *const words[] = {"dien", "thoai", "ban", "phim", "laptop", "oppo", "pars"};
    struct fixture *fixture = fixture_new(1 << 20);
    struct batch *batch = shop_begin(&fixture->shop);
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++)
        posting_put(batch, TERM_CORE, words[i], strlen(words[i]), 0, 100, (struct posting_form){0});
    fixture_read(fixture, batch);
    *state = fixture;
    return 0;
}

/* The exact forms of all tokens, parts in brackets. */
static const char *decoded(struct fixture *fixture, const char *text)
{
    static char line[256];
    struct token_list typed = {0}, tokens = {0};
    must(analyze(fixture->shop.analyzer, text, strlen(text), &fixture->arena, &typed));
    must(tokens_decode(fixture->snapshot, fixture->shop.analyzer, &typed, &fixture->arena, &tokens));
    assert_int_equal(tokens.positions, typed.positions);
    line[0] = '\0';
    for (uint32_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.tokens[i];
        size_t used = strlen(line);
        assert_true(token->offset + token->size <= strlen(text));
        snprintf(line + used, sizeof line - used, token->part ? " [%.*s]" : " %.*s", (int)token->exact_size, token->exact);
    }
    return line;
}

static void keys(void **state)
{
    assert_string_equal(decoded(*state, "ddieenj thoaij oppo"), " điện thoại oppo");
    assert_string_equal(decoded(*state, "d9ie65n thoai5"), " điện thoại");
    assert_string_equal(decoded(*state, "ddieenj thoaij duwowis 5 trieeuj"),
                        " điện thoại dưới 5 triệu"); /* words of prices, which no product has */
}

static void not_keys(void **state)
{
    assert_string_equal(decoded(*state, "dien thoai oppo"), " dien thoai oppo");
    assert_string_equal(decoded(*state, "điẹn thoại reer"), " điẹn thoại reer");               /* no word that the index has */
    assert_string_equal(decoded(*state, "phims reer nhaast giar"), " phims reer nhaast giar"); /* too few of them */
    assert_string_equal(decoded(*state, "pars ban"), " pars ban");                             /* it is a word */
    assert_string_equal(decoded(*state, ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys), cmocka_unit_test(not_keys)};
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
