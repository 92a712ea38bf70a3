#include "bench/generate_text.h"

#include <stdbool.h>
#include <uchar.h>

#include "analyzers/utf8.h"

enum { FAMILIES = 12, TONES = 6, FAMILY_A = 0, FAMILY_E = 3, FAMILY_O = 6, FAMILY_U = 9, FAMILY_Y = 11 };

/* The vowels, by quality and tone: level, grave, acute, hook, tilde, dot below. */
static const char32_t vowels[FAMILIES][2][TONES] = {
    {{U'a', U'à', U'á', U'ả', U'ã', U'ạ'}, {U'A', U'À', U'Á', U'Ả', U'Ã', U'Ạ'}},
    {{U'ă', U'ằ', U'ắ', U'ẳ', U'ẵ', U'ặ'}, {U'Ă', U'Ằ', U'Ắ', U'Ẳ', U'Ẵ', U'Ặ'}},
    {{U'â', U'ầ', U'ấ', U'ẩ', U'ẫ', U'ậ'}, {U'Â', U'Ầ', U'Ấ', U'Ẩ', U'Ẫ', U'Ậ'}},
    {{U'e', U'è', U'é', U'ẻ', U'ẽ', U'ẹ'}, {U'E', U'È', U'É', U'Ẻ', U'Ẽ', U'Ẹ'}},
    {{U'ê', U'ề', U'ế', U'ể', U'ễ', U'ệ'}, {U'Ê', U'Ề', U'Ế', U'Ể', U'Ễ', U'Ệ'}},
    {{U'i', U'ì', U'í', U'ỉ', U'ĩ', U'ị'}, {U'I', U'Ì', U'Í', U'Ỉ', U'Ĩ', U'Ị'}},
    {{U'o', U'ò', U'ó', U'ỏ', U'õ', U'ọ'}, {U'O', U'Ò', U'Ó', U'Ỏ', U'Õ', U'Ọ'}},
    {{U'ô', U'ồ', U'ố', U'ổ', U'ỗ', U'ộ'}, {U'Ô', U'Ồ', U'Ố', U'Ổ', U'Ỗ', U'Ộ'}},
    {{U'ơ', U'ờ', U'ớ', U'ở', U'ỡ', U'ợ'}, {U'Ơ', U'Ờ', U'Ớ', U'Ở', U'Ỡ', U'Ợ'}},
    {{U'u', U'ù', U'ú', U'ủ', U'ũ', U'ụ'}, {U'U', U'Ù', U'Ú', U'Ủ', U'Ũ', U'Ụ'}},
    {{U'ư', U'ừ', U'ứ', U'ử', U'ữ', U'ự'}, {U'Ư', U'Ừ', U'Ứ', U'Ử', U'Ữ', U'Ự'}},
    {{U'y', U'ỳ', U'ý', U'ỷ', U'ỹ', U'ỵ'}, {U'Y', U'Ỳ', U'Ý', U'Ỷ', U'Ỹ', U'Ỵ'}},
};
/* The combining mark of each family's quality; 0 for a plain letter. */
static const char32_t qualities[FAMILIES] = {0, 0x306, 0x302, 0, 0x302, 0, 0, 0x302, 0x31B, 0, 0x31B, 0};
static const char32_t tones[TONES] = {0, 0x300, 0x301, 0x309, 0x303, 0x323};
enum { HORN = 0x31B, DOT_BELOW = 0x323 };

struct vowel {
    int family; /* -1: not a vowel */
    int upper;
    int tone;
};

static struct vowel vowel_find(char32_t value)
{
    for (int family = 0; family < FAMILIES; family++)
        for (int upper = 0; upper < 2; upper++)
            for (int tone = 0; tone < TONES; tone++)
                if (vowels[family][upper][tone] == value)
                    return (struct vowel){family, upper, tone};
    return (struct vowel){-1, 0, 0};
}

static void append_letter(struct buffer *out, char32_t value)
{
    char *room = buffer_reserve(out, UTF8_BYTES_MAX);
    out->size += utf8_encode(value, room);
}

static struct code_point read_letter(struct bytes text, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    return utf8_decode(bytes + at, bytes + text.size);
}

