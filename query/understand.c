#include "query/understand.h"

#include <assert.h>
#include <string.h>

#include "analyzers/lexicon.h"
#include "query/decoded.h"
#include "query/read.h"
#include "query/run_on.h"

const char *const understood_fields[] = {
    "category",
    "brand",
    "priceMin",
    "priceMax",
    "priceAround",
    "storageGb",
    "storageGbMin",
    "storageGbMax",
    "ramGb",
    "ramGbMin",
    "ramGbMax",
    "screenInch",
    "screenInchMin",
    "screenInchMax",
    "capacityL",
    "capacityLMin",
    "capacityLMax",
    "weightKg",
    "weightKgMin",
    "weightKgMax",
    "powerHp",
    "powerHpMin",
    "powerHpMax",
    "powerBtu",
    "powerBtuMin",
    "powerBtuMax",
    "powerW",
    "powerWMin",
    "powerWMax",
    "batteryMah",
    "batteryMahMin",
    "batteryMahMax",
    "refreshHz",
    "refreshHzMin",
    "refreshHzMax",
    "roomM2",
    "roomM2Min",
    "roomM2Max",
    "lengthM",
    "lengthMMin",
    "lengthMMax",
    "caseMm",
    "caseMmMin",
    "caseMmMax",
    "resolutionMp",
    "resolutionMpMin",
    "resolutionMpMax",
    "cpu",
    "gpu",
    "color",
    "condition",
    "installment",
    "onSale",
    "sort",
    "intent",
    NULL,
};
_Static_assert(sizeof understood_fields / sizeof understood_fields[0] <= 65, "request.ignored has a bit for each");

enum { LEXICON_HITS_MAX = 8 };

static unsigned field_place(const char *field)
{
    unsigned at = 0;
    while (understood_fields[at] != NULL && strcmp(understood_fields[at], field) != 0)
        at++;
    assert(understood_fields[at] != NULL);
    return at;
}

uint32_t lexeme_words(const struct lexemes *lexemes, unsigned first, unsigned end)
{
    uint32_t words = 0;
    for (unsigned i = first; i < end && i < lexemes->count; i++)
        if (lexemes->items[i].kind != LEXEME_SIGN)
            words |= word_bit(lexemes->items[i].word);
    return words;
}

const struct phrase *phrase_free(const struct reader_state *state, const struct phrase_table *table, unsigned at, unsigned *count)
{
    const struct phrase *found = phrase_find(table, &state->lexemes, at, count);
    if (found != NULL && (lexeme_words(&state->lexemes, at, at + *count) & state->taken) == 0)
        return found;
    *count = 0;
    return NULL;
}

struct reading *reading_add(struct reader_state *state, const char *field, enum reading_kind kind, enum reading_effect effect,
                            uint32_t words)
{
    struct understanding *out = state->out;
    unsigned place = field_place(field), at = out->count;
    if (out->count == READINGS_MAX || (state->ignored >> place & 1) != 0 || reading_find(out, field) != NULL)
        return NULL;
    for (; at > 0 && field_place(out->readings[at - 1].field) > place; at--)
        out->readings[at] = out->readings[at - 1];
    out->readings[at] =
        (struct reading){.field = understood_fields[place], .kind = (uint8_t)kind, .effect = (uint8_t)effect, .words = words};
    out->count++;
    state->taken |= words;
    return &out->readings[at];
}

const struct reading *reading_find(const struct understanding *understanding, const char *field)
{
    for (unsigned i = 0; i < understanding->count; i++)
        if (strcmp(understanding->readings[i].field, field) == 0)
            return &understanding->readings[i];
    return NULL;
}

/* A syllable alone, typed bare, is rather another word than a filler ("ao mua" is áo mưa, "usb a" has no ạ): unless the other words have
 * their marks, or it leads to something that was read ("mua tu lanh"). */
static bool filler_is_clear(const struct reader_state *state, unsigned word)
{
    const struct token *token = state->lexemes.words[word].token;
    if (token_is_marked(token) || token->kind != TOKEN_SYLLABLE)
        return true;
    if (token->folded_size == 1)
        return false;
    for (unsigned i = 0; i < state->lexemes.word_count; i++)
        if (token_is_marked(state->lexemes.words[i].token))
            return true;
    return word == 0 && (state->taken & word_bit(1)) != 0;
}

