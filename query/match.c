#include "query/match.h"

#include <stddef.h>
#include <string.h>

#include "query/edge_window.h"
#include "storage/postings.h"
#include "storage/snapshot.h"

/* The edges between two nodes that no edge crosses. */
struct segment {
    unsigned start, length;     /* positions */
    unsigned first, edge_count; /* of match->edges */
    uint64_t expected;          /* documents, an upper bound */
};

struct match {
    struct segment segments[LATTICE_POSITIONS_MAX]; /* the rarest first */
    unsigned segment_count;
    struct edge_window **edges; /* those that lie on a path, ascending by start */
    unsigned edge_count;
    bool empty; /* no path leads through */
    uint32_t document_limit;
    bool all_live; /* every document number is a live document */
    struct edge live;
    struct edge_term live_term;
    struct edge_window *live_window;
    uint64_t bits[WINDOW_WORDS];
    uint64_t reach[LATTICE_POSITIONS_MAX + 1][WINDOW_WORDS]; /* of a segment of several positions, by node */
};

static enum status edge_open(struct match *match, struct snapshot *snapshot, const struct edge *edge, struct arena *arena,
                             struct edge_window **out)
{
    struct edge_window *window = arena_alloc(arena, sizeof *window);
    if (window == NULL)
        return STATUS_LIMIT;
    *out = window;
    return edge_window_open(window, snapshot, edge, match->document_limit, arena);
}

static enum status live_open(struct match *match, struct snapshot *snapshot, struct arena *arena)
{
    enum status status = snapshot_document_limit(snapshot, &match->document_limit);
    if (status == STATUS_OK)
        status = term_get(snapshot, TERM_LIVE, NULL, 0, &match->live_term.term);
    if (status == STATUS_NOT_FOUND) {
        match->empty = true;
        return STATUS_OK;
    }
    match->all_live = match->live_term.term.df == match->document_limit;
    if (status != STATUS_OK || match->all_live)
        return status;
    match->live = (struct edge){.df = match->live_term.term.df, .term_count = 1, .terms = &match->live_term};
    return edge_open(match, snapshot, &match->live, arena, &match->live_window);
}

