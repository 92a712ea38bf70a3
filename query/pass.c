#include "query/pass.h"

#include "base/clock.h"
#include "query/cursor.h"
#include "query/match.h"
#include "query/rank.h"
#include "query/sort_key.h"
#include "storage/snapshot.h"

enum { WINDOWS_PER_CLOCK = 8 }; /* the thread's clock is a system call */

static enum status counters_open(struct pass *pass)
{
    struct facet_context context = {pass->snapshot, pass->analyzer, pass->arena, pass->request, &pass->filters, &pass->columns};
    pass->total = 0;
    pass->met = (struct met){0};
    pass->partial = false;
    placing_begin(&pass->placing);
    enum status status = facet_set_open(&pass->facets, &context);
    /* One more than is shown tells whether there are others. */
    if (status == STATUS_OK)
        status = top_open(&pass->top, pass->snapshot, pass->request->limit == 0 ? 0 : (pass->request->page + 1) * pass->request->limit + 1,
                          pass->arena);
    if (status == STATUS_OK && pass->request->after != NULL && pass->request->after->id.size > 0)
        top_begin_behind(&pass->top, pass->after_rank, pass->request->after->id);
    return status;
}

/* Takes out the candidates that their fame does not bring to the threshold however well their words are met, by the zone map or one by one;
 * the points of the others are set. */
