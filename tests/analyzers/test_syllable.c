/* The spelling rules: examples, and the whole table of the evaluation kit when it is there (both ways: all of it, and nothing else). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/letters.h"
#include "analyzers/syllable.h"
#include "analyzers/utf8.h"
#include "base/arena.h"

enum { WORD_ROOM = 16, KIT_ROWS = 18042, KIT_RIMES_MAX = 256, COLUMNS = 8 };

static const char kit_path[] = "../shared/eval/vietnamese/syllables_rules.tsv";
static struct letters letters;
static struct syllables syllables;

struct word {
    uint8_t bases[WORD_ROOM], marks[WORD_ROOM];
    size_t count;
};

static struct word word_of(const char *text)
{
    struct word word = {0};
    const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
    while (at < end) {
        struct code_point point = utf8_decode(at, end);
        struct letter letter = letter_get(&letters, point.value);
        assert_true(letter.class == CLASS_LETTER && letter.more == 0 && word.count < WORD_ROOM);
        word.bases[word.count] = letter.base;
        word.marks[word.count++] = letter.marks;
        at += point.size;
    }
    return word;
}

static bool word_read(const char *text, struct syllable *out)
{
    struct word word = word_of(text);
    return syllable_read(&syllables, word.bases, word.marks, word.count, out);
}

static void full_syllables(void **state)
{
    static const char *const words[] = {"điện", "nghiêng", "quốc",  "quyết",  "giếng", "gì",   "yêu",  "ơi",
                                        "thuở", "khuỷu",   "xoong", "boong",  "đắk",   "huýt", "buýt", "giữa",
                                        "quét", "xuề",     "oằn",   "ngoằng", "uy",    "tu",   "son"};
    struct syllable syllable;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool reads = word_read(words[i], &syllable);
        if (!reads || !syllable.full)
            print_error("%s\n", words[i]);
        assert_true(reads && syllable.full);
    }
}

static void bare_syllables(void **state)
{
    static const char *const words[] = {"dien", "diên", "diẹn", "nghieng", "cac", "quoc", "uong", "nuoc", "nước", "yeu"};
    struct syllable syllable;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_true(word_read(words[i], &syllable));
        assert_int_equal(syllable.full, strcmp(words[i], "nước") == 0 || strcmp(words[i], "diên") == 0);
    }
}

static void no_syllables(void **state)
{
    static const char *const words[] = {"samsung", "laptop", "b",  "qu",  "ng",   "ka",  "ngê",      "càc",   "iến",  "bàá", "hưăei",
                                        "zin",     "foo",    "wi", "đđa", "kärt", "sêñ", "nghiêngg", "uyêtt", "moan", "muy"};
    struct syllable syllable;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool reads = word_read(words[i], &syllable);
        if (reads)
            print_error("%s\n", words[i]);
        assert_false(reads);
    }
    assert_false(syllable_read(&syllables, NULL, NULL, 0, &syllable));
}

static void y_is_i_only_alone(void **state)
{
    static const char *const changed[] = {"kỹ", "ly", "my", "quý", "thỳ", "ghy", "try", "kÿ", "nghy"};
    static const char *const kept[] = {"máy", "y", "ý", "uy", "thuý", "tay", "yêu", "kĩ", "giy", "oy", "fy", "qy", "y"};
    (void)state;
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        struct word word = word_of(changed[i]);
        assert_true(syllable_y_is_i(&syllables, word.bases, word.count));
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct word word = word_of(kept[i]);
        assert_false(syllable_y_is_i(&syllables, word.bases, word.count));
    }
}

struct kit {
    char *rows[KIT_ROWS]; /* the spellings, sorted */
    char columns[COLUMNS][WORD_ROOM];
    char rimes[KIT_RIMES_MAX][WORD_ROOM], onsets[KIT_RIMES_MAX][WORD_ROOM];
    size_t count, rime_count, onset_count;
};

static void name_add(char names[][WORD_ROOM], size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(names[i], name) == 0)
            return;
    }
    assert_true(*count < KIT_RIMES_MAX);
    snprintf(names[(*count)++], WORD_ROOM, "%s", name);
}

