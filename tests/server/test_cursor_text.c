/* Cursors as text: what goes in comes out, and nothing else is taken: no other key, no changed bit, no part, no other spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "catalog/row.h"
#include "query/cascade.h"
#include "server/cursor_text.h"

static struct arena arena;
static struct cursor_key key = {.bytes = "a key that only the tests know", .size = 30};

static struct cursor sample(struct bytes id)
{
    return (struct cursor){.fingerprint = UINT64_C(0x0123456789abcdef),
                           .sort = SORT_DISCOUNT,
                           .use = USE_NO_FILTERS,
                           .steps = 22,
                           .rung = RUNG_ANY,
                           .shown = 4000000001,
                           .pins = 256,
                           .rank = UINT64_MAX - 7,
                           .version = 4000000000,
                           .id = id};
}

static struct bytes encoded(const struct cursor *cursor)
{
    struct bytes text = {0};
    assert_int_equal(cursor_encode(&key, cursor, &arena, &text), STATUS_OK);
    return text;
}

static void refused(struct bytes text)
{
    struct error error = {0};
    struct cursor cursor;
    assert_int_equal(cursor_decode(&key, text, &arena, &cursor, &error), STATUS_INVALID);
    assert_int_equal(memcmp(error.text, "cursor ", 7), 0);
    assert_non_null(strstr(error.text, "nextCursor"));
}

static void comes_back(void **state)
{
    (void)state;
    char id[KEY_BYTES_MAX];
    memset(id, '/', sizeof id);
    for (size_t size = 0; size <= sizeof id; size++) {
        struct error error = {0};
        struct cursor out = {0}, in = sample((struct bytes){id, size});
        struct bytes text = encoded(&in);
        assert_true(text.size > 0 && text.size <= CURSOR_BYTES_MAX);
        for (size_t i = 0; i < text.size; i++)
            assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", text.data[i]));
        assert_int_equal(cursor_decode(&key, text, &arena, &out, &error), STATUS_OK);
        assert_true(bytes_equal(in.id, out.id));
        assert_true(in.fingerprint == out.fingerprint && in.rank == out.rank && in.version == out.version);
        assert_true(in.shown == out.shown && in.pins == out.pins);
        assert_true(in.sort == out.sort && in.use == out.use && in.steps == out.steps && in.rung == out.rung);
    }
    assert_int_equal(encoded(NULL).size, 0);
    arena_reset(&arena);
}

static void forged(void **state)
{
    (void)state;
    struct cursor cursor = sample((struct bytes){"sp-0042", 7}), out;
    struct error error = {0};
    struct bytes text = encoded(&cursor);
    struct cursor_key other = key;
    char changed[CURSOR_BYTES_MAX + 1];
    other.bytes[0] ^= 1;
    assert_int_equal(cursor_decode(&other, text, &arena, &out, &error), STATUS_INVALID);
    assert_non_null(strstr(error.text, "not signed here"));
    other = key;
    other.size--;
    assert_int_equal(cursor_decode(&other, text, &arena, &out, &error), STATUS_INVALID);
    for (size_t size = 0; size < text.size; size++)
        refused((struct bytes){text.data, size});
    for (size_t i = 0; i < text.size; i++)
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(changed, text.data, text.size);
            changed[i] = (char)byte;
            if (changed[i] != text.data[i])
                refused((struct bytes){changed, text.size});
        }
    arena_reset(&arena);
}

/* Other texts that a careless reader takes for the same bytes, and texts that are far too long. */
static void one_spelling(void **state)
{
    (void)state;
    char changed[4096];
    for (size_t size = 1; size <= 3; size++) {
        struct cursor cursor = sample((struct bytes){"123", size});
        struct bytes text = encoded(&cursor);
        static const char *const ends[] = {"=", "==", " ", "\n", "A", "AA", "AAAA", "===="};
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
            int whole = snprintf(changed, sizeof changed, "%.*s%s", (int)text.size, text.data, ends[i]);
            refused((struct bytes){changed, (size_t)whole});
        }
        int whole = snprintf(changed, sizeof changed, " %.*s", (int)text.size, text.data);
        refused((struct bytes){changed, (size_t)whole});
    }
    memset(changed, 'A', sizeof changed);
    for (size_t size = 0; size <= sizeof changed; size += size < 300 ? 1 : 379)
        refused((struct bytes){changed, size});
    arena_reset(&arena);
}

/* Signed with the right key, but by a program that means something else. */
static void foreign_fields(void **state)
{
    (void)state;
    struct cursor cursor = sample((struct bytes){"1", 1});
    cursor.rung = RUNG_ANY + 1;
    refused(encoded(&cursor));
    cursor = sample((struct bytes){"1", 1});
    cursor.steps = 1 << CASCADE_STEPS;
    refused(encoded(&cursor));
    cursor = sample((struct bytes){"1", 1});
    cursor.sort = (enum sort)(SORT_DISCOUNT + 1);
    refused(encoded(&cursor));
    arena_reset(&arena);
}

static void request_with_cursor(void **state)
{
    (void)state;
    struct search_request request;
    struct error error = {0};
    struct cursor cursor = sample((struct bytes){"7", 1});
    request_init(&request);
    assert_int_equal(cursor_admit(&key, &request, &arena, &error), STATUS_OK);
    assert_null(request.after);
    assert_int_equal(request_set(&request, "cursor", encoded(&cursor), &error), STATUS_OK);
    assert_int_equal(request_check(&request, &error), STATUS_OK);
    assert_int_equal(cursor_admit(&key, &request, &arena, &error), STATUS_OK);
    assert_non_null(request.after);
    assert_true(request.after->rank == cursor.rank);
    request.cursor.size--;
    assert_int_equal(cursor_admit(&key, &request, &arena, &error), STATUS_INVALID);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),          cmocka_unit_test(forged), cmocka_unit_test(one_spelling), cmocka_unit_test(foreign_fields),
        cmocka_unit_test(request_with_cursor),
    };
    arena_init(&arena, 64 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
