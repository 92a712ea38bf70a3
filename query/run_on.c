#include "query/run_on.h"

#include <string.h>

#include "analyzers/lexicon.h"
#include "query/read.h"
#include "storage/term.h"

enum {
    HEAD_LETTERS_MIN = 2,       /* tv55inch */
    HEAD_LETTERS_SHORT_MIN = 3, /* before a unit of one letter, or a price: s10k, a35t and lg43l may be codes */
    HEAD_LETTERS_LONG = 5,      /* what no model code begins with: words that were typed as one, too (tulanh200l) */
};

struct cuts {
    struct lexemes *lexemes;
    uint32_t at[QUERY_TOKENS_MAX]; /* offsets in the text where a space is missing, ascending */
    unsigned count;
};

/* The unit or the scale of money that ends a word which is letters, a number and this: how many letters it has; 0: it is not so. */
static size_t measure_letters(const struct lexemes *lexemes, unsigned first, bool *money)
{
    const struct lexeme *items = &lexemes->items[first];
    unsigned left = lexemes->count - first, count = 0;
    if (left < 3 || items[0].kind != LEXEME_WORD || items[1].kind != LEXEME_NUMBER || items[2].kind != LEXEME_WORD)
        return 0;
    if (items[1].word != items[0].word || items[2].word != items[0].word)
        return 0;
    *money = phrase_find(&money_scales, lexemes, first + 2, &count) != NULL && count == 1;
    bool unit = phrase_find(&unit_words, lexemes, first + 2, &count) != NULL && count == 1;
    /* laptop5tr5, but nothing else behind */
    unsigned end = *money && left > 3 && items[3].word == items[0].word && items[3].kind == LEXEME_NUMBER ? 4 : 3;
    bool ends = end == left || items[end].word != items[0].word || items[end].kind == LEXEME_SIGN;
    return (unit || *money) && ends ? items[2].folded.size : 0;
}

/* Whether the index, or what shops say, has these letters as a word. */
static enum status head_is_known(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes head, struct arena *arena,
                                 bool *known)
{
    struct token_list tokens = {0};
    struct lexicon_hit hit;
    struct term term;
    enum status status = snapshot == NULL ? STATUS_NOT_FOUND : term_get(snapshot, TERM_CORE, head.data, head.size, &term);
    if (status != STATUS_NOT_FOUND) {
        *known = status == STATUS_OK;
        return status;
    }
    status = analyze(analyzer, head.data, head.size, arena, &tokens);
    *known = status == STATUS_OK && lexicon_find(analyzer_lexicon(analyzer), &tokens, 0, &hit, 1) > 0;
    return status;
}

/* Where the number begins in the text; the word's end when it is not told. */
static uint32_t number_offset(const struct token_list *tokens, uint32_t whole)
{
    const struct token *word = &tokens->tokens[whole];
    for (uint32_t i = whole + 1; i < tokens->count && tokens->tokens[i].part; i++)
        if (is_digit(tokens->tokens[i].folded[0]) && tokens->tokens[i].offset > word->offset)
            return tokens->tokens[i].offset;
    return word->offset + word->size;
}

static enum status word_part(struct snapshot *snapshot, const struct analyzer *analyzer, struct arena *arena, unsigned word,
                             struct cuts *cuts)
{
    const struct lexemes *lexemes = cuts->lexemes;
    const struct lexeme_word *at = &lexemes->words[word];
    const struct token *token = at->token;
    struct term term;
    bool money = false, quoted = token->offset > 0 && lexemes->text.data[token->offset - 1] == '"';
    size_t unit = token->kind == TOKEN_CODE && at->lexeme < lexemes->count && !quoted ? measure_letters(lexemes, at->lexeme, &money) : 0;
    if (unit == 0)
        return STATUS_OK;
    struct bytes head = lexemes->items[at->lexeme].folded;
    if (head.size < (unit == 1 || money ? HEAD_LETTERS_SHORT_MIN : HEAD_LETTERS_MIN))
        return STATUS_OK;
    enum status status = snapshot == NULL ? STATUS_NOT_FOUND : term_get(snapshot, TERM_CORE, token->folded, token->folded_size, &term);
    if (status != STATUS_NOT_FOUND)
        return status;
    bool known = token_is_marked(token) || head.size >= HEAD_LETTERS_LONG; /* a code has no marks */
    status = known ? STATUS_OK : head_is_known(snapshot, analyzer, head, arena, &known);
    uint32_t offset = number_offset(lexemes->tokens, at->at);
    if (status == STATUS_OK && known && offset < token->offset + token->size)
        cuts->at[cuts->count++] = offset;
    return status;
}

/* The tokens of the text with a space at every cut, told as of the text without them. */
static enum status text_read_parted(const struct analyzer *analyzer, struct bytes text, const struct cuts *cuts, struct arena *arena,
                                    struct token_list *tokens)
{
    char *parted = arena_alloc(arena, text.size + cuts->count);
    size_t from = 0;
    if (parted == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < cuts->count; from = cuts->at[i++]) {
        memcpy(parted + from + i, text.data + from, cuts->at[i] - from);
        parted[cuts->at[i] + i] = ' ';
    }
    memcpy(parted + from + cuts->count, text.data + from, text.size - from);
    enum status status = analyze(analyzer, parted, text.size + cuts->count, arena, tokens);
    for (uint32_t i = 0; i < tokens->count; i++) {
        unsigned before = 0;
        while (before < cuts->count && tokens->tokens[i].offset > cuts->at[before] + before)
            before++;
        tokens->tokens[i].offset -= before;
    }
    return status;
}

static bool has_code(const struct token_list *tokens)
{
    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->tokens[i].kind == TOKEN_CODE && !tokens->tokens[i].part)
            return true;
    return false;
}

enum status run_on_part(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, struct arena *arena,
                        struct token_list *tokens)
{
    struct cuts cuts = {0};
    enum status status = STATUS_OK;
    if (!has_code(tokens))
        return STATUS_OK;
    cuts.lexemes = arena_alloc(arena, sizeof *cuts.lexemes);
    if (cuts.lexemes == NULL)
        return STATUS_LIMIT;
    lexemes_read(text, tokens, cuts.lexemes);
    for (unsigned word = 0; word < cuts.lexemes->word_count && status == STATUS_OK; word++)
        status = word_part(snapshot, analyzer, arena, word, &cuts);
    return status == STATUS_OK && cuts.count > 0 ? text_read_parted(analyzer, text, &cuts, arena, tokens) : status;
}
