#include "query/suggest_categories.h"

#include <string.h>

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "query/meeting.h"
#include "query/suggest_fit.h"
#include "storage/column.h"
#include "storage/label.h"

enum {
    IN_CATEGORIES_MAX = 2,        /* named beside the words */
    IN_CATEGORY_PRODUCTS_MIN = 2, /* of the found ones, to name it */
    COMPLETIONS_MAX = 64,         /* different words looked at */
};

/* A word of the products' names that begins with what was typed. */
struct completion {
    const struct token *token;
    unsigned products;
    unsigned last; /* one more than the place of the last product that was counted */
};

struct completing {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    const struct suggest_product *products;
    unsigned count;
    struct arena *arena;
    struct suggested_query query; /* to be offered */
    const struct token *last;     /* its last word */
};

/* Of at least one. */
static const struct token *token_last(const struct token_list *list)
{
    const struct token *last = list->tokens;
    for (uint32_t i = 0; i < list->count; i = token_next(list, i + 1))
        last = &list->tokens[i];
    return last;
}

static bool tokens_are_bare(const struct token_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (token_is_marked(&list->tokens[i]))
            return false;
    return true;
}

/* A quotation or an excluded word begins in it (strict.h). */
static bool has_signs(struct bytes text)
{
    for (size_t at = 0; at < text.size; at++) {
        bool begins = at == 0 || (unsigned char)text.data[at - 1] <= ' ';
        bool curly = text.size - at >= 3 && memcmp(text.data + at, "\xE2\x80\x9C", 3) == 0;
        if (begins && (text.data[at] == '"' || text.data[at] == '-' || curly))
            return true;
    }
    return false;
}

static void completion_count(struct completion *completions, unsigned *count, const struct token *token, unsigned product)
{
    unsigned at = 0;
    struct bytes folded = {token->folded, token->folded_size};
    while (at < *count && !bytes_equal((struct bytes){completions[at].token->folded, completions[at].token->folded_size}, folded))
        at++;
    if (at == COMPLETIONS_MAX)
        return;
    if (at == *count)
        completions[(*count)++] = (struct completion){.token = token};
    completions[at].products += completions[at].last != product + 1;
    completions[at].last = product + 1;
}

/* The word that most names have of those that begin with the typed one; of as many the typed one itself, then the first. NULL: none does. */
static const struct token *completion_find(const struct completing *completing, const struct token *typed)
{
    struct completion completions[COMPLETIONS_MAX] = {{.token = typed}};
    unsigned count = 1, best = 0;
    for (unsigned product = 0; product < completing->count; product++) {
        const struct token_list *name = &completing->products[product].name;
        for (uint32_t at = token_next(name, 0); at < name->count; at = token_next(name, at + 1))
            if (token_fit(typed, &name->tokens[at], true) == FIT_YES)
                completion_count(completions, &count, &name->tokens[at], product);
    }
    for (unsigned i = 1; i < count; i++)
        best = completions[i].products > completions[best].products ? i : best;
    return completions[best].products == 0 ? NULL : completions[best].token;
}

/* The typed text with its last word completed, in bare letters when nothing else was typed. */
static enum status query_complete(struct completing *completing, struct bytes text, const struct token_list *tokens,
                                  const struct token *completion)
{
    const struct token *typed = completing->last;
    bool bare = tokens_are_bare(tokens);
    struct bytes word = {bare ? completion->folded : completion->exact, bare ? completion->folded_size : completion->exact_size};
    size_t before = (size_t)(typed->offset - tokens->tokens[0].offset);
    const char *query = arena_print(completing->arena, "%.*s%.*s", (int)before, text.data, (int)word.size, word.data);
    if (query == NULL)
        return STATUS_LIMIT;
    size_t covered = utf8_prefix(word.data, word.size, utf8_count(typed->folded, typed->folded_size));
    completing->query = (struct suggested_query){.text = bytes_of(query), .match_size = (unsigned)(before + covered)};
    completing->last = completion;
    return STATUS_OK;
}

static enum status query_take(struct completing *completing, const struct suggested_query *query)
{
    struct token_list tokens = {0};
    enum status status = analyze(completing->analyzer, query->text.data, query->text.size, completing->arena, &tokens);
    if (status != STATUS_OK || tokens.count == 0)
        return status;
    completing->query = *query;
    completing->last = token_last(&tokens);
    return STATUS_OK;
}

/* Numbers and quantities are complete as they stand: "iphone 1" is no way to say 12. */
static bool may_go_on(const struct token *token, size_t text_size)
{
    return token->kind != TOKEN_NUMBER && token->kind != TOKEN_UNIT && (size_t)token->offset + token->size == text_size;
}

