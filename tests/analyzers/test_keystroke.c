/* Keys to syllables and back: examples, every word of a list in every style of typing, every syllable of the evaluation kit when it is
 * there, and random keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/keystroke.h"
#include "analyzers/letters.h"
#include "analyzers/utf8.h"

enum { KIT_ROWS = 18042, COLUMNS = 8, TYPED_ROOM = 64, RANDOM_ROUNDS = 200000 };

static const char kit_path[] = "../shared/eval/vietnamese/syllables_rules.tsv";
static struct analyzer *analyzer;
static struct letters letters;

static bool decodes(const char *typed, const char *wanted)
{
    struct spelling out[KEYSTROKE_SPELLINGS_MAX];
    unsigned count = keystrokes_decode(analyzer, bytes_of(typed), out);
    for (unsigned i = 0; i < count; i++) {
        if (out[i].exact_size == strlen(wanted) && memcmp(out[i].exact, wanted, out[i].exact_size) == 0)
            return true;
    }
    print_error("%s does not give %s but %u others\n", typed, wanted, count);
    return false;
}

static bool undoes(const char *exact, const char *wanted)
{
    struct spelling out[KEYSTROKE_UNDONE_MAX];
    unsigned count = keystrokes_undo(analyzer, bytes_of(exact), out);
    for (unsigned i = 0; i < count; i++) {
        if (out[i].folded_size == strlen(wanted) && memcmp(out[i].folded, wanted, out[i].folded_size) == 0)
            return true;
    }
    print_error("%s does not go back to %s but to %u others\n", exact, wanted, count);
    return false;
}

static void keys_decode(void **state)
{
    static const char *const rows[][2] = {
        {"ddieenj", "điện"},     {"ddieejn", "điện"},      {"diendje", "điện"},  {"ddiejen", "điện"},
        {"thoaij", "thoại"},     {"thoaji", "thoại"},      {"nuwowsc", "nước"},  {"nwowcs", "nước"},
        {"nuocws", "nước"},      {"nuowsc", "nước"},       {"duowngf", "dường"}, {"dduwongf", "đưòng"},
        {"thuowr", "thuở"},      {"hoawcj", "hoặc"},       {"muaw", "mưa"},      {"tw", "tư"},
        {"xoongs", "xống"},      {"moocs", "moóc"},        {"moocs", "mốc"},     {"gieengs", "giếng"},
        {"gif", "gì"},           {"quoocs", "quốc"},       {"kyx", "kĩ"},        {"quys", "quí"},
        {"thuys", "thuý"},       {"hoaf", "hoà"},          {"oix", "õi"},        {"ddien", "đien"},
        {"dienj", "diẹn"},       {"d9ie6n5", "điện"},      {"d9ie65n", "điện"},  {"dien965", "điện"},
        {"nuo7c1", "nước"},      {"nu7o7c1", "nước"},      {"nuo71c", "nước"},   {"may1", "máy"},
        {"lanh5", "lạnh"},       {"ba8ng2", "bằng"},       {"thuo73", "thuở"},   {"ky4", "kĩ"},
        {"d9a81k", "đắk"},       {"khuyu3", "khuỷu"},      {"uwowcs", "ước"},    {"wowcs", "ước"},
        {"nghieeng", "nghiêng"}, {"nghieengx", "nghiễng"}, {"tijm", "tịm"},      {"yeeu", "yêu"},
        {"ye6u", "yêu"},         {"khuyeens", "khuyến"},
    };
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        wrong += !decodes(rows[i][0], rows[i][1]);
    assert_int_equal(wrong, 0);
}

static void full_syllables_come_first(void **state)
{
    struct spelling out[KEYSTROKE_SPELLINGS_MAX];
    (void)state;
    assert_int_equal(keystrokes_decode(analyzer, (struct bytes){"nuocws", 6}, out), 3);
    assert_memory_equal(out[0].exact, "nước", strlen("nước"));
    assert_memory_equal(out[0].folded, "nuoc", 4);
    assert_int_equal(out[0].folded_size, 4);
}

/* Neither words without a mark's key, nor words that no mark makes a syllable, nor more keys than the bound. */
static void other_keys_do_not(void **state)
{
    static const char *const typed[] = {
        "",      "dien", "may", "samsung", "laptop", "usb",  "55",    "5may",  "a55",  "rtx4060", "s",     "iphone",           "tv",
        "masjs", "mass", "xyz", "d99ien",  "bl0e",   "wifi", "m\xc3", "may 1", "MAY1", "f",       "wwwww", "aaaaaaaaaaaaaaaaa"};
    struct spelling out[KEYSTROKE_SPELLINGS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        unsigned count = keystrokes_decode(analyzer, bytes_of(typed[i]), out);
        if (count != 0)
            print_error("%s gives %.*s\n", typed[i], out[0].exact_size, out[0].exact);
        assert_int_equal(count, 0);
    }
}

