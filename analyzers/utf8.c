/* Strict UTF-8. The check of a whole text runs over eight ASCII bytes at once. */
#include "analyzers/utf8.h"

#include <assert.h>
#include <string.h>

#include "analyzers/analyzer.h"

size_t utf8_encode(uint32_t value, char *out)
{
    assert(value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF));
    if (value < 0x80) {
        out[0] = (char)value;
        return 1;
    }
    if (value < 0x800) {
        out[0] = (char)(0xC0 | value >> 6);
        out[1] = (char)(0x80 | (value & 0x3F));
        return 2;
    }
    if (value < 0x10000) {
        out[0] = (char)(0xE0 | value >> 12);
        out[1] = (char)(0x80 | (value >> 6 & 0x3F));
        out[2] = (char)(0x80 | (value & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | value >> 18);
    out[1] = (char)(0x80 | (value >> 12 & 0x3F));
    out[2] = (char)(0x80 | (value >> 6 & 0x3F));
    out[3] = (char)(0x80 | (value & 0x3F));
    return 4;
}

size_t utf8_cut(const char *text, size_t size, size_t size_max)
{
    if (size <= size_max)
        return size;
    size_t cut = size_max;
    while (cut > 0 && utf8_continues((unsigned char)text[cut]))
        cut--;
    return cut;
}

/* Eight bytes, none of them NUL or past ASCII. */
static bool bytes_are_plain(const unsigned char *at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    return (((word - ones) | word) & tops) == 0;
}

bool text_is_valid(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;
    while (at < end) {
        if (end - at >= 8 && bytes_are_plain(at)) {
            at += 8;
            continue;
        }
        struct code_point point = utf8_decode(at, end);
        if (point.value == UTF8_INVALID || point.value == 0)
            return false;
        at += point.size;
    }
    return true;
}
