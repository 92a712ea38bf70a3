/* Properties of the analysis over random texts, made of pieces that shops write, of marks and of raw bytes:
 * - spans are monotone and inside the text, spellings within bounds and valid, positions dense;
 * - NFC, NFD, reordered marks and another case of a text give the same tokens (but for the spans);
 * - each code point gives the same tokens as its NFC and its NFD;
 * - folding is idempotent, and a folded key analysed again is itself.
 * The seed is printed; TIM_SEED sets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "analyzers/analyzer.h"
#include "analyzers/utf8.h"
#include "tests/random.h"

enum { ROUNDS = 6000, TEXT_ROOM = 2048, UNITS_ROOM = 4096 };

static struct analyzer *analyzer;
static struct arena arenas[2];
static uint64_t dice;

static const char *const pieces[] = {
    "điện", "thoại", "HÒA",     "thuỷ", "kỹ",       "quý",      "giếng",    "ngoài",    "ắ",        "Ở",
    "đ",    "Ð",     "samsung", "a",    "x",        "16",       "1.5",      "10.000",   "1,5",      "GB",
    "tb",   "inch",  "\"",      "''",   "lít",      "l",        "NR-BV360", "rtx",      "-",        "/",
    ".",    ",",     "_",       " ",    " ",        " ",        "  ",       "\xC2\xA0", "ñ",        "ü",
    "ç",    "æ",     "ß",       "ø",    "\xCC\x81", "\xCC\xA3", "\xCC\x82", "\xCC\x9B", "\xCC\x88", "\xE2\x80\x8B",
    "Ｂ",   "２",    "й",       "Ж",    "ά",        "한",       "漢",       "か",       "“",        "”",
    "’",    "5",     "007",     "m",    "₫",        "👍",        "(",        "+",
};

/* A text of random pieces; `raw` adds bytes that need not be UTF-8. */
static size_t text_make(char *out, bool raw)
{
    size_t size = 0;
    for (uint32_t count = random_below(&dice, 24); count > 0; count--) {
        const char *piece = pieces[random_below(&dice, sizeof pieces / sizeof pieces[0])];
        memcpy(out + size, piece, strlen(piece));
        size += strlen(piece);
        if (raw && random_below(&dice, 3) == 0)
            out[size++] = (char)random_below(&dice, 256);
    }
    return size;
}

static size_t normalise(const UNormalizer2 *form, const char *text, size_t size, char *out)
{
    UChar units[UNITS_ROOM], normal[UNITS_ROOM];
    int32_t count = 0, out_size = 0;
    UErrorCode code = U_ZERO_ERROR;
    u_strFromUTF8(units, UNITS_ROOM, &count, text, (int32_t)size, &code);
    count = unorm2_normalize(form, units, count, normal, UNITS_ROOM, &code);
    u_strToUTF8(out, UNITS_ROOM, &out_size, normal, count, &code);
    assert_true(U_SUCCESS(code));
    return (size_t)out_size;
}

static const UNormalizer2 *form_nfc(void)
{
    UErrorCode code = U_ZERO_ERROR;
    return unorm2_getNFCInstance(&code);
}

static const UNormalizer2 *form_nfd(void)
{
    UErrorCode code = U_ZERO_ERROR;
    return unorm2_getNFDInstance(&code);
}

static struct token_list tokens_of(struct arena *arena, const char *text, size_t size)
{
    struct token_list list;
    arena_reset(arena);
    assert_int_equal(analyze_document(analyzer, text, size, arena, &list), STATUS_OK);
    return list;
}

static bool tokens_equal(const struct token *one, const struct token *other)
{
    return one->kind == other->kind && one->part == other->part && one->position == other->position &&
           one->folded_size == other->folded_size && one->exact_size == other->exact_size &&
           memcmp(one->folded, other->folded, one->folded_size) == 0 && memcmp(one->exact, other->exact, one->exact_size) == 0;
}

static void same_check(const char *one, size_t one_size, const char *other, size_t other_size)
{
    struct token_list left = tokens_of(&arenas[0], one, one_size), right = tokens_of(&arenas[1], other, other_size);
    bool same = left.count == right.count;
    for (uint32_t i = 0; same && i < left.count; i++)
        same = tokens_equal(&left.tokens[i], &right.tokens[i]);
    if (!same)
        print_error("<%.*s> and <%.*s> differ\n", (int)one_size, one, (int)other_size, other);
    assert_true(same);
}

