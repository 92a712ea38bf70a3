/* Other words for the letters or the digits of a code: iphone 15 for ip15, 13 pro max for 13promax. It does not matter whether the index has
 * the parts: ip is a word of cameras too. A code that it has as it stands is a model and no other word, when it begins with letters that are
 * no product line: xm4 is no Xiaomi. */
#include "query/alternative.h"
#include "query/lexeme.h"

enum { RUNS_MAX = 6 };

/* A run of letters or of digits, and what else it may be called. */
struct code_run {
    struct token_list tokens;
    struct bytes text;
    struct lexicon_hit hits[ALTERNATIVES_PER_WORD_MAX];
    unsigned count;
};

/* 0 when there is one run only, or too many. */
static unsigned code_cut(struct bytes code, struct code_run runs[RUNS_MAX])
{
    unsigned count = 0;
    for (size_t at = 0; at < code.size; at += runs[count++].text.size) {
        if (count == RUNS_MAX)
            return 0;
        runs[count] = (struct code_run){.text = {code.data + at, run_size(code, at)}};
    }
    return count < 2 ? 0 : count;
}

static enum status run_read(struct alternatives *alternatives, struct code_run *run)
{
    struct lexicon_hit hits[SYNONYM_HITS_MAX];
    unsigned count = 0;
    enum status status = analyze(alternatives->analyzer, run->text.data, run->text.size, alternatives->arena, &run->tokens);
    if (status == STATUS_OK && run->tokens.positions == 1)
        status = synonyms_find(&alternatives->synonyms, &run->tokens, 0, hits, SYNONYM_HITS_MAX, &count);
    for (unsigned i = 0; i < count && run->count < ALTERNATIVES_PER_WORD_MAX; i++)
        if (hit_is_synonym(&hits[i]))
            run->hits[run->count++] = hits[i];
    return status;
}

/* Appends a run to the row, by its `place`th other name when it has any. */
static enum status run_add(struct alternatives *alternatives, const struct code_run *run, unsigned place, struct alternative *row)
{
    const struct lexicon_hit *hit = run->count == 0 ? NULL : &run->hits[place < run->count ? place : run->count - 1];
    const struct token_list *tokens = hit == NULL ? &run->tokens : hit->tokens;
    struct bytes text = hit == NULL ? run->text : hit->value;
    struct alternative value = {0};
    enum band band = BAND_BARE;
    enum status status = hit == NULL ? STATUS_OK : synonym_band(alternatives, run->tokens.tokens, hit, &band);
    if (status == STATUS_OK)
        status = alternative_spell(alternatives, tokens, band, &value);
    if (status != STATUS_OK || row->edge_count + value.edge_count > ALTERNATIVE_EDGES_MAX)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    for (unsigned i = 0; i < value.edge_count; i++)
        row->edges[row->edge_count++] = value.edges[i];
    if (hit != NULL && hit->list == LEXICON_SYNONYMS)
        row->kind = ALTERNATIVE_SYNONYM;
    const char *joined = arena_print(alternatives->arena, "%.*s%s%.*s", (int)row->text.size, row->text.data, row->text.size > 0 ? " " : "",
                                     (int)text.size, text.data);
    row->text = joined == NULL ? row->text : bytes_of(joined);
    return joined == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status row_add(struct alternatives *alternatives, unsigned word, const struct code_run *runs, unsigned count, unsigned place)
{
    struct alternative row = {.first = (uint8_t)word, .words = 1, .kind = ALTERNATIVE_ABBREVIATION, .text = {"", 0}};
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = run_add(alternatives, &runs[i], place, &row);
    if (status == STATUS_OK)
        alternative_add(alternatives, &row);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool is_model(const struct alternatives *alternatives, const struct query_word *word, const struct code_run *first)
{
    if (word->known != WORD_WHOLE || is_digit(first->text.data[0]))
        return false;
    for (unsigned i = 0; i < first->count; i++)
        if (hit_is_line(alternatives, &first->hits[i]))
            return false;
    return true;
}

enum status code_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct token *token = &alternatives->words->words[word].tokens[0];
    struct code_run runs[RUNS_MAX];
    unsigned count = token->kind == TOKEN_CODE ? code_cut((struct bytes){token->exact, token->exact_size}, runs) : 0, most = 0;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        status = run_read(alternatives, &runs[i]);
        most = runs[i].count > most ? runs[i].count : most;
    }
    if (status == STATUS_OK && most > 0 && is_model(alternatives, &alternatives->words->words[word], &runs[0]))
        return STATUS_OK;
    for (unsigned place = 0; place < most && status == STATUS_OK; place++)
        status = row_add(alternatives, word, runs, count, place);
    return status;
}
