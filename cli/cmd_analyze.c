/* tim analyze: how a query is read, step by step: its tokens, what is understood of it, and with an index what may stand for its words. A table on a
 * terminal, JSON elsewhere. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzers/utf8.h"
#include "cli/analyze_batch.h"
#include "cli/command.h"
#include "cli/expansion.h"
#include "cli/reader.h"
#include "query/strict.h"
#include "server/render_understood.h"
#include "server/view.h"

static const char *const kind_names[] = {
    [TOKEN_SYLLABLE] = "syllable", [TOKEN_LATIN] = "latin", [TOKEN_NUMBER] = "number",
    [TOKEN_CODE] = "code",         [TOKEN_UNIT] = "unit",   [TOKEN_OTHER] = "other",
};

struct analysis {
    struct bytes text;
    struct token_list tokens;
    struct understanding understanding;
    bool expanded; /* there is an index */
    struct expansion expansion;
};

static void member_put(struct json_writer *json, const char *key, struct bytes text)
{
    json_put_key(json, key);
    json_put_text(json, text);
}

static void tokens_render(struct json_writer *json, const struct token_list *tokens)
{
    json_begin_array(json);
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        json_begin_object(json);
        json_put_key(json, "word");
        json_put_number(json, token->position);
        json_put_key(json, "offset");
        json_put_number(json, token->offset);
        json_put_key(json, "size");
        json_put_number(json, token->size);
        json_put_key(json, "kind");
        json_put_literal(json, kind_names[token->kind]);
        member_put(json, "folded", (struct bytes){token->folded, token->folded_size});
        member_put(json, "exact", (struct bytes){token->exact, token->exact_size});
        json_put_key(json, "part");
        json_put_boolean(json, token->part);
        json_end_object(json);
    }
    json_end_array(json);
}

static enum status readings_render(struct json_writer *json, const struct analysis *analysis, struct arena *arena)
{
    json_begin_array(json);
    for (unsigned i = 0; i < analysis->understanding.count; i++) {
        const struct reading *reading = &analysis->understanding.readings[i];
        struct bytes words = {0};
        enum status status = understood_words(analysis->text, &analysis->tokens, reading->words, arena, &words);
        if (status != STATUS_OK)
            return status;
        json_begin_object(json);
        json_put_key(json, "field");
        json_put_literal(json, reading->field);
        json_put_key(json, "value");
        reading_render(json, reading);
        member_put(json, "text", words);
        json_put_key(json, "applied");
        json_put_literal(json, effect_name(reading));
        json_end_object(json);
    }
    json_end_array(json);
    return STATUS_OK;
}

static void number_put(struct json_writer *json, const char *key, int64_t number)
{
    json_put_key(json, key);
    json_put_number(json, number);
}

static void words_render(struct json_writer *json, const struct query_words *words)
{
    json_begin_array(json);
    for (unsigned i = 0; i < words->count; i++) {
        json_begin_object(json);
        number_put(json, "word", i);
        json_put_key(json, "role");
        json_put_literal(json, word_role_name(&words->words[i]));
        json_put_key(json, "index");
        json_put_literal(json, word_known_name(&words->words[i]));
        json_end_object(json);
    }
    json_end_array(json);
}

static void alternatives_render(struct json_writer *json, const struct expansion *expansion)
{
    json_begin_array(json);
    for (unsigned i = 0; i < expansion->count; i++) {
        const struct expansion_row *row = &expansion->rows[i];
        json_begin_object(json);
        number_put(json, "word", row->first);
        number_put(json, "words", row->words);
        json_put_key(json, "level");
        json_put_literal(json, row->level);
        json_put_key(json, "kind");
        json_put_literal(json, row->kind);
        member_put(json, "text", row->text);
        number_put(json, "terms", row->terms);
        number_put(json, "band", row->band);
        json_end_object(json);
    }
    json_end_array(json);
}

static enum status json_print(const struct analysis *analysis, struct arena *arena)
{
    struct buffer out = {0};
    struct json_writer json = {.out = &out};
    json_begin_object(&json);
    member_put(&json, "query", analysis->text);
    json_put_key(&json, "tokens");
    tokens_render(&json, &analysis->tokens);
    json_put_key(&json, "readings");
    enum status status = readings_render(&json, analysis, arena);
    member_put(&json, "text", analysis->understanding.text);
    if (analysis->expanded) {
        json_put_key(&json, "words");
        words_render(&json, &analysis->expansion.cascade.words);
        json_put_key(&json, "alternatives");
        alternatives_render(&json, &analysis->expansion);
    }
    json_end_object(&json);
    buffer_append_char(&out, '\n');
    if (status == STATUS_OK)
        fwrite(out.data, 1, out.size, stdout);
    buffer_release(&out);
    return status;
}

/* Pads by characters, not bytes. */
static void cell_print(struct bytes text, int width)
{
    fwrite(text.data, 1, text.size, stdout);
    width -= (int)utf8_count(text.data, text.size);
    printf("%*s", width > 1 ? width : 1, "");
}

static void tokens_print(const struct analysis *analysis)
{
    printf("%-5s %-7s %-9s %-20s %s\n", "word", "bytes", "kind", "folded", "exact");
    for (uint32_t i = 0; i < analysis->tokens.count; i++) {
        const struct token *token = &analysis->tokens.tokens[i];
        printf("%-5u %3u+%-3u %-9s ", token->position, token->offset, token->size, kind_names[token->kind]);
        cell_print((struct bytes){token->folded, token->folded_size}, 21);
        printf("%.*s%s\n", token->exact_size, token->exact, token->part ? "   (part)" : "");
    }
}

