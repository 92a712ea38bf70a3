#include "query/cascade.h"

struct step {
    enum alternative_level level; /* added for all words */
    enum words_zone zone;
};

static const struct step steps[] = {
    {LEVEL_WORDS, WORDS_CORE},   {LEVEL_SPELLING, WORDS_CORE}, {LEVEL_SPELLING, WORDS_ALL},
    {LEVEL_SIMILAR, WORDS_CORE}, {LEVEL_SIMILAR, WORDS_ALL},
};
enum {
    STEPS = sizeof steps / sizeof steps[0],
    STEPS_TOLD = 2,    /* the same words, joined or apart */
    STEPS_LITERAL = 3, /* both zones, and no other words */
};
_Static_assert((int)STEPS == (int)CASCADE_STEPS && CASCADE_STEPS <= 8, "cascade.taken has a bit for each");

static enum status words_open_in(struct cascade *cascade, enum words_zone zone)
{
    cascade->zone = zone;
    return words_open(cascade->snapshot, cascade->query->tokens, cascade->query->text_size, cascade->query->roles, cascade->query->named,
                      zone, cascade->arena, &cascade->words);
}

static enum status lattice_take(struct cascade *cascade)
{
    return lattice_build(&cascade->words, cascade->alternatives.list, cascade->alternatives.count, cascade->arena, &cascade->lattice);
}

static unsigned words_searched(const struct cascade *cascade)
{
    unsigned count = 0;
    for (unsigned i = 0; i < cascade->words.count; i++)
        count += cascade->words.words[i].role == WORD_SEARCH;
    return count;
}

/* Several words that say what a thing is like, and no number, code or quantity that tells which one. */
static bool is_descriptive(const struct cascade *cascade)
{
    unsigned count = 0;
    for (unsigned i = 0; i < cascade->words.count; i++) {
        const struct query_word *word = &cascade->words.words[i];
        unsigned kind = word->tokens[0].kind;
        if (word->role == WORD_SEARCH && (kind == TOKEN_NUMBER || kind == TOKEN_CODE || kind == TOKEN_UNIT))
            return false;
        count += word->role == WORD_SEARCH && (cascade->query->named >> i & 1) == 0;
    }
    return count >= DESCRIPTIVE_WORDS;
}

enum status cascade_open(struct cascade *cascade, struct snapshot *snapshot, const struct analyzer *analyzer,
                         const struct cascade_query *query, struct arena *arena)
{
    cascade->snapshot = snapshot;
    cascade->analyzer = analyzer;
    cascade->arena = arena;
    cascade->query = query;
    cascade->level = LEVEL_WORDS;
    cascade->step = 1;
    cascade->taken = 0;
    cascade->mode = MATCH_ALL;
    cascade->rung = RUNG_NONE;
    enum status status = words_open_in(cascade, WORDS_CORE);
    if (status == STATUS_OK)
        status = alternatives_open(&cascade->alternatives, analyzer, &cascade->words, arena);
    for (unsigned i = 0; i < query->range_count && status == STATUS_OK; i++)
        alternative_add(&cascade->alternatives, &query->ranges[i]);
    for (enum alternative_level level = LEVEL_WORDS; level <= LEVEL_SIMILAR && !query->literal && status == STATUS_OK; level++)
        status = alternatives_needed(&cascade->alternatives, level);
    cascade->needed = cascade->alternatives.count;
    return status == STATUS_OK ? lattice_take(cascade) : status;
}

static enum status step_add(struct cascade *cascade, const struct step *step, bool *more)
{
    unsigned before = cascade->alternatives.count, edges_before = cascade->words.edge_count;
    enum status status = STATUS_OK;
    if (step->zone != cascade->zone)
        status = words_open_in(cascade, step->zone);
    *more = cascade->words.edge_count > edges_before;
    if (status == STATUS_OK && !cascade->query->literal)
        status = alternatives_all(&cascade->alternatives, step->level);
    *more = *more || cascade->alternatives.count > before;
    cascade->level = cascade->query->literal ? LEVEL_WORDS : step->level;
    return status;
}

