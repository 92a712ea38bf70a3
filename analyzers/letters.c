/* Builds the code point table from ICU: general categories, NFD and NFKD, and the Latin-ASCII transliterator for the Latin letters that
 * do not decompose (ø, æ, ß). All of it happens once, at start: about 130,000 code points. */
#include "analyzers/letters.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "analyzers/utf8.h"
#include "base/arena.h"

static const UChar quality_marks[QUALITY_COUNT] = {
    0,     0,     0x306, 0x302, 0x31B, 0x308, 0x30A, 0x30C, 0x327, 0x328, 0x304,
    0x307, 0x30B, 0x326, 0x30F, 0x311, 0x331, 0x32D, 0x324, 0x325, 0x330, 0x32E,
};
static const UChar tone_marks[TONE_COUNT] = {0, 0x300, 0x309, 0x303, 0x301, 0x323};

/* Code points whose meaning here no Unicode property tells. */
struct exception {
    uint32_t value;
    struct letter letter;
};
static const struct exception exceptions[] = {
    {0x110, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x111, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x0D0, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x0F0, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x189, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x256, {CLASS_LETTER, 'd', QUALITY_STROKE, 0}},
    {0x131, {CLASS_LETTER, 'i', 0, 0}},
    {'-', {CLASS_JOINER, '-', 0, 0}},
    {0x2010, {CLASS_JOINER, '-', 0, 0}},
    {0x2011, {CLASS_JOINER, '-', 0, 0}},
    {0x2012, {CLASS_JOINER, '-', 0, 0}},
    {0x2013, {CLASS_JOINER, '-', 0, 0}},
    {0x2212, {CLASS_JOINER, '-', 0, 0}},
    {0xFE63, {CLASS_JOINER, '-', 0, 0}},
    {0xFF0D, {CLASS_JOINER, '-', 0, 0}},
    {'_', {CLASS_JOINER, '_', 0, 0}},
    {0xFF3F, {CLASS_JOINER, '_', 0, 0}},
    {'/', {CLASS_JOINER, '/', 0, 0}},
    {0x2044, {CLASS_JOINER, '/', 0, 0}},
    {0x2215, {CLASS_JOINER, '/', 0, 0}},
    {0xFF0F, {CLASS_JOINER, '/', 0, 0}},
    {'.', {CLASS_JOINER, '.', 0, 0}},
    {0xFF0E, {CLASS_JOINER, '.', 0, 0}},
    {',', {CLASS_JOINER, ',', 0, 0}},
    {0xFF0C, {CLASS_JOINER, ',', 0, 0}},
    {'"', {CLASS_QUOTE, QUOTE_STRAIGHT, 0, 0}},
    {0xFF02, {CLASS_QUOTE, QUOTE_STRAIGHT, 0, 0}},
    {0x201C, {CLASS_QUOTE, QUOTE_OPEN, 0, 0}},
    {0x201D, {CLASS_QUOTE, QUOTE_CLOSE, 0, 0}},
    {0x2033, {CLASS_QUOTE, QUOTE_PRIME, 0, 0}},
    {'\'', {CLASS_QUOTE, QUOTE_SINGLE, 0, 0}},
    {0x2019, {CLASS_QUOTE, QUOTE_SINGLE, 0, 0}},
    {0x2032, {CLASS_QUOTE, QUOTE_SINGLE, 0, 0}},
    {0xFF07, {CLASS_QUOTE, QUOTE_SINGLE, 0, 0}},
};

struct tools {
    const UNormalizer2 *nfc, *nfkd;
    UTransliterator *ascii;
};

enum { UNITS_MAX = 64 };

uint8_t marks_merge(uint8_t one, uint8_t other)
{
    uint8_t quality = marks_quality(one), tone = marks_tone(one);
    uint8_t other_quality = marks_quality(other), other_tone = marks_tone(other);
    if (quality == 0 || (other_quality != 0 && other_quality < quality))
        quality = other_quality;
    if (tone == 0 || (other_tone != 0 && other_tone < tone))
        tone = other_tone;
    return marks_of(quality, tone);
}

static uint8_t mark_slots(UChar unit)
{
    for (uint8_t quality = QUALITY_BREVE; quality < QUALITY_COUNT; quality++) {
        if (quality_marks[quality] == unit)
            return marks_of(quality, TONE_NONE);
    }
    for (uint8_t tone = TONE_GRAVE; tone < TONE_COUNT; tone++) {
        if (tone_marks[tone] == unit)
            return marks_of(QUALITY_NONE, tone);
    }
    return 0;
}

static int32_t decompose(const struct tools *tools, uint32_t value, UChar *out)
{
    UChar text[2] = {0};
    int32_t size = 0;
    UErrorCode code = U_ZERO_ERROR;
    U16_APPEND_UNSAFE(text, size, value);
    int32_t count = unorm2_normalize(tools->nfkd, text, size, out, UNITS_MAX, &code);
    assert(U_SUCCESS(code) && count > 0 && count < UNITS_MAX);
    return count;
}

