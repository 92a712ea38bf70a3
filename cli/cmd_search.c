/* tim search: one search, or a file of them. A table on a terminal, the API's JSON elsewhere. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/reader.h"
#include "cli/request_words.h"
#include "cli/search_batch.h"
#include "query/search.h"
#include "server/render_search.h"
#include "server/view.h"

static void price_print(const json_t *hit)
{
    const json_t *sale = json_object_get(hit, "salePrice");
    const json_t *paid = json_is_number(sale) ? sale : json_object_get(hit, "price");
    if (!json_is_number(paid)) {
        printf("%14s", "-");
        return;
    }
    char digits[32], grouped[48];
    int size = snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(paid));
    int out = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            grouped[out++] = '.';
        grouped[out++] = digits[i];
    }
    grouped[out] = '\0';
    printf("%14s", grouped);
}

static const char *text_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "-";
}

static void facet_print(const char *name, const json_t *facet)
{
    size_t index = 0;
    const json_t *value = NULL;
    const json_t *values = json_object_get(facet, "values");
    if (json_array_size(values) == 0)
        return;
    printf("\n%s:", name);
    json_array_foreach(values, index, value) printf("%s %s (%" JSON_INTEGER_FORMAT ")", index > 0 ? "," : "", text_member(value, "label"),
                                                    json_integer_value(json_object_get(value, "count")));
    printf("\n");
}

static void table_print(const json_t *answer)
{
    size_t index = 0;
    const json_t *hit = NULL;
    printf("%" JSON_INTEGER_FORMAT " found\n", json_integer_value(json_object_get(answer, "total")));
    const char *redirect = json_string_value(json_object_get(answer, "redirect"));
    if (redirect != NULL)
        printf("redirected to %s\n", redirect);
    json_array_foreach(json_object_get(answer, "hits"), index, hit)
    {
        printf("%3zu  %-14s", index + 1, text_member(hit, "id"));
        price_print(hit);
        const char *brand = text_member(json_object_get(hit, "brand"), "name");
        printf("  %s%s%s%s\n", text_member(hit, "name"), strcmp(brand, "-") == 0 ? "" : " [", strcmp(brand, "-") == 0 ? "" : brand,
               strcmp(brand, "-") == 0 ? "" : "]");
    }
    const char *name = NULL;
    json_t *facet = NULL;
    json_object_foreach(json_object_get(answer, "facets"), name, facet) facet_print(name, facet);
}

static enum status answer_print(struct buffer *answer, bool as_json, struct error *error)
{
    if (as_json) {
        buffer_append_char(answer, '\n');
        fwrite(answer->data, 1, answer->size, stdout);
        return STATUS_OK;
    }
    json_error_t fault;
    json_t *parsed = json_loadb(answer->data, answer->size, 0, &fault);
    if (parsed == NULL)
        return error_set(error, STATUS_CORRUPT, "an answer is not JSON (%s at byte %d): run tim verify", fault.text, fault.position);
    table_print(parsed);
    json_decref(parsed);
    return STATUS_OK;
}

static enum status search_print(const struct invocation *invocation, const struct reader *reader, const struct analyzer *analyzer,
                                struct error *error)
{
    struct search_request request;
    struct search_result result = {0};
    struct arena arena;
    struct buffer answer = {0};
    bool as_json = settings_flag(invocation->settings, "json") || isatty(STDOUT_FILENO) != 1;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    struct bytes next_cursor = {0};
    enum status status = request_from_words(&request, invocation, (unsigned)settings_number(invocation->settings, "limit"), &arena, error);
    if (status == STATUS_OK)
        status = cursor_admit(&reader->cursor_key, &request, &arena, error);
    if (status == STATUS_OK)
        status = search_run(reader->snapshot, analyzer, &request, &(struct search_limits){0}, &arena, &result, error);
    if (status != STATUS_OK)
        goto done;
    status = cursor_encode(&reader->cursor_key, result.next, &arena, &next_cursor);
    if (status == STATUS_OK)
        status = search_render(reader->snapshot, &request, &result, next_cursor, &arena, &answer);
    status = status == STATUS_OK ? answer_print(&answer, as_json, error)
                                 : error_set(error, status, "the answer cannot be written: %s", status_name(status));
done:
    buffer_release(&answer);
    arena_release(&arena);
    return status;
}

/* The words make a request. */
static enum status check(const struct invocation *invocation, struct error *error)
{
    struct search_request request;
    struct arena arena;
    const char *batch = settings_text(invocation->settings, "batch");
    if (batch == NULL && invocation->argument_count == 0)
        return error_set(error, STATUS_INVALID, "a query is needed: tim search \"tủ lạnh\", or a file of them: --batch FILE");
    if (batch != NULL && invocation->argument_count > 0)
        return error_set(error, STATUS_INVALID, "--batch takes its queries from the file: leave \"%.60s\" out", invocation->arguments[0]);
    if (batch != NULL)
        return STATUS_OK;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    enum status status = request_from_words(&request, invocation, (unsigned)settings_number(invocation->settings, "limit"), &arena, error);
    arena_release(&arena);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    const char *batch = settings_text(settings, "batch");
    struct reader reader;
    struct analyzer *analyzer = NULL;
    enum status status = reader_open(&reader, settings, error);
    if (status == STATUS_OK)
        status = reader_sign(&reader, settings, error);
    if (status != STATUS_OK)
        goto done;
    analyzer = analyzer_new();
    if (batch == NULL) {
        status = search_print(invocation, &reader, analyzer, error);
    } else {
        struct search_batch_options options = {.path = batch,
                                               .limit = (unsigned)settings_number(settings, "limit"),
                                               .json = settings_flag(settings, "json"),
                                               .timing = settings_flag(settings, "timing")};
        status = search_batch_run(&reader, analyzer, &options, error);
    }
    if (status == STATUS_OK)
        status = reader_check(&reader, error);
done:
    if (analyzer != NULL)
        analyzer_free(analyzer);
    reader_close(&reader);
    return status;
}

static const struct setting options[] = {
    {"limit", SETTING_NUMBER, 0, HITS_MAX, "20", "Hits to show", "K"},
    {"batch", SETTING_TEXT, 1, 4096, NULL, "Read queries from FILE (- for standard input), one `qid TAB query` per line", "FILE"},
    {"json", SETTING_FLAG, 0, 0, "false", "JSON on a terminal too; with --batch totals, facets and ids", NULL},
    {"timing", SETTING_FLAG, 0, 0, "false", "With --batch: end with one JSON line of engine times on stderr", NULL},
};

const struct command command_search = {
    .name = "search",
    .summary = "Search an index from the command line",
    .details = "PARAMETER=VALUE are those of the HTTP API: brand=samsung facets=brand,price sort=priceAsc. A line of a batch is "
               "`qid TAB query` or `qid TAB {\"q\":...}` with the same parameters as JSON, and prints `qid TAB id id ...`, best first.",
    .arguments = "[QUERY [PARAMETER=VALUE...]]",
    .argument_max = REQUEST_WORDS_MAX,
    .settings = (const char *const[]){"index", "map-gib", "cursor-key", NULL},
    .needs = (const char *const[]){"index", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .check = check,
    .run = run,
};
