/* The distance against the textbook table, and that the keys find every neighbour: random words, with slips made and by chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/typo.h"

enum { ROUNDS = 300000, SEED = 4, ROOM = TYPO_LETTERS_MAX + 4 };

struct word {
    char letters[ROOM];
    size_t size;
};

static struct bytes word_bytes(const struct word *word)
{
    return (struct bytes){word->letters, word->size};
}

static size_t below(size_t bound)
{
    return (size_t)random() % bound;
}

static struct word word_random(void)
{
    struct word word = {.size = TYPO_LETTERS_MIN + below(12)};
    for (size_t i = 0; i < word.size; i++)
        word.letters[i] = (char)('a' + below(5));
    return word;
}

static void slip(struct word *word)
{
    size_t at = 1 + below(word->size - 1);
    switch (below(4)) {
    case 0:
        word->letters[at] = (char)('a' + below(5));
        break;
    case 1:
        memmove(word->letters + at + 1, word->letters + at, word->size++ - at);
        word->letters[at] = (char)('a' + below(5));
        break;
    case 2:
        memmove(word->letters + at, word->letters + at + 1, --word->size - at);
        break;
    default:
        if (at + 1 < word->size) {
            char letter = word->letters[at];
            word->letters[at] = word->letters[at + 1];
            word->letters[at + 1] = letter;
        }
    }
}

static unsigned least(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

static unsigned naive_distance(const struct word *one, const struct word *other)
{
    unsigned table[ROOM][ROOM] = {0};
    for (unsigned i = 0; i <= one->size; i++) {
        for (unsigned j = 0; j <= other->size; j++) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            bool same = one->letters[i - 1] == other->letters[j - 1];
            table[i][j] = least(table[i - 1][j - 1] + !same, least(table[i - 1][j], table[i][j - 1]) + 1);
            if (i > 1 && j > 1 && one->letters[i - 1] == other->letters[j - 2] && one->letters[i - 2] == other->letters[j - 1])
                table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
        }
    }
    return table[one->size][other->size];
}

static bool keys_meet(const struct typo_keys *one, const struct typo_keys *other)
{
    for (unsigned i = 0; i < one->count; i++) {
        for (unsigned j = 0; j < other->count; j++) {
            if (one->sizes[i] == other->sizes[j] && memcmp(one->bytes[i], other->bytes[j], one->sizes[i]) == 0)
                return true;
        }
    }
    return false;
}

static void distance_and_keys(void **state)
{
    unsigned met[TYPO_EDITS_MAX + 1] = {0};
    (void)state;
    srandom(SEED);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct word written = word_random(), typed = written;
        unsigned most = 1 + (unsigned)below(TYPO_EDITS_MAX);
        struct typo_keys typed_keys, written_keys;
        if (below(4) == 0)
            typed = word_random();
        for (size_t slips = below(4); slips > 0; slips--)
            slip(&typed);
        unsigned naive = typed.letters[0] != written.letters[0] ? most + 1 : least(naive_distance(&typed, &written), most + 1);
        unsigned distance = typo_distance(word_bytes(&typed), word_bytes(&written), most);
        if (distance != naive)
            print_error("seed %d: %.*s %.*s: %u, not %u\n", SEED, (int)typed.size, typed.letters, (int)written.size, written.letters,
                        distance, naive);
        assert_int_equal(distance, naive);
        if (distance > most)
            continue;
        met[distance]++;
        typo_keys_of(word_bytes(&typed), most, &typed_keys);
        typo_keys_of(word_bytes(&written), most, &written_keys);
        assert_true(keys_meet(&typed_keys, &written_keys));
    }
    assert_true(met[0] > 1000 && met[1] > 1000 && met[2] > 1000);
}

static void bounds(void **state)
{
    struct typo_keys keys;
    (void)state;
    assert_false(typo_is_possible(bytes_of("dell" + 1)));
    assert_true(typo_is_possible(bytes_of("dell")));
    assert_true(typo_is_possible(bytes_of("abcdefghijklmnopqrstuvwxyzabcdef")));
    assert_false(typo_is_possible(bytes_of("abcdefghijklmnopqrstuvwxyzabcdefg")));
    static const char *const others[] = {"", "a55s", "rtx4060", "1234", "m\xc3\xa1y1", "Dell", "wi-fi"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(typo_is_possible(bytes_of(others[i])));
    typo_keys_of(bytes_of("abcdefgh"), 2, &keys);
    assert_int_equal(keys.count, TYPO_KEYS_MAX);
    typo_keys_of(bytes_of("abcdefghijkl"), 2, &keys);
    assert_int_equal(keys.count, TYPO_KEYS_MAX);
    typo_keys_of(bytes_of("abcdefgh"), 1, &keys);
    assert_int_equal(keys.count, 8);
    assert_int_equal(typo_edits_written(bytes_of("samsung")), 1);
    assert_int_equal(typo_edits_written(bytes_of("logitech")), 2);
    assert_int_equal(typo_edits_typed(bytes_of("logitec")), 2);
    assert_int_equal(typo_edits_typed(bytes_of("iphone")), 1);
}

static void distances(void **state)
{
    static const struct {
        const char *typed, *written;
        unsigned most, distance;
    } rows[] = {
        {"samsnug", "samsung", 1, 1},    {"gait", "giat", 1, 1},           {"electrolu", "electrolux", 2, 1},
        {"bluetoth", "bluetooth", 2, 1}, {"panasonci", "panasonic", 2, 1}, {"pansonik", "panasonic", 2, 2},
        {"amsung", "samsung", 1, 2},     {"dell", "dell", 1, 0},           {"abcdefgh", "abcdxyzh", 2, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(typo_distance(bytes_of(rows[i].typed), bytes_of(rows[i].written), rows[i].most), rows[i].distance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_and_keys),
        cmocka_unit_test(bounds),
        cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
