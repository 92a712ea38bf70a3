#include "query/match.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "query/coverage.h"
#include "storage/postings.h"
#include "storage/snapshot.h"

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

/* A node's documents are at most those of the edges that lead to it. */
static uint64_t segment_expected(const struct match *match, const struct segment *segment)
{
    uint64_t expected[LATTICE_NODES_MAX];
    memset(expected, 0, (segment->length + 1) * sizeof *expected);
    expected[0] = match->document_limit;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint64_t before = expected[edge->start - segment->start];
        expected[edge->end - segment->start] += before < edge->df ? before : edge->df;
    }
    return expected[segment->length];
}

static enum status segment_add(struct match *match, struct segment segment, struct arena *arena)
{
    segment.expected = segment_expected(match, &segment);
    segment.bits = match->edges[segment.first]->bits;
    if (segment.edge_count > 1) {
        segment.reach = arena_alloc(arena, segment.length * sizeof *segment.reach);
        segment.own_bits = arena_alloc(arena, WINDOW_WORDS * sizeof *segment.own_bits);
        segment.bits = segment.own_bits;
    }
    if (segment.bits == NULL || (segment.edge_count > 1 && segment.reach == NULL))
        return STATUS_LIMIT;
    unsigned at = match->segment_count++;
    for (; at > 0 && match->segments[at - 1].expected > segment.expected; at--)
        match->segments[at] = match->segments[at - 1];
    match->segments[at] = segment;
    return STATUS_OK;
}

/* Which of a segment's edges lie on a path from its start to its end. */
static void paths_mark(const struct edge *edges, unsigned count, unsigned start, unsigned end, bool *on_path)
{
    bool from_start[LATTICE_NODES_MAX] = {false};
    bool to_end[LATTICE_NODES_MAX] = {false};
    from_start[start] = to_end[end] = true;
    for (unsigned i = 0; i < count; i++)
        if (from_start[edges[i].start])
            from_start[edges[i].end] = true;
    for (unsigned i = count; i-- > 0;)
        if (to_end[edges[i].end])
            to_end[edges[i].start] = true;
    for (unsigned i = 0; i < count; i++)
        on_path[i] = from_start[edges[i].start] && to_end[edges[i].end];
}

/* The segment from `start` to `end`: its edges, `count` of them, are opened as far as they lie on a path through it. */
static enum status segment_open(struct match *match, struct snapshot *snapshot, const struct edge *edges, unsigned count, unsigned start,
                                unsigned end, struct arena *arena)
{
    struct segment segment = {.start = start, .length = end - start, .first = match->edge_count, .extra = start >= match->words_end};
    bool on_path[LATTICE_EDGES_MAX];
    paths_mark(edges, count, start, end, on_path);
    for (unsigned i = 0; i < count; i++) {
        if (!on_path[i])
            continue;
        segment.edge_count++;
        enum status status = edge_open(match, snapshot, &edges[i], arena, &match->edges[match->edge_count++]);
        if (status != STATUS_OK)
            return status;
    }
    if (segment.edge_count > 0)
        return segment_add(match, segment, arena);
    match->missing += !segment.extra;
    return STATUS_OK;
}

static enum status segments_open(struct match *match, struct snapshot *snapshot, const struct lattice *lattice, struct arena *arena)
{
    unsigned first = 0;
    match->edges = arena_calloc(arena, lattice->edge_count, sizeof(struct edge_window *));
    if (match->edges == NULL)
        return STATUS_LIMIT;
    for (unsigned start = 0, end = 0; start < lattice->end + lattice->extra_count; start = end) {
        unsigned count = 0;
        end = lattice_segment_end(lattice, start);
        while (first + count < lattice->edge_count && lattice->edges[first + count].start < end)
            count++;
        enum status status = segment_open(match, snapshot, lattice->edges + first, count, start, end, arena);
        if (status != STATUS_OK)
            return status;
        first += count;
    }
    match->empty = match->segment_count == 0 && lattice->end > 0;
    return STATUS_OK;
}

