/* A request from words to answer: read the words, then pass after pass over the documents (pass.h), each for a step of the cascade, until
 * one finds enough. */
#include "query/search.h"

#include <string.h>

#include "base/clock.h"
#include "query/cursor.h"
#include "query/meeting.h"
#include "query/search_parts.h"
#include "storage/snapshot.h"

enum { NAME_WORDS = 6 /* that make a name of what stands all in one */ };

/* The words, and what is understood of them. */
static enum status words_read(struct search *search)
{
    const struct search_request *request = search->pass.request;
    enum status status = analyze(search->pass.analyzer, request->text.data, request->text.size, search->pass.arena, &search->tokens);
    if (status == STATUS_OK)
        status = rules_find(search->pass.snapshot, search->pass.analyzer, &search->tokens, request, search->pass.arena, &search->rules);
    if (status == STATUS_OK)
        status = placing_open(&search->pass.placing, search->pass.snapshot, &search->rules, search->pass.arena);
    if (status == STATUS_OK && !request->literal)
        status =
            understand(search->pass.snapshot, search->pass.analyzer, &search->tokens, request, search->pass.arena, &search->understanding);
    return status;
}

static enum status readings_apply(struct search *search)
{
    const struct pass *pass = &search->pass;
    return application_build(pass->snapshot, &search->tokens, pass->request, &search->understanding, pass->arena, &search->application);
}

/* The first step, with what the readings do, with less of it, or with the words alone. */
static enum status first_step_open(struct search *search, const struct search_request *request, enum reading_use use, struct error *error)
{
    const struct application *application = &search->application;
    search->pass.request = application_request(application, request, use, &search->taken);
    search->query = (struct cascade_query){.tokens = &search->tokens, .text_size = request->text.size, .literal = request->literal};
    if (use != USE_NONE) {
        search->query.roles = application->roles;
        search->query.ranges = application->ranges;
        search->query.range_count = application->range_count;
        search->query.named = application->named;
    }
    enum status status = filters_open(&search->pass.filters, search->pass.snapshot, search->pass.request, search->pass.facets.omitted,
                                      search->pass.arena, error);
    if (status == STATUS_OK)
        status = cascade_open(&search->cascade, search->pass.snapshot, search->pass.analyzer, &search->query, search->pass.arena);
    if (status == STATUS_OK && request->match == MATCH_ANY)
        status = cascade_relax_to(&search->cascade, RUNG_ANY);
    return status;
}

static enum status first_step_run(struct search *search, const struct search_request *request, enum reading_use use, struct error *error)
{
    enum status status = first_step_open(search, request, use, error);
    return status == STATUS_OK ? pass_run(&search->pass) : status;
}

static bool reads(const struct search *search, enum reading_effect effect)
{
    bool found = false;
    for (unsigned i = 0; i < search->understanding.count; i++)
        found = found || search->understanding.readings[i].effect == effect;
    return found;
}

/* So many words that stand all in one name are that name, and no wish ("quần jean nam mẫu mới nhất"): then nothing is read from them.
 * Readings that leave nothing give way to the words alone, if these find something as they are; only then is it asked what else the words
 * may have been. */
static enum status readings_run(struct search *search, struct search_result *result, struct error *error)
{
    const struct search_request *request = search->pass.request;
    enum status status = readings_apply(search);
    if (status == STATUS_OK && search->application.changes && request->match == MATCH_ALL && search->tokens.positions >= NAME_WORDS) {
        status = first_step_run(search, request, USE_NONE, error);
        result->use = status == STATUS_OK && search->pass.met.documents > 0 ? USE_NONE : USE_ALL;
        if (result->use == USE_NONE || search->pass.partial)
            return status;
    }
    if (status == STATUS_OK)
        status = first_step_run(search, request, USE_ALL, error);
    if (status != STATUS_OK || !search->application.changes || search->pass.total > 0 || search->pass.partial)
        return status;
    status = first_step_run(search, request, USE_NONE, error);
    result->use = status == STATUS_OK && search->pass.total > 0 ? USE_NONE : USE_ALL;
    if (status != STATUS_OK || result->use == USE_NONE || search->pass.partial)
        return status;
    /* What is looked for in other spellings, or in part, is not to be put into another order than that of relevance. */
    bool filters = reads(search, EFFECT_FILTER) || search->application.filters_category;
    if (search->pass.met.documents == 0 && reads(search, EFFECT_SORT) && !filters) {
        result->use = USE_NONE;
        return status;
    }
    return first_step_run(search, request, USE_ALL, error);
}

