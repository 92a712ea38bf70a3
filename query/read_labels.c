/* Brand and category, by the names that the index has (as suggestion entries): by the name itself, by what the lexicon says the words stand
 * for, and a category also by the beginning of its name when no other category begins so, nor the query goes on with another name. Head nouns
 * come first in Vietnamese: of several categories the first one is meant ("ốp lưng điện thoại", "laptop màn hình 15 inch"), of overlapping
 * ones the longest.
 *
 * What is made for another product is not that product: behind an accessory's name ("ốp lưng iphone", "pin laptop") neither a category nor a
 * product line tells what is wanted. */
#include <string.h>

#include "analyzers/lexicon.h"
#include "catalog/field.h"
#include "query/compound.h"
#include "query/read.h"
#include "storage/bytes.h"
#include "storage/label.h"
#include "storage/suggest.h"

enum {
    LABEL_WORDS_MAX = 7,     /* of a name that is read */
    LABEL_HITS_MAX = 24,     /* of the lexicon at one word */
    LABEL_SAME_MAX = 8,      /* labels of one name looked at */
    LABEL_LATIN_MIN = 4,     /* letters of a single foreign word that may begin a category's name */
    BEGINNING_WORDS_MIN = 2, /* of a category's name, when they are syllables */
};

enum quality { QUALITY_NONE, QUALITY_BEGINNING, QUALITY_SYNONYM, QUALITY_NAME };

/* A label that some words may mean. */
struct candidate {
    uint8_t first, words;
    uint8_t quality;
    uint32_t ordinal;
};

static uint32_t words_set(unsigned first, unsigned words)
{
    uint32_t set = 0;
    for (unsigned i = 0; i < words; i++)
        set |= word_bit(first + i);
    return set;
}

/* The source of some words. */
static struct bytes words_source(const struct reader_state *state, unsigned first, unsigned words)
{
    const struct token *from = state->lexemes.words[first].token, *to = state->lexemes.words[first + words - 1].token;
    return (struct bytes){state->lexemes.text.data + from->offset, (size_t)to->offset + to->size - from->offset};
}

/* Whether the marks that were typed fit the label's, word by word. */
static enum status marks_fit(const struct reader_state *state, struct bytes typed, struct bytes written, bool *fit)
{
    struct token_list one = {0}, other = {0};
    enum status status = analyze(state->analyzer, typed.data, typed.size, state->arena, &one);
    if (status == STATUS_OK)
        status = analyze(state->analyzer, written.data, written.size, state->arena, &other);
    *fit = status == STATUS_OK;
    for (uint32_t i = 0; i < one.count && i < other.count && *fit; i++) {
        const struct token *a = &one.tokens[i], *b = &other.tokens[i];
        if (a->folded_size != b->folded_size || memcmp(a->folded, b->folded, a->folded_size) != 0)
            break; /* cut differently: the folded names are equal, and that must do */
        *fit = marks_compare(a->exact, a->exact_size, b->exact, b->exact_size) != MARKS_CONTRADICT;
    }
    return status;
}

/* The label of this kind whose name is the text, or begins with it and no other's does. NOT_FOUND. Of several labels with one name the
 * first: it has been in the index longest. */
