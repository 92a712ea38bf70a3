#include "query/meeting.h"

#include <string.h>

#include "storage/postings.h"

enum status term_met(struct snapshot *snapshot, const struct edge_term *term, uint32_t document, uint8_t *band, uint8_t *impact)
{
    struct posting posting = {0};
    enum status status = postings_find(snapshot, &term->term, document, &posting);
    if (status != STATUS_OK)
        return status;
    uint16_t value = edge_term_value(term, posting.impact, posting.form);
    *band = (uint8_t)(value >> 8);
    *impact = (uint8_t)value;
    return STATUS_OK;
}

static bool is_better(const struct met_edge *a, const struct met_edge *b)
{
    return a->band != b->band ? a->band > b->band : a->impact > b->impact;
}

/* The document's best of an edge's terms. */
static enum status edge_meet(struct snapshot *snapshot, const struct edge *edge, uint32_t document, struct met_edge *best)
{
    *best = (struct met_edge){0};
    for (uint32_t i = 0; i < edge->term_count; i++) {
        struct met_edge met = {.term = &edge->terms[i]};
        enum status status = term_met(snapshot, &edge->terms[i], document, &met.band, &met.impact);
        if (status == STATUS_NOT_FOUND)
            continue;
        if (status != STATUS_OK)
            return status;
        if (best->term == NULL || is_better(&met, best))
            *best = met;
    }
    return STATUS_OK;
}

/* The edges between two nodes that none of them crosses. */
struct stretch {
    unsigned start, end;        /* nodes */
    unsigned first, edge_count; /* of the lattice's edges */
};

/* The stretch that begins at `start`, from edge `first` on. */
static struct stretch stretch_at(const struct lattice *lattice, unsigned start, unsigned first)
{
    struct stretch out = {start, lattice_segment_end(lattice, start), first, 0};
    while (first + out.edge_count < lattice->edge_count && lattice->edges[first + out.edge_count].start < out.end)
        out.edge_count++;
    return out;
}

/* The best worst band of a path through it. */
static uint8_t stretch_band(const struct meeting *meeting, const struct stretch *stretch)
{
    uint8_t best[LATTICE_NODES_MAX] = {0};
    best[stretch->start] = BAND_MAX;
    for (unsigned i = stretch->first; i < stretch->first + stretch->edge_count; i++) {
        const struct edge *edge = &meeting->lattice->edges[i];
        uint8_t band = meeting->edges[i].band < best[edge->start] ? meeting->edges[i].band : best[edge->start];
        best[edge->end] = band > best[edge->end] ? band : best[edge->end];
    }
    return best[stretch->end];
}

/* Takes the path of at least this band with the greatest score, which it returns; 0 when there is none. Scores count from 1: 0 is unreached. */
static uint32_t stretch_take(struct meeting *meeting, const struct stretch *stretch, uint8_t band)
{
    uint32_t best[LATTICE_NODES_MAX] = {0};
    uint16_t last[LATTICE_NODES_MAX] = {0};
    best[stretch->start] = 1;
    for (unsigned i = stretch->first; i < stretch->first + stretch->edge_count; i++) {
        const struct edge *edge = &meeting->lattice->edges[i];
        const struct met_edge *met = &meeting->edges[i];
        if (best[edge->start] == 0 || met->term == NULL || met->band < band)
            continue;
        uint32_t score = best[edge->start] + (uint32_t)edge->worth * met->impact;
        if (score <= best[edge->end])
            continue;
        best[edge->end] = score;
        last[edge->end] = (uint16_t)i;
    }
    if (best[stretch->end] == 0)
        return 0;
    for (unsigned node = stretch->end; node != stretch->start; node = meeting->lattice->edges[last[node]].start)
        meeting->edges[last[node]].taken = true;
    return best[stretch->end] - 1;
}

/* The band of all words first: no path with a worse one counts. Extras add to the score alone. */
static void paths_take(struct meeting *meeting)
{
    const struct lattice *lattice = meeting->lattice;
    struct stretch stretch = {0};
    meeting->score = (struct match_score){.band = BAND_MAX};
    for (unsigned start = 0, first = 0; start < lattice->end; start = stretch.end, first += stretch.edge_count) {
        stretch = stretch_at(lattice, start, first);
        uint8_t band = stretch_band(meeting, &stretch);
        meeting->score.band = band < meeting->score.band ? band : meeting->score.band;
    }
    for (unsigned start = 0, first = 0; start < lattice->end + lattice->extra_count; start = stretch.end, first += stretch.edge_count) {
        stretch = stretch_at(lattice, start, first);
        meeting->score.score += stretch_take(meeting, &stretch, meeting->score.band);
    }
}

/* A stretch that the document has a path through stands for all its words. */
static void words_judge(const struct query_words *words, struct meeting *meeting)
{
    const struct lattice *lattice = meeting->lattice;
    bool has[LATTICE_NODES_MAX] = {false};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        if (!meeting->edges[i].taken)
            continue;
        if (edge->start >= lattice->end)
            has[lattice->extras[edge->start - lattice->end]] = true;
        else
            memset(&has[edge->start], true, edge->end - edge->start);
    }
    unsigned node = 0;
    for (unsigned i = 0; i < words->count; i++) {
        meeting->word_nodes[i] = 0;
        meeting->lacks[i] = false;
        if (words->words[i].role == WORD_DROP)
            continue;
        while (node < lattice->end && (lattice->words[node] & LATTICE_WORD) == 0)
            node++;
        meeting->word_nodes[i] = (uint8_t)node;
        meeting->lacks[i] = !has[node++];
    }
}

enum status meeting_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice, uint32_t document,
                         struct meeting *out)
{
    out->lattice = lattice;
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        enum status status = edge_meet(snapshot, &lattice->edges[i], document, &out->edges[i]);
        if (status != STATUS_OK)
            return status;
    }
    paths_take(out);
    words_judge(words, out);
    return STATUS_OK;
}

unsigned meeting_alternatives(const struct meeting *meeting, uint8_t alternatives[LATTICE_POSITIONS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < meeting->lattice->edge_count && meeting->score.band != BAND_NONE; i++) {
        unsigned number = meeting->lattice->edges[i].alternative;
        bool again = count > 0 && number > 0 && alternatives[count - 1] == number - 1;
        if (meeting->edges[i].taken && number > 0 && !again)
            alternatives[count++] = (uint8_t)(number - 1);
    }
    return count;
}
