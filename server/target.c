#include "server/target.h"

#include <stdbool.h>
#include <string.h>

#include "analyzers/analyzer.h"

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Decoding never lengthens, so the copy is decoded in place. NULL at the arena's cap. */
static char *decode(struct bytes raw, bool plus_is_space, struct arena *arena, size_t *size)
{
    char *text = arena_copy(arena, raw.data, raw.size);
    if (text == NULL)
        return NULL;
    size_t at = 0;
    for (size_t i = 0; i < raw.size; i++) {
        int high = raw.data[i] == '%' && raw.size - i > 2 ? hex_digit(raw.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(raw.data[i + 2]) : -1;
        if (low >= 0) {
            text[at++] = (char)(high * 16 + low);
            i += 2;
        } else {
            text[at++] = plus_is_space && raw.data[i] == '+' ? ' ' : raw.data[i];
        }
    }
    text[at] = '\0';
    *size = at;
    return text;
}

static enum status decode_checked(struct bytes raw, bool plus_is_space, struct arena *arena, struct bytes *out, const char *what,
                                  struct error *error)
{
    size_t size = 0;
    char *text = decode(raw, plus_is_space, arena, &size);
    if (text == NULL)
        return error_set(error, STATUS_LIMIT, "the request needs more memory than one request may take");
    if (!text_is_valid(text, size))
        return error_set(error, STATUS_INVALID, "send UTF-8 without NUL, percent-encoded; something else stands in %s", what);
    *out = (struct bytes){.data = text, .size = size};
    return STATUS_OK;
}

static struct bytes skip(struct bytes text, size_t count)
{
    return (struct bytes){.data = text.data + count, .size = text.size - count};
}

/* Cuts `text` at the first `separator`; what follows it becomes `rest` (size 0 when there is none). */
static struct bytes cut(struct bytes text, char separator, struct bytes *rest)
{
    const char *at = text.size > 0 ? memchr(text.data, separator, text.size) : NULL;
    size_t head = at == NULL ? text.size : (size_t)(at - text.data);
    *rest = skip(text, at == NULL ? head : head + 1);
    return (struct bytes){.data = text.data, .size = head};
}

static struct bytes without_authority(struct bytes path)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t size = strlen(schemes[i]);
        if (path.size < size || memcmp(path.data, schemes[i], size) != 0)
            continue;
        struct bytes rest = skip(path, size);
        const char *slash = rest.size > 0 ? memchr(rest.data, '/', rest.size) : NULL;
        return slash == NULL ? (struct bytes){.data = "/", .size = 1} : skip(rest, (size_t)(slash - rest.data));
    }
    return path;
}

static enum status parameter_add(struct target *target, struct bytes piece, struct arena *arena, struct error *error)
{
    if (target->parameter_count == PARAMETERS_MAX)
        return error_set(error, STATUS_INVALID, "more than %d parameters; send at most that many", PARAMETERS_MAX);
    struct parameter *parameter = &target->parameters[target->parameter_count++];
    struct bytes raw_value = {0};
    struct bytes raw_name = cut(piece, '=', &raw_value);
    struct bytes name = {0};
    enum status status = decode_checked(raw_name, true, arena, &name, "the name of a parameter", error);
    if (status != STATUS_OK)
        return status;
    parameter->name = name.data;
    return decode_checked(raw_value, true, arena, &parameter->value, parameter->name, error);
}

enum status target_parse(struct bytes raw, struct arena *arena, struct target *out, struct error *error)
{
    out->parameter_count = 0;
    if (raw.size > TARGET_BYTES_MAX)
        return error_set(error, STATUS_LIMIT, "the address has more than %d bytes", TARGET_BYTES_MAX);
    struct bytes query = {0};
    struct bytes raw_path = without_authority(cut(raw, '?', &query));
    enum status status = decode_checked(raw_path, false, arena, &out->path, "the path", error);
    if (status != STATUS_OK)
        return status;
    bool asterisk = out->path.size == 1 && out->path.data[0] == '*';
    if (!asterisk && (out->path.size == 0 || out->path.data[0] != '/'))
        return error_set(error, STATUS_INVALID, "the path has to begin with '/'");
    while (query.size > 0) {
        struct bytes piece = cut(query, '&', &query);
        if (piece.size == 0)
            continue;
        status = parameter_add(out, piece, arena, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status limit_parse(struct bytes value, unsigned most, unsigned *limit, struct error *error)
{
    unsigned number = 0;
    bool whole = value.size > 0;
    for (size_t i = 0; i < value.size && whole && number <= most; i++) {
        whole = is_digit(value.data[i]);
        number = number * 10 + (unsigned)(value.data[i] - '0');
    }
    if (!whole || number < 1 || number > most)
        return error_set(error, STATUS_INVALID, "limit has to be a whole number from 1 to %u", most);
    *limit = number;
    return STATUS_OK;
}
