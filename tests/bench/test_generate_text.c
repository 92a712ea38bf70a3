#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/generate_text.h"

static void check(void (*change)(struct buffer *, struct bytes), const char *from, const char *to)
{
    struct buffer out = {0};
    change(&out, bytes_of(from));
    buffer_append_char(&out, '\0');
    assert_string_equal(out.data, to);
    buffer_release(&out);
}

static void slugs(void **state)
{
    (void)state;
    check(text_append_slug, "Máy giặt LG 9 kg", "may-giat-lg-9-kg");
    check(text_append_slug, "  Điện thoại (8GB/256GB) - ĐẸP  ", "dien-thoai-8gb-256gb-dep");
    check(text_append_slug, "Ằ ẵ Ố ợ Ữ ỵ m²", "a-a-o-o-u-y-m");
    check(text_append_slug, "", "");
    check(text_append_slug, "---", "");
}

static void capitals(void **state)
{
    (void)state;
    check(text_append_upper, "Tủ lạnh Đồng 90L, 5m²", "TỦ LẠNH ĐỒNG 90L, 5M²");
    check(text_append_upper, "ỡ ỹ ặ đ", "Ỡ Ỹ Ặ Đ");
}

static void new_tones(void **state)
{
    (void)state;
    check(text_append_new_tones, "hòa, khóa thủy tinh tỏa họa", "hoà, khoá thuỷ tinh toả hoạ");
    check(text_append_new_tones, "Hòe HÒA Ủy", "Hoè HOÀ Uỷ");
    /* The tone stays where another letter closes the syllable, and on other vowels. */
    check(text_append_new_tones, "hoàn tùy quý mía của tòan", "hoàn tuỳ quý mía của tòan");
    check(text_append_new_tones, "òa", "oà");
    check(text_append_new_tones, "ò", "ò");
    check(text_append_new_tones, "", "");
}

static void decomposed(void **state)
{
    (void)state;
    check(text_append_decomposed, "ế", "e\u0302\u0301");
    check(text_append_decomposed, "ậ ặ", "a\u0323\u0302 a\u0323\u0306");
    check(text_append_decomposed, "ợ Ứ", "o\u031B\u0323 U\u031B\u0301");
    check(text_append_decomposed, "Đà Lạt", "Đa\u0300 La\u0323t");
    check(text_append_decomposed, "abc 9 kg", "abc 9 kg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slugs),
        cmocka_unit_test(capitals),
        cmocka_unit_test(new_tones),
        cmocka_unit_test(decomposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
