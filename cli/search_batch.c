#include "cli/search_batch.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/lines.h"
#include "cli/hit_id.h"
#include "cli/request_json.h"
#include "query/search.h"
#include "server/render_search.h"
#include "server/view.h"
#include "storage/snapshot.h"

struct batch_run {
    const struct reader *reader;
    const struct analyzer *analyzer;
    const struct search_batch_options *options;
    struct arena arena; /* of one query */
    struct buffer out;  /* the answer's line */
    uint64_t *times_ns;
    size_t count, room; /* queries answered, and slots in times_ns */
    size_t refused;
};

static void time_add(struct batch_run *run, uint64_t ns)
{
    if (run->count == run->room) {
        run->room = run->room == 0 ? 1024 : run->room * 2;
        run->times_ns = memory_resize(run->times_ns, run->room * sizeof *run->times_ns);
    }
    run->times_ns[run->count++] = ns;
}

static enum status ids_append(struct batch_run *run, const struct search_result *result)
{
    for (unsigned i = 0; i < result->hit_count; i++) {
        struct bytes id = {0};
        enum status status = hit_id_get(run->reader->snapshot, result->hits[i].document, &run->arena, &id);
        if (status != STATUS_OK)
            return status;
        if (i > 0)
            buffer_append_char(&run->out, ' ');
        buffer_append(&run->out, id.data, id.size);
    }
    return STATUS_OK;
}

static enum status ids_json(struct batch_run *run, const struct search_result *result, json_t *ids)
{
    for (unsigned i = 0; i < result->hit_count; i++) {
        struct bytes id = {0};
        enum status status = hit_id_get(run->reader->snapshot, result->hits[i].document, &run->arena, &id);
        if (status != STATUS_OK)
            return status;
        json_array_append_new(ids, json_stringn(id.data, id.size));
    }
    return STATUS_OK;
}

static void json_append(struct batch_run *run, const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    buffer_append_text(&run->out, text);
    free(text);
}

/* The facets as the API writes them, taken out of an answer without hits. */
static enum status answer_json(struct batch_run *run, const struct search_request *request, const struct search_result *result)
{
    struct buffer api = {0};
    struct search_result bare = *result;
    bare.hit_count = 0;
    json_t *answer = NULL, *ids = json_array();
    struct bytes next_cursor = {0};
    enum status status = cursor_encode(&run->reader->cursor_key, result->next, &run->arena, &next_cursor);
    if (status == STATUS_OK)
        status = search_render(run->reader->snapshot, request, &bare, next_cursor, &run->arena, &api);
    if (status == STATUS_OK)
        status = ids_json(run, result, ids);
    if (status == STATUS_OK) {
        json_t *whole = json_loadb(api.data, api.size, 0, NULL);
        answer = json_pack("{s:I, s:O?, s:O, s:O?}", "total", (json_int_t)result->total, "facets", json_object_get(whole, "facets"), "ids",
                           ids, "nextCursor", json_object_get(whole, "nextCursor"));
        json_append(run, answer);
        json_decref(whole);
    }
    json_decref(answer);
    json_decref(ids);
    buffer_release(&api);
    return status;
}

static enum status request_read(struct batch_run *run, struct bytes text, struct search_request *request, struct error *error)
{
    request_init(request);
    request->now_s = clock_wall_s();
    request->limit = run->options->limit;
    enum status status = text.size > 0 && text.data[0] == '{' ? request_from_json(request, text, &run->arena, error)
                                                              : request_set(request, "q", text, error);
    if (status == STATUS_OK)
        status = request_check(request, error);
    return status == STATUS_OK ? cursor_admit(&run->reader->cursor_key, request, &run->arena, error) : status;
}

static enum status query_answer(struct batch_run *run, struct bytes text, struct error *error)
{
    struct search_request request;
    struct search_result result = {0};
    enum status status = request_read(run, text, &request, error);
    if (status != STATUS_OK)
        return status;
    uint64_t begun_ns = clock_monotonic_ns();
    status = search_run(run->reader->snapshot, run->analyzer, &request, &(struct search_limits){0}, &run->arena, &result, error);
    uint64_t passed_ns = clock_monotonic_ns() - begun_ns;
    if (status != STATUS_OK)
        return status;
    time_add(run, passed_ns);
    status = run->options->json ? answer_json(run, &request, &result) : ids_append(run, &result);
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "the answer cannot be written: %s", status_name(status));
}

