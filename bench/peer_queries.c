#include "bench/peer_queries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 10, QUERY_ARENA_BYTES = 4 * 1024 * 1024 };

enum status peer_queries_open(struct peer_queries *queries, const struct stand *stand, struct error *error)
{
    char path[STAND_PATH_BYTES];
    stand_path(stand, "queries.tsv", path);
    *queries = (struct peer_queries){.file = fopen(path, "w"), .analyzer = stand->analyzer};
    arena_init(&queries->arena, QUERY_ARENA_BYTES);
    return queries->file != NULL ? STATUS_OK : error_set(error, STATUS_IO, "cannot write %.300s: %s", path, strerror(errno));
}

enum status peer_queries_close(struct peer_queries *queries, struct error *error)
{
    bool whole = queries->file == NULL || fclose(queries->file) == 0;
    arena_release(&queries->arena);
    *queries = (struct peer_queries){0};
    return whole ? STATUS_OK : error_set(error, STATUS_IO, "cannot write the queries: %s", strerror(errno));
}

/* A short beginning that was typed with its marks may count as the whole word (see query/lattice.c), which no peer does. Neither is a
 * beginning completed with words of descriptions. */
static bool is_beginning(const struct query *query, const struct token_list *list, uint32_t at, bool core, bool *alike)
{
    const struct token *token = &list->tokens[at];
    bool last = at + 1 == list->count && (size_t)token->offset + token->size == query->text.size;
    if (!last || token->kind == TOKEN_NUMBER || token->kind == TOKEN_UNIT)
        return false;
    bool marked = token_is_marked(token);
    *alike = *alike && core && !(marked && token->folded_size <= 3);
    return true;
}

/* The whole token of each position. */
static void terms_print(const struct query *query, const struct token_list *list, bool core, struct buffer *out, bool *alike)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        *alike = *alike && token->kind != TOKEN_CODE;
        if (token->part)
            continue;
        buffer_print(out, "%s%.*s%s", out->size == 0 ? "" : " ", token->folded_size, token->folded,
                     is_beginning(query, list, i, core, alike) ? "*" : "");
    }
}

enum status peer_queries_add(struct peer_queries *queries, enum query_class class, const struct query *query,
                             const struct engine_answer *answer, struct error *error)
{
    struct token_list list;
    struct buffer terms = {0};
    bool alike = !answer->relaxed; /* no peer lets words go */
    arena_reset(&queries->arena);
    enum status status = analyze(queries->analyzer, query->text.data, query->text.size, &queries->arena, &list);
    if (status != STATUS_OK)
        return error_set(error, status, "a query of the bench cannot be analysed");
    terms_print(query, &list, answer->core, &terms, &alike);
    fprintf(queries->file, "%d\t%s\t%llu\t%d\t%s\t%.*s\t%.*s\t%u\t%.*s\t%.*s\n", (int)class, answer->core ? "core" : "all",
            (unsigned long long)answer->total, alike,
            query_classes[class].any        ? "or"
            : query_classes[class].by_price ? "price"
                                            : "and",
            (int)terms.size, terms.size > 0 ? terms.data : "", (int)query->brand_id.size,
            query->brand_id.size > 0 ? query->brand_id.data : "", query->price_max_vnd, (int)query->brand_slug.size,
            query->brand_slug.size > 0 ? query->brand_slug.data : "", (int)query->text.size, query->text.size > 0 ? query->text.data : "");
    buffer_release(&terms);
    return STATUS_OK;
}

/* Cuts the line, which is in the arena, at its tabs. */
static bool line_parse(char *line, struct peer_query *out)
{
    char *fields[FIELDS];
    for (unsigned i = 0; i < FIELDS; i++) {
        fields[i] = line;
        line = strchr(line, i + 1 < FIELDS ? '\t' : '\n');
        if (line == NULL)
            return false;
        *line++ = '\0';
    }
    *out = (struct peer_query){
        .class = (enum query_class)strtoul(fields[0], NULL, 10),
        .core = strcmp(fields[1], "core") == 0,
        .total = strtoull(fields[2], NULL, 10),
        .alike = strcmp(fields[3], "1") == 0,
        .any = strcmp(fields[4], "or") == 0,
        .terms = {fields[5], strlen(fields[5])},
        .query = {.brand_id = {fields[6], strlen(fields[6])},
                  .price_max_vnd = (uint32_t)strtoul(fields[7], NULL, 10),
                  .brand_slug = {fields[8], strlen(fields[8])},
                  .text = {fields[9], strlen(fields[9])}},
    };
    return out->class < QUERY_CLASSES;
}

enum status peer_queries_read(const struct stand *stand, struct arena *arena, struct peer_query **out, size_t *count, struct error *error)
{
    char path[STAND_PATH_BYTES], *line = NULL;
    size_t room = 0, most = (size_t)stand->options->queries * QUERY_CLASSES;
    stand_path(stand, "queries.tsv", path);
    FILE *file = fopen(path, "r");
    *count = 0;
    *out = arena_calloc(arena, most, sizeof **out);
    if (file == NULL)
        return error_set(error, STATUS_IO, "cannot read %.300s: %s", path, strerror(errno));
    enum status status = *out == NULL ? STATUS_LIMIT : STATUS_OK;
    for (ssize_t size; status == STATUS_OK && *count < most && (size = getline(&line, &room, file)) > 0;) {
        char *kept = arena_copy(arena, line, (size_t)size);
        if (kept == NULL || !line_parse(kept, &(*out)[(*count)++]))
            status = error_set(error, STATUS_CORRUPT, "%.300s has a line that is not whole", path);
    }
    free(line);
    fclose(file);
    return status;
}