static enum status label_named(const struct reader_state *state, enum suggestion_kind kind, struct bytes text, bool beginning,
                               uint32_t *ordinal)
{
    struct bytes folded = {0};
    struct suggestion entries[SUGGEST_TOP];
    unsigned count = 0;
    bool found = false;
    enum status status = fold_text(state->analyzer, text.data, text.size, state->arena, &folded);
    if (status != STATUS_OK || folded.size == 0 || folded.size >= SUGGEST_KEY_BYTES_MAX)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    if (beginning) {
        char *prefix = arena_print(state->arena, "%.*s ", (int)folded.size, folded.data);
        if (prefix == NULL)
            return STATUS_LIMIT;
        /* Categories weigh more than anything else under a prefix. */
        status = suggest_top(state->snapshot, (struct bytes){prefix, folded.size + 1}, SUGGEST_TOP, state->arena, entries, &count);
    } else {
        status = suggest_named(state->snapshot, folded, (uint8_t)kind, LABEL_SAME_MAX, state->arena, entries, &count);
    }
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        struct label label = {0};
        bool fit = false;
        if (entries[i].kind != kind)
            continue;
        if (entries[i].reference.size != sizeof *ordinal)
            return STATUS_CORRUPT;
        uint32_t own = key_get_u32((const unsigned char *)entries[i].reference.data);
        status = label_get(state->snapshot, kind == SUGGEST_BRAND ? FACET_BRAND : FACET_CATEGORY, own, &label);
        if (status == STATUS_OK)
            status = marks_fit(state, text, label.text, &fit);
        if (status == STATUS_NOT_FOUND || !fit || label.slug.size == 0) {
            status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
            continue;
        }
        if (found && beginning)
            return STATUS_NOT_FOUND;
        if (!found)
            *ordinal = own;
        found = true;
    }
    return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static unsigned hits_find(const struct reader_state *state, unsigned word, struct lexicon_hit *hits)
{
    return lexicon_find(analyzer_lexicon(state->analyzer), state->lexemes.tokens, state->lexemes.words[word].at, hits, LABEL_HITS_MAX);
}

static bool hit_stands(const struct lexicon_hit *hit)
{
    return hit->list == LEXICON_SYNONYMS || hit->list == LEXICON_ABBREVIATIONS;
}

/* What a phrase stands for, and what that stands for in turn ("đtdđ": điện thoại di động: điện thoại). NOT_FOUND. */
static enum status label_by_value(const struct reader_state *state, enum suggestion_kind kind, const struct lexicon_hit *hit,
                                  uint32_t *ordinal)
{
    struct lexicon_hit further[LABEL_HITS_MAX];
    enum status status = label_named(state, kind, hit->value, false, ordinal);
    if (status != STATUS_NOT_FOUND || hit->tokens == NULL || hit->tokens->count == 0)
        return status;
    unsigned count = lexicon_find(analyzer_lexicon(state->analyzer), hit->tokens, 0, further, LABEL_HITS_MAX);
    for (unsigned i = 0; i < count && status == STATUS_NOT_FOUND; i++)
        if (hit_stands(&further[i]) && further[i].words == hit->tokens->positions)
            status = label_named(state, kind, further[i].value, false, ordinal);
    return status;
}

/* Keeps the better of two candidates that begin at one word: the one of more words, then of the better quality. */
static void candidate_offer(struct candidate *best, struct candidate other)
{
    if (best->quality == QUALITY_NONE || other.words > best->words || (other.words == best->words && other.quality > best->quality))
        *best = other;
}

