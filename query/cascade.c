#include "query/cascade.h"

struct step {
    enum alternative_level level; /* added for all words */
    enum words_zone zone;
};

static const struct step steps[] = {
    {LEVEL_WORDS, WORDS_CORE},   {LEVEL_SPELLING, WORDS_CORE}, {LEVEL_SPELLING, WORDS_ALL},
    {LEVEL_SIMILAR, WORDS_CORE}, {LEVEL_SIMILAR, WORDS_ALL},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static enum status words_open_in(struct cascade *cascade, enum words_zone zone)
{
    cascade->zone = zone;
    return words_open(cascade->snapshot, cascade->tokens, cascade->text_size, cascade->roles, zone, cascade->arena, &cascade->words);
}

static enum status lattice_take(struct cascade *cascade)
{
    return lattice_build(&cascade->words, cascade->alternatives.list, cascade->alternatives.count, cascade->arena, &cascade->lattice);
}

enum status cascade_open(struct cascade *cascade, struct snapshot *snapshot, const struct analyzer *analyzer,
                         const struct token_list *tokens, size_t text_size, const uint8_t *roles, const struct alternative *ranges,
                         unsigned range_count, struct arena *arena)
{
    cascade->snapshot = snapshot;
    cascade->analyzer = analyzer;
    cascade->arena = arena;
    cascade->tokens = tokens;
    cascade->roles = roles;
    cascade->text_size = text_size;
    cascade->level = LEVEL_WORDS;
    cascade->step = 1;
    enum status status = words_open_in(cascade, WORDS_CORE);
    if (status == STATUS_OK)
        status = alternatives_open(&cascade->alternatives, analyzer, &cascade->words, arena);
    for (unsigned i = 0; i < range_count && status == STATUS_OK; i++)
        alternative_add(&cascade->alternatives, &ranges[i]);
    for (enum alternative_level level = LEVEL_WORDS; level <= LEVEL_SIMILAR && status == STATUS_OK; level++)
        status = alternatives_needed(&cascade->alternatives, level);
    return status == STATUS_OK ? lattice_take(cascade) : status;
}

static enum status step_add(struct cascade *cascade, const struct step *step, bool *more)
{
    unsigned before = cascade->alternatives.count, edges_before = cascade->words.edge_count;
    enum status status = STATUS_OK;
    if (step->zone != cascade->zone)
        status = words_open_in(cascade, step->zone);
    *more = cascade->words.edge_count > edges_before;
    if (status == STATUS_OK)
        status = alternatives_all(&cascade->alternatives, step->level);
    *more = *more || cascade->alternatives.count > before;
    cascade->level = step->level;
    return status;
}

bool met_is_doubtful(struct met met, enum match_mode mode)
{
    return mode == MATCH_ALL && met.documents > 0 && met.documents <= DOUBTFUL_MAX && met.band == BAND_CONTRADICT;
}

enum status cascade_next(struct cascade *cascade, struct met met)
{
    bool more = false;
    enum status status = STATUS_OK;
    while (!more && cascade->step < STEPS && cascade->words.end > 0 && status == STATUS_OK) {
        const struct step *step = &steps[cascade->step++];
        if (met.documents == 0 || step->zone == WORDS_CORE)
            status = step_add(cascade, step, &more);
    }
    if (status != STATUS_OK)
        return status;
    return more ? lattice_take(cascade) : STATUS_END;
}

const char *cascade_level_name(enum alternative_level level)
{
    static const char *const names[] = {[LEVEL_WORDS] = "words", [LEVEL_SPELLING] = "spelling", [LEVEL_SIMILAR] = "similar"};
    return names[level];
}
