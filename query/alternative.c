#include "query/alternative.h"

#include <string.h>

enum { KNOWN_NOT = 1u << WORD_UNKNOWN, KNOWN_ALL = UINT8_MAX };

/* What a word was surely meant to be. A word that falls into pieces may have been another one all the same: san sung, samsung. */
enum {
    CORRECTED = 1u << ALTERNATIVE_SYNONYM | 1u << ALTERNATIVE_ABBREVIATION | 1u << ALTERNATIVE_GLUED | 1u << ALTERNATIVE_KEYSTROKE,
};

/* One way of writing. `at_once`: what the index has of a word (a bit per enum word_known) that is asked for by itself; `unless`: kinds that,
 * once found, make that unnecessary. */
struct finder {
    enum alternative_level level;
    unsigned at_once, unless;
    alternative_find *find;
};

static const struct finder finders[] = {
    {LEVEL_WORDS, KNOWN_ALL, 0, synonym_alternatives},
    {LEVEL_WORDS, KNOWN_ALL, 0, code_alternatives},
    {LEVEL_SPELLING, KNOWN_NOT, 0, glued_alternatives},
    {LEVEL_SPELLING, KNOWN_NOT, 0, split_alternatives},
    {LEVEL_SPELLING, KNOWN_NOT | 1u << WORD_BEGINS | 1u << WORD_PARTED, 0, keystroke_alternatives},
    {LEVEL_SIMILAR, KNOWN_NOT, CORRECTED, phonetic_alternatives},
    {LEVEL_SIMILAR, KNOWN_NOT, CORRECTED, typo_alternatives},
};
enum { FINDERS = sizeof finders / sizeof finders[0] };

static const enum alternative_level levels[] = {
    [ALTERNATIVE_SYNONYM] = LEVEL_WORDS,  [ALTERNATIVE_ABBREVIATION] = LEVEL_WORDS, [ALTERNATIVE_GLUED] = LEVEL_SPELLING,
    [ALTERNATIVE_SPLIT] = LEVEL_SPELLING, [ALTERNATIVE_KEYSTROKE] = LEVEL_SPELLING, [ALTERNATIVE_PHONETIC] = LEVEL_SIMILAR,
    [ALTERNATIVE_TYPO] = LEVEL_SIMILAR,   [ALTERNATIVE_RANGE] = LEVEL_WORDS,
};

const char *alternative_kind_name(enum alternative_kind kind)
{
    static const char *const names[ALTERNATIVE_KINDS] = {"synonym",    "abbreviation", "glued", "split",
                                                         "keystrokes", "sound",        "typo",  "range"};
    return names[kind];
}

enum alternative_level alternative_level(enum alternative_kind kind)
{
    return levels[kind];
}

enum status alternatives_open(struct alternatives *alternatives, const struct analyzer *analyzer, const struct query_words *words,
                              struct arena *arena)
{
    *alternatives = (struct alternatives){.analyzer = analyzer, .words = words, .arena = arena};
    alternatives->list = arena_alloc(arena, ALTERNATIVES_MAX * sizeof *alternatives->list);
    if (alternatives->list == NULL)
        return STATUS_LIMIT;
    return words->count == 0 ? STATUS_OK : synonyms_open(&alternatives->synonyms, words->snapshot, analyzer, arena);
}

static bool is_needed(const struct alternatives *alternatives, unsigned word, const struct finder *finder)
{
    return (finder->at_once >> alternatives->words->words[word].known & 1) != 0 && (alternatives->found[word] & finder->unless) == 0;
}

static enum status level_find(struct alternatives *alternatives, enum alternative_level level, bool all)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < FINDERS && status == STATUS_OK; i++) {
        const struct finder *finder = &finders[i];
        if (finder->level != level)
            continue;
        for (unsigned word = 0; word < alternatives->words->count && status == STATUS_OK; word++) {
            bool asked = (alternatives->asked[word] >> i & 1) != 0;
            if (asked || alternatives->words->words[word].role != WORD_SEARCH || (!all && !is_needed(alternatives, word, finder)))
                continue;
            alternatives->asked[word] |= (uint16_t)(1u << i);
            status = finder->find(alternatives, word);
        }
    }
    return status;
}

