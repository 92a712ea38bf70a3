#include "query/taken.h"

#include <string.h>

#include "storage/postings.h"

struct value {
    uint8_t band, impact;
};

static bool is_better(struct value a, struct value b)
{
    return a.band != b.band ? a.band > b.band : a.impact > b.impact;
}

/* The document's best of an edge's terms. */
static enum status edge_value(struct snapshot *snapshot, const struct edge *edge, uint32_t document, struct value *best)
{
    *best = (struct value){0};
    for (uint32_t i = 0; i < edge->term_count; i++) {
        const struct edge_term *term = &edge->terms[i];
        struct posting posting = {0};
        enum status status = postings_find(snapshot, &term->term, document, &posting);
        if (status == STATUS_NOT_FOUND)
            continue;
        if (status != STATUS_OK)
            return status;
        uint16_t both = edge_term_value(term, posting.impact, posting.form);
        struct value value = {(uint8_t)(both >> 8), (uint8_t)both};
        *best = is_better(value, *best) ? value : *best;
    }
    return STATUS_OK;
}

/* The best worst band of a path. */
static uint8_t path_band(const struct lattice *lattice, const struct value *values)
{
    uint8_t best[LATTICE_NODES_MAX] = {BAND_MAX};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        uint8_t band = values[i].band < best[edge->start] ? values[i].band : best[edge->start];
        best[edge->end] = band > best[edge->end] ? band : best[edge->end];
    }
    return best[lattice->end];
}

/* The path of this band with the greatest score; `last` gets the edge that leads to each of its nodes. Scores count from 1: 0 is unreached. */
static uint32_t path_score(const struct lattice *lattice, const struct value *values, uint8_t band, uint16_t last[LATTICE_NODES_MAX])
{
    uint32_t best[LATTICE_NODES_MAX] = {1};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        if (best[edge->start] == 0 || values[i].band < band)
            continue;
        uint32_t score = best[edge->start] + (uint32_t)edge->worth * values[i].impact;
        if (score <= best[edge->end])
            continue;
        best[edge->end] = score;
        last[edge->end] = (uint16_t)i;
    }
    return best[lattice->end] - 1;
}

/* From the last node back; then turned round. */
static void path_list(const struct lattice *lattice, const uint16_t *last, struct taken *out)
{
    for (unsigned node = lattice->end; node > 0; node = lattice->edges[last[node]].start) {
        unsigned alternative = lattice->edges[last[node]].alternative;
        bool again = out->count > 0 && alternative > 0 && out->alternatives[out->count - 1] == alternative - 1;
        if (alternative > 0 && !again)
            out->alternatives[out->count++] = (uint8_t)(alternative - 1);
    }
    for (unsigned i = 0; i < out->count / 2; i++) {
        uint8_t swap = out->alternatives[i];
        out->alternatives[i] = out->alternatives[out->count - 1 - i];
        out->alternatives[out->count - 1 - i] = swap;
    }
}

enum status taken_read(struct snapshot *snapshot, const struct lattice *lattice, uint32_t document, struct taken *out)
{
    struct value values[LATTICE_EDGES_MAX];
    uint16_t last[LATTICE_NODES_MAX] = {0};
    *out = (struct taken){0};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        enum status status = edge_value(snapshot, &lattice->edges[i], document, &values[i]);
        if (status != STATUS_OK)
            return status;
    }
    out->score.band = path_band(lattice, values);
    if (out->score.band == BAND_NONE || lattice->end == 0)
        return STATUS_OK;
    out->score.score = path_score(lattice, values, out->score.band, last);
    path_list(lattice, last, out);
    return STATUS_OK;
}

/* Which nodes' words the document has: all of a segment that it has a path through, and those that it has as extras. */
static void nodes_mark(const struct lattice *lattice, const struct value *values, bool has[LATTICE_NODES_MAX])
{
    bool reached[LATTICE_NODES_MAX] = {false};
    for (unsigned start = 0, end = 0, i = 0; start < lattice->end; start = end) {
        end = lattice_segment_end(lattice, start);
        reached[start] = true;
        for (; i < lattice->edge_count && lattice->edges[i].start < end; i++)
            if (reached[lattice->edges[i].start] && values[i].band > BAND_NONE)
                reached[lattice->edges[i].end] = true;
        for (unsigned node = start; node < end; node++)
            has[node] = reached[end];
        reached[end] = false;
    }
    for (unsigned i = 0; i < lattice->edge_count; i++)
        if (lattice->edges[i].start >= lattice->end && values[i].band > BAND_NONE)
            has[lattice->extras[lattice->edges[i].start - lattice->end]] = true;
}

enum status lacking_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice, uint32_t document,
                         bool lacks[QUERY_TOKENS_MAX])
{
    struct value values[LATTICE_EDGES_MAX];
    bool has[LATTICE_NODES_MAX] = {false};
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        enum status status = edge_value(snapshot, &lattice->edges[i], document, &values[i]);
        if (status != STATUS_OK)
            return status;
    }
    nodes_mark(lattice, values, has);
    unsigned node = 0;
    for (unsigned i = 0; i < words->count; i++) {
        lacks[i] = false;
        if (words->words[i].role == WORD_DROP)
            continue;
        while (node < lattice->end && (lattice->words[node] & LATTICE_WORD) == 0)
            node++;
        lacks[i] = !has[node++];
    }
    return STATUS_OK;
}