enum status match_open(struct snapshot *snapshot, const struct lattice *lattice, enum match_mode mode, struct arena *arena,
                       struct match **out)
{
    struct match *match = arena_alloc(arena, sizeof *match);
    if (match == NULL)
        return STATUS_LIMIT;
    memset(match, 0, offsetof(struct match, bits));
    match->mode = mode;
    match->words_end = lattice->end;
    assert(mode == MATCH_ANY || lattice->extra_count == 0);
    enum status status = live_open(match, snapshot, arena);
    match->empty = match->empty || (mode == MATCH_ALL && !lattice_connects(lattice));
    if (status == STATUS_OK && !match->empty)
        status = segments_open(match, snapshot, lattice, arena);
    if (status != STATUS_OK) {
        match_close(match);
        return status;
    }
    *out = match;
    return STATUS_OK;
}

enum status match_demand(struct match *match, const struct lattice *lattice, unsigned percent, struct arena *arena)
{
    return percent == 0 || match->segment_count == 0 ? STATUS_OK : coverage_open(match, lattice, percent, arena);
}

void match_close(struct match *match)
{
    if (match->live_window != NULL)
        edge_window_close(match->live_window);
    for (unsigned i = 0; i < match->edge_count; i++)
        if (match->edges[i] != NULL)
            edge_window_close(match->edges[i]);
}

/* The first document from `document` on that the segment may have. */
static enum status segment_seek(struct match *match, const struct segment *segment, uint32_t document, uint32_t *found)
{
    for (unsigned i = 0; i < segment->edge_count; i++) {
        struct edge_window *edge = match->edges[segment->first + i];
        uint32_t next = DOCUMENT_END;
        if (edge->edge->start != segment->start)
            break;
        enum status status = edge_window_seek(edge, document, &next);
        if (status != STATUS_OK)
            return status;
        *found = next < *found ? next : *found;
    }
    return STATUS_OK;
}

/* The first document from `document` on that may match: the rarest segment has it, or, under MATCH_ANY, any. */
static enum status leader_seek(struct match *match, uint32_t document, uint32_t *found)
{
    unsigned leaders = match->mode == MATCH_ANY ? match->segment_count : match->segment_count > 0;
    enum status status = STATUS_OK;
    *found = DOCUMENT_END;
    if (leaders == 0 && match->all_live)
        *found = document;
    else if (leaders == 0)
        return edge_window_seek(match->live_window, document, found);
    for (unsigned i = 0; i < leaders && status == STATUS_OK; i++)
        status = segment_seek(match, &match->segments[i], document, found);
    return status;
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

/* The documents that have a path through the segment, into its bits. A single edge's own bits are that. */
static enum status segment_window(struct match *match, const struct segment *segment, uint32_t base, const uint64_t *wanted,
                                  unsigned wanted_count)
{
    if (segment->own_bits == NULL)
        return edge_window_load(match->edges[segment->first], base, wanted, wanted_count);
    for (unsigned node = 1; node < segment->length; node++)
        window_clear(segment->reach[node]);
    window_clear(segment->own_bits);
    for (unsigned i = 0; i < segment->edge_count; i++) {
        struct edge_window *edge = match->edges[segment->first + i];
        unsigned start = edge->edge->start - segment->start, node = edge->edge->end - segment->start;
        const uint64_t *before = start == 0 ? wanted : segment->reach[start];
        unsigned count = start == 0 ? wanted_count : window_count(before);
        enum status status = STATUS_OK;
        if (start > 0 && count == 0)
            edge_window_skip(edge, base);
        else
            status = edge_window_load(edge, base, before, count);
        if (status != STATUS_OK)
            return status;
        uint64_t *end = node == segment->length ? segment->own_bits : segment->reach[node];
        for (unsigned word = 0; word < WINDOW_WORDS; word++)
            end[word] |= start == 0 ? edge->bits[word] : edge->bits[word] & before[word];
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

/* The documents that all segments have. Once none is left, the other segments are not looked at. */
static enum status and_window(struct match *match, uint32_t base)
{
    unsigned count = COLUMN_WINDOW;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < match->segment_count && count > 0 && status == STATUS_OK; i++) {
        const struct segment *segment = &match->segments[i];
        status = segment_window(match, segment, base, i == 0 ? NULL : match->bits, count);
        if (i == 0)
            window_copy(match->bits, segment->bits);
        else
            window_and(match->bits, segment->bits);
        count = window_count(match->bits);
    }
    return status;
}

/* The documents that any segment has. */
static enum status or_window(struct match *match, uint32_t base)
{
    enum status status = STATUS_OK;
    window_clear(match->bits);
    for (unsigned i = 0; i < match->segment_count && status == STATUS_OK; i++) {
        status = segment_window(match, &match->segments[i], base, NULL, 0);
        window_or(match->bits, match->segments[i].bits);
    }
    if (status == STATUS_OK && match->coverage != NULL)
        coverage_cut(match->coverage, match->bits);
    return status;
}

enum status match_window(struct match *match, uint32_t window, const uint64_t **bits)
{
    uint32_t base = window * COLUMN_WINDOW;
    enum status status = STATUS_OK;
    *bits = match->bits;
    if (match->segment_count == 0)
        all_window(match, base, match->bits);
    else
        status = match->mode == MATCH_ANY ? or_window(match, base) : and_window(match, base);
    if (status != STATUS_OK || match->all_live || !window_any(match->bits))
        return status;
    status = edge_window_load(match->live_window, base, match->segment_count == 0 ? NULL : match->bits, window_count(match->bits));
    window_and(match->bits, match->live_window->bits);
    return status;
}

/* One word needs no paths: its best reading decides. */
unsigned segment_band(const struct match *match, const struct segment *segment, const uint16_t *values)
{
    if (segment->length == 1) {
        uint16_t most = values[0];
        for (unsigned i = 1; i < segment->edge_count; i++)
            most = values[i] > most ? values[i] : most;
        return most >> 8;
    }
    uint8_t best[LATTICE_NODES_MAX];
    memset(best, 0, segment->length + 1);
    best[0] = BAND_MAX;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint8_t band = (uint8_t)(values[i] >> 8), before = best[edge->start - segment->start];
        uint8_t *end = &best[edge->end - segment->start];
        band = before < band ? before : band;
        *end = band > *end ? band : *end;
    }
    return best[segment->length];
}

static uint32_t word_score(const struct match *match, const struct segment *segment, const uint16_t *values, unsigned band)
{
    uint32_t best = 0;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        uint32_t score = (uint32_t)match->edges[segment->first + i]->edge->worth * (values[i] & 0xFF);
        if ((unsigned)(values[i] >> 8) >= band && score > best)
            best = score;
    }
    return best;
}

