/* A request from words to answer: read the words, choose the zone, then one pass over the windows that counts, filters, ranks and feeds
 * the facets together. */
#include "query/search.h"

#include "base/clock.h"
#include "query/application.h"
#include "query/boost.h"
#include "query/cascade.h"
#include "query/columns.h"
#include "query/contiguity.h"
#include "query/facet.h"
#include "query/facet_auto.h"
#include "query/match.h"
#include "query/rank.h"
#include "query/strict.h"
#include "query/taken.h"
#include "query/top.h"
#include "storage/snapshot.h"

enum {
    WINDOWS_PER_CLOCK = 8, /* the thread's clock is a system call */
    NAME_WORDS = 6,
};

struct facet_run {
    struct bytes name;
    const struct facet_kind *kind;
    enum filter_axis own; /* the selection that it ignores, if there is one */
    void *counters;
};

struct search {
    struct snapshot *snapshot;
    struct arena *arena;
    const struct search_request *request;
    struct cascade cascade;
    struct token_list tokens;
    struct understanding understanding;
    struct application application;
    struct boost boost;
    const struct analyzer *analyzer;
    uint32_t omitted; /* axes that facets leave out */
    struct match *match;
    struct strict_spans strict_spans;
    struct strict strict;
    struct contiguity contiguity;
    struct columns columns;
    struct filters filters;
    struct top top;
    struct facet_context context;
    struct facet_run facets[FACETS_MAX];
    unsigned facet_count, facet_first; /* counted at the moment: from facet_first on */
    struct facet_sample *sample;       /* of the hits, for facets=auto; else NULL */
    uint32_t points_max;
    uint64_t deadline_cpu_ns; /* 0: none */
    uint64_t total;
    struct met met;
    enum alternative_level level; /* of the step that met the first document, and of what the best hit was found by */
    bool partial;
};

/* The words, and what is understood of them. */
static enum status words_read(struct search *search)
{
    const struct search_request *request = search->request;
    enum status status = analyze(search->analyzer, request->text.data, request->text.size, search->arena, &search->tokens);
    if (status == STATUS_OK && !request->literal)
        status = understand(search->snapshot, search->analyzer, &search->tokens, request, search->arena, &search->understanding);
    if (status == STATUS_OK)
        status = application_build(search->snapshot, &search->tokens, request, &search->understanding, search->arena, &search->application);
    return status;
}

static bool facet_is_chosen(const struct search *search, struct bytes name)
{
    for (unsigned i = 0; i < search->facet_count; i++)
        if (bytes_equal(search->facets[i].name, name))
            return true;
    return false;
}

/* Unless it is there, or there are FACETS_MAX. */
static void facet_add(struct search *search, struct bytes name)
{
    const struct facet_kind *kind = facet_find(name);
    if (search->facet_count == FACETS_MAX || facet_is_chosen(search, name))
        return;
    enum filter_axis own = facet_axis(kind, search->request, name);
    search->facets[search->facet_count++] = (struct facet_run){.name = name, .kind = kind, .own = own};
    search->omitted |= own == AXIS_NONE ? 0 : 1u << own;
}

/* With facets=auto every selected spec has its facet. */
static enum status facets_auto_begin(struct search *search)
{
    const struct search_request *request = search->request;
    search->sample = arena_calloc(search->arena, 1, sizeof *search->sample);
    if (search->sample == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < request->spec_count; i++) {
        const char *name = arena_print(search->arena, "%s%.*s", facet_spec.name, (int)request->specs[i].size, request->specs[i].data);
        if (name == NULL)
            return STATUS_LIMIT;
        facet_add(search, (struct bytes){name, strlen(name)});
    }
    return STATUS_OK;
}

/* The facets' kinds, each once, and the selections that they leave out. */
static enum status facets_choose(struct search *search, struct error *error)
{
    const struct search_request *request = search->request;
    for (unsigned i = 0; i < request->facet_count; i++) {
        enum status status = facet_name_check(request->facets[i], error);
        if (status != STATUS_OK)
            return status;
        facet_add(search, request->facets[i]);
    }
    return request->facets_auto ? facets_auto_begin(search) : STATUS_OK;
}