/* Opens the edges that lie on a path from the first node to the last. */
static enum status edges_open(struct match *match, struct snapshot *snapshot, const struct lattice *lattice, struct arena *arena)
{
    bool from_start[LATTICE_POSITIONS_MAX + 1] = {true};
    bool to_end[LATTICE_POSITIONS_MAX + 1] = {false};
    match->edges = arena_calloc(arena, lattice->edge_count, sizeof(struct edge_window *));
    if (match->edges == NULL)
        return STATUS_LIMIT;
    to_end[lattice->positions] = true;
    for (unsigned i = 0; i < lattice->edge_count; i++)
        if (from_start[lattice->edges[i].start])
            from_start[lattice->edges[i].start + lattice->edges[i].length] = true;
    for (unsigned i = lattice->edge_count; i-- > 0;)
        if (to_end[lattice->edges[i].start + lattice->edges[i].length])
            to_end[lattice->edges[i].start] = true;
    for (unsigned i = 0; i < lattice->edge_count; i++) {
        const struct edge *edge = &lattice->edges[i];
        if (!from_start[edge->start] || !to_end[edge->start + edge->length])
            continue;
        enum status status = edge_open(match, snapshot, edge, arena, &match->edges[match->edge_count++]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* A node's documents are at most those of the edges that lead to it. */
static uint64_t segment_expected(const struct match *match, const struct segment *segment)
{
    uint64_t expected[LATTICE_POSITIONS_MAX + 1] = {0};
    expected[0] = match->document_limit;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint64_t before = expected[edge->start - segment->start];
        expected[edge->start - segment->start + edge->length] += before < edge->df ? before : edge->df;
    }
    return expected[segment->length];
}

static void segment_add(struct match *match, struct segment segment)
{
    segment.expected = segment_expected(match, &segment);
    unsigned at = match->segment_count++;
    for (; at > 0 && match->segments[at - 1].expected > segment.expected; at--)
        match->segments[at] = match->segments[at - 1];
    match->segments[at] = segment;
}

static void segments_find(struct match *match)
{
    struct segment segment = {0};
    unsigned end = 0;
    for (unsigned i = 0; i < match->edge_count; i++) {
        const struct edge *edge = match->edges[i]->edge;
        if (segment.edge_count > 0 && edge->start >= end) {
            segment_add(match, segment);
            segment = (struct segment){.start = edge->start, .first = i};
        }
        segment.edge_count++;
        end = edge->start + edge->length > end ? (unsigned)edge->start + edge->length : end;
        segment.length = end - segment.start;
    }
    if (segment.edge_count > 0)
        segment_add(match, segment);
}

enum status match_open(struct snapshot *snapshot, const struct lattice *lattice, struct arena *arena, struct match **out)
{
    struct match *match = arena_alloc(arena, sizeof *match);
    if (match == NULL)
        return STATUS_LIMIT;
    memset(match, 0, offsetof(struct match, bits));
    enum status status = live_open(match, snapshot, arena);
    match->empty = match->empty || !lattice_connects(lattice);
    if (status == STATUS_OK && !match->empty)
        status = edges_open(match, snapshot, lattice, arena);
    if (status != STATUS_OK) {
        match_close(match);
        return status;
    }
    segments_find(match);
    *out = match;
    return STATUS_OK;
}

void match_close(struct match *match)
{
    if (match->live_window != NULL)
        edge_window_close(match->live_window);
    for (unsigned i = 0; i < match->edge_count; i++)
        if (match->edges[i] != NULL)
            edge_window_close(match->edges[i]);
}

/* The first document from `document` on that the rarest segment may have. */
static enum status leader_seek(struct match *match, uint32_t document, uint32_t *found)
{
    *found = DOCUMENT_END;
    if (match->segment_count == 0 && match->all_live)
        *found = document;
    else if (match->segment_count == 0)
        return edge_window_seek(match->live_window, document, found);
    for (unsigned i = 0; match->segment_count > 0 && i < match->segments[0].edge_count; i++) {
        struct edge_window *edge = match->edges[match->segments[0].first + i];
        uint32_t next = DOCUMENT_END;
        if (edge->edge->start != match->segments[0].start)
            break;
        enum status status = edge_window_seek(edge, document, &next);
        if (status != STATUS_OK)
            return status;
        *found = next < *found ? next : *found;
    }
    return STATUS_OK;
}

enum status match_seek(struct match *match, uint32_t window, uint32_t *found)
{
    uint32_t document = DOCUMENT_END;
    if (match->empty || (uint64_t)window * COLUMN_WINDOW >= match->document_limit)
        return STATUS_END;
    enum status status = leader_seek(match, window * COLUMN_WINDOW, &document);
    if (status != STATUS_OK)
        return status;
    if (document >= match->document_limit)
        return STATUS_END;
    *found = document / COLUMN_WINDOW;
    return STATUS_OK;
}

/* The documents that have a path through the segment, into reach[length]. */
static enum status segment_window(struct match *match, const struct segment *segment, uint32_t base, const uint64_t *wanted,
                                  unsigned wanted_count)
{
    for (unsigned node = 1; node <= segment->length; node++)
        window_clear(match->reach[node]);
    for (unsigned i = 0; i < segment->edge_count; i++) {
        struct edge_window *edge = match->edges[segment->first + i];
        unsigned start = edge->edge->start - segment->start;
        uint64_t *end = match->reach[start + edge->edge->length];
        enum status status = edge_window_load(edge, base, wanted, wanted_count);
        if (status != STATUS_OK)
            return status;
        for (unsigned word = 0; word < WINDOW_WORDS; word++)
            end[word] |= start == 0 ? edge->bits[word] : edge->bits[word] & match->reach[start][word];
    }
    return STATUS_OK;
}

/* Everything up to the document limit. */
static void all_window(const struct match *match, uint32_t base, uint64_t *bits)
{
    uint32_t count = match->document_limit - base < COLUMN_WINDOW ? match->document_limit - base : COLUMN_WINDOW;
    window_clear(bits);
    for (uint32_t word = 0; word < count / 64; word++)
        bits[word] = UINT64_MAX;
    if (count % 64 != 0)
        bits[count / 64] = ((uint64_t)1 << count % 64) - 1;
}

enum status match_window(struct match *match, uint32_t window, const uint64_t **bits)
{
    uint32_t base = window * COLUMN_WINDOW;
    unsigned count = 0;
    *bits = match->bits;
    for (unsigned i = 0; i < match->segment_count; i++) {
        const struct segment *segment = &match->segments[i];
        enum status status = segment_window(match, segment, base, i == 0 ? NULL : match->bits, count);
        if (status != STATUS_OK)
            return status;
        if (i == 0)
            window_copy(match->bits, match->reach[segment->length]);
        else
            window_and(match->bits, match->reach[segment->length]);
        count = window_count(match->bits);
        if (count == 0)
            return STATUS_OK;
    }
    if (match->segment_count == 0)
        all_window(match, base, match->bits);
    if (match->all_live)
        return STATUS_OK;
    enum status status = edge_window_load(match->live_window, base, match->segment_count == 0 ? NULL : match->bits, count);
    window_and(match->bits, match->live_window->bits);
    return status;
}

/* The best worst band of a path through the segment. One word needs no paths: its best reading decides. */
static unsigned segment_band(const struct match *match, const struct segment *segment, const uint16_t *values)
{
    if (segment->length == 1) {
        uint16_t most = values[0];
        for (unsigned i = 1; i < segment->edge_count; i++)
            most = values[i] > most ? values[i] : most;
        return most >> 8;
    }
    uint8_t best[LATTICE_POSITIONS_MAX + 1];
    memset(best, 0, segment->length + 1);
    best[0] = BAND_MAX;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint8_t band = (uint8_t)(values[i] >> 8), before = best[edge->start - segment->start];
        uint8_t *end = &best[edge->start - segment->start + edge->length];
        band = before < band ? before : band;
        *end = band > *end ? band : *end;
    }
    return best[segment->length];
}

static uint32_t word_score(const struct match *match, const struct segment *segment, const uint16_t *values, unsigned band)
{
    uint32_t best = 0;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        uint32_t score = (uint32_t)match->edges[segment->first + i]->edge->weight * (values[i] & 0xFF);
        if ((unsigned)(values[i] >> 8) >= band && score > best)
            best = score;
    }
    return best;
}