static uint8_t expansion_index(struct letters *letters, const char *text)
{
    if (text[0] == '\0')
        return 0;
    for (size_t i = 1; i < letters->expansion_count; i++) {
        if (strcmp(letters->expansions[i], text) == 0)
            return (uint8_t)i;
    }
    assert(letters->expansion_count < LETTER_EXPANSIONS_MAX);
    memcpy(letters->expansions[letters->expansion_count], text, strlen(text) + 1);
    return (uint8_t)letters->expansion_count++;
}

/* Modifier primes and apostrophes: between words, like the punctuation that they resemble. */
static bool is_modifier(uint32_t value)
{
    return (value >= 0x2B9 && value <= 0x2FF) || value == 0x374;
}

/* ASCII letters with marks from one code point's decomposition; class OTHER when it is anything else. */
static struct letter letter_from_units(struct letters *letters, const UChar *units, int32_t count)
{
    char text[1 + EXPANSION_BYTES] = {0};
    size_t size = 0;
    uint8_t marks = 0;
    for (int32_t i = 0; i < count; i++) {
        UChar lower = (UChar)u_tolower(units[i]);
        if (lower >= 'a' && lower <= 'z') {
            if (size == EXPANSION_BYTES)
                return (struct letter){0};
            text[size++] = (char)lower;
            marks = 0;
        } else if (size > 0 && u_charType(units[i]) == U_NON_SPACING_MARK) {
            marks = marks_merge(marks, mark_slots(units[i]));
        } else if (!is_modifier(units[i])) {
            return (struct letter){0};
        }
    }
    if (size == 0)
        return (struct letter){0};
    return (struct letter){CLASS_LETTER, (uint8_t)text[0], marks, expansion_index(letters, text + 1)};
}

/* A Latin letter without decomposition to ASCII: what it is usually written as, the stroke standing for "not the plain letter". */
static struct letter letter_from_latin(struct letters *letters, const struct tools *tools, UChar *units, int32_t count)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t limit = count;
    for (int32_t i = 0; i < count; i++)
        units[i] = (UChar)u_tolower(units[i]);
    utrans_transUChars(tools->ascii, units, &count, UNITS_MAX, 0, &limit, &code);
    assert(U_SUCCESS(code));
    struct letter letter = letter_from_units(letters, units, count);
    if (letter.class == CLASS_LETTER && letter.more == 0)
        letter.marks = marks_merge(letter.marks, QUALITY_STROKE);
    return letter;
}

static struct letter alphabetic_letter(struct letters *letters, const struct tools *tools, uint32_t value)
{
    UErrorCode code = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)value, &code);
    if (script == USCRIPT_HAN || script == USCRIPT_HANGUL)
        return (struct letter){.class = CLASS_SCRIPT};
    UChar units[UNITS_MAX] = {0};
    int32_t count = decompose(tools, value, units);
    struct letter letter = letter_from_units(letters, units, count);
    if (letter.class == CLASS_LETTER)
        return letter;
    if (is_modifier(value))
        return letter;
    if (script == USCRIPT_LATIN) {
        /* The marks of a letter such as ǿ stay apart while its base is transliterated. */
        uint8_t marks = 0;
        while (count > 1 && u_charType(units[count - 1]) == U_NON_SPACING_MARK)
            marks = marks_merge(marks, mark_slots(units[--count]));
        letter = letter_from_latin(letters, tools, units, count);
        letter.marks = marks_merge(letter.marks, marks);
    }
    if (letter.class != CLASS_LETTER)
        letter = (struct letter){.class = CLASS_SCRIPT};
    return letter;
}

static struct letter numeric_letter(const struct tools *tools, uint32_t value)
{
    int32_t digit = u_charDigitValue((UChar32)value);
    if (u_charType((UChar32)value) == U_OTHER_NUMBER) {
        UChar units[UNITS_MAX] = {0};
        digit = decompose(tools, value, units) == 1 && units[0] >= '0' && units[0] <= '9' ? units[0] - '0' : -1;
    }
    if (digit < 0)
        return (struct letter){.class = CLASS_OTHER};
    return (struct letter){.class = CLASS_DIGIT, .base = (uint8_t)('0' + digit)};
}

static struct letter combining_letter(const struct tools *tools, uint32_t value)
{
    UChar units[UNITS_MAX] = {0};
    int32_t count = decompose(tools, value, units);
    struct letter letter = {.class = CLASS_MARK};
    for (int32_t i = 0; i < count; i++)
        letter.marks = marks_merge(letter.marks, mark_slots(units[i]));
    return letter;
}