/* The best label of a kind that the words from `first` on mean; QUALITY_NONE when there is none. */
static enum status label_at(const struct reader_state *state, enum suggestion_kind kind, unsigned first, struct candidate *out)
{
    struct lexicon_hit hits[LABEL_HITS_MAX];
    enum status status = STATUS_OK;
    uint32_t ordinal = 0;
    *out = (struct candidate){0};
    for (unsigned words = 1; words <= LABEL_WORDS_MAX && first + words <= state->lexemes.word_count && status == STATUS_OK; words++) {
        const struct token *last = state->lexemes.words[first + words - 1].token;
        if ((state->taken & word_bit(first + words - 1)) != 0 ||
            (words == 1 && last->kind != TOKEN_SYLLABLE && last->kind != TOKEN_LATIN && last->kind != TOKEN_CODE))
            break;
        status = label_named(state, kind, words_source(state, first, words), false, &ordinal);
        if (status == STATUS_OK)
            candidate_offer(out, (struct candidate){(uint8_t)first, (uint8_t)words, QUALITY_NAME, ordinal});
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    unsigned count = status == STATUS_OK ? hits_find(state, first, hits) : 0;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        if (!hit_stands(&hits[i]) || first + hits[i].words > state->lexemes.word_count ||
            (words_set(first, hits[i].words) & state->taken) != 0)
            continue;
        status = label_by_value(state, kind, &hits[i], &ordinal);
        if (status == STATUS_OK)
            candidate_offer(out, (struct candidate){(uint8_t)first, (uint8_t)hits[i].words, QUALITY_SYNONYM, ordinal});
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return status;
}

enum status category_name(const struct reader_state *state, uint32_t category, struct bytes *name, struct token_list *tokens)
{
    struct label label = {0};
    *tokens = (struct token_list){0};
    enum status status = label_get(state->snapshot, FACET_CATEGORY, category, &label);
    *name = label.text;
    return status == STATUS_OK ? analyze(state->analyzer, name->data, name->size, state->arena, tokens) : status;
}

/* Whether so many words of a category's name are one of several names: "Máy lạnh - Máy điều hòa", "Tivi (TV)". */
static enum status is_whole_name(const struct reader_state *state, uint32_t ordinal, unsigned words, bool *whole)
{
    struct bytes name = {0};
    struct token_list tokens = {0};
    enum status status = category_name(state, ordinal, &name, &tokens);
    for (uint32_t i = 0; i < tokens.count && status == STATUS_OK; i++) {
        size_t end = (size_t)tokens.tokens[i].offset + tokens.tokens[i].size;
        if (tokens.tokens[i].part || tokens.tokens[i].position + 1u != words)
            continue;
        while (end < name.size && name.data[end] == ' ')
            end++;
        *whole = end < name.size && strchr("-/,&(|+", name.data[end]) != NULL;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Whether a label's name goes on with this word behind so many. */
static enum status name_has(const struct reader_state *state, uint32_t category, unsigned words, const struct token *next, bool *has)
{
    struct bytes name = {0};
    struct token_list tokens = {0};
    enum status status = category_name(state, category, &name, &tokens);
    *has = false;
    for (uint32_t i = 0; i < tokens.count && status == STATUS_OK; i++) {
        const struct token *token = &tokens.tokens[i];
        if (!token->part && token->position == words)
            *has = token->folded_size == next->folded_size && memcmp(token->folded, next->folded, next->folded_size) == 0;
    }
    return status;
}

/* Whether the word behind those that begin the category's name makes another name of them, by the catalog: "máy lọc nước" does not begin "Máy
 * lọc không khí". */
static enum status goes_on(const struct reader_state *state, unsigned first, unsigned words, uint32_t category, bool *on)
{
    bool own = false;
    *on = false;
    if (first + words >= state->lexemes.word_count || (state->taken & word_bit(first + words)) != 0)
        return STATUS_OK;
    const struct token *last = state->lexemes.words[first + words - 1].token, *next = state->lexemes.words[first + words].token;
    if (last->kind != TOKEN_SYLLABLE || next->kind != TOKEN_SYLLABLE)
        return STATUS_OK;
    enum status status = name_has(state, category, words, next, &own);
    if (status != STATUS_OK || own) /* a name too long to be read as a whole */
        return status;
    return compound_is(state->snapshot, (struct bytes){last->folded, last->folded_size}, (struct bytes){next->folded, next->folded_size},
                       on);
}

/* "nồi cơm" of "Nồi cơm điện", "camera" of "Camera giám sát". */
static enum status category_beginning(const struct reader_state *state, unsigned first, struct candidate *out)
{
    uint32_t ordinal = 0;
    for (unsigned words = LABEL_WORDS_MAX; words > 0; words--) {
        const struct token *token = state->lexemes.words[first].token;
        if (first + words > state->lexemes.word_count || (words_set(first, words) & state->taken) != 0)
            continue;
        if (words < BEGINNING_WORDS_MIN && (token->kind != TOKEN_LATIN || token->folded_size < LABEL_LATIN_MIN))
            continue;
        bool on = false;
        enum status status = label_named(state, SUGGEST_CATEGORY, words_source(state, first, words), true, &ordinal);
        bool whole = false;
        if (status == STATUS_OK)
            status = is_whole_name(state, ordinal, words, &whole);
        if (status == STATUS_OK && !whole)
            status = goes_on(state, first, words, ordinal, &on);
        if (status == STATUS_OK && on)
            continue;
        if (status == STATUS_OK)
            *out = (struct candidate){(uint8_t)first, (uint8_t)words, whole ? QUALITY_SYNONYM : QUALITY_BEGINNING, ordinal};
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_OK;
}

static enum status category_at(const struct reader_state *state, unsigned first, struct candidate *out)
{
    enum status status = label_at(state, SUGGEST_CATEGORY, first, out);
    return status == STATUS_OK && out->quality == QUALITY_NONE ? category_beginning(state, first, out) : status;
}

/* The first accessory's name: where it begins; the word count when there is none. */
static unsigned accessory_find(const struct reader_state *state)
{
    struct lexicon_hit hits[LABEL_HITS_MAX];
    for (unsigned word = 0; word < state->lexemes.word_count; word++) {
        unsigned count = hits_find(state, word, hits);
        for (unsigned i = 0; i < count; i++)
            if (hits[i].list == LEXICON_ACCESSORIES)
                return word;
    }
    return state->lexemes.word_count;
}

static enum status label_add(struct reader_state *state, const char *field, uint16_t facet, const struct candidate *candidate, bool kept)
{
    struct label label = {0};
    enum status status = label_get(state->snapshot, facet, candidate->ordinal, &label);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    uint32_t words = words_set(candidate->first, candidate->words);
    struct reading *reading = reading_add(state, field, READING_TEXT, EFFECT_RANK, words);
    if (reading == NULL)
        return STATUS_OK;
    reading->value = label.slug;
    reading->ordinal = candidate->ordinal;
    reading->whole = candidate->quality > QUALITY_BEGINNING;
    reading->kept = kept ? words : 0;
    return STATUS_OK;
}

static enum status category_read(struct reader_state *state, unsigned accessory)
{
    struct candidate best = {0};
    enum status status = STATUS_OK;
    for (unsigned word = 0; word < state->lexemes.word_count && word <= accessory && status == STATUS_OK; word++) {
        struct candidate here = {0};
        if (best.quality != QUALITY_NONE && word >= (unsigned)best.first + best.words)
            break;
        status = category_at(state, word, &here);
        if (here.quality != QUALITY_NONE && (best.quality == QUALITY_NONE || (here.words > best.words && here.quality > QUALITY_BEGINNING)))
            best = here;
    }
    if (status != STATUS_OK || best.quality == QUALITY_NONE)
        return status;
    status = label_add(state, "category", FACET_CATEGORY, &best, false);
    state->has_category = reading_find(state->out, "category") != NULL;
    state->category_words = state->has_category ? words_set(best.first, best.words) : 0;
    return status;
}

/* The longest product line at a word whose brand the index has. */
static enum status line_at(const struct reader_state *state, unsigned first, struct candidate *out)
{
    struct lexicon_hit hits[LABEL_HITS_MAX];
    unsigned count = hits_find(state, first, hits);
    *out = (struct candidate){0};
    for (unsigned i = 0; i < count; i++) {
        if (hits[i].list != LEXICON_LINES || first + hits[i].words > state->lexemes.word_count ||
            (words_set(first, hits[i].words) & state->taken) != 0)
            continue;
        enum status status = label_find_slug(state->snapshot, FACET_BRAND, hits[i].value, &out->ordinal);
        if (status == STATUS_OK) {
            out->first = (uint8_t)first;
            out->words = (uint8_t)hits[i].words;
            out->quality = QUALITY_NAME;
        }
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_OK;
}

/* The brand of the line that begins a text of its own. */
static enum status line_of(const struct reader_state *state, const struct token_list *tokens, uint32_t *ordinal)
{
    struct lexicon_hit lines[LABEL_HITS_MAX];
    unsigned count = tokens->count == 0 ? 0 : lexicon_find(analyzer_lexicon(state->analyzer), tokens, 0, lines, LABEL_HITS_MAX);
    for (unsigned i = 0; i < count; i++) {
        enum status status =
            lines[i].list == LEXICON_LINES ? label_find_slug(state->snapshot, FACET_BRAND, lines[i].value, ordinal) : STATUS_NOT_FOUND;
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_NOT_FOUND;
}

/* The line that an abbreviation at the tokens' word `at` stands for: ip 15, mb air. */
static enum status line_by_hits(const struct reader_state *state, const struct token_list *tokens, uint32_t at, unsigned *words,
                                uint32_t *ordinal)
{
    struct lexicon_hit hits[LABEL_HITS_MAX];
    unsigned count = lexicon_find(analyzer_lexicon(state->analyzer), tokens, at, hits, LABEL_HITS_MAX);
    for (unsigned i = 0; i < count; i++) {
        enum status status = hit_stands(&hits[i]) && hits[i].tokens != NULL ? line_of(state, hits[i].tokens, ordinal) : STATUS_NOT_FOUND;
        *words = hits[i].words;
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_NOT_FOUND;
}

static enum status line_by_short(const struct reader_state *state, unsigned first, struct candidate *out)
{
    unsigned words = 0;
    uint32_t ordinal = 0;
    enum status status = line_by_hits(state, state->lexemes.tokens, state->lexemes.words[first].at, &words, &ordinal);
    if (status != STATUS_OK || first + words > state->lexemes.word_count || (words_set(first, words) & state->taken) != 0)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    *out = (struct candidate){(uint8_t)first, (uint8_t)words, QUALITY_SYNONYM, ordinal};
    return STATUS_OK;
}

/* A line and its number as one word: iphone15, ip15. */
static enum status line_by_code(const struct reader_state *state, unsigned first, struct candidate *out)
{
    const struct token *token = state->lexemes.words[first].token;
    struct token_list letters = {0};
    unsigned size = 0, words = 0;
    uint32_t ordinal = 0;
    while (size < token->folded_size && token->folded[size] >= 'a' && token->folded[size] <= 'z')
        size++;
    if (token->kind != TOKEN_CODE || size < 2 || size == token->folded_size || (state->taken & word_bit(first)) != 0)
        return STATUS_OK;
    enum status status = analyze(state->analyzer, token->folded, size, state->arena, &letters);
    if (status == STATUS_OK)
        status = line_of(state, &letters, &ordinal);
    if (status == STATUS_NOT_FOUND)
        status = line_by_hits(state, &letters, 0, &words, &ordinal);
    if (status == STATUS_OK)
        *out = (struct candidate){(uint8_t)first, 1, QUALITY_SYNONYM, ordinal};
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* A name says more than a line, wherever they stand; "apple watch" is a line that holds a name, and stays whole. */
static enum status brand_read(struct reader_state *state, unsigned accessory)
{
    struct candidate name = {0}, line = {0};
    enum status status = STATUS_OK;
    for (unsigned word = 0; word < state->lexemes.word_count && status == STATUS_OK && name.quality == QUALITY_NONE; word++) {
        struct candidate here = {0};
        status = label_at(state, SUGGEST_BRAND, word, &name);
        if (status == STATUS_OK)
            status = line_at(state, word, &here);
        if (status == STATUS_OK && here.quality == QUALITY_NONE && name.quality == QUALITY_NONE)
            status = line_by_short(state, word, &here);
        if (status == STATUS_OK && here.quality == QUALITY_NONE && name.quality == QUALITY_NONE)
            status = line_by_code(state, word, &here);
        if (name.quality != QUALITY_NONE && here.words > name.words)
            name = (struct candidate){0};
        if (line.quality == QUALITY_NONE && word <= accessory)
            line = here;
    }
    if (status != STATUS_OK || (name.quality == QUALITY_NONE && line.quality == QUALITY_NONE))
        return status;
    bool named = name.quality != QUALITY_NONE;
    return label_add(state, "brand", FACET_BRAND, named ? &name : &line, !named);
}

enum status read_labels(struct reader_state *state)
{
    unsigned accessory = accessory_find(state);
    enum status status = category_read(state, accessory);
    return status == STATUS_OK ? brand_read(state, accessory) : status;
}
