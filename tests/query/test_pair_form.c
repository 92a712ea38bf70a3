/* How words are written where they stand side by side. */
#include "fixture.h"

#include "query/pair_form.h"
#include "query/words.h"

static void name_put(struct fixture *fixture, struct batch *batch, uint32_t document, const char *name)
{
    struct token_list tokens = {0};
    struct pair pairs[16];
    must(analyze(fixture->shop.analyzer, name, strlen(name), &fixture->arena, &tokens));
    for (uint32_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.tokens[i];
        struct posting_form form = {0};
        if (token_is_marked(token))
            form = (struct posting_form){.bytes = token->exact, .size = token->exact_size};
        posting_put(batch, TERM_CORE, token->folded, token->folded_size, document, 100, form);
    }
    unsigned count = pairs_list(&tokens, bytes_of(name), pairs, 16);
    for (unsigned i = 0; i < count; i++) {
        char key[TERM_BYTES_MAX];
        size_t size = pair_key(&pairs[i], key);
        posting_put(batch, TERM_PAIR, key, size, document, 100, (struct posting_form){0});
    }
}

static int open_fixture(void **state)
{
    static const char *const names[] = {"Dây giật", "Đèn giật", "Máy giật", "Máy giặt LG", "Máy giặt Aqua", "Nước giặt", "Nuoc ngot"};
    struct fixture *fixture = fixture_new(1 << 20);
    struct batch *batch = shop_begin(&fixture->shop);
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
        name_put(fixture, batch, i, names[i]);
    fixture_read(fixture, batch);
    *state = fixture;
    return 0;
}

static const char *shown(struct fixture *fixture, const char *first, const char *second)
{
    static char line[64];
    struct edge_term one, other;
    struct bytes left = bytes_of("?"), right = bytes_of("?");
    must(edge_term_get(fixture->snapshot, bytes_of(first), bytes_of(first), BAND_NEAR, &fixture->arena, &one));
    must(edge_term_get(fixture->snapshot, bytes_of(second), bytes_of(second), BAND_NEAR, &fixture->arena, &other));
    must(pair_forms(fixture->snapshot, &one, &other, &left, &right));
    snprintf(line, sizeof line, "%.*s %.*s", (int)left.size, left.data, (int)right.size, right.data);
    return line;
}

static void side_by_side(void **state)
{
    assert_string_equal(shown(*state, "may", "giat"), "máy giặt");
    assert_string_equal(shown(*state, "day", "giat"), "dây giật");
    assert_string_equal(shown(*state, "nuoc", "giat"), "nước giặt");
    assert_string_equal(shown(*state, "nuoc", "ngot"), "nuoc ngot");
    assert_string_equal(shown(*state, "giat", "may"), "? ?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(side_by_side)};
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
