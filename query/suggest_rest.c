#include "query/suggest_rest.h"

/* What may follow a word that leads to an amount. */
static const char amount[] = " 1 triệu";

/* The words that the readings take out of the search, a bit each. */
static uint32_t words_taken(const struct understanding *understanding)
{
    uint32_t taken = understanding->dropped;
    for (unsigned i = 0; i < understanding->count; i++)
        if (understanding->readings[i].effect == EFFECT_RANGE)
            taken |= understanding->readings[i].words;
    return taken;
}

/* Reads the text, of which only the first `size` bytes were typed. */
static enum status rest_read(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, size_t size,
                             struct arena *arena, struct bytes *rest)
{
    struct search_request request;
    struct understanding understanding;
    struct token_list tokens = {0};
    uint32_t typed = 0;
    request_init(&request);
    request.text = text;
    enum status status = analyze(analyzer, text.data, text.size, arena, &tokens);
    if (status == STATUS_OK)
        status = understand(snapshot, analyzer, &tokens, &request, arena, &understanding);
    if (status != STATUS_OK)
        return status;
    for (uint32_t i = 0; i < tokens.count && tokens.tokens[i].position < QUERY_TOKENS_MAX; i++)
        if (tokens.tokens[i].offset < size)
            typed |= 1U << tokens.tokens[i].position;
    uint32_t taken = words_taken(&understanding) & typed;
    return taken == 0 || taken == typed ? STATUS_OK : understood_words(text, &tokens, typed & ~taken, arena, rest);
}

static bool has_digit(struct bytes text)
{
    bool has = false;
    for (size_t i = 0; i < text.size; i++)
        has = has || is_digit(text.data[i]);
    return has;
}

/* Most texts that meet nothing say no wish either. Where there is no number, whose unit may be that of a category, this is told without the index
 * and its labels. */
static enum status rest_find(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, size_t size,
                             struct arena *arena, struct bytes *rest)
{
    if (!has_digit((struct bytes){text.data, size})) {
        enum status status = rest_read(NULL, analyzer, text, size, arena, rest);
        if (status != STATUS_OK || rest->size == 0)
            return status;
        *rest = (struct bytes){0};
    }
    return rest_read(snapshot, analyzer, text, size, arena, rest);
}

enum status suggest_rest(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, struct arena *arena,
                         struct bytes *rest)
{
    *rest = (struct bytes){0};
    enum status status = rest_find(snapshot, analyzer, text, text.size, arena, rest);
    if (status != STATUS_OK || rest->size > 0 || text.size + sizeof amount > QUERY_BYTES_MAX)
        return status;
    const char *longer = arena_print(arena, "%.*s%s", (int)text.size, text.data, amount);
    return longer == NULL ? STATUS_LIMIT : rest_find(snapshot, analyzer, bytes_of(longer), text.size, arena, rest);
}
