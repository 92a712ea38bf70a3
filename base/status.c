#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [STATUS_OK] = "ok",
    [STATUS_INVALID] = "invalid",
    [STATUS_NOT_FOUND] = "not found",
    [STATUS_END] = "end",
    [STATUS_CORRUPT] = "corrupt",
    [STATUS_FULL] = "full",
    [STATUS_BUSY] = "busy",
    [STATUS_DENIED] = "denied",
    [STATUS_IO] = "input/output error",
    [STATUS_LIMIT] = "limit reached",
    [STATUS_TIMEOUT] = "timed out",
    [STATUS_UNAVAILABLE] = "unavailable",
    [STATUS_MISMATCH] = "mismatch",
};

const char *status_name(enum status status)
{
    size_t index = (size_t)status;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}

/* A cut in the middle of a character would make the text invalid UTF-8 in every log and answer that carries it. */
static void cut_at_character(char *text, size_t size)
{
    size_t start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    start--;
    unsigned char lead = (unsigned char)text[start];
    size_t width = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (size - start < width)
        text[start] = '\0';
}

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    int needed = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (needed < 0)
        error->text[0] = '\0';
    else if ((size_t)needed >= sizeof error->text)
        cut_at_character(error->text, sizeof error->text - 1);
    return status;
}
