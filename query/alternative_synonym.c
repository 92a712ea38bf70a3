/* Other words for the same, the shop's own and those of our lists: ti vi for tivi, điện thoại for đt. */
#include "query/alternative.h"

/* The word is a syllable that some product writes with marks: lap may be lắp. */
static enum status is_bare_syllable(const struct alternatives *alternatives, const struct token *token, bool *is)
{
    struct term term = {0};
    struct bytes form = {0};
    *is = false;
    if (token->kind != TOKEN_SYLLABLE || token_is_marked(token))
        return STATUS_OK;
    enum status status = term_get(alternatives->words->snapshot, TERM_CORE, token->folded, token->folded_size, &term);
    for (unsigned i = 0; status == STATUS_OK && !*is && term_form(&term, i, &form); i++)
        *is = form.size > 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

bool hit_is_line(const struct alternatives *alternatives, const struct lexicon_hit *hit)
{
    struct lexicon_hit hits[ALTERNATIVES_PER_WORD_MAX];
    unsigned count = lexicon_find(analyzer_lexicon(alternatives->analyzer), hit->tokens, 0, hits, ALTERNATIVES_PER_WORD_MAX);
    for (unsigned i = 0; i < count; i++)
        if (hits[i].list == LEXICON_LINES)
            return true;
    return false;
}

enum status synonym_band(const struct alternatives *alternatives, const struct token *typed, const struct lexicon_hit *hit, enum band *band)
{
    bool other = false;
    *band = BAND_NEAR;
    if (hit->list != LEXICON_ABBREVIATIONS || (hit->words == 1 && hit->marks != MARKS_EXACT))
        return STATUS_OK;
    enum status status = hit->words == 1 && !hit_is_line(alternatives, hit) ? is_bare_syllable(alternatives, typed, &other) : STATUS_OK;
    *band = other ? BAND_NEAR : BAND_BARE;
    return status;
}

bool hit_is_synonym(const struct lexicon_hit *hit)
{
    return (hit->list == LEXICON_ABBREVIATIONS || hit->list == LEXICON_SYNONYMS) && hit->tokens != NULL;
}

enum status synonym_offer(struct alternatives *alternatives, const struct lexicon_hit *hit, unsigned first, unsigned words,
                          enum alternative_kind kind, enum band band)
{
    struct alternative found = {.first = (uint8_t)first, .words = (uint8_t)words, .kind = (uint8_t)kind, .text = hit->value};
    enum status status = alternative_spell(alternatives, hit->tokens, band, &found);
    if (status == STATUS_OK)
        alternative_add(alternatives, &found);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status synonym_add(struct alternatives *alternatives, unsigned word, const struct lexicon_hit *hit)
{
    enum alternative_kind kind = hit->list == LEXICON_ABBREVIATIONS ? ALTERNATIVE_ABBREVIATION : ALTERNATIVE_SYNONYM;
    const struct query_word *typed = &alternatives->words->words[word];
    enum band band = BAND_NEAR;
    /* What only begins longer words may become one of them: "pana" is on its way to panasonic. */
    enum status status = typed->known == WORD_BEGINS ? STATUS_OK : synonym_band(alternatives, typed->tokens, hit, &band);
    return status == STATUS_OK ? synonym_offer(alternatives, hit, word, hit->words, kind, band) : status;
}

enum status synonym_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct query_words *words = alternatives->words;
    struct lexicon_hit hits[SYNONYM_HITS_MAX];
    uint32_t at = (uint32_t)(words->words[word].tokens - words->tokens->tokens);
    unsigned count = 0;
    enum status status = synonyms_find(&alternatives->synonyms, words->tokens, at, hits, SYNONYM_HITS_MAX, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        if (hit_is_synonym(&hits[i]) && words_are_searched(words, word, hits[i].words))
            status = synonym_add(alternatives, word, &hits[i]);
    return status;
}