static bool is_ascii_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static char ascii_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* The letter of a slug that stands for a letter of the text; 0 for what separates words. */
static char slug_letter(char32_t value)
{
    if (value < 0x80)
        return is_ascii_letter((char)value) || (value >= '0' && value <= '9') ? ascii_lower((char)value) : '\0';
    if (value == U'đ' || value == U'Đ')
        return 'd';
    struct vowel vowel = vowel_find(value);
    if (vowel.family < 0)
        return '\0';
    static const char plain[FAMILIES + 1] = "aaaeeiooouuy";
    return plain[vowel.family];
}

void text_append_slug(struct buffer *out, struct bytes text)
{
    bool gap = false;
    size_t start = out->size;
    for (size_t at = 0; at < text.size;) {
        struct code_point point = read_letter(text, at);
        at += point.size;
        char letter = slug_letter(point.value);
        if (letter == '\0') {
            gap = out->size > start;
            continue;
        }
        if (gap)
            buffer_append_char(out, '-');
        gap = false;
        buffer_append_char(out, letter);
    }
}

void text_append_upper(struct buffer *out, struct bytes text)
{
    for (size_t at = 0; at < text.size;) {
        struct code_point point = read_letter(text, at);
        at += point.size;
        if (point.value < 0x80) {
            bool lower = point.value >= 'a' && point.value <= 'z';
            buffer_append_char(out, (char)(lower ? point.value - 'a' + 'A' : point.value));
            continue;
        }
        struct vowel vowel = vowel_find(point.value);
        if (point.value == U'đ')
            append_letter(out, U'Đ');
        else
            append_letter(out, vowel.family < 0 ? point.value : vowels[vowel.family][1][vowel.tone]);
    }
}

/* True when the letter at `at`, a plain vowel, closes its word. */
static bool closes_word(struct bytes text, size_t at)
{
    if (at + 1 >= text.size)
        return true;
    unsigned char next = (unsigned char)text.data[at + 1];
    return next < 0x80 && !is_ascii_letter((char)next);
}

/* The family of the second vowel that takes over the tone of `first`, standing at `at`; -1 when the tone stays. */
static int tone_taker(struct vowel first, struct bytes text, size_t at)
{
    if (first.family < 0 || first.tone == 0 || at >= text.size || !closes_word(text, at))
        return -1;
    char second = ascii_lower(text.data[at]);
    if (first.family == FAMILY_O && second == 'a')
        return FAMILY_A;
    if (first.family == FAMILY_O && second == 'e')
        return FAMILY_E;
    if (first.family == FAMILY_U && second == 'y')
        return FAMILY_Y;
    return -1;
}

void text_append_new_tones(struct buffer *out, struct bytes text)
{
    size_t copied = 0;
    for (size_t at = 0; at < text.size;) {
        if ((unsigned char)text.data[at] < 0x80) {
            at++;
            continue;
        }
        struct code_point point = read_letter(text, at);
        size_t next = at + point.size;
        char second = next < text.size ? ascii_lower(text.data[next]) : '\0';
        struct vowel first = {-1, 0, 0};
        if (second == 'a' || second == 'e' || second == 'y')
            first = vowel_find(point.value);
        int taker = tone_taker(first, text, next);
        if (taker >= 0) {
            buffer_append(out, text.data + copied, at - copied);
            append_letter(out, vowels[first.family][first.upper][0]);
            append_letter(out, vowels[taker][text.data[next] != second][first.tone]);
            next++;
            copied = next;
        }
        at = next;
    }
    buffer_append(out, text.data + copied, text.size - copied);
}

void text_append_decomposed(struct buffer *out, struct bytes text)
{
    for (size_t at = 0; at < text.size;) {
        struct code_point point = read_letter(text, at);
        at += point.size;
        struct vowel vowel = point.value < 0x80 ? (struct vowel){-1, 0, 0} : vowel_find(point.value);
        if (vowel.family < 0) {
            append_letter(out, point.value);
            continue;
        }
        static const char plain[2][FAMILIES + 1] = {"aaaeeiooouuy", "AAAEEIOOOUUY"};
        char32_t quality = qualities[vowel.family];
        char32_t tone = tones[vowel.tone];
        buffer_append_char(out, plain[vowel.upper][vowel.family]);
        /* A horn sorts before a dot below, the marks above after it. */
        bool tone_first = tone == DOT_BELOW && quality != HORN;
        char32_t marks[2] = {tone_first ? tone : quality, tone_first ? quality : tone};
        for (size_t i = 0; i < 2; i++)
            if (marks[i] != 0)
                append_letter(out, marks[i]);
    }
}
