/* Words typed as the keys of Telex or VNI while no input method was on (ddieenj thoaij, d9ie6n5 thoai5), and plain words that one made
 * something else of (sámung). What the vocabulary does not have was not meant. What was decoded may
 * stand for other words as anything typed. */
#include <string.h>

#include "analyzers/keystroke.h"
#include "query/alternative.h"
#include "query/decoded.h"

enum { PHRASE_WORDS_MAX = 4 /* before a decoded word, itself among them */ };

/* Adds the spelling's term to an edge. */
static enum status spelling_add(struct alternatives *alternatives, const struct spelling *spelling, struct edge_term *terms,
                                struct alternative *found)
{
    struct bytes folded = {spelling->folded, spelling->folded_size}, exact = {spelling->exact, spelling->exact_size};
    struct alternative_edge *edge = &found->edges[0];
    enum status status = alternative_term(alternatives, folded, exact, BAND_LIKELY, &terms[edge->term_count]);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (edge->term_count++ > 0)
        return STATUS_OK;
    found->text = (struct bytes){arena_copy(alternatives->arena, exact.data, exact.size), exact.size};
    return found->text.data == NULL ? STATUS_LIMIT : STATUS_OK;
}

/* One edge over the word for all the spellings that exist. */
static enum status spellings_add(struct alternatives *alternatives, unsigned word, const struct spelling *spellings, unsigned count)
{
    struct alternative found = {.first = (uint8_t)word, .words = 1, .kind = ALTERNATIVE_KEYSTROKE, .edge_count = 1};
    struct edge_term *terms = count == 0 ? NULL : arena_alloc(alternatives->arena, ALTERNATIVE_TERMS_MAX * sizeof *terms);
    if (count == 0)
        return STATUS_OK;
    if (terms == NULL)
        return STATUS_LIMIT;
    found.edges[0].terms = terms;
    for (unsigned i = 0; i < count && found.edges[0].term_count < ALTERNATIVE_TERMS_MAX; i++) {
        enum status status = spelling_add(alternatives, &spellings[i], terms, &found);
        if (status != STATUS_OK)
            return status;
    }
    if (found.edges[0].term_count > 0)
        alternative_add(alternatives, &found);
    return STATUS_OK;
}

static enum status decoded_take(struct alternatives *alternatives)
{
    const struct query_words *words = alternatives->words;
    if (alternatives->decoded != NULL)
        return STATUS_OK;
    alternatives->decoded = arena_calloc(alternatives->arena, 1, sizeof *alternatives->decoded);
    if (alternatives->decoded == NULL)
        return STATUS_LIMIT;
    return tokens_decode(words->snapshot, alternatives->analyzer, words->tokens, alternatives->arena, alternatives->decoded);
}

/* Some word of it is looked for in descriptions, as it was typed: other words for all of them would stand before the words themselves. */
static bool is_described(const struct query_words *words, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++)
        if (words->words[i].known == WORD_IN_BODY)
            return true;
    return false;
}

/* Other words for what was decoded, from the word `first` on and over `word`. */
static enum status decoded_synonyms(struct alternatives *alternatives, unsigned first, unsigned word)
{
    const struct token_list *tokens = alternatives->decoded;
    struct lexicon_hit hits[SYNONYM_HITS_MAX];
    unsigned count = 0;
    uint32_t at = 0;
    while (at < tokens->count && (tokens->tokens[at].part || tokens->tokens[at].position != first))
        at++;
    if (at == tokens->count)
        return STATUS_OK;
    enum status status = synonyms_find(&alternatives->synonyms, tokens, at, hits, SYNONYM_HITS_MAX, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        if (hit_is_synonym(&hits[i]) && first + hits[i].words > word && words_are_searched(alternatives->words, first, hits[i].words) &&
            !is_described(alternatives->words, first, hits[i].words))
            status = synonym_offer(alternatives, &hits[i], first, hits[i].words, ALTERNATIVE_KEYSTROKE, BAND_NEAR);
    return status;
}

enum status keystroke_alternatives(struct alternatives *alternatives, unsigned word)
{
    struct spelling spellings[KEYSTROKE_UNDONE_MAX];
    const struct token *token = &alternatives->words->words[word].tokens[0];
    unsigned count = keystrokes_decode(alternatives->analyzer, (struct bytes){token->folded, token->folded_size}, spellings);
    enum status status = spellings_add(alternatives, word, spellings, count);
    if (status == STATUS_OK && count > 0)
        status = decoded_take(alternatives);
    for (unsigned before = 0; before < PHRASE_WORDS_MAX && before <= word && count > 0 && status == STATUS_OK; before++)
        status = decoded_synonyms(alternatives, word - before, word);
    if (status != STATUS_OK || !token_is_marked(token))
        return status;
    count = keystrokes_undo(alternatives->analyzer, (struct bytes){token->exact, token->exact_size}, spellings);
    return spellings_add(alternatives, word, spellings, count);
}