uint32_t fillers_find(const struct reader_state *state)
{
    const struct lexicon *lexicon = analyzer_lexicon(state->analyzer);
    uint32_t fillers = 0;
    for (unsigned word = 0; word < state->lexemes.word_count; word++) {
        struct lexicon_hit hits[LEXICON_HITS_MAX];
        unsigned count = lexicon_find(lexicon, state->lexemes.tokens, state->lexemes.words[word].at, hits, LEXICON_HITS_MAX);
        for (unsigned i = 0; i < count; i++) {
            uint32_t words = 0;
            for (unsigned j = 0; j < hits[i].words && word + j < state->lexemes.word_count; j++)
                words |= word_bit(word + j);
            /* "cân" is no "cần" */
            bool clear = hits[i].words > 1 || (hits[i].marks != MARKS_SUBSET && filler_is_clear(state, word));
            if (hits[i].list == LEXICON_FILLERS && clear && (words & state->taken) == 0)
                fillers |= words;
        }
    }
    return fillers;
}

static uint32_t all_words(const struct lexemes *lexemes)
{
    return lexemes->word_count == 0 ? 0 : UINT32_MAX >> (QUERY_TOKENS_MAX - lexemes->word_count);
}

enum status understood_words(struct bytes text, const struct token_list *tokens, uint32_t words, struct arena *arena, struct bytes *out)
{
    unsigned word = 0;
    size_t size = 0, before = 0;
    char *copy = arena_alloc(arena, text.size + 1);
    *out = (struct bytes){.data = copy};
    if (copy == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < tokens->count && word < QUERY_TOKENS_MAX; i++) {
        const struct token *token = &tokens->tokens[i];
        if (token->part)
            continue;
        if ((words & word_bit(word)) != 0) {
            /* Neighbours keep what stands between them: "43 - 50 inch". */
            bool neighbour = word > 0 && (words & word_bit(word - 1)) != 0;
            size_t gap = neighbour ? token->offset - before : token->offset > before && size > 0;
            memcpy(copy + size, neighbour ? text.data + before : " ", gap);
            size += gap;
            memcpy(copy + size, text.data + token->offset, token->size);
            size += token->size;
            before = (size_t)token->offset + token->size;
        }
        word++;
    }
    copy[size] = '\0';
    out->size = size;
    return STATUS_OK;
}

static enum status text_leave(const struct reader_state *state)
{
    struct understanding *out = state->out;
    uint32_t fillers = fillers_find(state), gone = 0, all = all_words(&state->lexemes);
    bool selects = false;
    for (unsigned i = 0; i < out->count; i++) {
        selects = selects || out->readings[i].effect == EFFECT_FILTER || out->readings[i].effect == EFFECT_SORT;
        gone |= out->readings[i].words & ~out->readings[i].kept;
        out->dropped |= out->readings[i].dropped;
    }
    if (out->count > 0 || (fillers & all) != all) {
        gone |= fillers;
        out->dropped |= fillers;
    }
    if (out->dropped == all && !selects) { /* "trả góp" alone: better its words than all there is */
        out->dropped = 0;
        for (unsigned i = 0; i < out->count; i++)
            out->readings[i].dropped = 0;
    }
    return understood_words(state->lexemes.text, state->lexemes.tokens, all & ~gone, state->arena, &out->text);
}

enum status understand(struct snapshot *snapshot, const struct analyzer *analyzer, struct token_list *tokens,
                       const struct search_request *request, struct arena *arena, struct understanding *out)
{
    struct reader_state *state = arena_calloc(arena, 1, sizeof *state);
    *out = (struct understanding){.text = request->text};
    enum status status = state == NULL ? STATUS_LIMIT : run_on_part(snapshot, analyzer, request->text, arena, tokens);
    struct token_list *decoded = arena_calloc(arena, 1, sizeof *decoded);
    if (status == STATUS_OK && decoded == NULL)
        status = STATUS_LIMIT;
    if (status == STATUS_OK && snapshot != NULL)
        status = tokens_decode(snapshot, analyzer, tokens, arena, decoded);
    else if (status == STATUS_OK)
        *decoded = *tokens;
    if (status != STATUS_OK)
        return status;
    *state = (struct reader_state){.snapshot = snapshot, .analyzer = analyzer, .arena = arena, .ignored = request->ignored, .out = out};
    lexemes_read(request->text, decoded, &state->lexemes);
    colours_mark(state);
    status = snapshot == NULL ? STATUS_OK : read_labels(state);
    if (status != STATUS_OK)
        return status;
    read_hardware(state);
    status = read_measures(state);
    if (status != STATUS_OK)
        return status;
    read_wishes(state);
    read_colours(state);
    read_intent(state);
    return text_leave(state);
}