/* Reached nodes count from 1, so that 0 is unreached. */
uint32_t segment_score(const struct match *match, const struct segment *segment, const uint16_t *values, unsigned band)
{
    if (segment->length == 1)
        return word_score(match, segment, values, band);
    uint32_t best[LATTICE_NODES_MAX];
    memset(best, 0, (segment->length + 1) * sizeof *best);
    best[0] = 1;
    for (unsigned i = 0; i < segment->edge_count; i++) {
        const struct edge *edge = match->edges[segment->first + i]->edge;
        uint32_t before = best[edge->start - segment->start];
        if (before == 0 || (unsigned)(values[i] >> 8) < band || values[i] == 0)
            continue;
        uint32_t score = before + (uint32_t)edge->worth * (values[i] & 0xFF);
        uint32_t *end = &best[edge->end - segment->start];
        *end = score > *end ? score : *end;
    }
    return best[segment->length] == 0 ? 0 : best[segment->length] - 1;
}

struct match_score match_score(struct match *match, uint32_t at)
{
    uint16_t values[LATTICE_EDGES_MAX];
    struct match_score out = {.band = BAND_MAX};
    for (unsigned i = 0; i < match->edge_count; i++)
        values[i] = edge_window_value(match->edges[i], at);
    for (unsigned i = 0; i < match->segment_count; i++) {
        if (match->segments[i].extra)
            continue;
        unsigned band = segment_band(match, &match->segments[i], values + match->segments[i].first);
        out.band = band < out.band ? (uint8_t)band : out.band;
    }
    if (match->missing > 0)
        out.band = BAND_NONE;
    for (unsigned i = 0; i < match->segment_count; i++)
        out.score += segment_score(match, &match->segments[i], values + match->segments[i].first, out.band);
    return out;
}