static void expansion_print(const struct expansion *expansion)
{
    const struct query_words *words = &expansion->cascade.words;
    printf("\n%-5s %-8s %s\n", "word", "role", "index");
    for (unsigned i = 0; i < words->count; i++)
        printf("%-5u %-8s %s\n", i, word_role_name(&words->words[i]), word_known_name(&words->words[i]));
    if (expansion->count > 0)
        printf("\n%-7s %-9s %-13s %-5s %s\n", "words", "level", "kind", "band", "stands for them");
    for (unsigned i = 0; i < expansion->count; i++) {
        const struct expansion_row *row = &expansion->rows[i];
        printf("%3u+%-3u %-9s %-13s %-5u %.*s", row->first, row->words, row->level, row->kind, row->band, (int)row->text.size,
               row->text.data);
        if (row->text.size == 0)
            printf("%" PRIu32 " sizes", row->terms);
        printf("\n");
    }
}

static enum status table_print(const struct analysis *analysis, struct arena *arena)
{
    tokens_print(analysis);
    if (analysis->understanding.count > 0)
        printf("\n%-16s %-20s %-8s %s\n", "field", "value", "applied", "words");
    for (unsigned i = 0; i < analysis->understanding.count; i++) {
        const struct reading *reading = &analysis->understanding.readings[i];
        struct bytes words = {0};
        struct buffer value = {0};
        struct json_writer json = {.out = &value};
        enum status status = understood_words(analysis->text, &analysis->tokens, reading->words, arena, &words);
        if (status != STATUS_OK)
            return status;
        reading_render(&json, reading);
        printf("%-16s ", reading->field);
        cell_print((struct bytes){value.data, value.size}, 21);
        printf("%-8s %.*s\n", effect_name(reading), (int)words.size, words.data);
        buffer_release(&value);
    }
    printf("\nwords left       %.*s\n", (int)analysis->understanding.text.size, analysis->understanding.text.data);
    if (analysis->expanded)
        expansion_print(&analysis->expansion);
    return STATUS_OK;
}

static enum status query_analyze(const struct reader *reader, const struct analyzer *analyzer, const char *query, bool as_json,
                                 struct error *error)
{
    struct arena arena;
    struct search_request request;
    struct strict_spans spans;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    request_init(&request);
    struct analysis *analysis = arena_calloc(&arena, 1, sizeof *analysis);
    enum status status = request_set(&request, "q", bytes_of(query), error);
    if (status != STATUS_OK)
        goto done;
    if (analysis == NULL) {
        status = error_set(error, STATUS_LIMIT, "the query is too large");
        goto done;
    }
    analysis->text = request.text;
    status = strict_parse(request.text, &arena, &spans, &request.text); /* excluded words are none of the query's */
    if (status == STATUS_OK)
        status = analyze(analyzer, request.text.data, request.text.size, &arena, &analysis->tokens);
    if (status == STATUS_OK)
        status = understand(reader->snapshot, analyzer, &analysis->tokens, &request, &arena, &analysis->understanding);
    analysis->expanded = reader->snapshot != NULL;
    if (status == STATUS_OK && analysis->expanded)
        status = expansion_build(reader->snapshot, analyzer, &analysis->tokens, &request, &analysis->understanding, &arena,
                                 &analysis->expansion);
    if (status == STATUS_OK)
        status = as_json ? json_print(analysis, &arena) : table_print(analysis, &arena);
    if (status != STATUS_OK)
        status = error_set(error, status, "the query cannot be read: %s", status_name(status));
done:
    arena_release(&arena);
    return status;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    const char *batch = settings_text(settings, "batch");
    if ((batch == NULL) == (invocation->argument_count == 0))
        return error_set(error, STATUS_INVALID, "one query is needed: tim analyze \"tủ lạnh dưới 10tr\", or a file of them: --batch FILE");
    struct reader reader = {0};
    struct analyzer *analyzer = NULL;
    enum status status = STATUS_OK;
    if (settings_text(settings, "index") != NULL)
        status = reader_open(&reader, settings, error);
    if (status != STATUS_OK)
        goto done;
    analyzer = analyzer_new();
    if (batch != NULL)
        status = analyze_batch_run(reader.snapshot, analyzer, batch, error);
    else
        status = query_analyze(&reader, analyzer, invocation->arguments[0], settings_flag(settings, "json") || isatty(STDOUT_FILENO) != 1,
                               error);
    if (status == STATUS_OK && reader.snapshot != NULL)
        status = reader_check(&reader, error);
done:
    if (analyzer != NULL)
        analyzer_free(analyzer);
    reader_close(&reader);
    return status;
}

static const struct setting options[] = {
    {"batch", SETTING_TEXT, 1, 4096, NULL, "Read queries from FILE (- for standard input)", "FILE"},
    {"json", SETTING_FLAG, 0, 0, "false", "JSON on a terminal too", NULL},
};

const struct command command_analyze = {
    .name = "analyze",
    .summary = "Show how a query is read",
    .details = "Shows the query's tokens, what is understood of it, and with --index what may stand for its words. Brands and categories "
               "are those of the index: without --index none "
               "are read. A line of a batch is `query` (its number is its qid) or `qid TAB query`, and prints `qid TAB JSON`: the fields "
               "that were read, as {\"category\":\"dien-thoai\",\"priceMax\":5000000}, and last the \"text\" that is left.",
    .arguments = "[QUERY]",
    .argument_max = 1,
    .settings = (const char *const[]){"index", "map-gib", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