static enum status candidates_by_fame(struct pass *pass, struct match_score best, uint64_t threshold, uint64_t *candidates,
                                      uint32_t *points)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    uint32_t boost = boost_most(&pass->boost, pass->columns.window); /* which boost_add hands out only to those that are left */
    for (uint32_t next = 0; (status = columns_next(&pass->columns, SLOT_FAME, candidates, &next, &part)) == STATUS_OK;) {
        const uint16_t *priors = part_u16(part, FAME_PRIOR);
        uint64_t most = part->chunk.min[FAME_PRIOR] <= part->chunk.max[FAME_PRIOR] ? part->chunk.max[FAME_PRIOR] : 0;
        if (rank_pack(best, TIER_IN_STOCK, prior_points((uint16_t)most, pass->points_max) + boost) < threshold) {
            window_clear_range(candidates, part->first, part->end);
            continue;
        }
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(candidates, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest);
                points[at] = prior_points(priors[at - part->first], pass->points_max);
                if (rank_pack(best, TIER_IN_STOCK, points[at] + boost) < threshold)
                    candidates[word] &= ~(rest & -rest);
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status add_by_relevance(struct pass *pass, uint32_t base, const uint64_t *hits)
{
    struct match_score scores[COLUMN_WINDOW], best;
    uint64_t candidates[WINDOW_WORDS], hopeful[WINDOW_WORDS], threshold = top_threshold(&pass->top), ceiling = top_ceiling(&pass->top);
    uint32_t points[COLUMN_WINDOW];
    const struct column_part *part = NULL;
    uint32_t together = contiguity_most(&pass->contiguity), boost = boost_most(&pass->boost, pass->columns.window);
    if (!match_candidates(pass->match, hits, threshold, pass->points_max + boost + together, candidates, &best))
        return STATUS_OK;
    best.score += together;
    enum status status = candidates_by_fame(pass, best, threshold, candidates, points);
    if (status == STATUS_OK)
        status = contiguity_window(&pass->contiguity, base / COLUMN_WINDOW, candidates, points);
    if (status == STATUS_OK)
        status = boost_add(&pass->boost, &pass->columns, candidates, points);
    if (status != STATUS_OK || !window_any(candidates))
        return status;
    match_hopeful(pass->match, candidates, threshold, points, scores, hopeful);
    for (uint32_t next = 0; status == STATUS_OK;) {
        status = columns_next(&pass->columns, SLOT_OFFER, hopeful, &next, &part);
        if (status != STATUS_OK)
            break;
        const uint32_t *stocks = part_u32(part, OFFER_STOCK);
        for (uint32_t at = window_next(hopeful, part->first); at < part->end; at = window_next(hopeful, at + 1)) {
            uint64_t rank = rank_stocked(scores[at], stocks[at - part->first] != 0);
            if (rank < threshold || rank > ceiling)
                continue;
            top_add(&pass->top, base + at, rank);
            threshold = top_threshold(&pass->top);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status add_by_column(struct pass *pass, uint32_t base, const uint64_t *hits)
{
    enum sort sort = pass->request->sort;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    uint64_t threshold = top_threshold(&pass->top), ceiling = top_ceiling(&pass->top);
    for (uint32_t next = 0; (status = columns_next(&pass->columns, sort_slot(sort), hits, &next, &part)) == STATUS_OK;) {
        if (sort_bound(sort, part) < threshold)
            continue;
        for (uint32_t at = window_next(hits, part->first); at < part->end; at = window_next(hits, at + 1)) {
            uint64_t rank = sort_rank(sort, part, at - part->first);
            if (rank < threshold || rank > ceiling)
                continue;
            top_add(&pass->top, base + at, rank);
            threshold = top_threshold(&pass->top);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* One document whose words are met well is enough to know. */
static void met_add(struct pass *pass, const uint64_t *documents)
{
    struct met *met = &pass->met;
    uint64_t before = met->documents;
    met->documents += window_count(documents);
    for (uint32_t at = window_next(documents, 0); at < COLUMN_WINDOW && before < DOUBTFUL_MAX && met->band <= BAND_CONTRADICT; before++) {
        uint8_t band = match_score(pass->match, at).band;
        met->band = band > met->band ? band : met->band;
        at = window_next(documents, at + 1);
    }
}

/* Of the window's documents, the only one that is looked at. */
static void only_keep(const struct pass *pass, uint32_t window, uint64_t *documents)
{
    uint32_t at = *pass->only % COLUMN_WINDOW;
    bool has = *pass->only / COLUMN_WINDOW == window && window_has(documents, at);
    window_clear(documents);
    if (has)
        window_set(documents, at);
}

/* `matched`: the words meet some of the window's documents. */
static enum status window_run(struct pass *pass, uint32_t window, bool matched)
{
    const uint64_t *matching = NULL;
    uint64_t documents[WINDOW_WORDS] = {0}, met[WINDOW_WORDS], hits[WINDOW_WORDS];
    enum status status = matched ? match_window(pass->match, window, &matching) : STATUS_OK;
    if (status == STATUS_OK && matched)
        window_copy(documents, matching);
    window_copy(met, documents);
    placing_documents(&pass->placing, window, documents);
    if (pass->only != NULL) {
        only_keep(pass, window, documents);
        only_keep(pass, window, met);
    }
    if (status != STATUS_OK || !window_any(documents))
        return status;
    status = strict_window(&pass->strict, window, documents);
    if (status != STATUS_OK || !window_any(documents))
        return status;
    window_and(met, documents);
    met_add(pass, met);
    columns_move(&pass->columns, window);
    status = filters_window(&pass->filters, &pass->columns, documents);
    if (status != STATUS_OK)
        return status;
    filters_mask(&pass->filters, documents, AXIS_NONE, hits);
    placing_found(&pass->placing, window, hits, met);
    window_and(met, hits);
    pass->total += window_count(met);
    facet_set_sample(&pass->facets, window * COLUMN_WINDOW, hits);
    /* The facets first: they want most chunks, in order, and ranking then finds them at hand. */
    status = facet_set_count(&pass->facets, documents, hits);
    if (status != STATUS_OK || pass->top.room == 0 || !window_any(hits))
        return status;
    if (pass->request->sort != SORT_RELEVANCE)
        return add_by_column(pass, window * COLUMN_WINDOW, hits);
    placing_ranked(&pass->placing, window, met);
    return window_any(met) ? add_by_relevance(pass, window * COLUMN_WINDOW, met) : STATUS_OK;
}

static bool deadline_passed(struct pass *pass, uint32_t visited)
{
    if (pass->deadline_cpu_ns == 0 || visited % WINDOWS_PER_CLOCK != 0)
        return false;
    pass->partial = clock_thread_cpu_ns() >= pass->deadline_cpu_ns;
    return pass->partial;
}

/* The window of the only document that is looked at. */
static enum status only_run(struct pass *pass)
{
    uint32_t window = *pass->only / COLUMN_WINDOW, matched = 0;
    enum status status = match_seek(pass->match, window, &matched);
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    return window_run(pass, window, status == STATUS_OK && matched == window);
}

/* The windows that the words meet, and those of products that rules put there. */
static enum status windows_run(struct pass *pass)
{
    uint32_t matched = 0;
    enum status status = match_seek(pass->match, 0, &matched);
    for (uint32_t visited = 1, window = 0; status == STATUS_OK || status == STATUS_END; visited++, window++) {
        if (status == STATUS_OK && matched < window)
            status = match_seek(pass->match, window, &matched);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        uint32_t placed = placing_seek(&pass->placing, window);
        if (status == STATUS_END && placed == PLACING_NO_WINDOW)
            return STATUS_OK;
        bool meets = status == STATUS_OK && matched <= placed;
        window = meets ? matched : placed;
        enum status run = window_run(pass, window, meets);
        if (run != STATUS_OK || deadline_passed(pass, visited))
            return run;
    }
    return status;
}

static bool alternative_reads_one_way(const struct alternative *alternative)
{
    for (unsigned i = 0; i < alternative->edge_count; i++)
        if (alternative->edges[i].term_count != 1)
            return false;
    return alternative->text.size > 0;
}

/* The pairs of the words, and of the alternatives of the step at hand. */
enum status pass_pairs_open(struct pass *pass)
{
    const struct alternatives *alternatives = &pass->cascade->alternatives;
    struct bytes text = pass->request->text;
    enum status status = contiguity_open(&pass->contiguity, pass->snapshot, pass->arena);
    if (status != STATUS_OK || pass->request->sort != SORT_RELEVANCE || pass->tokens->positions == 0)
        return status;
    status = contiguity_add(&pass->contiguity, pass->tokens, text);
    for (unsigned i = 0; i < alternatives->count && status == STATUS_OK; i++) {
        const struct alternative *found = &alternatives->list[i];
        if (alternative_reads_one_way(found))
            status = contiguity_add_alternative(&pass->contiguity, pass->cascade->analyzer, pass->tokens, text, found->first, found->words,
                                                found->text);
    }
    return status;
}

/* Matches the step at hand. To be closed in any case. */
static enum status lattice_match(struct pass *pass)
{
    const struct lattice *lattice = &pass->cascade->lattice;
    enum status status = match_open(pass->snapshot, lattice, pass->cascade->mode, pass->arena, &pass->match);
    return status == STATUS_OK ? match_demand(pass->match, lattice, rung_percent(pass->cascade->rung), pass->arena) : status;
}

static void lattice_unmatch(struct pass *pass)
{
    if (pass->match != NULL)
        match_close(pass->match);
    pass->match = NULL;
}

/* The rank of one document, which is the best of those that a search for it alone finds. Left alone when it has not the words. */
static enum status document_rank(struct pass *pass, uint32_t document, uint64_t *rank)
{
    uint64_t one[WINDOW_WORDS] = {0};
    const uint64_t *matching = NULL;
    uint32_t window = document / COLUMN_WINDOW, found = 0;
    enum status status = match_seek(pass->match, window, &found);
    if (status != STATUS_OK || found != window)
        return status == STATUS_END ? STATUS_OK : status;
    status = match_window(pass->match, window, &matching);
    if (status != STATUS_OK || !window_has(matching, document % COLUMN_WINDOW))
        return status;
    window_set(one, document % COLUMN_WINDOW);
    columns_move(&pass->columns, window);
    status = top_open(&pass->top, pass->snapshot, 1, pass->arena);
    if (status == STATUS_OK)
        status = add_by_relevance(pass, window * COLUMN_WINDOW, one);
    if (status == STATUS_OK && pass->top.count == 1)
        *rank = pass->top.heap[0].hit.rank;
    return status;
}

/* Where the hits of a walk go on: cursor.h. */
static enum status place_find(struct pass *pass)
{
    uint32_t document = 0;
    const struct cursor *after = pass->request->after;
    if (after == NULL || after->id.size == 0)
        return STATUS_OK;
    pass->after_rank = after->rank;
    if (pass->request->sort != SORT_RELEVANCE)
        return STATUS_OK;
    enum status status = cursor_document(after, pass->snapshot, &document);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    status = pass_pairs_open(pass);
    if (status == STATUS_OK)
        status = lattice_match(pass);
    if (status == STATUS_OK)
        status = document_rank(pass, document, &pass->after_rank);
    lattice_unmatch(pass);
    contiguity_close(&pass->contiguity);
    return status;
}

/* The documents that have the words of the step at hand, window by window. */
static enum status documents_run(struct pass *pass)
{
    enum status status = strict_open(&pass->strict, pass->snapshot, pass->analyzer, pass->strict_spans, pass->arena);
    if (status == STATUS_OK)
        status = lattice_match(pass);
    if (status == STATUS_OK)
        status = pass->only == NULL ? windows_run(pass) : only_run(pass);
    lattice_unmatch(pass);
    strict_close(&pass->strict);
    return status;
}

enum status pass_run(struct pass *pass)
{
    uint32_t score_max = lattice_score_max(&pass->cascade->lattice);
    pass->points_max = prior_points_max(score_max);
    enum status status = boost_open(&pass->boost, pass->snapshot, pass->understanding, pass->rules, score_max, pass->arena);
    if (status == STATUS_OK)
        status = place_find(pass);
    if (status == STATUS_OK)
        status = pass_pairs_open(pass);
    if (status == STATUS_OK)
        status = counters_open(pass);
    if (status == STATUS_OK)
        status = documents_run(pass);
    contiguity_close(&pass->contiguity);
    return status;
}

enum status pass_facets_auto(struct pass *pass)
{
    uint64_t total = pass->total;
    bool more = false;
    enum status status = facet_set_choose_auto(&pass->facets, &more);
    if (status != STATUS_OK || !more)
        return status;
    pass->top.room = 0; /* the hits are taken */
    status = documents_run(pass);
    pass->total = total;
    return status;
}
