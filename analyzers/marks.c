/* Compares the marks of two exact forms letter by letter: its quality marks (the stroke of đ is one), and the tone once for the whole
 * word, wherever it stands. Only words whose keys met come here, so ICU may decompose. */
#include "analyzers/analyzer.h"

#include <assert.h>

#include <unicode/unorm2.h>

#include "analyzers/utf8.h"

enum { DECOMPOSED_MAX = 8, WORD_LETTERS_MAX = TOKEN_BYTES_MAX };

/* A letter's marks as code points; a letter that does not decompose (đ, ø) is its own quality. */
struct marking {
    UChar32 quality;
    UChar32 tone;
};

struct markings {
    struct marking letters[WORD_LETTERS_MAX];
    size_t count;
    size_t tones;
};

static bool is_tone(UChar32 value)
{
    return value == 0x300 || value == 0x301 || value == 0x303 || value == 0x309 || value == 0x323;
}

static void marking_add(struct markings *out, UChar32 mark)
{
    struct marking *letter = &out->letters[out->count - 1];
    if (is_tone(mark) && letter->tone == 0) {
        letter->tone = mark;
        out->tones++;
    } else {
        letter->quality = mark;
    }
}

static void marking_read(const UNormalizer2 *nfd, uint32_t value, struct markings *out)
{
    UChar units[DECOMPOSED_MAX] = {0};
    UErrorCode code = U_ZERO_ERROR;
    bool combines = value >= 0x300 && value < 0x370;
    if (combines && out->count > 0) {
        marking_add(out, (UChar32)value);
        return;
    }
    if (out->count == WORD_LETTERS_MAX)
        return;
    out->letters[out->count++] = (struct marking){0};
    if (value < 0x80)
        return;
    int32_t count = unorm2_getDecomposition(nfd, (UChar32)value, units, DECOMPOSED_MAX, &code);
    assert(U_SUCCESS(code));
    if (count <= 1)
        marking_add(out, (UChar32)value);
    for (int32_t i = 1; i < count; i++)
        marking_add(out, units[i]);
}

static void markings_read(const UNormalizer2 *nfd, const char *text, size_t size, struct markings *out)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;
    out->count = out->tones = 0;
    while (at < end) {
        struct code_point point = utf8_decode(at, end);
        if (point.value != UTF8_INVALID)
            marking_read(nfd, point.value, out);
        at += point.size;
    }
}

/* A word with one tone at most carries it as a whole: it moves to the first letter. */
static void tone_gather(struct markings *markings)
{
    UChar32 tone = 0;
    for (size_t i = 0; i < markings->count; i++) {
        if (markings->letters[i].tone != 0)
            tone = markings->letters[i].tone;
        markings->letters[i].tone = 0;
    }
    if (markings->count > 0)
        markings->letters[0].tone = tone;
}

enum marks marks_compare(const char *typed, size_t typed_size, const char *written, size_t written_size)
{
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&code);
    struct markings one, other;
    bool any = false, missing = false;
    assert(U_SUCCESS(code));
    markings_read(nfd, typed, typed_size, &one);
    markings_read(nfd, written, written_size, &other);
    if (one.tones <= 1 && other.tones <= 1) {
        tone_gather(&one);
        tone_gather(&other);
    }
    for (size_t i = 0; i < one.count && i < other.count; i++) {
        const struct marking *left = &one.letters[i], *right = &other.letters[i];
        if ((left->quality != 0 && left->quality != right->quality) || (left->tone != 0 && left->tone != right->tone))
            return MARKS_CONTRADICT;
        any = any || left->quality != 0 || left->tone != 0;
        missing = missing || left->quality != right->quality || left->tone != right->tone;
    }
    if (!any)
        return MARKS_BARE;
    return missing ? MARKS_SUBSET : MARKS_EXACT;
}
