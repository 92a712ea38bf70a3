#include "indexer/copy_line.h"

#include <string.h>

/* The byte that a backslash and `code` stand for; 0 when COPY TO writes no such escape. */
static char unescape(char code)
{
    switch (code) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    case '\\':
        return '\\';
    default:
        return '\0';
    }
}

/* One cell of `size` bytes without its TAB. False when an escape is wrong. */
static bool cell_decode(char *start, size_t size, struct cell *out)
{
    if (size == 2 && start[0] == '\\' && start[1] == 'N') {
        *out = (struct cell){.state = CELL_NULL};
        return true;
    }
    *out = (struct cell){CELL_TEXT, {start, size}};
    char *to = memchr(start, '\\', size);
    if (to == NULL)
        return true;
    const char *end = start + size;
    for (const char *from = to; from < end; from++) {
        char byte = *from;
        if (byte == '\\') {
            from++;
            byte = from < end ? unescape(*from) : '\0';
            if (byte == '\0')
                return false;
        }
        *to++ = byte;
    }
    out->text.size = (size_t)(to - start);
    return true;
}

enum status copy_line_decode(char *line, size_t size, struct cell *cells, size_t count, struct error *error)
{
    if (size > 0 && line[size - 1] == '\n')
        size--;
    char *at = line, *end = line + size;
    for (size_t i = 0; i < count; i++) {
        char *stop = memchr(at, '\t', (size_t)(end - at));
        bool last = i + 1 == count;
        if ((stop == NULL) != last)
            return error_set(error, STATUS_CORRUPT, "a copied row has %s than the %zu columns asked for", last ? "more" : "fewer", count);
        if (stop == NULL)
            stop = end;
        if (!cell_decode(at, (size_t)(stop - at), &cells[i]))
            return error_set(error, STATUS_CORRUPT, "column %zu of a copied row has a malformed escape", i + 1);
        at = stop + 1;
    }
    return STATUS_OK;
}
