/* The best queries under a prefix against sorting all of them, on random tables; and which queries count as pauses while typing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/popular.h"
#include "tests/random.h"

enum { QUERIES_MAX = 200, ROUNDS = 2000 };

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_pause(const struct popular_query *queries, uint32_t count, uint32_t at)
{
    const char *text = queries[at].folded.data;
    for (uint32_t i = 0; i < count; i++)
        if (i != at && begins(queries[i].folded.data, text) && queries[i].folded.data[strlen(text)] != ' ' &&
            queries[i].weight >= queries[at].weight - queries[at].weight / 2)
            return true;
    return false;
}

static int by_weight(const void *left, const void *right)
{
    const struct popular_query *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return bytes_compare(a->folded, b->folded);
}

static void compare(const struct popular *popular, const struct popular_query *queries, uint32_t count, const char *prefix, unsigned limit)
{
    struct popular_query expected[QUERIES_MAX], found[POPULAR_TOP_MAX];
    unsigned expected_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (begins(queries[i].folded.data, prefix) && !is_pause(queries, count, i))
            expected[expected_count++] = queries[i];
    qsort(expected, expected_count, sizeof *expected, by_weight);
    unsigned found_count = popular_top(popular, bytes_of(prefix), limit, found);
    assert_int_equal(found_count, expected_count < limit ? expected_count : limit);
    for (unsigned i = 0; i < found_count; i++) {
        assert_true(bytes_equal(found[i].folded, expected[i].folded));
        assert_true(bytes_equal(found[i].text, expected[i].text));
        assert_int_equal(found[i].weight, expected[i].weight);
    }
}

static void against_sorting(void **unused)
{
    (void)unused;
    uint64_t state = seed_take();
    static const char letters[] = "ab c";
    for (unsigned round = 0; round < ROUNDS; round++) {
        static char texts[QUERIES_MAX][12];
        struct popular_query queries[QUERIES_MAX];
        uint32_t count = 0, wanted = random_below(&state, 60);
        for (uint32_t i = 0; i < wanted; i++) {
            uint32_t size = 1 + random_below(&state, 6);
            for (uint32_t j = 0; j < size; j++)
                texts[count][j] = letters[random_below(&state, 4)];
            texts[count][size] = '\0';
            bool known = false;
            for (uint32_t j = 0; j < count; j++)
                known = known || strcmp(texts[j], texts[count]) == 0;
            if (known)
                continue;
            queries[count] = (struct popular_query){bytes_of(texts[count]), bytes_of(texts[count]), 1 + random_below(&state, 8)};
            count++;
        }
        struct popular *popular = popular_new(queries, count);
        char prefix[4] = "";
        for (uint32_t i = 0, size = random_below(&state, 4); i < size; i++)
            prefix[i] = letters[random_below(&state, 4)];
        compare(popular, queries, count, prefix, 1 + random_below(&state, POPULAR_TOP_MAX));
        compare(popular, queries, count, "", POPULAR_TOP_MAX);
        popular_free(popular);
    }
}

static void pauses(void **unused)
{
    (void)unused;
    struct popular_query queries[] = {
        {bytes_of("tu la"), bytes_of("tủ lạ"), 10},
        {bytes_of("tu lanh"), bytes_of("tủ lạnh"), 9},
        {bytes_of("tu"), bytes_of("tủ"), 30},
        {bytes_of("tui"), bytes_of("túi"), 14},
    };
    struct popular_query found[POPULAR_TOP_MAX];
    struct popular *popular = popular_new(queries, 4);
    assert_int_equal(popular_count(popular), 3);
    assert_int_equal(popular_top(popular, bytes_of(""), 10, found), 3);
    assert_memory_equal(found[0].text.data, "tủ", 4);
    assert_int_equal(popular_top(popular, bytes_of("tu l"), 10, found), 1);
    assert_int_equal(popular_top(popular, bytes_of("x"), 10, found), 0);
    popular_free(popular);
    popular = popular_new(NULL, 0);
    assert_int_equal(popular_top(popular, bytes_of(""), 10, found), 0);
    popular_free(popular);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_sorting), cmocka_unit_test(pauses)};
    return cmocka_run_group_tests_name("popular", tests, NULL, NULL);
}
