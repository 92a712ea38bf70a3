/* Statuses have names, and an error's sentence is cut to fit on a whole character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

static void test_every_status_has_a_name(void **state)
{
    (void)state;
    for (int status = STATUS_OK; status <= STATUS_MISMATCH; status++)
        assert_string_not_equal(status_name((enum status)status), "unknown");
    assert_string_equal(status_name((enum status)(STATUS_MISMATCH + 1)), "unknown");
    assert_string_equal(status_name((enum status) - 1), "unknown");
}

static void test_error_set_returns_its_status(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(error_set(&error, STATUS_BUSY, "port %d is in use", 80), STATUS_BUSY);
    assert_int_equal(error.status, STATUS_BUSY);
    assert_string_equal(error.text, "port 80 is in use");
    assert_int_equal(error_set(NULL, STATUS_FULL, "unread"), STATUS_FULL);
}

/* Every start offset of characters of 1 to 4 bytes against the cut. */
static void test_cut_never_splits_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "đ", "ế", "😀"};
    char text[1200];
    for (size_t c = 0; c < 4; c++)
        for (size_t lead = 0; lead < 4; lead++) {
            size_t width = strlen(characters[c]);
            size_t size = 0;
            while (size < lead)
                text[size++] = 'x';
            while (size + width < sizeof text) {
                memcpy(text + size, characters[c], width);
                size += width;
            }
            text[size] = '\0';
            struct error error = {0};
            assert_int_equal(error_set(&error, STATUS_INVALID, "%s", text), STATUS_INVALID);
            size_t kept = strlen(error.text);
            size_t room = sizeof error.text - 1;
            assert_int_equal(kept, lead + (room - lead) / width * width);
            assert_memory_equal(error.text, text, kept);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_a_name),
        cmocka_unit_test(test_error_set_returns_its_status),
        cmocka_unit_test(test_cut_never_splits_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