struct typing {
    char keys[TYPED_ROOM];
    size_t size;
};

static void press(struct typing *typing, char key)
{
    assert_true(typing->size + 1 < TYPED_ROOM);
    typing->keys[typing->size++] = key;
    typing->keys[typing->size] = '\0';
}

enum style { STYLE_VNI = 1, STYLE_INLINE = 2, STYLE_MARKS_LAST = 4, STYLE_ONE_HORN = 8, STYLE_LONE_W = 16, STYLE_COUNT = 32 };

static char quality_key(const struct letter *letter, unsigned style)
{
    static const char telex[] = {0, 'd', 'w', 0, 'w'}, vni[] = {0, '9', '8', '6', '7'};
    uint8_t quality = marks_quality(letter->marks);
    if ((style & STYLE_VNI) == 0 && quality == QUALITY_CIRCUMFLEX)
        return (char)letter->base;
    return (style & STYLE_VNI) != 0 ? vni[quality] : telex[quality];
}

/* Types the word as somebody with that habit would. */
static struct typing type_word(const char *word, unsigned style)
{
    static const char telex[] = {0, 'f', 'r', 'x', 's', 'j'}, vni[] = {0, '2', '3', '4', '1', '5'};
    const unsigned char *at = (const unsigned char *)word, *end = at + strlen(word);
    struct typing typing = {0}, later = {0};
    char tone = 0;
    while (at < end) {
        struct code_point point = utf8_decode(at, end);
        struct letter letter = letter_get(&letters, point.value);
        char key = quality_key(&letter, style);
        at += point.size;
        bool horned = key != 0 && letter.base == 'u' && at < end && (style & STYLE_ONE_HORN) != 0 && memcmp(at, "\xc6\xa1", 2) == 0;
        if (key == 'w' && letter.base == 'u' && (style & STYLE_LONE_W) != 0 && !horned) {
            press(&typing, 'w');
        } else {
            press(&typing, (char)letter.base);
            if (key != 0 && !horned)
                press((style & STYLE_MARKS_LAST) != 0 ? &later : &typing, key);
        }
        uint8_t number = marks_tone(letter.marks);
        if (number != TONE_NONE)
            tone = (style & STYLE_VNI) != 0 ? vni[number] : telex[number];
        if (number != TONE_NONE && (style & STYLE_INLINE) != 0)
            press(&typing, tone);
    }
    for (size_t i = 0; i < later.size; i++)
        press(&typing, later.keys[i]);
    if (tone != 0 && (style & STYLE_INLINE) == 0)
        press(&typing, tone);
    return typing;
}

static void every_style_decodes(void **state)
{
    static const char *const words[] = {
        "điện", "thoại",   "máy",   "lạnh",  "tủ",    "quạt", "nồi", "chiên", "không", "dầu",   "giặt", "nước", "nóng", "lọc",   "khí",
        "bếp",  "từ",      "hồng",  "ngoại", "đồng",  "hồ",   "sạc", "dự",    "phòng", "ốp",    "lưng", "bàn",  "phím", "chuột", "ghế",
        "văn",  "rửa",     "chén",  "bình",  "đun",   "siêu", "tốc", "tố",    "ép",    "trái",  "cây",  "sữa",  "tắm",  "gội",   "đầu",
        "rượu", "nghiêng", "khuỷu", "thuở",  "giếng", "quốc", "ướp", "ươm",   "đưa",   "xuống", "đông", "cưới", "hươu", "loãng", "quyển"};
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (unsigned style = 0; style < STYLE_COUNT; style++)
            wrong += !decodes(type_word(words[i], style).keys, words[i]);
    }
    assert_int_equal(wrong, 0);
}

