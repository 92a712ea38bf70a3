#include "query/decoded.h"

#include <string.h>

#include "analyzers/keystroke.h"
#include "query/request.h"
#include "storage/term.h"

struct decoding {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    const struct token_list *tokens;
    struct arena *arena;
    const struct spelling *spellings[QUERY_TOKENS_MAX]; /* by word; NULL: it stays as it is */
    unsigned unknown, known;                            /* of the words that the index lacks; those that are keys of words that it has */
};

static enum status is_known(const struct decoding *decoding, const char *folded, size_t size, bool *known)
{
    struct term term = {0};
    enum status status = term_get(decoding->snapshot, TERM_CORE, folded, size, &term);
    *known = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The first spelling that the index knows, else the first. */
static enum status spelling_choose(struct decoding *decoding, const struct spelling *spellings, unsigned count,
                                   const struct spelling **chosen)
{
    enum status status = STATUS_OK;
    bool known = false;
    *chosen = NULL;
    for (unsigned i = 0; i < count && status == STATUS_OK && !known; i++) {
        status = is_known(decoding, spellings[i].folded, spellings[i].folded_size, &known);
        *chosen = known || *chosen == NULL ? &spellings[i] : *chosen;
    }
    decoding->known += known;
    return status;
}

static bool is_word(const struct token *token)
{
    return !token->part && token->position < QUERY_TOKENS_MAX && token->kind != TOKEN_NUMBER && token->kind != TOKEN_UNIT;
}

/* What the word is as keys; 0: it is none. */
static unsigned spellings_of(const struct decoding *decoding, const struct token *token, struct spelling *spellings)
{
    if (token_is_marked(token))
        return 0;
    return keystrokes_decode(decoding->analyzer, (struct bytes){token->folded, token->folded_size}, spellings);
}

/* Most queries have no word that could be keys: then the index is not asked. */
static bool has_keys(const struct decoding *decoding)
{
    struct spelling spellings[KEYSTROKE_SPELLINGS_MAX];
    for (uint32_t i = 0; i < decoding->tokens->count; i++)
        if (is_word(&decoding->tokens->tokens[i]) && spellings_of(decoding, &decoding->tokens->tokens[i], spellings) > 0)
            return true;
    return false;
}

static enum status word_decode(struct decoding *decoding, const struct token *token)
{
    struct spelling spellings[KEYSTROKE_SPELLINGS_MAX];
    const struct spelling *chosen = NULL;
    bool known = false;
    if (!is_word(token))
        return STATUS_OK;
    enum status status = is_known(decoding, token->folded, token->folded_size, &known);
    if (status != STATUS_OK || known)
        return status;
    decoding->unknown++;
    status = spelling_choose(decoding, spellings, spellings_of(decoding, token, spellings), &chosen);
    if (status != STATUS_OK || chosen == NULL)
        return status;
    struct spelling *kept = arena_alloc(decoding->arena, sizeof *kept);
    if (kept == NULL)
        return STATUS_LIMIT;
    *kept = *chosen;
    decoding->spellings[token->position] = kept;
    return STATUS_OK;
}

static enum status tokens_write(const struct decoding *decoding, struct token_list *out)
{
    struct token *tokens = arena_alloc(decoding->arena, decoding->tokens->count * sizeof *tokens);
    if (tokens == NULL)
        return STATUS_LIMIT;
    out->tokens = tokens;
    out->count = 0;
    for (uint32_t i = 0; i < decoding->tokens->count; i++) {
        struct token token = decoding->tokens->tokens[i];
        const struct spelling *spelling = token.position < QUERY_TOKENS_MAX ? decoding->spellings[token.position] : NULL;
        if (spelling != NULL && token.part)
            continue;
        if (spelling != NULL) {
            token.kind = TOKEN_SYLLABLE;
            token.folded = spelling->folded;
            token.exact = spelling->exact;
            token.folded_size = spelling->folded_size;
            token.exact_size = spelling->exact_size;
        }
        tokens[out->count++] = token;
    }
    return STATUS_OK;
}

enum status tokens_decode(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens, struct arena *arena,
                          struct token_list *out)
{
    struct decoding decoding = {.snapshot = snapshot, .analyzer = analyzer, .tokens = tokens, .arena = arena};
    enum status status = STATUS_OK;
    *out = *tokens;
    if (!has_keys(&decoding))
        return STATUS_OK;
    for (uint32_t i = 0; i < tokens->count && status == STATUS_OK; i++)
        status = word_decode(&decoding, &tokens->tokens[i]);
    if (status != STATUS_OK || decoding.known == 0 || 2 * decoding.known < decoding.unknown)
        return status;
    return tokens_write(&decoding, out);
}
