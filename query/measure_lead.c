/* Whether the words that lead to a quantity are themselves what is looked for. Without an index that tells more, head nouns come first: "laptop
 * ram 8gb" asks for a laptop, "ram 8gb" for memory. */
#include "query/compound.h"
#include "query/measure_span.h"

enum { COMPOUND_LEAD_PERCENT = 20 }; /* npmi; that a lead is in the query at all says something: weaker than COMPOUND_NPMI_PERCENT */

/* Something that a quantity can be one of: a category, a brand, a processor, or any word that is searched. */
static bool noun_stands_before(const struct reader_state *state, unsigned word)
{
    uint32_t nouns = ~(state->taken | fillers_find(state));
    for (unsigned i = 0; i < word; i++)
        if (state->lexemes.words[i].token->kind == TOKEN_NUMBER || state->lexemes.words[i].token->kind == TOKEN_UNIT)
            nouns &= ~word_bit(i);
    for (unsigned i = 0; i < state->out->count; i++)
        if (state->out->readings[i].kind == READING_TEXT)
            nouns |= state->out->readings[i].words;
    return (nouns & (word_bit(word) - 1)) != 0;
}

/* Whether the word and the one before it, which is free, make one. */
static enum status ends_compound(const struct reader_state *state, unsigned word, bool *ends)
{
    int percent = 0;
    *ends = false;
    if (word == 0 || state->snapshot == NULL || (state->taken & word_bit(word - 1)) != 0)
        return STATUS_OK;
    const struct token *first = state->lexemes.words[word - 1].token, *second = state->lexemes.words[word].token;
    if (first->kind != TOKEN_SYLLABLE || second->kind != TOKEN_SYLLABLE)
        return STATUS_OK;
    enum status status = compound_npmi(state->snapshot, (struct bytes){first->folded, first->folded_size},
                                       (struct bytes){second->folded, second->folded_size}, &percent);
    *ends = status == STATUS_OK && percent >= COMPOUND_LEAD_PERCENT;
    return status;
}

enum status lead_release(const struct reader_state *state, struct span *span)
{
    const struct lexeme *items = state->lexemes.items;
    bool ends = false;
    if (span->lead_words == 0 || (span->lead & (LEAD_PRICE | LEAD_ROOM)) != 0)
        return STATUS_OK;
    bool is_part = noun_stands_before(state, items[span->first].word);
    unsigned count = 0; /* of the first lead: one of several words is no end of another */
    bool in_front = phrase_find(&leads, &state->lexemes, span->first, &count) != NULL && count == 1 &&
                    (span->lead_words & word_bit(items[span->first].word)) != 0;
    enum status status = is_part && in_front ? ends_compound(state, items[span->first].word, &ends) : STATUS_OK;
    if (ends)
        span->first++;
    for (; !is_part && span->first < span->number && (span->lead_words & word_bit(items[span->first].word)) != 0;)
        span->first++;
    for (; !is_part && span->end > span->low.end && (span->lead_words & word_bit(items[span->end - 1].word)) != 0;)
        span->end--;
    span->lead_words &= lexeme_words(&state->lexemes, span->first, span->end);
    return status;
}