bool met_is_doubtful(struct met met, enum match_mode mode)
{
    return mode == MATCH_ALL && met.documents > 0 && met.documents <= DOUBTFUL_MAX && met.band == BAND_CONTRADICT;
}

/* More words than a product's name has, or a description all of whose words are known: other words that merely look alike say less than some
 * of these do. */
static bool is_told(const struct cascade *cascade)
{
    bool known = true;
    for (unsigned i = 0; i < cascade->words.count; i++)
        known = known && (cascade->words.words[i].role != WORD_SEARCH || cascade->words.words[i].known == WORD_WHOLE);
    return words_searched(cascade) > LONG_WORDS || (is_descriptive(cascade) && known);
}

enum status cascade_next(struct cascade *cascade, struct met met)
{
    bool more = false;
    enum status status = STATUS_OK;
    bool told = met.documents == 0 && is_told(cascade);
    unsigned end = told ? STEPS_TOLD : cascade->query->literal ? STEPS_LITERAL : STEPS, added = 0;
    while (!more && cascade->step < end && cascade->words.end > 0 && status == STATUS_OK) {
        const struct step *step = &steps[cascade->step++];
        if (met.documents > 0 && step->zone != WORDS_CORE)
            continue;
        status = step_add(cascade, step, &more);
        added |= 1U << (step - steps);
    }
    if (status != STATUS_OK || !more)
        return status == STATUS_OK ? STATUS_END : status;
    cascade->taken |= (uint8_t)added;
    return lattice_take(cascade);
}

uint64_t cascade_enough(const struct cascade *cascade)
{
    return is_descriptive(cascade) ? RELAXED_ENOUGH : 1;
}

enum status cascade_relax_to(struct cascade *cascade, enum rung rung)
{
    if (words_searched(cascade) < 2 && rung != RUNG_ANY)
        return STATUS_END;
    cascade->rung = rung;
    cascade->mode = MATCH_ANY;
    cascade->step = STEPS;
    cascade->level = LEVEL_WORDS;
    cascade->alternatives.count = cascade->needed;
    enum status status = words_open_in(cascade, WORDS_RANKED);
    return status == STATUS_OK ? lattice_take(cascade) : status;
}

enum status cascade_relax(struct cascade *cascade)
{
    return cascade->rung == RUNG_ANY ? STATUS_END : cascade_relax_to(cascade, cascade->rung + 1);
}

enum status cascade_resume(struct cascade *cascade, unsigned taken, enum rung rung)
{
    enum status status = STATUS_OK;
    bool more = false;
    if (rung != RUNG_NONE) {
        status = cascade_relax_to(cascade, rung);
        return status == STATUS_END ? cascade_relax_to(cascade, RUNG_ANY) : status; /* fewer of the words are searched than then */
    }
    for (unsigned i = 0; i < STEPS && status == STATUS_OK; i++)
        if ((taken >> i & 1) != 0)
            status = step_add(cascade, &steps[i], &more);
    cascade->taken = (uint8_t)taken;
    return status == STATUS_OK && taken != 0 ? lattice_take(cascade) : status;
}

unsigned rung_percent(enum rung rung)
{
    static const unsigned percents[] = {[RUNG_NONE] = 0, [RUNG_MOST] = 60, [RUNG_SOME] = 30, [RUNG_ANY] = 0};
    return percents[rung];
}

const char *rung_name(enum rung rung)
{
    static const char *const names[] = {[RUNG_NONE] = "none", [RUNG_MOST] = "most", [RUNG_SOME] = "some", [RUNG_ANY] = "any"};
    return names[rung];
}

const char *cascade_level_name(enum alternative_level level)
{
    static const char *const names[] = {[LEVEL_WORDS] = "words", [LEVEL_SPELLING] = "spelling", [LEVEL_SIMILAR] = "similar"};
    return names[level];
}