/* All words, in whatever spelling and zone. */
static enum status spellings_run(struct search *search)
{
    enum status status = STATUS_OK;
    struct met met = search->pass.met;
    while (status == STATUS_OK && !search->pass.partial && (met.documents == 0 || met_is_doubtful(met, search->cascade.mode))) {
        status = cascade_next(&search->cascade, met);
        if (status == STATUS_OK)
            status = pass_run(&search->pass);
        if (status != STATUS_OK)
            break;
        bool doubtful = met.documents > 0, more = search->pass.met.documents > met.documents;
        search->level = doubtful && !more ? search->level : search->cascade.level;
        met = search->pass.met;
        if (doubtful && more)
            break;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* Ever fewer of the words, until that many documents have them. */
static enum status rungs_run(struct search *search, uint64_t enough)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !search->pass.partial && search->pass.met.documents < enough) {
        status = cascade_relax(&search->cascade);
        if (status != STATUS_OK)
            break;
        search->level = search->cascade.level;
        status = pass_run(&search->pass);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* The steps and rungs behind the first step. */
static enum status steps_run(struct search *search)
{
    enum status status = STATUS_OK;
    uint64_t enough = cascade_enough(&search->cascade);
    search->level = search->cascade.level;
    if (status != STATUS_OK || search->pass.request->match == MATCH_ANY || search->cascade.words.end == 0)
        return status;
    bool doubtful = met_is_doubtful(search->pass.met, MATCH_ALL);
    /* By price or date what lacks words would stand among what has them all. */
    if (search->pass.request->sort != SORT_RELEVANCE)
        enough = 1;
    if (doubtful || search->pass.met.documents == 0) {
        status = spellings_run(search);
        enough = search->pass.met.documents > 0 && search->cascade.zone == WORDS_CORE ? 1 : enough;
    }
    return status == STATUS_OK ? rungs_run(search, enough) : status;
}

/* One step holds for hits, total and facets. Where the filters that were read leave nothing of it, it is looked for as it is without that of the
 * category, which may be misread, then without any of them ("tủ lạnh dưới 100k"); where that finds nothing, the words alone have their turn. */
static enum status cascade_run(struct search *search, struct search_result *result, struct error *error)
{
    static const enum reading_use turns[] = {USE_NO_CATEGORY, USE_NO_FILTERS, USE_NONE, USE_ALL};
    const struct search_request *request = search->pass.request;
    enum status status = readings_run(search, result, error);
    if (status == STATUS_OK)
        status = steps_run(search);
    if (result->use == USE_NONE || (!reads(search, EFFECT_FILTER) && !search->application.filters_category))
        return status;
    for (size_t i = 0; i < sizeof turns / sizeof turns[0] && search->pass.total == 0 && !search->pass.partial && status == STATUS_OK; i++) {
        result->use = turns[i];
        if (result->use == USE_NO_CATEGORY && !search->application.filters_category)
            continue;
        status = first_step_run(search, request, result->use, error);
        if (status == STATUS_OK && result->use != USE_NO_CATEGORY)
            status = steps_run(search);
    }
    return status;
}

/* What was decided before (cursor.h) holds, whatever the words meet by now. */
static enum status decided_run(struct search *search, const struct cursor *decided, struct search_result *result, struct error *error)
{
    const struct search_request *request = search->pass.request;
    enum status status = readings_apply(search);
    search->application.request.sort = decided->sort;
    result->use = decided->use;
    if (status == STATUS_OK)
        status = first_step_open(search, request, decided->use, error);
    if (status == STATUS_OK)
        status = cascade_resume(&search->cascade, decided->steps, (enum rung)decided->rung);
    search->level = search->cascade.level;
    return status == STATUS_OK ? pass_run(&search->pass) : status;
}

/* Filters must not change what the words mean, or a facet's count would not be what selecting its value gives: where readings may give way,
 * it is decided as if there were no filters but those that were read. */
static enum status filtered_run(struct search *search, struct search_result *result, struct error *error)
{
    struct pass *pass = &search->pass;
    const struct search_request *request = pass->request;
    const struct facet_set facets = pass->facets;
    struct search_request bare = *request;
    request_filters_clear(&bare);
    bare.limit = 0;
    pass->request = &bare;
    pass->facets = (struct facet_set){0};
    enum status status = readings_apply(search);
    bool changes = search->application.changes;
    if (status == STATUS_OK && changes)
        status = cascade_run(search, result, error);
    const struct cursor decided = {
        .sort = pass->request->sort, .use = result->use, .steps = search->cascade.taken, .rung = (uint8_t)search->cascade.rung};
    bool partial = pass->partial;
    enum alternative_level level = search->level;
    pass->request = request;
    pass->facets = facets;
    if (status != STATUS_OK)
        return status;
    if (!changes)
        return cascade_run(search, result, error);
    status = decided_run(search, &decided, result, error);
    search->level = level;
    pass->partial = pass->partial || partial;
    return status;
}

/* The hits, and how to go on behind them. Those of an index that was read in part say nothing about where the others stand. */
static enum status hits_finish(struct search *search, const struct search_request *request, struct search_result *result)
{
    struct pass *pass = &search->pass;
    struct page page;
    enum status status = placing_finish(&pass->placing, pass->request->sort == SORT_RELEVANCE, &pass->top, request, pass->arena, &page);
    result->hits = page.hits;
    result->hit_count = page.count;
    if (status != STATUS_OK || !page.more || pass->partial || page.count == 0)
        return status;
    struct cursor *next = arena_calloc(pass->arena, 1, sizeof *next);
    if (next == NULL)
        return STATUS_LIMIT;
    if (request->after != NULL)
        *next = *request->after;
    next->fingerprint = request_fingerprint(request);
    next->sort = pass->request->sort;
    next->use = result->use;
    next->steps = search->cascade.taken;
    next->rung = (uint8_t)search->cascade.rung;
    next->shown += request->page * request->limit + page.count;
    next->pins = page.pins;
    result->next = next;
    return cursor_stand(next, pass->snapshot, page.hits, page.count, pass->arena);
}

/* Everything about readings that an answer shows. */
enum status search_understood(const struct search *search, struct search_result *result)
{
    const struct understanding *understanding = &search->understanding;
    struct understood *list = arena_calloc(search->pass.arena, understanding->count, sizeof *list);
    enum status status = list == NULL ? STATUS_LIMIT : STATUS_OK;
    result->understood = list;
    for (unsigned i = 0; i < understanding->count && status == STATUS_OK; i++) {
        struct understood *out = &list[result->understood_count++];
        out->reading = understanding->readings[i];
        bool filters = out->reading.effect == EFFECT_FILTER;
        if (result->use == USE_NONE || (result->use == USE_NO_FILTERS && filters))
            out->reading.effect = EFFECT_NONE;
        else if (result->use == USE_ALL && search->application.filters_category && strcmp(out->reading.field, "category") == 0)
            out->reading.effect = EFFECT_FILTER;
        status = understood_words(search->pass.request->text, &search->tokens, out->reading.words, search->pass.arena, &out->words);
    }
    return status;
}

/* Where every word is known and was looked for as it is, the best hit has it so, or a synonym that says the same. */
static bool words_may_be_replaced(const struct cascade *cascade)
{
    bool replaced = cascade->level > LEVEL_WORDS;
    for (unsigned i = 0; i < cascade->words.count; i++)
        replaced = replaced || (cascade->words.words[i].known < WORD_WHOLE && cascade->words.words[i].role == WORD_SEARCH);
    return replaced && cascade->alternatives.count > 0;
}

/* The first one that stands where its rank puts it; NULL: there is none. */
static const struct search_hit *best_hit(const struct search_result *result)
{
    for (unsigned i = 0; i < result->hit_count; i++)
        if (!result->hits[i].pinned)
            return &result->hits[i];
    return NULL;
}

static enum status replaced_finish(struct search *search, const struct meeting *meeting, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    uint8_t alternatives[LATTICE_POSITIONS_MAX];
    if (!words_may_be_replaced(cascade))
        return STATUS_OK;
    unsigned count = meeting_alternatives(meeting, alternatives);
    result->replaced = arena_alloc(search->pass.arena, count * sizeof *result->replaced);
    if (result->replaced == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < count; i++) {
        const struct alternative *alternative = &cascade->alternatives.list[alternatives[i]];
        const struct token *first = cascade->words.words[alternative->first].tokens;
        const struct token *last = cascade->words.words[alternative->first + alternative->words - 1].tokens;
        struct bytes typed = {search->pass.request->text.data + first->offset, last->offset + last->size - first->offset};
        result->replaced[result->replaced_count++] =
            (struct replaced_words){typed, alternative->text, alternative_kind_name((enum alternative_kind)alternative->kind)};
        enum alternative_level level = alternative_level((enum alternative_kind)alternative->kind);
        search->level = level > search->level ? level : search->level;
    }
    return STATUS_OK;
}

/* The words that the best hit lacks. What was asked for as any word at all is not relaxed. */
static enum status relaxed_finish(struct search *search, const struct meeting *meeting, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    if (cascade->rung == RUNG_NONE || search->pass.request->match == MATCH_ANY)
        return STATUS_OK;
    result->relaxed.rung = rung_name(cascade->rung);
    result->relaxed.words = arena_calloc(search->pass.arena, cascade->words.count, sizeof *result->relaxed.words);
    if (result->relaxed.words == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < cascade->words.count && best_hit(result) != NULL; i++) {
        const struct token *token = cascade->words.words[i].tokens;
        if (meeting->lacks[i])
            result->relaxed.words[result->relaxed.word_count++] =
                (struct bytes){search->pass.request->text.data + token->offset, token->size};
    }
    return STATUS_OK;
}

/* How the best hit was found. */
static enum status best_finish(struct search *search, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    const struct search_hit *best = best_hit(result);
    struct meeting meeting = {0};
    enum status status = STATUS_OK;
    if (best != NULL && (words_may_be_replaced(cascade) || cascade->rung != RUNG_NONE))
        status = meeting_read(search->pass.snapshot, &cascade->words, &cascade->lattice, best->document, &meeting);
    if (status == STATUS_OK && best != NULL)
        status = replaced_finish(search, &meeting, result);
    return status == STATUS_OK ? relaxed_finish(search, &meeting, result) : status;
}

static enum status met_words_finish(struct search *search, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    enum status status = STATUS_OK;
    if (!search->pass.request->highlight)
        return STATUS_OK;
    result->met_words = arena_calloc(search->pass.arena, result->hit_count, sizeof *result->met_words);
    if (result->met_words == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < result->hit_count && status == STATUS_OK; i++)
        status = met_words_read(search->pass.snapshot, &cascade->words, &cascade->lattice, result->hits[i].document, search->pass.arena,
                                &result->met_words[i]);
    return status;
}

/* What the rules did in the pass that holds. A lift whose target exists counts in the order of relevance, whomever it met. */
static enum status rules_finish(struct search *search, struct search_result *result)
{
    const struct rules *rules = &search->rules;
    bool ranked = search->pass.request->sort == SORT_RELEVANCE;
    result->rules = arena_calloc(search->pass.arena, rules->count, sizeof *result->rules);
    if (result->rules == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i].rule;
        const bool *lifts = search->pass.boost.rules.lifts;
        bool moved = placing_moved(&search->pass.placing, i, ranked) || (ranked && lifts != NULL && lifts[i]);
        if (rule->action == RULE_REDIRECT && result->redirect.size == 0) {
            result->redirect = rule->url;
            moved = true;
        }
        if (moved)
            result->rules[result->rule_count++] = rule->id;
    }
    return STATUS_OK;
}

static enum status variants_finish(struct search *search, struct search_result *result)
{
    enum status status = STATUS_OK;
    if ((search->pass.filters.active & (uint32_t)AXES_OFFER) == 0)
        return STATUS_OK;
    result->variants = arena_calloc(search->pass.arena, result->hit_count, sizeof *result->variants);
    if (result->variants == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < result->hit_count && status == STATUS_OK; i++)
        status = filters_variants(&search->pass.filters, result->hits[i].document, &result->variants[i]);
    return status;
}

enum status search_begin(struct search *search, struct snapshot *snapshot, const struct analyzer *analyzer,
                         const struct search_request *request, const struct search_limits *limits, struct arena *arena,
                         struct search_result *result, struct error *error)
{
    struct pass *pass = &search->pass;
    *search = (struct search){.pass = {.snapshot = snapshot, .analyzer = analyzer, .arena = arena}, .plain = *request};
    pass->request = &search->plain;
    pass->tokens = &search->tokens;
    pass->understanding = &search->understanding;
    pass->strict_spans = &search->strict_spans;
    pass->cascade = &search->cascade;
    pass->rules = &search->rules;
    *result = (struct search_result){.analyzer = analyzer};
    if (limits->cpu_ns > 0)
        pass->deadline_cpu_ns = clock_thread_cpu_ns() + limits->cpu_ns;
    snapshot_cursors_return(snapshot);
    columns_init(&pass->columns, snapshot, arena);
    if (request->after != NULL && request->after->fingerprint != request_fingerprint(request))
        return error_set(error, STATUS_INVALID,
                         "cursor belongs to another search: repeat the request whose answer it is from; limit and facets may differ");
    enum status status = strict_parse(request->text, arena, &search->strict_spans, &search->plain.text);
    if (status == STATUS_OK)
        status = facet_set_choose(&pass->facets, request, arena, error);
    if (status == STATUS_OK)
        status = words_read(search);
    if (status != STATUS_OK)
        return status;
    if (request->after != NULL)
        return decided_run(search, request->after, result, error);
    return search->understanding.count > 0 && request_is_filtered(request) ? filtered_run(search, result, error)
                                                                           : cascade_run(search, result, error);
}

enum status search_status(enum status status, struct error *error)
{
    if (status == STATUS_LIMIT)
        return error_set(error, status,
                         "the search needs more memory than a request may have: ask for fewer facet values or an earlier page");
    if (status != STATUS_OK && status != STATUS_INVALID)
        return error_set(error, status, "the index could not be read: %s", status_name(status));
    return status;
}

enum status search_run(struct snapshot *snapshot, const struct analyzer *analyzer, const struct search_request *request,
                       const struct search_limits *limits, struct arena *arena, struct search_result *result, struct error *error)
{
    struct search search;
    struct pass *pass = &search.pass;
    enum status status = search_begin(&search, snapshot, analyzer, request, limits, arena, result, error);
    if (status == STATUS_OK)
        status = search_understood(&search, result);
    if (status == STATUS_OK)
        status = hits_finish(&search, request, result);
    if (status == STATUS_OK)
        status = pass->partial ? STATUS_OK : pass_facets_auto(pass);
    if (status == STATUS_OK)
        status = facet_set_finish(&pass->facets, result);
    if (status == STATUS_OK)
        status = variants_finish(&search, result);
    if (status == STATUS_OK)
        status = best_finish(&search, result);
    if (status == STATUS_OK)
        status = met_words_finish(&search, result);
    if (status == STATUS_OK)
        status = rules_finish(&search, result);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    result->total = pass->total + placing_added(&pass->placing);
    result->partial = pass->partial;
    result->zone = search.cascade.zone == WORDS_CORE ? "core" : "all";
    result->level = cascade_level_name(search.level);
    return search_status(status, error);
}
