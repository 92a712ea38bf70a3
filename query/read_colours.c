/* Colours, by the analyzer's lexicon. */
#include "analyzers/lexicon.h"
#include "query/read.h"

enum { COLOUR_HITS_MAX = 8 };

void colours_mark(struct reader_state *state)
{
    struct lexicon_hit hits[COLOUR_HITS_MAX];
    for (unsigned word = 0; word < state->lexemes.word_count; word++) {
        const struct lexeme_word *typed = &state->lexemes.words[word];
        if (typed->lexeme == LEXEMES_MAX || typed->token->kind != TOKEN_SYLLABLE || !token_is_marked(typed->token))
            continue;
        unsigned count = lexicon_find(analyzer_lexicon(state->analyzer), state->lexemes.tokens, typed->at, hits, COLOUR_HITS_MAX);
        for (unsigned i = 0; i < count; i++)
            if (hits[i].list == LEXICON_COLOURS && hits[i].words == 1 && hits[i].marks == MARKS_EXACT)
                state->lexemes.items[typed->lexeme].colour = true;
    }
}

/* The longest colour that begins at the word; its words in `*words`. */
static bool colour_find(const struct reader_state *state, unsigned word, struct bytes *slug, unsigned *words)
{
    struct lexicon_hit hits[COLOUR_HITS_MAX];
    unsigned count =
        lexicon_find(analyzer_lexicon(state->analyzer), state->lexemes.tokens, state->lexemes.words[word].at, hits, COLOUR_HITS_MAX);
    for (unsigned i = 0; i < count; i++) {
        bool is_free = word + hits[i].words <= state->lexemes.word_count;
        for (unsigned j = 0; j < hits[i].words && is_free; j++)
            is_free = (state->taken & word_bit(word + j)) == 0;
        if (hits[i].list != LEXICON_COLOURS || !is_free)
            continue;
        *slug = hits[i].value;
        *words = hits[i].words;
        return true;
    }
    return false;
}

/* "den" may be a lamp and "tiêu" is rather pepper: one syllable is a colour when it names a base colour with its marks; without marks only
 * as the last word behind something that was understood. */
static bool is_clear(const struct reader_state *state, unsigned word, struct bytes slug)
{
    const struct token *token = state->lexemes.words[word].token;
    struct bytes folded = {token->folded, token->folded_size}, exact = {token->exact, token->exact_size};
    if (token->kind != TOKEN_SYLLABLE)
        return true;
    if (!bytes_equal(folded, slug))
        return false;
    if (word == 0) /* "bạc xỉu": what is coloured comes first */
        return false;
    return !bytes_equal(folded, exact) || (word + 1 == state->lexemes.word_count && state->out->count > 0);
}

static bool is_lead(const struct reader_state *state, unsigned word)
{
    const struct token *token = state->lexemes.words[word].token;
    struct bytes folded = {token->folded, token->folded_size};
    if ((state->taken & word_bit(word)) != 0 ||
        !(bytes_equal(folded, (struct bytes){"mau", 3}) || bytes_equal(folded, (struct bytes){"color", 5})))
        return false;
    return marks_compare(token->exact, token->exact_size, "màu", sizeof "màu" - 1) != MARKS_CONTRADICT;
}

void read_colours(struct reader_state *state)
{
    for (unsigned word = 0; word < state->lexemes.word_count; word++) {
        struct bytes slug = {0};
        unsigned words = 0, first = word + is_lead(state, word);
        if (first == state->lexemes.word_count || !colour_find(state, first, &slug, &words))
            continue;
        if (first == word && words == 1 && !is_clear(state, word, slug))
            continue;
        uint32_t set = 0;
        for (unsigned i = word; i < first + words; i++)
            set |= word_bit(i);
        struct reading *reading = reading_add(state, "color", READING_TEXT, EFFECT_WORDS, set);
        if (reading == NULL)
            continue;
        reading->value = slug;
        reading->dropped = first > word ? word_bit(word) : 0;
    }
}
