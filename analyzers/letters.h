/* What each code point is to the scanner: one table, built from ICU once, read-only afterwards.
 *
 * A Latin letter is a base (a-z) with two slots of marks: one quality (breve, circumflex, horn, the stroke of đ, ...) and one tone. Marks
 * that arrive as combining characters fill the same slots, in any order, so every Unicode form of a text gives the same letters. When
 * two marks claim one slot the lower number stays, whatever their order. */
#ifndef TIM_ANALYZERS_LETTERS_H
#define TIM_ANALYZERS_LETTERS_H

#include <stddef.h>
#include <stdint.h>

enum letter_class {
    CLASS_OTHER,   /* punctuation and symbols: between words */
    CLASS_SPACE,   /* white space, controls, invalid bytes */
    CLASS_LETTER,  /* Latin: base, marks, and what follows it when it stands for several letters (æ) */
    CLASS_DIGIT,   /* of any script: base is '0' to '9' */
    CLASS_MARK,    /* combining: its slots, none when it is not a mark of Latin letters */
    CLASS_SCRIPT,  /* a letter of another script */
    CLASS_IGNORED, /* zero-width */
    CLASS_JOINER,  /* base is one of - _ / . , */
    CLASS_QUOTE,   /* base is an enum quote */
};

enum quote {
    QUOTE_STRAIGHT, /* the ASCII double quote: opens, closes, or means inch */
    QUOTE_OPEN,     /* “ */
    QUOTE_CLOSE,    /* ”, which closes or means inch */
    QUOTE_PRIME,    /* ″ */
    QUOTE_SINGLE,   /* ' ’ ′: two in a row mean inch */
};

/* The four qualities of Vietnamese come first, so that a stray mark never displaces one. */
enum quality { QUALITY_NONE, QUALITY_STROKE, QUALITY_BREVE, QUALITY_CIRCUMFLEX, QUALITY_HORN, QUALITY_DIAERESIS, QUALITY_COUNT = 22 };
enum tone { TONE_NONE, TONE_GRAVE, TONE_HOOK, TONE_TILDE, TONE_ACUTE, TONE_DOT, TONE_COUNT };

struct letter {
    uint8_t class;
    uint8_t base;
    uint8_t marks; /* quality | tone << MARKS_TONE_SHIFT; they belong to the last letter of an expansion */
    uint8_t more;  /* index of the letters after base in `expansions`; 0 for none */
};

enum { MARKS_TONE_SHIFT = 5, MARKS_QUALITY_MASK = 31, LETTERS_PAGES = 512, LETTER_EXPANSIONS_MAX = 96, EXPANSION_BYTES = 4 };

/* A lower-case letter with its marks as NFC. */
struct letter_form {
    char bytes[7];
    uint8_t size;
};

struct letters {
    uint8_t lower[128];              /* ASCII letters in lower case, ASCII digits; else 0 */
    uint16_t page_of[LETTERS_PAGES]; /* code point / 256 -> page, up to U+1FFFF */
    struct letter (*pages)[256];
    size_t page_count;
    struct letter_form forms[26][QUALITY_COUNT][TONE_COUNT];
    char expansions[LETTER_EXPANSIONS_MAX][EXPANSION_BYTES];
    size_t expansion_count;
};

/* Fills the table; asserts that ICU and its data are there. */
void letters_init(struct letters *letters);
void letters_release(struct letters *letters);

/* Beyond U+1FFFF, and for UTF8_INVALID. */
struct letter letter_far(uint32_t value);

static inline struct letter letter_get(const struct letters *letters, uint32_t value)
{
    if (value < LETTERS_PAGES * 256)
        return letters->pages[letters->page_of[value >> 8]][value & 255];
    return letter_far(value);
}

static inline uint8_t marks_quality(uint8_t marks)
{
    return marks & MARKS_QUALITY_MASK;
}

static inline uint8_t marks_tone(uint8_t marks)
{
    return marks >> MARKS_TONE_SHIFT;
}

static inline uint8_t marks_of(uint8_t quality, uint8_t tone)
{
    return (uint8_t)(quality | tone << MARKS_TONE_SHIFT);
}

/* Both marks' slots on one letter. */
uint8_t marks_merge(uint8_t one, uint8_t other);

/* Writes `count` letters as NFC, at most `room` bytes, cut on a letter; returns the size. */
size_t letters_compose(const struct letters *letters, const uint8_t *bases, const uint8_t *marks, size_t count, char *out, size_t room);

#endif