static enum status counters_open(struct search *search)
{
    enum status status = STATUS_OK;
    search->total = 0;
    search->met = (struct met){0};
    search->context =
        (struct facet_context){search->snapshot, search->analyzer, search->arena, search->request, &search->filters, &search->columns};
    if (search->sample != NULL)
        *search->sample = (struct facet_sample){.count = 0};
    for (unsigned i = 0; i < search->facet_count && status == STATUS_OK; i++)
        status = search->facets[i].kind->open(&search->context, search->facets[i].name, &search->facets[i].counters);
    if (status == STATUS_OK)
        status = top_open(&search->top, search->snapshot, (search->request->page + 1) * search->request->limit, search->arena);
    return status;
}

/* Takes out the candidates that their fame does not bring to the threshold however well their words are met, by the zone map or one by one;
 * the points of the others are set. */
static enum status candidates_by_fame(struct search *search, struct match_score best, uint64_t threshold, uint64_t *candidates,
                                      uint32_t *points)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    uint32_t boost = search->boost.points_max; /* which boost_add hands out only to those that are left */
    for (uint32_t next = 0; (status = columns_next(&search->columns, SLOT_FAME, candidates, &next, &part)) == STATUS_OK;) {
        const uint16_t *priors = part_u16(part, FAME_PRIOR);
        uint64_t most = part->chunk.min[FAME_PRIOR] <= part->chunk.max[FAME_PRIOR] ? part->chunk.max[FAME_PRIOR] : 0;
        if (rank_pack(best, TIER_IN_STOCK, prior_points((uint16_t)most, search->points_max) + boost) < threshold) {
            window_clear_range(candidates, part->first, part->end);
            continue;
        }
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(candidates, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest);
                points[at] = prior_points(priors[at - part->first], search->points_max);
                if (rank_pack(best, TIER_IN_STOCK, points[at] + boost) < threshold)
                    candidates[word] &= ~(rest & -rest);
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status add_by_relevance(struct search *search, uint32_t base, const uint64_t *hits)
{
    struct match_score scores[COLUMN_WINDOW], best;
    uint64_t candidates[WINDOW_WORDS], hopeful[WINDOW_WORDS], threshold = top_threshold(&search->top);
    uint32_t points[COLUMN_WINDOW];
    const struct column_part *part = NULL;
    uint32_t together = contiguity_most(&search->contiguity);
    if (!match_candidates(search->match, hits, threshold, search->points_max + search->boost.points_max + together, candidates, &best))
        return STATUS_OK;
    best.score += together;
    enum status status = candidates_by_fame(search, best, threshold, candidates, points);
    if (status == STATUS_OK)
        status = contiguity_window(&search->contiguity, base / COLUMN_WINDOW, candidates, points);
    if (status == STATUS_OK)
        status = boost_add(&search->boost, &search->columns, candidates, points);
    if (status != STATUS_OK || !window_any(candidates))
        return status;
    match_hopeful(search->match, candidates, threshold, points, scores, hopeful);
    for (uint32_t next = 0; status == STATUS_OK;) {
        status = columns_next(&search->columns, SLOT_OFFER, hopeful, &next, &part);
        if (status != STATUS_OK)
            break;
        const uint32_t *stocks = part_u32(part, OFFER_STOCK);
        for (uint32_t at = window_next(hopeful, part->first); at < part->end; at = window_next(hopeful, at + 1)) {
            uint64_t rank = rank_stocked(scores[at], stocks[at - part->first] != 0);
            if (rank < threshold)
                continue;
            top_add(&search->top, base + at, rank);
            threshold = top_threshold(&search->top);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* The best rank that a part may have, by its zone map. */
static uint64_t part_bound(enum sort sort, const struct column_part *part)
{
    const struct column_chunk *chunk = &part->chunk;
    uint64_t price = chunk->min[OFFER_PRICE], sale = chunk->min[OFFER_SALE];
    switch (sort) {
    case SORT_PRICE_ASC: /* the greatest number when all are unknown, which is how an unknown one ranks */
        price = price < sale ? price : sale;
        return rank_ascending(price < VALUE_UNKNOWN ? (uint32_t)price : VALUE_UNKNOWN);
    case SORT_PRICE_DESC: /* what is paid is one of the two; 0 when none is known */
        price = chunk->max[OFFER_PRICE] > chunk->max[OFFER_SALE] ? chunk->max[OFFER_PRICE] : chunk->max[OFFER_SALE];
        return rank_descending((uint32_t)price);
    case SORT_NEWEST:
        return rank_descending((uint32_t)chunk->max[0]);
    case SORT_BEST_SELLING:
        return chunk->max[FAME_SOLD];
    case SORT_RELEVANCE:
        break;
    }
    return UINT64_MAX; /* relevance is no sort key: add_by_relevance */
}

static uint64_t sort_rank(enum sort sort, const struct column_part *part, uint32_t at)
{
    switch (sort) {
    case SORT_PRICE_ASC:
        return rank_ascending(paid_of(part_u32(part, OFFER_PRICE)[at], part_u32(part, OFFER_SALE)[at]));
    case SORT_PRICE_DESC:
        return rank_descending(paid_of(part_u32(part, OFFER_PRICE)[at], part_u32(part, OFFER_SALE)[at]));
    case SORT_NEWEST:
        return rank_descending(part_u32(part, 0)[at]);
    case SORT_BEST_SELLING: {
        uint32_t sold = part_u32(part, FAME_SOLD)[at];
        return sold == VALUE_UNKNOWN ? 0 : sold;
    }
    case SORT_RELEVANCE:
        break;
    }
    return 0;
}

static enum status add_by_column(struct search *search, uint32_t base, const uint64_t *hits)
{
    static const enum column_slot slots[] = {
        [SORT_PRICE_ASC] = SLOT_OFFER,
        [SORT_PRICE_DESC] = SLOT_OFFER,
        [SORT_NEWEST] = SLOT_CREATED,
        [SORT_BEST_SELLING] = SLOT_FAME,
    };
    enum sort sort = search->request->sort;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    uint64_t threshold = top_threshold(&search->top);
    for (uint32_t next = 0; (status = columns_next(&search->columns, slots[sort], hits, &next, &part)) == STATUS_OK;) {
        if (part_bound(sort, part) < threshold)
            continue;
        for (uint32_t at = window_next(hits, part->first); at < part->end; at = window_next(hits, at + 1)) {
            uint64_t rank = sort_rank(sort, part, at - part->first);
            if (rank < threshold)
                continue;
            top_add(&search->top, base + at, rank);
            threshold = top_threshold(&search->top);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status count_facets(struct search *search, const uint64_t *documents, const uint64_t *hits)
{
    enum status status = STATUS_OK;
    for (unsigned i = search->facet_first; i < search->facet_count && status == STATUS_OK; i++) {
        const struct facet_run *facet = &search->facets[i];
        uint64_t others[WINDOW_WORDS];
        bool own = filters_active(&search->filters, facet->own);
        if (own)
            filters_mask(&search->filters, documents, facet->own, others);
        status = facet->kind->count(&search->context, facet->counters, own ? others : hits);
    }
    return status;
}

/* One document whose words are met well is enough to know. */
static void met_add(struct search *search, const uint64_t *documents)
{
    struct met *met = &search->met;
    uint64_t before = met->documents;
    met->documents += window_count(documents);
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW && before < DOUBTFUL_MAX && met->band <= BAND_CONTRADICT; before++) {
        uint8_t band = match_score(search->match, at).band;
        met->band = band > met->band ? band : met->band;
        at = window_next(documents, at + 1);
    }
}

static enum status window_run(struct search *search, uint32_t window)
{
    const uint64_t *matching = NULL;
    uint64_t documents[WINDOW_WORDS], hits[WINDOW_WORDS];
    enum status status = match_window(search->match, window, &matching);
    if (status != STATUS_OK || !window_any(matching))
        return status;
    window_copy(documents, matching);
    status = strict_window(&search->strict, window, documents);
    if (status != STATUS_OK || !window_any(documents))
        return status;
    met_add(search, documents);
    columns_move(&search->columns, window);
    status = filters_window(&search->filters, &search->columns, documents);
    if (status != STATUS_OK)
        return status;
    filters_mask(&search->filters, documents, AXIS_NONE, hits);
    search->total += window_count(hits);
    if (search->sample != NULL)
        facet_sample_add(search->sample, window * COLUMN_WINDOW, hits);
    /* The facets first: they want most chunks, in order, and ranking then finds them at hand. */
    status = count_facets(search, documents, hits);
    if (status != STATUS_OK || search->top.room == 0 || !window_any(hits))
        return status;
    return search->request->sort == SORT_RELEVANCE ? add_by_relevance(search, window * COLUMN_WINDOW, hits)
                                                   : add_by_column(search, window * COLUMN_WINDOW, hits);
}

static bool deadline_passed(struct search *search, uint32_t visited)
{
    if (search->deadline_cpu_ns == 0 || visited % WINDOWS_PER_CLOCK != 0)
        return false;
    search->partial = clock_thread_cpu_ns() >= search->deadline_cpu_ns;
    return search->partial;
}

static enum status windows_run(struct search *search)
{
    enum status status = STATUS_OK;
    uint32_t window = 0;
    for (uint32_t visited = 1; (status = match_seek(search->match, window, &window)) == STATUS_OK; visited++, window++) {
        status = window_run(search, window);
        if (status != STATUS_OK || deadline_passed(search, visited))
            return status;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static bool alternative_reads_one_way(const struct alternative *alternative)
{
    for (unsigned i = 0; i < alternative->edge_count; i++)
        if (alternative->edges[i].term_count != 1)
            return false;
    return alternative->text.size > 0;
}

/* The pairs of the words, and of the alternatives of the step at hand. */
static enum status pairs_read(struct search *search)
{
    const struct alternatives *alternatives = &search->cascade.alternatives;
    struct bytes text = search->request->text;
    enum status status = contiguity_open(&search->contiguity, search->snapshot, search->arena);
    if (status != STATUS_OK || search->request->sort != SORT_RELEVANCE || search->tokens.positions == 0)
        return status;
    status = contiguity_add(&search->contiguity, &search->tokens, text);
    for (unsigned i = 0; i < alternatives->count && status == STATUS_OK; i++) {
        const struct alternative *found = &alternatives->list[i];
        if (alternative_reads_one_way(found))
            status = contiguity_add_alternative(&search->contiguity, search->cascade.analyzer, &search->tokens, text, found->first,
                                                found->words, found->text);
    }
    return status;
}

/* The documents that have the words of the step at hand, window by window. */
static enum status documents_run(struct search *search)
{
    const struct lattice *lattice = &search->cascade.lattice;
    enum status status = strict_open(&search->strict, search->snapshot, search->analyzer, &search->strict_spans, search->arena);
    if (status == STATUS_OK)
        status = match_open(search->snapshot, lattice, search->cascade.mode, search->arena, &search->match);
    if (status == STATUS_OK) {
        status = match_demand(search->match, lattice, rung_percent(search->cascade.rung), search->arena);
        if (status == STATUS_OK)
            status = windows_run(search);
        match_close(search->match);
    }
    strict_close(&search->strict);
    return status;
}

/* The step at hand from its beginning. */
static enum status step_run(struct search *search)
{
    uint32_t score_max = lattice_score_max(&search->cascade.lattice);
    search->points_max = prior_points_max(score_max);
    enum status status = pairs_read(search);
    if (status == STATUS_OK)
        status = boost_open(&search->boost, search->snapshot, &search->understanding, score_max, search->arena);
    if (status == STATUS_OK)
        status = counters_open(search);
    if (status == STATUS_OK)
        status = documents_run(search);
    contiguity_close(&search->contiguity);
    return status;
}

/* The first step, with what the readings do, or with the words alone. */
static enum status first_step_run(struct search *search, const struct search_request *request, bool literal, struct error *error)
{
    const struct application *application = &search->application;
    search->request = literal ? request : &application->request;
    enum status status = filters_open(&search->filters, search->snapshot, search->request, search->omitted, search->arena, error);
    if (status == STATUS_OK)
        status =
            cascade_open(&search->cascade, search->snapshot, search->analyzer, &search->tokens, request->text.size,
                         literal ? NULL : application->roles, application->ranges, literal ? 0 : application->range_count, search->arena);
    if (status == STATUS_OK && request->match == MATCH_ANY)
        status = cascade_relax_to(&search->cascade, RUNG_ANY);
    return status == STATUS_OK ? step_run(search) : status;
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
    const struct search_request *request = search->request;
    enum status status = words_read(search);
    if (status == STATUS_OK && search->application.changes && request->match == MATCH_ALL && search->tokens.positions >= NAME_WORDS) {
        status = first_step_run(search, request, true, error);
        result->literal = status == STATUS_OK && search->met.documents > 0;
        if (result->literal || search->partial)
            return status;
    }
    if (status == STATUS_OK)
        status = first_step_run(search, request, false, error);
    if (status != STATUS_OK || !search->application.changes || search->total > 0 || search->partial)
        return status;
    status = first_step_run(search, request, true, error);
    result->literal = status == STATUS_OK && search->total > 0;
    if (status != STATUS_OK || result->literal || search->partial)
        return status;
    /* What is looked for in other spellings, or in part, is not to be put into another order than that of relevance. */
    result->literal = search->met.documents == 0 && reads(search, EFFECT_SORT) && !reads(search, EFFECT_FILTER);
    return result->literal ? status : first_step_run(search, request, false, error);
}

/* All words, in whatever spelling and zone. */
static enum status spellings_run(struct search *search)
{
    enum status status = STATUS_OK;
    struct met met = search->met;
    while (status == STATUS_OK && !search->partial && (met.documents == 0 || met_is_doubtful(met, search->cascade.mode))) {
        status = cascade_next(&search->cascade, met);
        if (status == STATUS_OK)
            status = step_run(search);
        if (status != STATUS_OK)
            break;
        bool doubtful = met.documents > 0, more = search->met.documents > met.documents;
        search->level = doubtful && !more ? search->level : search->cascade.level;
        met = search->met;
        if (doubtful && more)
            break;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* Ever fewer of the words, until that many documents have them. */
static enum status rungs_run(struct search *search, uint64_t enough)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !search->partial && search->met.documents < enough) {
        status = cascade_relax(&search->cascade);
        if (status != STATUS_OK)
            break;
        search->level = search->cascade.level;
        status = step_run(search);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* The steps and rungs behind the first step. */
static enum status steps_run(struct search *search)
{
    enum status status = STATUS_OK;
    uint64_t enough = cascade_enough(&search->cascade);
    search->level = search->cascade.level;
    if (status != STATUS_OK || search->request->match == MATCH_ANY || search->cascade.words.end == 0)
        return status;
    bool doubtful = met_is_doubtful(search->met, MATCH_ALL);
    /* By price or date what lacks words would stand among what has them all. */
    if (search->request->sort != SORT_RELEVANCE)
        enough = 1;
    if (doubtful || search->met.documents == 0) {
        status = spellings_run(search);
        enough = search->met.documents > 0 && search->cascade.zone == WORDS_CORE ? 1 : enough;
    }
    return status == STATUS_OK ? rungs_run(search, enough) : status;
}

/* One step holds for hits, total and facets. When the filters that were read leave nothing of it, the words alone have their turn. */
static enum status cascade_run(struct search *search, struct search_result *result, struct error *error)
{
    const struct search_request *request = search->request;
    enum status status = readings_run(search, result, error);
    if (status == STATUS_OK)
        status = steps_run(search);
    if (status != STATUS_OK || search->total > 0 || search->partial || result->literal || !reads(search, EFFECT_FILTER))
        return status;
    status = first_step_run(search, request, true, error);
    if (status == STATUS_OK)
        status = steps_run(search);
    result->literal = status == STATUS_OK && search->total > 0;
    if (status != STATUS_OK || result->literal || search->partial)
        return status;
    status = first_step_run(search, request, false, error);
    return status == STATUS_OK ? steps_run(search) : status;
}

/* Everything about readings that an answer shows. */
static enum status understood_finish(struct search *search, struct search_result *result)
{
    const struct understanding *understanding = &search->understanding;
    struct understood *list = arena_calloc(search->arena, understanding->count, sizeof *list);
    enum status status = list == NULL ? STATUS_LIMIT : STATUS_OK;
    result->understood = list;
    for (unsigned i = 0; i < understanding->count && status == STATUS_OK; i++) {
        struct understood *out = &list[result->understood_count++];
        out->reading = understanding->readings[i];
        if (result->literal)
            out->reading.effect = EFFECT_NONE;
        status = understood_words(search->request->text, &search->tokens, out->reading.words, search->arena, &out->words);
    }
    return status;
}

/* For facets=auto, once the hits are known: chooses further specs and counts them in a pass of their own. */
static enum status facets_auto_run(struct search *search)
{
    struct bytes names[AUTO_SPECS_MAX];
    unsigned count = 0;
    if (search->sample == NULL || search->partial)
        return STATUS_OK;
    enum status status = facet_auto_choose(search->snapshot, search->sample, AUTO_SPECS_MAX, search->arena, names, &count);
    search->sample = NULL;
    search->facet_first = search->facet_count;
    for (unsigned i = 0; i < count; i++)
        facet_add(search, names[i]);
    for (unsigned i = search->facet_first; i < search->facet_count && status == STATUS_OK; i++)
        status = search->facets[i].kind->open(&search->context, search->facets[i].name, &search->facets[i].counters);
    if (status != STATUS_OK || search->facet_first == search->facet_count)
        return status;
    uint64_t total = search->total;
    search->top.room = 0; /* the hits are taken */
    status = documents_run(search);
    search->total = total;
    return status;
}

static enum status facets_finish(struct search *search, struct search_result *result)
{
    enum status status = STATUS_OK;
    result->facets = arena_calloc(search->arena, search->facet_count, sizeof *result->facets);
    if (result->facets == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < search->facet_count && status == STATUS_OK; i++) {
        struct facet_result *facet = &result->facets[result->facet_count++];
        facet->name = search->facets[i].name;
        status = search->facets[i].kind->finish(&search->context, search->facets[i].counters, facet);
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

static enum status replaced_finish(struct search *search, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    struct taken taken = {0};
    if (result->hit_count == 0 || !words_may_be_replaced(cascade))
        return STATUS_OK;
    enum status status = taken_read(search->snapshot, &cascade->lattice, result->hits[0].document, &taken);
    if (status != STATUS_OK)
        return status;
    result->replaced = arena_alloc(search->arena, taken.count * sizeof *result->replaced);
    if (result->replaced == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < taken.count; i++) {
        const struct alternative *alternative = &cascade->alternatives.list[taken.alternatives[i]];
        const struct token *first = cascade->words.words[alternative->first].tokens;
        const struct token *last = cascade->words.words[alternative->first + alternative->words - 1].tokens;
        struct bytes typed = {search->request->text.data + first->offset, last->offset + last->size - first->offset};
        result->replaced[result->replaced_count++] =
            (struct replaced_words){typed, alternative->text, alternative_kind_name((enum alternative_kind)alternative->kind)};
        enum alternative_level level = alternative_level((enum alternative_kind)alternative->kind);
        search->level = level > search->level ? level : search->level;
    }
    return STATUS_OK;
}

/* The words that the best hit lacks. What was asked for as any word at all is not relaxed. */
static enum status relaxed_finish(struct search *search, struct search_result *result)
{
    const struct cascade *cascade = &search->cascade;
    bool lacks[QUERY_TOKENS_MAX] = {false};
    if (cascade->rung == RUNG_NONE || search->request->match == MATCH_ANY)
        return STATUS_OK;
    result->relaxed.rung = rung_name(cascade->rung);
    result->relaxed.words = arena_calloc(search->arena, cascade->words.count, sizeof *result->relaxed.words);
    if (result->relaxed.words == NULL)
        return STATUS_LIMIT;
    if (result->hit_count == 0)
        return STATUS_OK;
    enum status status = lacking_read(search->snapshot, &cascade->words, &cascade->lattice, result->hits[0].document, lacks);
    for (unsigned i = 0; i < cascade->words.count && status == STATUS_OK; i++) {
        const struct token *token = cascade->words.words[i].tokens;
        if (lacks[i])
            result->relaxed.words[result->relaxed.word_count++] = (struct bytes){search->request->text.data + token->offset, token->size};
    }
    return status;
}

static enum status variants_finish(struct search *search, struct search_result *result)
{
    enum status status = STATUS_OK;
    if ((search->filters.active & (uint32_t)AXES_OFFER) == 0)
        return STATUS_OK;
    result->variants = arena_calloc(search->arena, result->hit_count, sizeof *result->variants);
    if (result->variants == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < result->hit_count && status == STATUS_OK; i++)
        status = filters_variants(&search->filters, result->hits[i].document, &result->variants[i]);
    return status;
}

enum status search_run(struct snapshot *snapshot, const struct analyzer *analyzer, const struct search_request *request,
                       const struct search_limits *limits, struct arena *arena, struct search_result *result, struct error *error)
{
    struct search_request plain = *request; /* without what is excluded */
    struct search search = {.snapshot = snapshot, .arena = arena, .request = &plain, .analyzer = analyzer};
    *result = (struct search_result){0};
    if (limits->cpu_ns > 0)
        search.deadline_cpu_ns = clock_thread_cpu_ns() + limits->cpu_ns;
    snapshot_cursors_return(snapshot);
    columns_init(&search.columns, snapshot, arena);
    enum status status = strict_parse(request->text, arena, &search.strict_spans, &plain.text);
    if (status == STATUS_OK)
        status = facets_choose(&search, error);
    if (status == STATUS_OK)
        status = cascade_run(&search, result, error);
    if (status == STATUS_OK)
        status = understood_finish(&search, result);
    if (status == STATUS_OK)
        status = top_finish(&search.top, request->page * request->limit, &result->hits, &result->hit_count);
    if (status == STATUS_OK)
        status = facets_auto_run(&search);
    if (status == STATUS_OK)
        status = facets_finish(&search, result);
    if (status == STATUS_OK)
        status = variants_finish(&search, result);
    if (status == STATUS_OK)
        status = replaced_finish(&search, result);
    if (status == STATUS_OK)
        status = relaxed_finish(&search, result);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    result->total = search.total;
    result->partial = search.partial;
    result->zone = search.cascade.zone == WORDS_CORE ? "core" : "all";
    result->level = cascade_level_name(search.level);
    if (status == STATUS_LIMIT)
        return error_set(error, status,
                         "the search needs more memory than a request may have: ask for fewer facet values or an earlier page");
    if (status != STATUS_OK && status != STATUS_INVALID)
        return error_set(error, status, "the index could not be read: %s", status_name(status));
    return status;
}
