/* tim explain: why a product stands where it stands in the answer to a query, or why not. A table on a terminal, JSON elsewhere. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzers/analyzer.h"
#include "cli/command.h"
#include "cli/explain_table.h"
#include "cli/reader.h"
#include "cli/request_words.h"
#include "server/render_explain.h"

static void explanation_print(const struct invocation *invocation, const struct search_request *request, struct bytes product,
                              const struct explanation *why)
{
    struct buffer out = {0};
    if (!settings_flag(invocation->settings, "json") && isatty(STDOUT_FILENO) == 1) {
        explain_table(request, product, why);
        return;
    }
    explain_render(request, product, why, &out);
    buffer_append_char(&out, '\n');
    fwrite(out.data, 1, out.size, stdout);
    buffer_release(&out);
}

static enum status explain(const struct invocation *invocation, const struct reader *reader, const struct analyzer *analyzer,
                           struct error *error)
{
    const char *named = settings_text(invocation->settings, "product");
    struct search_request request;
    struct arena arena;
    struct bytes product = {0};
    arena_init(&arena, EXPLAIN_ARENA_BYTES);
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    enum status status = why == NULL ? STATUS_LIMIT : request_from_words(&request, invocation, HITS_DEFAULT, &arena, error);
    if (status == STATUS_OK) {
        status = product_id_get(reader->snapshot, bytes_of(named), &product);
        if (status != STATUS_OK)
            error_set(error, status, "the index could not be read: %s", status_name(status));
    }
    if (status == STATUS_OK)
        status = search_explain(reader->snapshot, analyzer, &request, product, &arena, why, error);
    if (status == STATUS_OK)
        explanation_print(invocation, &request, product, why);
    arena_release(&arena);
    return status;
}

static enum status check(const struct invocation *invocation, struct error *error)
{
    struct search_request request;
    struct arena arena;
    if (settings_text(invocation->settings, "product") == NULL)
        return error_set(error, STATUS_INVALID, "--product ID is needed: the product whose place is to be explained");
    if (invocation->argument_count == 0)
        return error_set(error, STATUS_INVALID, "a query is needed: tim explain \"tủ lạnh\" --product 42");
    arena_init(&arena, EXPLAIN_ARENA_BYTES);
    enum status status = request_from_words(&request, invocation, HITS_DEFAULT, &arena, error);
    arena_release(&arena);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    struct reader reader;
    struct analyzer *analyzer = NULL;
    enum status status = reader_open(&reader, invocation->settings, error);
    if (status != STATUS_OK)
        goto done;
    analyzer = analyzer_new();
    status = explain(invocation, &reader, analyzer, error);
    if (status == STATUS_OK)
        status = reader_check(&reader, error);
done:
    if (analyzer != NULL)
        analyzer_free(analyzer);
    reader_close(&reader);
    return status;
}

static const struct setting options[] = {
    {"product", SETTING_TEXT, 1, 255, NULL, "The product: its id, slug or SKU", "ID"},
    {"json", SETTING_FLAG, 0, 0, "false", "JSON on a terminal too; elsewhere it always is", NULL},
};

const struct command command_explain = {
    .name = "explain",
    .summary = "Show why a product is found where it is, or why not",
    .details =
        "For each word how the product has it, what it adds to the rank, and the product's place. For a product that is not found: the "
        "words, signs and filters that keep it out, and which of them do so alone, which is tried. PARAMETER=VALUE are those of the "
        "HTTP API, as tim search takes them.",
    .arguments = "QUERY [PARAMETER=VALUE...]",
    .argument_max = REQUEST_WORDS_MAX,
    .settings = (const char *const[]){"index", "map-gib", NULL},
    .needs = (const char *const[]){"index", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .check = check,
    .run = run,
};