/* The greatest score of a path whose edges all have at least this band; there is one. Reached nodes count from 1, so that 0 is unreached. */
static uint32_t segment_score(const struct match *match, const struct segment *segment, const uint16_t *values, unsigned band)
{
    if (segment->length == 1)
        return word_score(match, segment, values, band);
    uint32_t best[LATTICE_POSITIONS_MAX + 1];
    memset(best, 0, (segment->length + 1) * sizeof *best);
    best[0] = 1;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint32_t before = best[edge->start - segment->start];
        if (before == 0 || (unsigned)(values[i] >> 8) < band || values[i] == 0)
            continue;
        uint32_t score = before + (uint32_t)edge->weight * edge->length * (values[i] & 0xFF);
        uint32_t *end = &best[edge->start - segment->start + edge->length];
        *end = score > *end ? score : *end;
    }
    return best[segment->length] - 1;
}

struct match_score match_score(struct match *match, uint32_t at)
{
    uint16_t values[LATTICE_EDGES_MAX];
    struct match_score out = {.band = BAND_MAX};
    for (unsigned i = 0; i < match->edge_count; i++)
        values[i] = edge_window_value(match->edges[i], at);
    for (unsigned i = 0; i < match->segment_count; i++) {
        unsigned band = segment_band(match, &match->segments[i], values + match->segments[i].first);
        out.band = band < out.band ? (uint8_t)band : out.band;
    }
    for (unsigned i = 0; i < match->segment_count; i++)
        out.score += segment_score(match, &match->segments[i], values + match->segments[i].first, out.band);
    return out;
}
