#include "query/explain.h"

#include <string.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/explain_parts.h"
#include "storage/fragment.h"
#include "storage/mirror.h"
#include "storage/postings.h"
#include "storage/snapshot.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_HIT] = "hit",     [VERDICT_ABSENT] = "absent",   [VERDICT_INACTIVE] = "inactive", [VERDICT_WORDS] = "words",
        [VERDICT_SIGNS] = "signs", [VERDICT_FILTERS] = "filters", [VERDICT_HIDDEN] = "hidden",
    };
    return names[verdict];
}

const char *band_name(unsigned band)
{
    static const char *const names[BAND_MAX + 1] = {
        [BAND_NONE] = "lacking",          [BAND_ALIKE] = "alike", [BAND_BODY] = "body",
        [BAND_CONTRADICT] = "contradict", [BAND_NEAR] = "near",   [BAND_BARE] = "bare",
        [BAND_LIKELY] = "likely",         [BAND_EXACT] = "exact", [BAND_MAX] = "all",
    };
    return names[band];
}

struct bytes explained_text(const struct explanation *why, const struct explained_edge *edge)
{
    struct bytes first = why->words[edge->first].typed, last = why->words[edge->first + edge->words - 1].typed;
    return (struct bytes){first.data, (size_t)(last.data - first.data) + last.size};
}

