#include "catalog/lines.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

enum { INPUT_BYTES = 256 * 1024 };
static const unsigned char zstd_magic[4] = {0x28, 0xB5, 0x2F, 0xFD};

struct lines {
    FILE *file;
    char *path;
    uint64_t total, read;
    ZSTD_DStream *zstd; /* NULL: plain text */
    size_t zstd_hint;   /* 0: the frame is complete */
    unsigned char *input;
    size_t input_size, input_used;
    struct buffer text; /* decoded, not yet handed out */
    size_t text_used;
    bool file_ended, skipping;
};

enum status lines_open(const char *path, struct lines **out, struct error *error)
{
    bool standard_input = strcmp(path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    if (file == NULL) {
        enum status status = errno == ENOENT ? STATUS_NOT_FOUND : errno == EACCES ? STATUS_DENIED : STATUS_IO;
        return error_set(error, status, "%s: %s", path, strerror(errno));
    }
    struct stat facts;
    bool is_file = fstat(fileno(file), &facts) == 0 && S_ISREG(facts.st_mode);
    if (fstat(fileno(file), &facts) == 0 && S_ISDIR(facts.st_mode)) {
        fclose(file);
        return error_set(error, STATUS_INVALID, "%s is a folder: name a file of NDJSON lines", path);
    }
    struct lines *lines = memory_calloc(1, sizeof *lines);
    lines->file = file;
    lines->path = memory_copy(path, strlen(path));
    lines->total = is_file ? (uint64_t)facts.st_size : 0;
    lines->input = memory_alloc(INPUT_BYTES);
    lines->input_size = fread(lines->input, 1, INPUT_BYTES, file);
    lines->read = lines->input_size;
    if (lines->input_size >= sizeof zstd_magic && memcmp(lines->input, zstd_magic, sizeof zstd_magic) == 0) {
        lines->zstd = ZSTD_createDStream();
        lines->zstd_hint = 1;
    }
    *out = lines;
    return STATUS_OK;
}

void lines_close(struct lines *lines)
{
    if (lines == NULL)
        return;
    if (lines->file != stdin)
        fclose(lines->file);
    ZSTD_freeDStream(lines->zstd);
    buffer_release(&lines->text);
    free(lines->input);
    free(lines->path);
    free(lines);
}

static enum status input_fill(struct lines *lines, struct error *error)
{
    lines->input_used = 0;
    lines->input_size = fread(lines->input, 1, INPUT_BYTES, lines->file);
    lines->read += lines->input_size;
    if (lines->input_size > 0)
        return STATUS_OK;
    if (ferror(lines->file))
        return error_set(error, STATUS_IO, "%s: %s", lines->path, strerror(errno));
    lines->file_ended = true;
    if (lines->zstd != NULL && lines->zstd_hint != 0)
        return error_set(error, STATUS_CORRUPT, "%s ends in the middle of its zstd frame", lines->path);
    return STATUS_OK;
}

/* Moves some of the input into `text`, decoded. */
static enum status text_fill(struct lines *lines, struct error *error)
{
    if (lines->input_used == lines->input_size) {
        enum status status = input_fill(lines, error);
        if (status != STATUS_OK || lines->file_ended)
            return status;
    }
    if (lines->zstd == NULL) {
        buffer_append(&lines->text, lines->input + lines->input_used, lines->input_size - lines->input_used);
        lines->input_used = lines->input_size;
        return STATUS_OK;
    }
    ZSTD_inBuffer in = {lines->input, lines->input_size, lines->input_used};
    size_t room = ZSTD_DStreamOutSize();
    ZSTD_outBuffer out = {buffer_reserve(&lines->text, room), room, 0};
    lines->zstd_hint = ZSTD_decompressStream(lines->zstd, &out, &in);
    if (ZSTD_isError(lines->zstd_hint))
        return error_set(error, STATUS_CORRUPT, "%s: zstd: %s", lines->path, ZSTD_getErrorName(lines->zstd_hint));
    lines->text.size += out.pos;
    lines->input_used = in.pos;
    return STATUS_OK;
}

/* Forgets what was handed out, so that the buffer holds little more than a line. */
static void text_compact(struct lines *lines)
{
    if (lines->text_used < lines->text.size / 2 && lines->text_used < INPUT_BYTES)
        return;
    assert(lines->text.data != NULL);
    memmove(lines->text.data, lines->text.data + lines->text_used, lines->text.size - lines->text_used);
    lines->text.size -= lines->text_used;
    lines->text_used = 0;
}

enum status lines_next(struct lines *lines, size_t bytes_max, struct bytes *line, struct error *error)
{
    size_t searched = 0;
    if (lines->text.size > 0)
        text_compact(lines);
    for (;;) {
        char *start = lines->text.data == NULL ? NULL : lines->text.data + lines->text_used;
        size_t have = lines->text.size - lines->text_used;
        assert(have == 0 || start != NULL);
        char *newline = have > searched ? memchr(start + searched, '\n', have - searched) : NULL;
        if (newline != NULL || (lines->file_ended && have > 0)) {
            *line = (struct bytes){start, newline != NULL ? (size_t)(newline - start) : have};
            lines->text_used += line->size + (newline != NULL);
            bool skipped = lines->skipping;
            lines->skipping = false;
            if (skipped || line->size > bytes_max)
                return error_set(error, STATUS_LIMIT, "longer than %zu bytes", bytes_max);
            return STATUS_OK;
        }
        if (lines->file_ended)
            return STATUS_END;
        searched = have;
        if (have > bytes_max) {
            lines->skipping = true;
            lines->text_used = lines->text.size;
            text_compact(lines);
            searched = 0;
        }
        enum status status = text_fill(lines, error);
        if (status != STATUS_OK)
            return status;
    }
}

uint64_t lines_bytes_read(const struct lines *lines)
{
    return lines->read;
}

uint64_t lines_bytes_total(const struct lines *lines)
{
    return lines->total;
}
