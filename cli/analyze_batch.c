#include "cli/analyze_batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "catalog/lines.h"
#include "query/strict.h"
#include "server/render_understood.h"
#include "server/view.h"

struct batch {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    const char *path;
    struct arena arena; /* of one query */
    struct buffer out;  /* the answer's line */
    uint64_t refused;
};

static enum status query_answer(struct batch *batch, struct bytes text, struct error *error)
{
    struct search_request request;
    struct strict_spans spans;
    struct token_list tokens = {0};
    struct understanding *understanding = arena_alloc(&batch->arena, sizeof *understanding);
    struct json_writer json = {.out = &batch->out};
    request_init(&request);
    enum status status = request_set(&request, "q", text, error);
    if (status != STATUS_OK)
        return status;
    status = understanding == NULL ? STATUS_LIMIT : strict_parse(request.text, &batch->arena, &spans, &request.text);
    if (status == STATUS_OK)
        status = analyze(batch->analyzer, request.text.data, request.text.size, &batch->arena, &tokens);
    if (status == STATUS_OK)
        status = understand(batch->snapshot, batch->analyzer, &tokens, &request, &batch->arena, understanding);
    if (status != STATUS_OK)
        return error_set(error, status, "the query cannot be read: %s", status_name(status));
    understanding_render_flat(&json, understanding);
    return STATUS_OK;
}

static enum status line_answer(struct batch *batch, struct bytes line, uint64_t number, struct error *error)
{
    const char *tab = memchr(line.data, '\t', line.size);
    struct bytes text = line;
    struct error trouble = {0};
    batch->out.size = 0;
    arena_reset(&batch->arena);
    if (tab != NULL) {
        text = (struct bytes){tab + 1, (size_t)(line.data + line.size - tab) - 1};
        buffer_append(&batch->out, line.data, line.size - text.size);
    } else {
        buffer_print(&batch->out, "%" PRIu64 "\t", number);
    }
    enum status status = query_answer(batch, text, &trouble);
    if (status == STATUS_CORRUPT)
        return error_set(error, status, "%s", trouble.text);
    if (status != STATUS_OK) {
        struct json_writer json = {.out = &batch->out};
        log_error("analyze: line %" PRIu64 " of %s: %s", number, batch->path, trouble.text);
        batch->refused++;
        json_begin_object(&json);
        json_put_key(&json, "error");
        json_put_literal(&json, trouble.text);
        json_end_object(&json);
    }
    buffer_append_char(&batch->out, '\n');
    fwrite(batch->out.data, 1, batch->out.size, stdout);
    return STATUS_OK;
}

static enum status lines_answer(struct batch *batch, struct lines *lines, struct error *error)
{
    for (uint64_t number = 1;; number++) {
        struct bytes line = {0};
        enum status status = lines_next(lines, ANALYZE_LINE_BYTES_MAX, &line, error);
        if (status == STATUS_END)
            return STATUS_OK;
        if (status == STATUS_LIMIT) {
            log_error("analyze: line %" PRIu64 " of %s: longer than %d bytes", number, batch->path, ANALYZE_LINE_BYTES_MAX);
            batch->refused++;
            continue;
        }
        if (status == STATUS_OK && line.size > 0)
            status = line_answer(batch, line, number, error);
        if (status != STATUS_OK)
            return status;
    }
}

enum status analyze_batch_run(struct snapshot *snapshot, const struct analyzer *analyzer, const char *path, struct error *error)
{
    struct batch batch = {.snapshot = snapshot, .analyzer = analyzer, .path = path};
    struct lines *lines = NULL;
    arena_init(&batch.arena, REQUEST_ARENA_BYTES);
    enum status status = lines_open(path, &lines, error);
    if (status == STATUS_OK)
        status = lines_answer(&batch, lines, error);
    if (status == STATUS_OK && batch.refused > 0)
        status = error_set(error, STATUS_INVALID, "%" PRIu64 " lines of %s were refused", batch.refused, path);
    if (lines != NULL)
        lines_close(lines);
    buffer_release(&batch.out);
    arena_release(&batch.arena);
    return status;
}
