#include "catalog/markup.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { REFERENCE_BYTES_MAX = 12, TAG_BYTES_MAX = 64 * 1024 };

/* The named references that Vietnamese shop texts contain: Latin-1 letters with marks, spaces, dashes and quotes. */
static const struct {
    const char *name, *text;
} references[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},   {"nbsp", " "},   {"ndash", "–"},  {"mdash", "—"},
    {"hellip", "…"}, {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},  {"rdquo", "”"},  {"deg", "°"},    {"times", "×"},  {"middot", "·"},
    {"bull", "•"},   {"reg", "®"},    {"trade", "™"},  {"copy", "©"},   {"plusmn", "±"}, {"frac12", "½"}, {"sup2", "²"},   {"sup3", "³"},
    {"micro", "µ"},  {"agrave", "à"}, {"aacute", "á"}, {"acirc", "â"},  {"atilde", "ã"}, {"egrave", "è"}, {"eacute", "é"}, {"ecirc", "ê"},
    {"igrave", "ì"}, {"iacute", "í"}, {"ograve", "ò"}, {"oacute", "ó"}, {"ocirc", "ô"},  {"otilde", "õ"}, {"ugrave", "ù"}, {"uacute", "ú"},
    {"yacute", "ý"}, {"Agrave", "À"}, {"Aacute", "Á"}, {"Acirc", "Â"},  {"Atilde", "Ã"}, {"Egrave", "È"}, {"Eacute", "É"}, {"Ecirc", "Ê"},
    {"Igrave", "Ì"}, {"Iacute", "Í"}, {"Ograve", "Ò"}, {"Oacute", "Ó"}, {"Ocirc", "Ô"},  {"Otilde", "Õ"}, {"Ugrave", "Ù"}, {"Uacute", "Ú"},
    {"Yacute", "Ý"},
};

/* Where the tag or comment that starts at `at` ends; NULL when it is no tag. */
static const char *tag_end(const char *at, const char *end)
{
    if (end - at < 2)
        return NULL;
    if (end - at >= 4 && memcmp(at, "<!--", 4) == 0) {
        const char *close = memmem(at + 4, (size_t)(end - at) - 4, "-->", 3);
        return close == NULL ? NULL : close + 3;
    }
    char next = at[1];
    bool opens = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' || next == '!';
    size_t span = (size_t)(end - at) < TAG_BYTES_MAX ? (size_t)(end - at) : TAG_BYTES_MAX;
    const char *close = opens ? memchr(at, '>', span) : NULL;
    return close == NULL ? NULL : close + 1;
}

static size_t utf8_put(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* "#7889" or "#x1EC7": the character's bytes, 0 when it is no valid one. */
static size_t numeric_reference(const char *at, size_t size, char *out)
{
    bool hex = size > 1 && (at[1] == 'x' || at[1] == 'X');
    uint32_t code = 0;
    size_t first = hex ? 2 : 1;
    for (size_t i = first; i < size; i++) {
        char c = at[i];
        uint32_t digit = c >= '0' && c <= '9'                        ? (uint32_t)(c - '0')
                         : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a') + 10
                                                                     : 99;
        if (digit == 99 || code > 0x10FFFF)
            return 0;
        code = code * (hex ? 16 : 10) + digit;
    }
    if (size <= first || code < 0x20 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return utf8_put(code, out);
}

/* Decodes the reference at `at` ("&name;") into `out`; returns its length in the source, 0 when it is none. */
static size_t reference_decode(const char *at, const char *end, char *out, size_t *out_size)
{
    size_t span = (size_t)(end - at) < REFERENCE_BYTES_MAX ? (size_t)(end - at) : REFERENCE_BYTES_MAX;
    const char *close = memchr(at, ';', span);
    if (close == NULL || close - at < 2)
        return 0;
    size_t size = (size_t)(close - at) - 1;
    const char *name = at + 1;
    *out_size = 0;
    if (name[0] == '#')
        *out_size = numeric_reference(name, size, out);
    for (size_t i = 0; *out_size == 0 && i < sizeof references / sizeof references[0]; i++)
        if (strlen(references[i].name) == size && memcmp(references[i].name, name, size) == 0) {
            *out_size = strlen(references[i].text);
            memcpy(out, references[i].text, *out_size);
        }
    return *out_size == 0 ? 0 : size + 2;
}

enum status markup_strip(struct bytes text, struct arena *arena, struct bytes *out)
{
    *out = text;
    if (text.size == 0 || (memchr(text.data, '<', text.size) == NULL && memchr(text.data, '&', text.size) == NULL))
        return STATUS_OK;
    char *plain = arena_alloc(arena, text.size + 4); /* every replacement is at most as long as what it replaces */
    if (plain == NULL)
        return STATUS_LIMIT;
    size_t size = 0;
    const char *end = text.data + text.size;
    for (const char *at = text.data; at < end;) {
        const char *behind = *at == '<' ? tag_end(at, end) : NULL;
        size_t decoded = 0;
        size_t taken = *at == '&' ? reference_decode(at, end, plain + size, &decoded) : 0;
        if (behind != NULL) {
            plain[size++] = ' ';
            at = behind;
        } else if (taken > 0) {
            size += decoded;
            at += taken;
        } else {
            plain[size++] = *at++;
        }
    }
    *out = (struct bytes){plain, size};
    return STATUS_OK;
}