/* Only a damaged index ends the run: everything else is this line's own trouble. */
static enum status line_answer(struct batch_run *run, struct bytes line, uint64_t number, struct error *error)
{
    const char *tab = memchr(line.data, '\t', line.size);
    struct error trouble = {0};
    enum status status = STATUS_OK;
    run->out.size = 0;
    arena_reset(&run->arena);
    if (tab == NULL) {
        status = error_set(&trouble, STATUS_INVALID, "a line reads qid<TAB>query");
    } else {
        struct bytes text = {.data = tab + 1, .size = (size_t)(line.data + line.size - tab) - 1};
        buffer_append(&run->out, line.data, line.size - text.size);
        status = query_answer(run, text, &trouble);
    }
    if (status == STATUS_CORRUPT)
        return error_set(error, status, "%s", trouble.text);
    if (status != STATUS_OK) {
        log_error("search: line %" PRIu64 " of %s: %s", number, run->options->path, trouble.text);
        run->refused++;
        json_t *refusal = json_pack("{s:s}", "error", trouble.text);
        if (run->options->json && tab != NULL)
            json_append(run, refusal);
        json_decref(refusal);
    }
    if (tab != NULL) {
        buffer_append_char(&run->out, '\n');
        fwrite(run->out.data, 1, run->out.size, stdout);
    }
    return STATUS_OK;
}

static int time_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The nearest-rank percentile in microseconds; `times_ns` is sorted. */
static double percentile_us(const struct batch_run *run, double share)
{
    if (run->count == 0)
        return 0;
    size_t rank = (size_t)(share * (double)run->count + 0.999999);
    return (double)run->times_ns[rank > 0 ? rank - 1 : 0] / 1000.0;
}

static void timing_print(struct batch_run *run)
{
    if (run->count > 0)
        qsort(run->times_ns, run->count, sizeof *run->times_ns, time_compare);
    fprintf(stderr, "{\"queries\":%zu,\"p50Us\":%.1f,\"p95Us\":%.1f,\"p99Us\":%.1f,\"maxUs\":%.1f}\n", run->count, percentile_us(run, 0.5),
            percentile_us(run, 0.95), percentile_us(run, 0.99), percentile_us(run, 1));
}

static enum status lines_answer(struct batch_run *run, struct lines *lines, struct error *error)
{
    for (uint64_t number = 1; number <= BATCH_QUERIES_MAX; number++) {
        struct bytes line = {0};
        enum status status = lines_next(lines, BATCH_LINE_BYTES_MAX, &line, error);
        if (status == STATUS_END)
            return STATUS_OK;
        if (status == STATUS_LIMIT) {
            log_error("search: line %" PRIu64 " of %s: longer than %d bytes", number, run->options->path, BATCH_LINE_BYTES_MAX);
            run->refused++;
            continue;
        }
        if (status == STATUS_OK && line.size > 0)
            status = line_answer(run, line, number, error);
        if (status != STATUS_OK)
            return status;
    }
    return error_set(error, STATUS_LIMIT, "%s has more than %d lines", run->options->path, BATCH_QUERIES_MAX);
}

enum status search_batch_run(const struct reader *reader, const struct analyzer *analyzer, const struct search_batch_options *options,
                             struct error *error)
{
    struct batch_run run = {.reader = reader, .analyzer = analyzer, .options = options};
    struct lines *lines = NULL;
    arena_init(&run.arena, REQUEST_ARENA_BYTES);
    enum status status = lines_open(options->path, &lines, error);
    if (status != STATUS_OK)
        goto done;
    status = lines_answer(&run, lines, error);
    if (options->timing)
        timing_print(&run);
    if (status == STATUS_OK && run.refused > 0)
        status = error_set(error, STATUS_INVALID, "%zu lines of %s were refused", run.refused, options->path);
done:
    if (lines != NULL)
        lines_close(lines);
    free(run.times_ns);
    buffer_release(&run.out);
    arena_release(&run.arena);
    return status;
}