static void list_check(const struct token_list *list, size_t size)
{
    uint32_t offset = 0, positions = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        assert_true(token->folded_size > 0 && token->folded_size <= TOKEN_BYTES_MAX && token->exact_size > 0);
        assert_true(token->exact_size <= TOKEN_BYTES_MAX && token->kind <= TOKEN_OTHER);
        assert_true(text_is_valid(token->folded, token->folded_size) && text_is_valid(token->exact, token->exact_size));
        assert_true(token->offset >= offset && token->size > 0 && token->size <= size && token->offset <= size - token->size);
        assert_true(i > 0 || !token->part);
        positions += !token->part;
        assert_int_equal(token->position, positions - 1);
        offset = token->offset;
    }
    assert_int_equal(list->positions, positions);
}

static void spans_and_bounds(void **state)
{
    char text[TEXT_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = text_make(text, true);
        struct token_list list = tokens_of(&arenas[0], text, size);
        list_check(&list, size);
    }
}

static void random_bytes(void **state)
{
    char text[TEXT_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = random_below(&dice, 200);
        uint32_t high = 1 + random_below(&dice, 256);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(random_below(&dice, 4) == 0 ? random_below(&dice, 256) : random_below(&dice, high));
        struct token_list list = tokens_of(&arenas[0], text, size);
        list_check(&list, size);
    }
}

static void forms_agree(void **state)
{
    char text[TEXT_ROOM], nfc[4 * UNITS_ROOM], nfd[4 * UNITS_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = text_make(text, false);
        size_t nfc_size = normalise(form_nfc(), text, size, nfc), nfd_size = normalise(form_nfd(), text, size, nfd);
        same_check(text, size, nfc, nfc_size);
        same_check(nfc, nfc_size, nfd, nfd_size);
    }
}

static bool is_latin_mark(UChar unit)
{
    return unit >= 0x300 && unit < 0x340;
}

/* Shuffles each row of combining marks behind a Latin letter. */
static void marks_shuffle(UChar *units, int32_t count)
{
    for (int32_t i = 1; i < count; i++) {
        int32_t end = i;
        while (end < count && is_latin_mark(units[end]))
            end++;
        bool latin = units[i - 1] < 0x250;
        for (int32_t j = end - 1; latin && j > i; j--) {
            int32_t other = i + (int32_t)random_below(&dice, (uint32_t)(j - i + 1));
            UChar unit = units[j];
            units[j] = units[other];
            units[other] = unit;
        }
        i = end;
    }
}

static void mark_order_is_free(void **state)
{
    char text[TEXT_ROOM], shuffled[4 * UNITS_ROOM], nfd[4 * UNITS_ROOM];
    UChar units[UNITS_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        UErrorCode code = U_ZERO_ERROR;
        int32_t count = 0, shuffled_size = 0;
        size_t size = text_make(text, false), nfd_size = normalise(form_nfd(), text, size, nfd);
        u_strFromUTF8(units, UNITS_ROOM, &count, nfd, (int32_t)nfd_size, &code);
        marks_shuffle(units, count);
        u_strToUTF8(shuffled, sizeof shuffled, &shuffled_size, units, count, &code);
        assert_true(U_SUCCESS(code));
        same_check(text, size, shuffled, (size_t)shuffled_size);
    }
}

static void every_code_point_agrees(void **state)
{
    char text[64], nfc[4 * UNITS_ROOM], nfd[4 * UNITS_ROOM];
    (void)state;
    for (uint32_t value = 1; value < 0x32000; value++) {
        if (value >= 0xD800 && value <= 0xDFFF)
            continue;
        size_t size = 1;
        text[0] = 'a';
        size += utf8_encode(value, text + size);
        text[size++] = 'b';
        size_t nfd_size = normalise(form_nfd(), text, size, nfd), nfc_size = normalise(form_nfc(), text, size, nfc);
        if (nfd_size != size || memcmp(nfd, text, size) != 0)
            same_check(text, size, nfd, nfd_size);
        if (nfc_size != size || memcmp(nfc, text, size) != 0)
            same_check(text, size, nfc, nfc_size);
        struct token_list list = tokens_of(&arenas[0], text, size);
        list_check(&list, size);
    }
}