static bool is_plain(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* The exact form of a word with marks, as a text gives it. */
static void exact_of(const char *word, char out[TYPED_ROOM])
{
    struct arena arena;
    struct token_list list;
    arena_init(&arena, 1 << 20);
    enum status status = analyze(analyzer, word, strlen(word), &arena, &list);
    assert_true(status == STATUS_OK && list.count == 1);
    snprintf(out, TYPED_ROOM, "%.*s", list.tokens[0].exact_size, list.tokens[0].exact);
    arena_release(&arena);
}

static void kit_decodes(void **state)
{
    char line[512] = {0}, columns[COLUMNS][TYPED_ROOM], exact[TYPED_ROOM];
    size_t rows = 0, wrong = 0;
    FILE *file = fopen(kit_path, "r");
    (void)state;
    if (file == NULL) {
        print_message("skipped: %s is not there\n", kit_path);
        skip();
    }
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        line[strcspn(line, "\r\n")] = '\0';
        for (size_t i = 0; i < COLUMNS; i++)
            snprintf(columns[i], TYPED_ROOM, "%s", strsep(&at, "\t"));
        rows++;
        if (is_plain(columns[0]))
            continue;
        exact_of(columns[0], exact);
        wrong += !decodes(columns[6], exact);
        wrong += !decodes(columns[7], exact);
        for (unsigned style = 0; style < STYLE_COUNT; style++)
            wrong += !decodes(type_word(columns[0], style).keys, exact);
    }
    fclose(file);
    assert_int_equal(rows, KIT_ROWS);
    assert_int_equal(wrong, 0);
}

static void marks_undone(void **state)
{
    static const char *const rows[][2] = {
        {"sámung", "samsung"},   {"hưăei", "huawei"},   {"êlctrolũ", "electrolux"}, {"kíngton", "kingston"}, {"lenôv", "lenovo"},
        {"tóhiba", "toshiba"},   {"phílip", "philips"}, {"pấnonic", "panasonic"},   {"ưii", "wii"},          {"gôgle", "google"},
        {"sunhoúe", "sunhouse"}, {"bõ", "box"},         {"rêalm", "realme"},        {"đa", "dad"},           {"mã", "max"},
    };
    struct spelling out[KEYSTROKE_UNDONE_MAX];
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        wrong += !undoes(rows[i][0], rows[i][1]);
    assert_int_equal(wrong, 0);
    static const char *const others[] = {"",         "samsung",  "müsli", "caçador",
                                         "\xff\xfe", "điện máy", "á1",    "áaaaaaaaaaaaaaaaaaaaaaaaa" /* one letter more than the bound */};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(keystrokes_undo(analyzer, bytes_of(others[i]), out), 0);
    const char *longest = others[7];
    assert_int_equal(keystrokes_undo(analyzer, (struct bytes){longest, strlen(longest) - 1}, out), KEYSTROKE_LETTERS_MAX);
    assert_int_equal(keystrokes_undo(analyzer, (struct bytes){"ắấềồữ", strlen("ắấềồữ")}, out), KEYSTROKE_UNDONE_MAX);
}

/* Whatever the bytes are: bounds hold, and each candidate is its own analysis. */
static void any_bytes(void **state)
{
    static const char alphabet[] = "aaeeoouuiydddwwsfrxjnghtcmpkq0123456789\xc3\xa1\xc6\xb0";
    struct spelling out[KEYSTROKE_UNDONE_MAX];
    (void)state;
    srandom(20261121);
    for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
        char typed[20] = {0}, exact[TYPED_ROOM] = {0}, again[TYPED_ROOM] = {0};
        size_t size = (size_t)random() % sizeof typed;
        for (size_t i = 0; i < size; i++)
            typed[i] = alphabet[(size_t)random() % (sizeof alphabet - 1)];
        unsigned count = keystrokes_decode(analyzer, (struct bytes){typed, size}, out);
        assert_true(count <= KEYSTROKE_SPELLINGS_MAX);
        for (unsigned i = 0; i < count && round % 16 == 0; i++) {
            snprintf(exact, sizeof exact, "%.*s", out[i].exact_size, out[i].exact);
            exact_of(exact, again);
            assert_string_equal(exact, again);
        }
        assert_true(keystrokes_undo(analyzer, (struct bytes){typed, size}, out) <= KEYSTROKE_UNDONE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_decode),       cmocka_unit_test(full_syllables_come_first),
        cmocka_unit_test(other_keys_do_not), cmocka_unit_test(every_style_decodes),
        cmocka_unit_test(kit_decodes),       cmocka_unit_test(marks_undone),
        cmocka_unit_test(any_bytes),
    };
    analyzer = analyzer_new();
    letters_init(&letters);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    letters_release(&letters);
    analyzer_free(analyzer);
    return failures;
}