static int row_compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The new-style and the old-style spelling have one exact form, the first. */
static void row_check(const char *spelling, const char *old)
{
    char exact[64] = {0};
    struct syllable syllable;
    struct word word = word_of(old);
    assert_true(syllable_read(&syllables, word.bases, word.marks, word.count, &syllable) && syllable.full);
    for (size_t i = 0; i < word.count; i++)
        word.marks[i] = marks_quality(word.marks[i]);
    word.marks[syllable.tone_at] = marks_of(word.marks[syllable.tone_at], syllable.tone);
    letters_compose(&letters, word.bases, word.marks, word.count, exact, sizeof exact - 1);
    if (strcmp(exact, spelling) != 0)
        print_error("%s %s gives %s\n", spelling, old, exact);
    assert_string_equal(exact, spelling);
}

static bool kit_read(struct kit *kit)
{
    char line[512] = {0};
    FILE *file = fopen(kit_path, "r");
    if (file == NULL)
        return false;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        line[strcspn(line, "\r\n")] = '\0';
        for (size_t i = 0; i < COLUMNS; i++)
            snprintf(kit->columns[i], WORD_ROOM, "%s", strsep(&at, "\t"));
        assert_true(kit->count < KIT_ROWS);
        kit->rows[kit->count++] = memory_copy(kit->columns[0], strlen(kit->columns[0]));
        name_add(kit->onsets, &kit->onset_count, kit->columns[1]);
        name_add(kit->rimes, &kit->rime_count, kit->columns[2]);
        row_check(kit->columns[0], kit->columns[4]);
        row_check(kit->columns[0], kit->columns[0]);
    }
    fclose(file);
    qsort(kit->rows, kit->count, sizeof kit->rows[0], row_compare);
    return true;
}

/* Every onset with every rime and tone, well-formed exactly when the kit has the spelling. */
static size_t combination_check(const struct kit *kit, const char *onset, const char *rime)
{
    char joined[2 * WORD_ROOM] = {0}, spelling[64] = {0};
    size_t wrong = 0;
    struct syllable syllable;
    snprintf(joined, sizeof joined, "%s%s", onset, strcmp(onset, "gi") == 0 && rime[0] == 'i' ? rime + 1 : rime);
    struct word word = word_of(joined);
    for (uint8_t tone = TONE_NONE; tone < TONE_COUNT; tone++) {
        struct word toned = word;
        syllable_read(&syllables, word.bases, word.marks, word.count, &syllable);
        toned.marks[syllable.tone_at] = marks_of(marks_quality(toned.marks[syllable.tone_at]), tone);
        size_t size = letters_compose(&letters, toned.bases, toned.marks, toned.count, spelling, sizeof spelling - 1);
        spelling[size] = '\0';
        char *key = spelling;
        bool known = bsearch(&key, kit->rows, kit->count, sizeof kit->rows[0], row_compare) != NULL;
        bool full = syllable_read(&syllables, toned.bases, toned.marks, toned.count, &syllable) && syllable.full;
        if (known != full) {
            print_error("%s: kit %d, rules %d\n", spelling, known, full);
            wrong++;
        }
    }
    return wrong;
}

static void kit_agrees(void **state)
{
    static struct kit kit;
    size_t wrong = 0;
    (void)state;
    if (!kit_read(&kit)) {
        print_message("skipped: %s is not there\n", kit_path);
        skip();
    }
    assert_int_equal(kit.count, KIT_ROWS);
    for (size_t onset = 0; onset < kit.onset_count; onset++) {
        for (size_t rime = 0; rime < kit.rime_count; rime++)
            wrong += combination_check(&kit, kit.onsets[onset], kit.rimes[rime]);
    }
    assert_int_equal(wrong, 0);
    for (size_t i = 0; i < kit.count; i++)
        free(kit.rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_syllables),    cmocka_unit_test(bare_syllables), cmocka_unit_test(no_syllables),
        cmocka_unit_test(y_is_i_only_alone), cmocka_unit_test(kit_agrees),
    };
    letters_init(&letters);
    syllables_init(&syllables);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    letters_release(&letters);
    return failures;
}