enum status alternatives_needed(struct alternatives *alternatives, enum alternative_level level)
{
    return level_find(alternatives, level, false);
}

enum status alternatives_all(struct alternatives *alternatives, enum alternative_level level)
{
    return level_find(alternatives, level, true);
}

enum status alternative_term(struct alternatives *alternatives, struct bytes folded, struct bytes exact, enum band best,
                             struct edge_term *out)
{
    if (alternatives->lookups == ALTERNATIVE_LOOKUPS_MAX || folded.size == 0 || folded.size > TERM_BYTES_MAX)
        return STATUS_NOT_FOUND;
    alternatives->lookups++;
    return edge_term_get(alternatives->words->snapshot, folded, exact, best, alternatives->arena, out);
}

bool words_are_searched(const struct query_words *words, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++)
        if (i >= words->count || words->words[i].role != WORD_SEARCH)
            return false;
    return true;
}

static bool is_same(const struct alternative *a, const struct alternative *b)
{
    if (a->first != b->first || a->words != b->words || a->edge_count != b->edge_count)
        return false;
    for (unsigned i = 0; i < a->edge_count; i++)
        if (a->edges[i].term_count != 1 || b->edges[i].term_count != 1 || a->edges[i].terms->term.id != b->edges[i].terms->term.id)
            return false;
    return true;
}

void alternative_add(struct alternatives *alternatives, const struct alternative *alternative)
{
    unsigned alike = 0;
    for (unsigned i = 0; i < alternatives->count; i++) {
        const struct alternative *other = &alternatives->list[i];
        if (is_same(other, alternative))
            return;
        alike += other->first == alternative->first && other->kind == alternative->kind;
    }
    if (alike >= ALTERNATIVES_PER_WORD_MAX || alternatives->count == ALTERNATIVES_MAX)
        return;
    alternatives->list[alternatives->count++] = *alternative;
    for (unsigned i = alternative->first; i < (unsigned)alternative->first + alternative->words; i++)
        alternatives->found[i] |= (uint16_t)(1u << alternative->kind);
}

enum status alternative_spell(struct alternatives *alternatives, const struct token_list *tokens, enum band best, struct alternative *out)
{
    if (tokens->positions == 0 || tokens->positions > ALTERNATIVE_EDGES_MAX)
        return STATUS_NOT_FOUND;
    struct edge_term *terms = arena_alloc(alternatives->arena, tokens->positions * sizeof *terms);
    if (terms == NULL)
        return STATUS_LIMIT;
    out->edge_count = 0;
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        struct bytes folded = {token->folded, token->folded_size}, exact = {token->exact, token->exact_size};
        if (token->part)
            continue;
        enum status status = alternative_term(alternatives, folded, exact, best, terms);
        if (status != STATUS_OK)
            return status;
        out->edges[out->edge_count++] = (struct alternative_edge){terms++, 1};
    }
    return STATUS_OK;
}

struct bytes term_shown(const struct term *term, struct bytes folded)
{
    struct bytes form = {0};
    return term_form(term, 0, &form) && form.size > 0 ? form : folded;
}

enum status alternative_choose(struct alternatives *alternatives, unsigned word, enum alternative_kind kind, const struct near_term *terms,
                               uint32_t count)
{
    struct alternative found = {.first = (uint8_t)word, .words = 1, .kind = (uint8_t)kind, .edge_count = 1};
    struct edge_term *chosen = arena_alloc(alternatives->arena, count * sizeof *chosen);
    struct alternative_edge *edge = &found.edges[0];
    if (chosen == NULL)
        return STATUS_LIMIT;
    edge->terms = chosen;
    for (uint32_t i = 0; i < count; i++) {
        enum status status = alternative_term(alternatives, terms[i].term, terms[i].term, BAND_ALIKE, &chosen[edge->term_count]);
        if (status == STATUS_OK && edge->term_count++ == 0)
            found.text = term_shown(&chosen[0].term, terms[i].term);
        else if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
    }
    if (edge->term_count > 0)
        alternative_add(alternatives, &found);
    return STATUS_OK;
}