enum status product_id_get(struct snapshot *snapshot, struct bytes named, struct bytes *out)
{
    static const uint8_t kinds[] = {REVERSE_SLUG, REVERSE_SKU};
    uint32_t document = 0;
    *out = named;
    enum status status = document_get(snapshot, named, &document);
    for (unsigned i = 0; i < sizeof kinds && status == STATUS_NOT_FOUND; i++)
        status = reverse_first(snapshot, kinds[i], named, out);
    if (status == STATUS_NOT_FOUND)
        *out = named;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What rules do to the document in the pass that was run. */
static void rules_look(const struct placing *placing, uint32_t document, struct looked_at *out)
{
    for (unsigned i = 0; i < placing->pin_count; i++)
        out->pinned = out->pinned || (placing->pins[i].document == document && placing->pins[i].found);
    for (unsigned i = 0; i < placing->hidden_count; i++)
        out->hidden = out->hidden || placing->hidden[i].document == document;
}

static enum status rank_take(struct pass *pass, struct looked_at *out)
{
    struct search_hit *hits = NULL;
    unsigned count = 0;
    bool more = false;
    if (pass->top.room == 0 || pass->top.count == 0 || out->ranked)
        return STATUS_OK;
    enum status status = top_finish(&pass->top, 0, 1, &hits, &count, &more);
    out->ranked = count > 0;
    out->rank = count > 0 ? hits[0].rank : 0;
    return status;
}

enum status document_look(struct search *search, uint32_t document, struct looked_at *out)
{
    static const struct strict_spans none = {.count = 0};
    struct pass *pass = &search->pass;
    const struct strict_spans *spans = pass->strict_spans;
    struct placing placing = pass->placing;
    *out = (struct looked_at){0};
    pass->only = &document;
    enum status status = pass_run(pass);
    out->words = pass->met.documents > 0;
    out->hit = pass->total > 0 || placing_added(&placing) > 0;
    rules_look(&placing, document, out);
    if (status == STATUS_OK)
        status = rank_take(pass, out);
    pass->placing = (struct placing){.rules = placing.rules};
    if (status == STATUS_OK && (out->pinned || out->hidden)) {
        status = pass_run(pass);
        out->words = pass->met.documents > 0;
    }
    if (status == STATUS_OK)
        status = rank_take(pass, out);
    if (status == STATUS_OK && !out->words && spans->count > 0) {
        pass->strict_spans = &none;
        status = pass_run(pass);
        out->words = pass->met.documents > 0;
    }
    pass->strict_spans = spans;
    pass->placing = placing;
    pass->only = NULL;
    return status;
}

/* NOT_FOUND: `verdict` says why. */
static enum status product_find(struct explaining *explaining, struct bytes product)
{
    struct bytes stored = {0};
    struct fragment fragment;
    explaining->out->verdict = VERDICT_ABSENT;
    enum status status = document_get(explaining->snapshot, product, &explaining->document);
    if (status != STATUS_OK)
        return status;
    explaining->out->verdict = VERDICT_INACTIVE;
    status = fragment_get(explaining->snapshot, explaining->document, explaining->arena, &stored); /* only a live product has one */
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    if (status != STATUS_OK)
        return status;
    explaining->out->verdict = VERDICT_HIT; /* unless something keeps it out */
    explaining->out->name = fragment.name;
    return STATUS_OK;
}

/* The request without what only facets need; deep enough to find the product's place. */
static struct search_request request_deep(const struct search_request *request)
{
    struct search_request deep = *request;
    deep.facet_count = deep.facet_option_count = 0;
    deep.facets_auto = deep.highlight = false;
    deep.limit = HITS_MAX;
    deep.page = EXPLAIN_PLACES_MAX / HITS_MAX - 1;
    deep.after = NULL;
    return deep;
}

static enum status place_find(struct explaining *explaining)
{
    struct pass *pass = &explaining->search.pass;
    const struct search_request all = {.limit = EXPLAIN_PLACES_MAX};
    struct page page;
    enum status status = placing_finish(&pass->placing, pass->request->sort == SORT_RELEVANCE, &pass->top, &all, explaining->arena, &page);
    for (unsigned i = 0; i < page.count && status == STATUS_OK; i++)
        if (page.hits[i].document == explaining->document)
            explaining->out->place = i + 1;
    return status;
}

static enum status search_take(struct explaining *explaining)
{
    struct explanation *out = explaining->out;
    struct search *search = &explaining->search;
    struct search_request deep = request_deep(explaining->request);
    enum status status = search_begin(search, explaining->snapshot, explaining->analyzer, &deep, &(struct search_limits){0},
                                      explaining->arena, &out->result, explaining->error);
    if (status == STATUS_OK)
        status = search_understood(search, &out->result);
    if (status != STATUS_OK)
        return status;
    out->result.total = search->pass.total + placing_added(&search->pass.placing);
    out->result.zone = search->cascade.zone == WORDS_CORE ? "core" : "all";
    out->result.level = cascade_level_name(search->level);
    out->rung = rung_name(search->cascade.rung);
    out->sort = search->pass.request->sort;
    return STATUS_OK;
}

/* A word is met when something of it is, even where no path leads through what it is read together with. */
static bool word_is_met(const struct explaining *explaining, unsigned at)
{
    const struct meeting *meeting = &explaining->meeting;
    if (!meeting->lacks[at])
        return true;
    for (unsigned i = 0; i < meeting->lattice->edge_count; i++) {
        const struct edge *edge = &meeting->lattice->edges[i];
        if (meeting->edges[i].term != NULL && edge->alternative == 0 && edge->start == meeting->word_nodes[at] &&
            meeting->edges[i].term->key.size >= explaining->search.cascade.words.words[at].tokens[0].folded_size)
            return true;
    }
    return false;
}

static enum status words_explain(struct explaining *explaining, bool live)
{
    const struct query_words *words = &explaining->search.cascade.words;
    struct explanation *out = explaining->out;
    out->words = arena_calloc(explaining->arena, words->count, sizeof *out->words);
    if (out->words == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < words->count; i++) {
        const struct token *token = words->words[i].tokens;
        out->words[out->word_count++] =
            (struct explained_word){{explaining->request->text.data + token->offset, token->size}, &words->words[i], false};
    }
    for (unsigned i = 0; i < words->count && live; i++)
        out->words[i].met = word_is_met(explaining, i);
    return STATUS_OK;
}

/* The word that a node stands in front of or in. */
static unsigned word_at(const struct explaining *explaining, unsigned node)
{
    const struct query_words *words = &explaining->search.cascade.words;
    unsigned at = 0;
    for (unsigned i = 0; i < words->count; i++)
        if (words->words[i].role != WORD_DROP && explaining->meeting.word_nodes[i] <= node)
            at = i;
    return at;
}

static enum status form_read(struct explaining *explaining, const struct edge_term *term, struct bytes *out)
{
    struct posting posting = {0};
    struct bytes form = {0};
    enum status status = postings_find(explaining->snapshot, &term->term, explaining->document, &posting);
    if (status == STATUS_OK && term_form(&term->term, posting.form, &form))
        *out = form.size == 0 ? term->key : form;
    return status;
}

static enum status edge_explain(struct explaining *explaining, const struct edge *edge, const struct met_edge *met)
{
    const struct lattice *lattice = explaining->meeting.lattice;
    bool extra = edge->start >= lattice->end;
    unsigned word = word_at(explaining, extra ? lattice->extras[edge->start - lattice->end] : edge->start);
    const struct token *token = explaining->search.cascade.words.words[word].tokens;
    struct explained_edge *out = &explaining->out->edges[explaining->out->edge_count];
    if (explaining->out->edge_count == EXPLAIN_EDGES_MAX)
        return STATUS_OK;
    explaining->out->edge_count++;
    *out = (struct explained_edge){.first = word,
                                   .words = 1,
                                   .term = met->term->key,
                                   .zone = extra || met->band == BAND_BODY ? "body" : "core",
                                   .df = met->term->term.df,
                                   .band = met->band,
                                   .impact = met->impact,
                                   .worth = edge->worth};
    if (extra) {
        out->kind = "description";
        out->band = BAND_NONE;
    } else if (edge->alternative > 0) {
        const struct alternative *alternative = &explaining->search.cascade.alternatives.list[edge->alternative - 1];
        out->first = alternative->first;
        out->words = alternative->words;
        out->kind = alternative_kind_name((enum alternative_kind)alternative->kind);
    } else if (met->term->begins > 0) {
        out->kind = "beginning";
    } else {
        out->kind = bytes_equal(met->term->key, (struct bytes){token->folded, token->folded_size}) ? "word" : "part";
    }
    return form_read(explaining, met->term, &out->form);
}

static enum status edges_explain(struct explaining *explaining)
{
    const struct meeting *meeting = &explaining->meeting;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < meeting->lattice->edge_count && status == STATUS_OK; i++)
        if (meeting->edges[i].taken)
            status = edge_explain(explaining, &meeting->lattice->edges[i], &meeting->edges[i]);
    return status;
}

