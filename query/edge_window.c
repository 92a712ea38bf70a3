#include "query/edge_window.h"

#include "storage/postings.h"

/* Looking a document up costs about as much as unpacking so many blocks one after the other. */
enum { LOOKUP_BLOCKS = 6 };

enum status edge_window_open(struct edge_window *window, struct snapshot *snapshot, const struct edge *edge, uint32_t document_limit,
                             struct arena *arena)
{
    uint32_t longest = 0;
    window->edge = edge;
    window->streams = arena_calloc(arena, edge->term_count, sizeof *window->streams);
    if (window->streams == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < edge->term_count; i++) {
        enum status status = stream_open(&window->streams[i], snapshot, &edge->terms[i].term, arena);
        if (status != STATUS_OK)
            return status;
        longest = edge->terms[i].term.df > longest ? edge->terms[i].term.df : longest;
    }
    uint64_t expected = document_limit == 0 ? 0 : (uint64_t)longest * COLUMN_WINDOW / document_limit;
    window->blocks_per_window = (unsigned)(expected / PACKED_DOCUMENTS_MAX);
    return STATUS_OK;
}

void edge_window_close(struct edge_window *window)
{
    for (uint32_t i = 0; window->streams != NULL && i < window->edge->term_count; i++)
        stream_close(&window->streams[i]);
}

enum status edge_window_seek(struct edge_window *window, uint32_t document, uint32_t *found)
{
    *found = DOCUMENT_END;
    for (uint32_t i = 0; i < window->edge->term_count; i++) {
        struct stream *stream = &window->streams[i];
        enum status status = stream_seek(stream, document);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (status == STATUS_OK && stream->documents[stream->at] < *found)
            *found = stream->documents[stream->at];
    }
    return STATUS_OK;
}

static void add_one(struct edge_window *window, uint32_t base, const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        window_set(window->bits, run->documents[i] - base);
    memcpy(window->one.impacts + window->count, run->impacts, run->count);
    memcpy(window->one.forms + window->count, run->forms, run->count);
    window->count += run->count;
}

static void add_best(struct edge_window *window, uint32_t base, const struct run *run, const struct edge_term *term)
{
    for (unsigned i = 0; i < run->count; i++) {
        uint32_t at = run->documents[i] - base;
        unsigned band = term->bands == NULL ? term->band : term->bands[run->forms[i]];
        uint16_t value = (uint16_t)(band << 8 | run->impacts[i]);
        if (!window_has(window->bits, at) || window->best[at] < value)
            window->best[at] = value;
        window_set(window->bits, at);
    }
}

static void add_run(struct edge_window *window, uint32_t base, const struct run *run, uint32_t term)
{
    if (window->edge->term_count == 1)
        add_one(window, base, run);
    else
        add_best(window, base, run, &window->edge->terms[term]);
}

static enum status load_all(struct edge_window *window, uint32_t base, uint32_t term)
{
    struct stream *stream = &window->streams[term];
    struct run run = {0};
    enum status status = stream_seek(stream, base);
    while (status == STATUS_OK && (status = stream_take(stream, base + COLUMN_WINDOW, &run)) == STATUS_OK)
        add_run(window, base, &run, term);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status load_wanted(struct edge_window *window, uint32_t base, uint32_t term, const uint64_t *wanted)
{
    struct stream *stream = &window->streams[term];
    for (uint32_t at = window_next(wanted, 0); at < COLUMN_WINDOW; at = window_next(wanted, at + 1)) {
        enum status status = stream_seek(stream, base + at);
        if (status == STATUS_END)
            break;
        if (status != STATUS_OK)
            return status;
        struct run run = {0};
        if (stream->documents[stream->at] == base + at && stream_take(stream, base + at + 1, &run) == STATUS_OK)
            add_run(window, base, &run, term);
    }
    return STATUS_OK;
}

enum status edge_window_load(struct edge_window *window, uint32_t base, const uint64_t *wanted, unsigned wanted_count)
{
    bool gallop = wanted != NULL && wanted_count * LOOKUP_BLOCKS < window->blocks_per_window;
    enum status status = STATUS_OK;
    window_clear(window->bits);
    window->count = 0;
    window->ranked = false;
    for (uint32_t i = 0; i < window->edge->term_count && status == STATUS_OK; i++)
        status = gallop && window->streams[i].postings != NULL ? load_wanted(window, base, i, wanted) : load_all(window, base, i);
    return status;
}

static void ranks_fill(struct edge_window *window)
{
    unsigned before = 0;
    for (unsigned i = 0; i < WINDOW_WORDS; i++) {
        window->ranks[i] = (uint16_t)before;
        before += (unsigned)__builtin_popcountll(window->bits[i]);
    }
    window->ranked = true;
}

uint16_t edge_window_value(struct edge_window *window, uint32_t at)
{
    if (!window_has(window->bits, at))
        return 0;
    const struct edge *edge = window->edge;
    if (edge->term_count != 1)
        return window->best[at];
    if (!window->ranked)
        ranks_fill(window);
    uint64_t below = window->bits[at >> 6] & (((uint64_t)1 << (at & 63)) - 1);
    unsigned rank = window->ranks[at >> 6] + (unsigned)__builtin_popcountll(below);
    unsigned band = edge->terms[0].bands == NULL ? edge->terms[0].band : edge->terms[0].bands[window->one.forms[rank]];
    return (uint16_t)(band << 8 | window->one.impacts[rank]);
}
