#include "catalog/json_writer.h"

#include <stdio.h>
#include <string.h>

/* What follows the backslash for the control characters that have a short form; 0: \u00XX. */
static const char short_escapes[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

static void comma(struct json_writer *json)
{
    if (json->after_value)
        buffer_append_char(json->out, ',');
    json->after_value = true;
}

void json_begin_object(struct json_writer *json)
{
    comma(json);
    buffer_append_char(json->out, '{');
    json->after_value = false;
}

void json_end_object(struct json_writer *json)
{
    buffer_append_char(json->out, '}');
    json->after_value = true;
}

void json_begin_array(struct json_writer *json)
{
    comma(json);
    buffer_append_char(json->out, '[');
    json->after_value = false;
}

void json_end_array(struct json_writer *json)
{
    buffer_append_char(json->out, ']');
    json->after_value = true;
}

void json_put_key(struct json_writer *json, const char *key)
{
    comma(json);
    buffer_append_char(json->out, '"');
    buffer_append_text(json->out, key);
    buffer_append(json->out, "\":", 2);
    json->after_value = false;
}

/* U+2028 and U+2029 are line ends to JavaScript, and harmless when escaped. */
static bool is_line_separator(const char *at, const char *end)
{
    return end - at >= 3 && memcmp(at, "\xE2\x80", 2) == 0 && (at[2] == '\xA8' || at[2] == '\xA9');
}

static bool needs_escape(const char *at, const char *end)
{
    unsigned char byte = (unsigned char)*at;
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F || (byte == 0xE2 && is_line_separator(at, end));
}

/* Writes one escape and returns how many source bytes it stands for. */
static size_t escape(struct buffer *out, const char *at)
{
    unsigned char byte = (unsigned char)*at;
    if (byte == '"' || byte == '\\') {
        char pair[2] = {'\\', *at};
        buffer_append(out, pair, 2);
    } else if (byte == 0xE2) {
        buffer_append_text(out, at[2] == '\xA8' ? "\\u2028" : "\\u2029");
        return 3;
    } else if (byte < 0x20 && short_escapes[byte] != 0) {
        char pair[2] = {'\\', short_escapes[byte]};
        buffer_append(out, pair, 2);
    } else {
        buffer_print(out, "\\u%04x", byte);
    }
    return 1;
}

static void quoted(struct buffer *out, struct bytes text)
{
    buffer_append_char(out, '"');
    const char *at = text.data, *end = text.data + text.size, *plain = at;
    while (at < end) {
        if (!needs_escape(at, end)) {
            at++;
            continue;
        }
        buffer_append(out, plain, (size_t)(at - plain));
        at += escape(out, at);
        plain = at;
    }
    buffer_append(out, plain, (size_t)(at - plain));
    buffer_append_char(out, '"');
}

void json_put_text(struct json_writer *json, struct bytes text)
{
    comma(json);
    quoted(json->out, text);
}

void json_put_key_text(struct json_writer *json, struct bytes key)
{
    comma(json);
    quoted(json->out, key);
    buffer_append_char(json->out, ':');
    json->after_value = false;
}

void json_put_literal(struct json_writer *json, const char *literal)
{
    json_put_text(json, bytes_of(literal));
}

void json_put_number(struct json_writer *json, int64_t value)
{
    comma(json);
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    buffer_append(json->out, at, (size_t)(digits + sizeof digits - at));
}

void json_put_hundredths(struct json_writer *json, int64_t value)
{
    comma(json);
    char text[32];
    int size = snprintf(text, sizeof text, "%lld.%02lld", (long long)(value / 100), (long long)(value < 0 ? -value % 100 : value % 100));
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    buffer_append(json->out, text, (size_t)size);
}

void json_put_micros(struct json_writer *json, uint64_t value)
{
    comma(json);
    char text[32];
    int size = snprintf(text, sizeof text, "%llu.%06llu", (unsigned long long)(value / 1000000), (unsigned long long)(value % 1000000));
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    buffer_append(json->out, text, (size_t)size);
}

void json_put_boolean(struct json_writer *json, bool value)
{
    comma(json);
    buffer_append_text(json->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *json)
{
    comma(json);
    buffer_append(json->out, "null", 4);
}

void json_put_text_member(struct json_writer *json, const char *key, struct bytes text)
{
    json_put_key(json, key);
    if (text.size == 0)
        json_put_null(json);
    else
        json_put_text(json, text);
}

void json_put_raw(struct json_writer *json, struct bytes value)
{
    comma(json);
    buffer_append(json->out, value.data, value.size);
}