enum status explain_meeting(struct explaining *explaining)
{
    struct search *search = &explaining->search;
    enum status status = document_look(search, explaining->document, &explaining->looked);
    if (status == STATUS_OK)
        status = meeting_read(explaining->snapshot, &search->cascade.words, &search->cascade.lattice, explaining->document,
                              &explaining->meeting);
    if (status == STATUS_OK)
        status = words_explain(explaining, true);
    return status == STATUS_OK ? explain_filters(explaining) : status;
}

/* Of a live product: its place, how it meets the step that holds, and what that comes to. */
static enum status product_explain(struct explaining *explaining)
{
    enum status status = place_find(explaining);
    if (status == STATUS_OK)
        status = explain_meeting(explaining);
    if (status == STATUS_OK)
        status = edges_explain(explaining);
    if (status != STATUS_OK)
        return status;
    explaining->out->pinned = explaining->looked.pinned;
    if (explaining->looked.ranked)
        status = explain_rank(explaining);
    if (status == STATUS_OK)
        status = explain_rules(explaining);
    explaining->out->verdict = explaining->looked.hit      ? VERDICT_HIT
                               : explaining->looked.hidden ? VERDICT_HIDDEN
                               : explaining->looked.words  ? VERDICT_FILTERS
                                                           : VERDICT_WORDS;
    bool kept_out = explaining->out->verdict == VERDICT_FILTERS || explaining->out->verdict == VERDICT_WORDS;
    return status == STATUS_OK && kept_out ? explain_blockers(explaining) : status;
}

enum status search_explain(struct snapshot *snapshot, const struct analyzer *analyzer, const struct search_request *request,
                           struct bytes product, struct arena *arena, struct explanation *out, struct error *error)
{
    struct explaining *explaining = arena_calloc(arena, 1, sizeof *explaining);
    *out = (struct explanation){.verdict = VERDICT_HIT};
    if (explaining == NULL)
        return search_status(STATUS_LIMIT, error);
    explaining->snapshot = snapshot;
    explaining->analyzer = analyzer;
    explaining->request = request;
    explaining->arena = arena;
    explaining->out = out;
    explaining->error = error;
    enum status status = product_find(explaining, product);
    bool live = status == STATUS_OK;
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        status = search_take(explaining);
    if (status == STATUS_OK)
        status = live ? product_explain(explaining) : words_explain(explaining, false);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    return search_status(status, error);
}
