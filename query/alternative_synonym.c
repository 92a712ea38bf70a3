/* Other words for the same, the shop's own and those of our lists: ti vi for tivi, điện thoại for đt. */
#include "query/alternative.h"

enum { HITS_MAX_AT_WORD = 24 };

enum status synonym_alternatives(struct alternatives *alternatives, unsigned word)
{
    const struct query_words *words = alternatives->words;
    struct lexicon_hit hits[HITS_MAX_AT_WORD];
    uint32_t at = (uint32_t)(words->words[word].tokens - words->tokens->tokens);
    unsigned count = 0;
    enum status status = synonyms_find(&alternatives->synonyms, words->tokens, at, hits, HITS_MAX_AT_WORD, &count);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        const struct lexicon_hit *hit = &hits[i];
        bool abbreviation = hit->list == LEXICON_ABBREVIATIONS;
        if ((!abbreviation && hit->list != LEXICON_SYNONYMS) || hit->tokens == NULL || !words_are_searched(words, word, hit->words))
            continue;
        struct alternative found = {.first = (uint8_t)word,
                                    .words = (uint8_t)hit->words,
                                    .kind = abbreviation ? ALTERNATIVE_ABBREVIATION : ALTERNATIVE_SYNONYM,
                                    .text = hit->value};
        status = alternative_spell(alternatives, hit->tokens, BAND_NEAR, &found);
        if (status == STATUS_OK)
            alternative_add(alternatives, &found);
        else if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    return status;
}