static struct letter letter_classify(struct letters *letters, const struct tools *tools, uint32_t value)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (exceptions[i].value == value)
            return exceptions[i].letter;
    }
    if (u_hasBinaryProperty((UChar32)value, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return (struct letter){.class = CLASS_IGNORED};
    switch (u_charType((UChar32)value)) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_LETTER_NUMBER:
        return alphabetic_letter(letters, tools, value);
    case U_DECIMAL_DIGIT_NUMBER:
    case U_OTHER_NUMBER:
        return numeric_letter(tools, value);
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_COMBINING_SPACING_MARK:
        return combining_letter(tools, value);
    case U_FORMAT_CHAR:
        return (struct letter){.class = CLASS_IGNORED};
    case U_CONTROL_CHAR:
    case U_SPACE_SEPARATOR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
        return (struct letter){.class = CLASS_SPACE};
    default:
        return (struct letter){.class = CLASS_OTHER};
    }
}

struct letter letter_far(uint32_t value)
{
    if (value > 0x10FFFF)
        return (struct letter){.class = CLASS_SPACE};
    if (u_hasBinaryProperty((UChar32)value, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return (struct letter){.class = CLASS_IGNORED};
    return (struct letter){.class = u_isalpha((UChar32)value) ? CLASS_SCRIPT : CLASS_OTHER};
}

/* A page equal to an earlier one is stored once: most of them are. */
static uint16_t page_add(struct letters *letters, const struct letter page[256])
{
    size_t size = 256 * sizeof page[0];
    for (size_t i = 0; i < letters->page_count; i++) {
        if (memcmp(letters->pages[i], page, size) == 0)
            return (uint16_t)i;
    }
    letters->pages = memory_resize(letters->pages, (letters->page_count + 1) * size);
    memcpy(letters->pages[letters->page_count], page, size);
    return (uint16_t)letters->page_count++;
}

/* The lower-case letter that a base with the stroke is written as: the first one in code point order, đ for d. */
static UChar stroke_letter(const struct letters *letters, uint8_t base)
{
    if (base == 'd')
        return 0x111;
    for (uint32_t value = 0x80; value < 0x2C80; value++) {
        struct letter letter = letter_get(letters, value);
        if (letter.class == CLASS_LETTER && letter.base == base && letter.marks == QUALITY_STROKE && letter.more == 0 &&
            u_tolower((UChar32)value) == (UChar32)value)
            return (UChar)value;
    }
    return base;
}

static void form_build(const struct tools *tools, struct letter_form *form, UChar base, UChar quality, UChar tone)
{
    UChar units[3] = {base}, composed[8] = {0};
    int32_t count = 1, size = 0;
    UErrorCode code = U_ZERO_ERROR;
    if (quality != 0)
        units[count++] = quality;
    if (tone != 0)
        units[count++] = tone;
    int32_t composed_count = unorm2_normalize(tools->nfc, units, count, composed, 8, &code);
    u_strToUTF8(form->bytes, sizeof form->bytes, &size, composed, composed_count, &code);
    assert(U_SUCCESS(code) && size > 0 && size <= (int32_t)sizeof form->bytes);
    form->size = (uint8_t)size;
}

static void forms_build(struct letters *letters, const struct tools *tools)
{
    for (uint8_t base = 'a'; base <= 'z'; base++) {
        UChar stroke = stroke_letter(letters, base);
        for (size_t quality = 0; quality < QUALITY_COUNT; quality++) {
            for (size_t tone = 0; tone < TONE_COUNT; tone++)
                form_build(tools, &letters->forms[base - 'a'][quality][tone], quality == QUALITY_STROKE ? stroke : base,
                           quality_marks[quality], tone_marks[tone]);
        }
    }
}

void letters_init(struct letters *letters)
{
    UErrorCode code = U_ZERO_ERROR;
    struct tools tools = {.nfc = unorm2_getNFCInstance(&code), .nfkd = unorm2_getNFKDInstance(&code)};
    tools.ascii = utrans_openU(u"Latin-ASCII", -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    assert(U_SUCCESS(code) && "ICU and its data are part of the installation");
    *letters = (struct letters){.expansion_count = 1};
    for (uint32_t page = 0; page < LETTERS_PAGES; page++) {
        struct letter entries[256] = {0};
        for (uint32_t i = 0; i < 256; i++)
            entries[i] = letter_classify(letters, &tools, page << 8 | i);
        letters->page_of[page] = page_add(letters, entries);
    }
    for (uint32_t value = 0; value < 128; value++) {
        struct letter letter = letter_get(letters, value);
        if (letter.class == CLASS_LETTER)
            letters->lower[value] = letter.base;
    }
    forms_build(letters, &tools);
    utrans_close(tools.ascii);
}

void letters_release(struct letters *letters)
{
    free(letters->pages);
    *letters = (struct letters){0};
}

size_t letters_compose(const struct letters *letters, const uint8_t *bases, const uint8_t *marks, size_t count, char *out, size_t room)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (marks[i] == 0) {
            if (size == room)
                break;
            out[size++] = (char)bases[i];
            continue;
        }
        const struct letter_form *form = &letters->forms[bases[i] - 'a'][marks_quality(marks[i])][marks_tone(marks[i])];
        if (form->size > room - size)
            break;
        memcpy(out + size, form->bytes, form->size);
        size += form->size;
    }
    return size;
}
