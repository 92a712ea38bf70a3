/* The arena's cap at its edge, alignment, reset; the growable buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

enum { CAP_BYTES = 1 << 20 };

static void test_cap_is_exact(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, CAP_BYTES);
    assert_null(arena_alloc(&arena, CAP_BYTES + 1));
    assert_non_null(arena_alloc(&arena, CAP_BYTES - 16));
    assert_non_null(arena_alloc(&arena, 1));
    assert_null(arena_alloc(&arena, 1));
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, CAP_BYTES));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_calloc(&arena, SIZE_MAX / 2, 3));
    arena_release(&arena);
}

/* Random sizes: nothing overlaps, everything is aligned and keeps its bytes. */
static void test_allocations_are_apart(void **state)
{
    (void)state;
    enum { COUNT = 2000, SIZE_MAX_HERE = 400 };
    static unsigned char *memory[COUNT];
    static size_t sizes[COUNT];
    struct arena arena;
    arena_init(&arena, CAP_BYTES * 4);
    srand(7);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            sizes[i] = (size_t)rand() % SIZE_MAX_HERE;
            memory[i] = arena_alloc(&arena, sizes[i]);
            assert_non_null(memory[i]);
            assert_int_equal((uintptr_t)memory[i] % 16, 0);
            memset(memory[i], (int)(i & 0xff), sizes[i]);
        }
        for (size_t i = 0; i < COUNT; i++)
            for (size_t j = 0; j < sizes[i]; j++)
                assert_int_equal(memory[i][j], i & 0xff);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void test_copies_and_prints(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    assert_string_equal(arena_copy(&arena, "tủ lạnh", 4), "tủ");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    assert_string_equal(arena_print(&arena, "%d-%s", 42, "x"), "42-x");
    assert_null(arena_print(&arena, "%064d", 1));
    assert_null(arena_copy(&arena, "", SIZE_MAX));
    arena_release(&arena);
}

static void test_calloc_zeroes_reused_memory(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, CAP_BYTES);
    memset(arena_alloc(&arena, 4096), 0xff, 4096);
    arena_reset(&arena);
    const unsigned char *zeroed = arena_calloc(&arena, 1024, 4);
    for (size_t i = 0; i < 4096; i++)
        assert_int_equal(zeroed[i], 0);
    arena_release(&arena);
}

static void test_buffer_grows(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (int i = 0; i < 10000; i++)
        buffer_print(&buffer, "%04d", i);
    buffer_append_text(&buffer, "end");
    buffer_append(&buffer, NULL, 0);
    buffer_append_char(&buffer, '\0');
    assert_int_equal(buffer.size, 40004);
    char wanted[16];
    for (size_t i = 0; i < 10000; i++) {
        snprintf(wanted, sizeof wanted, "%04zu", i);
        assert_memory_equal(buffer.data + i * 4, wanted, 4);
    }
    assert_string_equal(buffer.data + 40000, "end");
    buffer_release(&buffer);
    assert_null(buffer.data);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cap_is_exact),      cmocka_unit_test(test_allocations_are_apart),
        cmocka_unit_test(test_copies_and_prints), cmocka_unit_test(test_calloc_zeroes_reused_memory),
        cmocka_unit_test(test_buffer_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