static void case_is_free(void **state)
{
    char text[TEXT_ROOM], upper[4 * UNITS_ROOM];
    UChar units[UNITS_ROOM], changed[UNITS_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        UErrorCode code = U_ZERO_ERROR;
        int32_t count = 0, upper_size = 0;
        size_t size = text_make(text, false);
        u_strFromUTF8(units, UNITS_ROOM, &count, text, (int32_t)size, &code);
        int32_t changed_count = u_strToUpper(changed, UNITS_ROOM, units, count, "", &code);
        u_strToUTF8(upper, sizeof upper, &upper_size, changed, changed_count, &code);
        assert_true(U_SUCCESS(code));
        /* ά loses its mark in upper case: that is Greek, not ours. */
        if (memmem(text, size, "ά", 2) == NULL)
            same_check(text, size, upper, (size_t)upper_size);
    }
}

static void fold_check(const char *text, size_t size)
{
    struct bytes once, twice;
    arena_reset(&arenas[0]);
    assert_int_equal(fold_text(analyzer, text, size, &arenas[0], &once), STATUS_OK);
    assert_int_equal(fold_text(analyzer, once.data, once.size, &arenas[0], &twice), STATUS_OK);
    if (once.size != twice.size || memcmp(once.data, twice.data, once.size) != 0)
        print_error("<%.*s> <%.*s> <%.*s>\n", (int)size, text, (int)once.size, once.data, (int)twice.size, twice.data);
    assert_int_equal(once.size, twice.size);
    assert_memory_equal(once.data, twice.data, once.size);
    assert_true(text_is_valid(once.data, once.size));
}

static void folding_is_idempotent(void **state)
{
    char text[TEXT_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        fold_check(text, text_make(text, true));
    for (uint32_t value = 1; value < 0x32000; value++) {
        if (value < 0xD800 || value > 0xDFFF)
            fold_check(text, utf8_encode(value, text));
    }
}

static bool touches_joiner(const char *text, size_t size, const struct token *token)
{
    size_t end = token->offset + token->size;
    return (token->offset > 0 && memchr("-_.", text[token->offset - 1], 3) != NULL) || (end < size && memchr("-_.", text[end], 3) != NULL);
}

/* What names a posting list names the same one when it is typed. */
static void keys_are_stable(void **state)
{
    char text[TEXT_ROOM];
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = text_make(text, false);
        struct token_list list = tokens_of(&arenas[0], text, size);
        for (uint32_t i = 0; i < list.count; i++) {
            const struct token *token = &list.tokens[i];
            struct token_list again = tokens_of(&arenas[1], token->folded, token->folded_size);
            /* Other scripts are cut by dictionary; a code reads otherwise when its marks or its joiners, inside or beside it, are gone. */
            bool changed = token->exact_size != token->folded_size || token->size != token->folded_size;
            if (token->kind == TOKEN_OTHER || (token->kind == TOKEN_CODE && (changed || touches_joiner(text, size, token))))
                continue;
            bool same = again.count > 0 && again.tokens[0].folded_size == token->folded_size &&
                        memcmp(again.tokens[0].folded, token->folded, token->folded_size) == 0;
            if (!same)
                print_error("<%.*s>: %.*s\n", (int)size, text, token->folded_size, token->folded);
            assert_true(same);
            enum marks marks = marks_compare(token->exact, token->exact_size, token->exact, token->exact_size);
            assert_true(marks == MARKS_EXACT || marks == MARKS_BARE);
            assert_int_equal(marks_compare(token->folded, token->folded_size, token->exact, token->exact_size), MARKS_BARE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_and_bounds),
        cmocka_unit_test(random_bytes),
        cmocka_unit_test(forms_agree),
        cmocka_unit_test(mark_order_is_free),
        cmocka_unit_test(every_code_point_agrees),
        cmocka_unit_test(case_is_free),
        cmocka_unit_test(folding_is_idempotent),
        cmocka_unit_test(keys_are_stable),
    };
    dice = seed_take();
    analyzer = analyzer_new();
    arena_init(&arenas[0], (size_t)16 << 20);
    arena_init(&arenas[1], (size_t)16 << 20);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arenas[0]);
    arena_release(&arenas[1]);
    analyzer_free(analyzer);
    return failures;
}
