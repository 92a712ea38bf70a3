/* UTF-8, one code point at a time, strictly: no overlong form, no surrogate, nothing past U+10FFFF. */
#ifndef TIM_ANALYZERS_UTF8_H
#define TIM_ANALYZERS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UTF8_BYTES_MAX = 4,
    UTF8_INVALID = 0x110000, /* what an invalid byte decodes to; its size is 1 */
};

struct code_point {
    uint32_t value;
    uint32_t size; /* bytes read, 1 to 4 */
};

static inline bool utf8_continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* How many characters stand in the text. */
static inline size_t utf8_count(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += !utf8_continues((unsigned char)text[i]);
    return count;
}

/* Behind the character at `at`, which is before `size`. */
static inline size_t utf8_next(const char *text, size_t size, size_t at)
{
    at++;
    while (at < size && utf8_continues((unsigned char)text[at]))
        at++;
    return at;
}

/* How many bytes the first `characters` have; all when there are not more of them. */
static inline size_t utf8_prefix(const char *text, size_t size, size_t characters)
{
    size_t at = 0;
    for (; at < size && characters > 0; characters--)
        at = utf8_next(text, size, at);
    return at;
}

/* The code point at `at`, which is before `end`. Inline: it runs for every letter that is not ASCII. */
static inline struct code_point utf8_decode(const unsigned char *at, const unsigned char *end)
{
    unsigned char first = at[0];
    size_t left = (size_t)(end - at);
    if (first < 0x80)
        return (struct code_point){first, 1};
    if (first < 0xC2 || left < 2 || !utf8_continues(at[1]))
        return (struct code_point){UTF8_INVALID, 1};
    if (first < 0xE0)
        return (struct code_point){(first & 0x1Fu) << 6 | (at[1] & 0x3Fu), 2};
    if (left < 3 || !utf8_continues(at[2]))
        return (struct code_point){UTF8_INVALID, 1};
    if (first < 0xF0) {
        uint32_t value = (first & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
        if (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))
            return (struct code_point){UTF8_INVALID, 1};
        return (struct code_point){value, 3};
    }
    if (first > 0xF4 || left < 4 || !utf8_continues(at[3]))
        return (struct code_point){UTF8_INVALID, 1};
    uint32_t value = (first & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
    if (value < 0x10000 || value > 0x10FFFF)
        return (struct code_point){UTF8_INVALID, 1};
    return (struct code_point){value, 4};
}

/* Writes at most UTF8_BYTES_MAX bytes and returns how many. `value` is a valid code point. */
size_t utf8_encode(uint32_t value, char *out);

/* The largest size <= `size_max` that does not end inside a character of the valid UTF-8 in `text`. */
size_t utf8_cut(const char *text, size_t size, size_t size_max);

#endif
