#include "query/met_words.h"

static void word_add(struct met_words *out, struct met_word word)
{
    for (unsigned i = 0; i < out->count; i++)
        if (bytes_equal(out->list[i].folded, word.folded) && bytes_equal(out->list[i].exact, word.exact) &&
            out->list[i].begins == word.begins) {
            if (out->list[i].contradiction < word.contradiction)
                out->list[i].contradiction = word.contradiction;
            return;
        }
    if (out->count < MET_WORDS_MAX)
        out->list[out->count++] = word;
}

/* A band that no single form decided leaves open which marks the text has. */
static enum met_contradiction contradiction_of(const struct edge_term *term, uint8_t band)
{
    bool stored_beginning = term->begins > 0 && term->begins == term->key.size;
    if (band == BAND_CONTRADICT && !stored_beginning)
        return CONTRADICTION_FOUND;
    return band == BAND_LIKELY || band == BAND_BODY || stored_beginning ? CONTRADICTION_ALONE : CONTRADICTION_NEVER;
}

static bool is_own(const struct edge *edge, const struct met_edge *met, unsigned node, struct bytes folded)
{
    return edge->alternative == 0 && edge->start == node && met->term->begins == 0 && bytes_equal(met->term->key, folded);
}

/* A word as it was typed, which any text may have, however the hit was found. */
static void typed_add(const struct query_words *words, const struct meeting *meeting, unsigned at, struct met_words *out)
{
    const struct lattice *lattice = meeting->lattice;
    const struct token *token = &words->words[at].tokens[0];
    struct met_word word = {.folded = {token->folded, token->folded_size}, .exact = {token->exact, token->exact_size}};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        const struct met_edge *met = &meeting->edges[i];
        if (!met->taken)
            continue;
        if (edge->start >= lattice->end && lattice->extras[edge->start - lattice->end] == meeting->word_nodes[at] &&
            word.contradiction == CONTRADICTION_NEVER)
            word.contradiction = CONTRADICTION_ALONE;
        else if (edge->start < lattice->end && is_own(edge, met, meeting->word_nodes[at], word.folded))
            word.contradiction = (uint8_t)contradiction_of(met->term, met->band);
    }
    word_add(out, word);
}

/* What the document has of an edge on its path: every term that is as good as the best. */
static enum status edge_add(struct snapshot *snapshot, const struct edge *edge, const struct met_edge *best, uint32_t document,
                            struct met_words *out)
{
    for (uint32_t i = 0; i < edge->term_count; i++) {
        const struct edge_term *term = &edge->terms[i];
        uint8_t band = 0, impact = 0;
        bool begins = term->begins > 0;
        enum status status = begins && term != best->term ? STATUS_NOT_FOUND : term_met(snapshot, term, document, &band, &impact);
        if (status == STATUS_OK && band == best->band)
            word_add(out, (struct met_word){.folded = {term->key.data, begins ? term->begins : term->key.size},
                                            .exact = term->exact,
                                            .begins = begins,
                                            .contradiction = (uint8_t)contradiction_of(term, band)});
        else if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_OK;
}

enum status met_words_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice, uint32_t document,
                           struct arena *arena, struct met_words *out)
{
    struct meeting *meeting = arena_alloc(arena, sizeof *meeting);
    *out = (struct met_words){.list = arena_alloc(arena, MET_WORDS_MAX * sizeof *out->list)};
    if (meeting == NULL || out->list == NULL)
        return STATUS_LIMIT;
    enum status status = meeting_read(snapshot, words, lattice, document, meeting);
    for (unsigned i = 0; i < words->count && status == STATUS_OK; i++)
        if (words->words[i].role == WORD_SEARCH)
            typed_add(words, meeting, i, out);
    for (unsigned i = 0; i < lattice->edge_count && status == STATUS_OK; i++)
        if (meeting->edges[i].taken && lattice->edges[i].start < lattice->end)
            status = edge_add(snapshot, &lattice->edges[i], &meeting->edges[i], document, out);
    return status;
}
