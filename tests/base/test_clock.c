/* Times as people read them, and a monotonic clock that is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void test_format(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {999, "1970-01-01T00:00:00.000Z"},
        {1000, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000000, "1969-12-31T23:59:59.000Z"},
        {1795218135123456, "2026-11-20T23:42:15.123Z"},
        {2147483648000000, "2038-01-19T03:14:08.000Z"},
        {253402300799999999, "9999-12-31T23:59:59.999Z"},
    };
    char text[25];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clock_format(cases[i].wall_us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_monotonic_and_sleep(void **state)
{
    (void)state;
    uint64_t before = clock_monotonic_ns();
    clock_sleep_ms(20);
    uint64_t after = clock_monotonic_ns();
    assert_true(after - before >= 20000000u);
    uint64_t cpu = clock_thread_cpu_ns();
    clock_sleep_ms(20);
    assert_true(clock_thread_cpu_ns() - cpu < 15000000u);
}

static void test_seconds(void **state)
{
    (void)state;
    int64_t before = clock_wall_us() / 1000000;
    uint32_t now = clock_wall_s();
    assert_true(now >= before && now <= clock_wall_us() / 1000000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_monotonic_and_sleep),
        cmocka_unit_test(test_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
