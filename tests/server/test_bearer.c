/* Who knows the admin token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/bearer.h"

static const char token[] = "0123456789abcdef";

static void test_only_the_token_matches(void **state)
{
    (void)state;
    assert_true(bearer_matches("Bearer 0123456789abcdef", token));
    assert_true(bearer_matches("bEARER   0123456789abcdef", token));
    static const char *const wrong[] = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer 0123456789abcde",
        "Bearer 0123456789abcdeF",
        "Bearer 1123456789abcdef",
        "Bearer 0123456789abcdef ",
        "Bearer 0123456789abcdef0",
        "Bearer\t0123456789abcdef",
        "Basic 0123456789abcdef",
        "0123456789abcdef",
        " Bearer 0123456789abcdef",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (bearer_matches(wrong[i], token))
            fail_msg("\"%s\" matches", wrong[i]);
    assert_false(bearer_matches(NULL, token));
}

static void test_what_a_header_takes(void **state)
{
    (void)state;
    assert_true(token_is_sendable("!0aZ~"));
    assert_false(token_is_sendable("a b"));
    assert_false(token_is_sendable("a\n"));
    assert_false(token_is_sendable("a\x7F"));
    assert_false(token_is_sendable("khoá"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_token_matches),
        cmocka_unit_test(test_what_a_header_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