static enum status query_choose(struct completing *completing, const struct suggest_words_typed *typed, const struct suggest_result *out)
{
    const struct token *last = completing->last = token_last(typed->tokens);
    uint32_t start = typed->tokens->tokens[0].offset;
    struct bytes text = {typed->text.data + start, last->offset + last->size - start};
    const struct token *completion = last;
    completing->query = (struct suggested_query){.text = text, .match_size = (unsigned)text.size};
    if (may_go_on(last, typed->text.size))
        completion = completion_find(completing, last);
    bool whole = completion != NULL && completion->folded_size == last->folded_size;
    if (!whole && out->query_count > 0)
        return query_take(completing, &out->queries[0]);
    return whole || completion == NULL ? STATUS_OK : query_complete(completing, text, typed->tokens, completion);
}

struct voted {
    uint32_t ordinal, votes;
};

static unsigned category_vote(struct voted *votes, unsigned count, uint32_t ordinal)
{
    unsigned at = 0;
    while (at < count && votes[at].ordinal != ordinal)
        at++;
    if (at == count)
        votes[count++] = (struct voted){.ordinal = ordinal};
    votes[at].votes++;
    for (; at > 0 && votes[at].votes > votes[at - 1].votes; at--) {
        struct voted higher = votes[at];
        votes[at] = votes[at - 1];
        votes[at - 1] = higher;
    }
    return count;
}

/* The categories of the products that have the query's last word, marks in agreement, those of most of them first. */
static enum status categories_vote(const struct completing *completing, struct voted votes[2 * SUGGESTIONS_MAX], unsigned *count)
{
    struct column_reader reader = {0};
    struct edge_term term = {0};
    const struct token *last = completing->last;
    enum status status = edge_term_get(completing->snapshot, (struct bytes){last->folded, last->folded_size},
                                       (struct bytes){last->exact, last->exact_size}, BAND_EXACT, completing->arena, &term);
    *count = 0;
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    column_reader_init(&reader, completing->snapshot, &family_category);
    for (unsigned i = 0; i < completing->count && status == STATUS_OK; i++) {
        uint8_t band = BAND_NONE, impact = 0;
        uint64_t ordinal = column_get(&reader, 0, completing->products[i].document);
        if (ordinal == COLUMN_UNKNOWN)
            continue;
        status = term_met(completing->snapshot, &term, completing->products[i].document, &band, &impact);
        if (status == STATUS_OK && band > BAND_CONTRADICT)
            *count = category_vote(votes, *count, (uint32_t)ordinal);
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return status;
}

/* The query within a category, unless that says the same twice. */
static enum status add_in_category(const struct completing *completing, uint32_t ordinal, struct bytes folded, struct suggest_result *out)
{
    struct suggested_query query = completing->query;
    struct label label = {0};
    struct bytes category = {0};
    enum status status = label_get(completing->snapshot, FACET_CATEGORY, ordinal, &label);
    if (status == STATUS_OK)
        status = fold_text(completing->analyzer, label.text.data, label.text.size, completing->arena, &category);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (bytes_equal(folded, category) || label.slug.size == 0)
        return STATUS_OK;
    query.category = label.text;
    query.category_slug = label.slug;
    out->queries[out->query_count++] = query;
    return STATUS_OK;
}

enum status suggest_in_categories(struct snapshot *snapshot, const struct analyzer *analyzer, const struct suggest_words_typed *typed,
                                  const struct suggest_product *products, unsigned count, unsigned limit, struct arena *arena,
                                  struct suggest_result *out)
{
    struct completing completing = {.snapshot = snapshot, .analyzer = analyzer, .products = products, .count = count, .arena = arena};
    struct voted votes[2 * SUGGESTIONS_MAX];
    struct bytes folded = {0};
    unsigned vote_count = 0;
    if (has_signs(typed->text))
        return STATUS_OK;
    enum status status = query_choose(&completing, typed, out);
    if (status == STATUS_OK)
        status = categories_vote(&completing, votes, &vote_count);
    if (status == STATUS_OK)
        status = fold_text(analyzer, completing.query.text.data, completing.query.text.size, arena, &folded);
    for (unsigned i = 0; i < vote_count && i < IN_CATEGORIES_MAX && out->query_count < limit && status == STATUS_OK; i++)
        if (votes[i].votes >= IN_CATEGORY_PRODUCTS_MIN)
            status = add_in_category(&completing, votes[i].ordinal, folded, out);
    return status;
}
