#include "cli/expansion.h"

#include "query/application.h"

static const char *const kind_names[] = {
    [ALTERNATIVE_SYNONYM] = "synonym",
    [ALTERNATIVE_ABBREVIATION] = "abbreviation",
    [ALTERNATIVE_GLUED] = "glued",
    [ALTERNATIVE_SPLIT] = "split",
    [ALTERNATIVE_KEYSTROKE] = "keystrokes",
    [ALTERNATIVE_PHONETIC] = "sound",
    [ALTERNATIVE_TYPO] = "typo",
    [ALTERNATIVE_RANGE] = "size",
};

/* An alternative is as good as its worst word. */
static unsigned band_of(const struct alternative *alternative)
{
    unsigned worst = BAND_MAX;
    for (unsigned i = 0; i < alternative->edge_count; i++) {
        unsigned best = BAND_NONE;
        for (uint32_t term = 0; term < alternative->edges[i].term_count; term++)
            if (alternative->edges[i].terms[term].band > best)
                best = alternative->edges[i].terms[term].band;
        worst = best < worst ? best : worst;
    }
    return worst;
}

/* Those that the step at hand has added. */
static void rows_add(struct expansion *out)
{
    const struct alternatives *alternatives = &out->cascade.alternatives;
    for (; out->count < alternatives->count && out->count < EXPANSION_ROWS_MAX; out->count++) {
        const struct alternative *alternative = &alternatives->list[out->count];
        out->rows[out->count] = (struct expansion_row){
            .level = cascade_level_name(alternative_level(alternative->kind)),
            .kind = kind_names[alternative->kind],
            .first = alternative->first,
            .words = alternative->words,
            .text = alternative->text,
            .terms = alternative->edges[0].term_count,
            .band = band_of(alternative),
        };
    }
}

enum status expansion_build(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                            const struct search_request *request, struct understanding *understanding, struct arena *arena,
                            struct expansion *out)
{
    struct application *application = arena_alloc(arena, sizeof *application);
    out->count = 0;
    enum status status =
        application == NULL ? STATUS_LIMIT : application_build(snapshot, tokens, request, understanding, arena, application);
    if (status != STATUS_OK)
        return status;
    out->query = (struct cascade_query){.tokens = tokens,
                                        .text_size = request->text.size,
                                        .roles = application->roles,
                                        .ranges = application->ranges,
                                        .range_count = application->range_count,
                                        .named = application->named,
                                        .literal = request->literal};
    status = cascade_open(&out->cascade, snapshot, analyzer, &out->query, arena);
    while (status == STATUS_OK) {
        rows_add(out);
        status = cascade_next(&out->cascade, (struct met){0});
    }
    return status == STATUS_END ? STATUS_OK : status;
}
