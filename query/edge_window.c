#include "query/edge_window.h"

/* Looking a document up costs about as much as unpacking so many blocks one after the other. */
enum { LOOKUP_BLOCKS = 6 };

static enum status source_open(struct edge_source *source, struct snapshot *snapshot, const struct term *term, struct arena *arena)
{
    source->is_dense = term->is_dense;
    return term->is_dense ? dense_stream_open(&source->dense, snapshot, term, arena) : stream_open(&source->packed, snapshot, term, arena);
}

enum status edge_window_open(struct edge_window *window, struct snapshot *snapshot, const struct edge *edge, uint32_t document_limit,
                             struct arena *arena)
{
    uint32_t longest = 0;
    window->edge = edge;
    window->sources = arena_calloc(arena, edge->term_count, sizeof *window->sources);
    if (window->sources == NULL)
        return STATUS_LIMIT;
    for (uint32_t i = 0; i < edge->term_count; i++) {
        const struct term *term = &edge->terms[i].term;
        enum status status = source_open(&window->sources[i], snapshot, term, arena);
        if (status != STATUS_OK)
            return status;
        longest = term->df > longest && !term->is_dense ? term->df : longest;
    }
    uint64_t expected = document_limit == 0 ? 0 : (uint64_t)longest * COLUMN_WINDOW / document_limit;
    window->blocks_per_window = (unsigned)(expected / PACKED_DOCUMENTS_MAX);
    return STATUS_OK;
}

void edge_window_close(struct edge_window *window)
{
    for (uint32_t i = 0; window->sources != NULL && i < window->edge->term_count; i++) {
        struct edge_source *source = &window->sources[i];
        source->is_dense ? dense_stream_close(&source->dense) : stream_close(&source->packed);
    }
}

/* The first document of the list at or behind `document`, or in a DENSE list's window one that is not behind it. */
static enum status source_seek(struct edge_source *source, uint32_t document, uint32_t *found)
{
    enum status status =
        source->is_dense ? dense_stream_seek(&source->dense, document / COLUMN_WINDOW) : stream_seek(&source->packed, document);
    if (status == STATUS_OK && source->is_dense)
        *found = source->dense.at_hand.blocks[0].first;
    else if (status == STATUS_OK)
        *found = source->packed.documents[source->packed.at];
    return status;
}

enum status edge_window_seek(struct edge_window *window, uint32_t document, uint32_t *found)
{
    *found = DOCUMENT_END;
    for (uint32_t i = 0; i < window->edge->term_count; i++) {
        uint32_t next = DOCUMENT_END;
        enum status status = source_seek(&window->sources[i], document, &next);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        *found = next < *found ? next : *found;
    }
    return STATUS_OK;
}

static void add_one(struct edge_window *window, uint32_t base, const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++) {
        window_set(window->bits, run->documents[i] - base);
        window->impact_max = run->impacts[i] > window->impact_max ? run->impacts[i] : window->impact_max;
    }
    memcpy(window->one.impacts + window->count, run->impacts, run->count);
    memcpy(window->one.forms + window->count, run->forms, run->count);
    window->count += run->count;
}

static void add_best(struct edge_window *window, uint32_t base, const struct run *run, const struct edge_term *term)
{
    for (unsigned i = 0; i < run->count; i++) {
        uint32_t at = run->documents[i] - base;
        uint16_t value = edge_term_value(term, run->impacts[i], run->forms[i]);
        if (!window_has(window->best_bits, at) || window->best[at] < value)
            window->best[at] = value;
        window->impact_max = run->impacts[i] > window->impact_max ? run->impacts[i] : window->impact_max;
        window_set(window->best_bits, at);
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
    struct stream *stream = &window->sources[term].packed;
    struct run run = {0};
    enum status status = stream_seek(stream, base);
    while (status == STATUS_OK && (status = stream_take(stream, base + COLUMN_WINDOW, &run)) == STATUS_OK)
        add_run(window, base, &run, term);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status load_wanted(struct edge_window *window, uint32_t base, uint32_t term, const uint64_t *wanted)
{
    struct stream *stream = &window->sources[term].packed;
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

static enum status load_dense(struct edge_window *window, uint32_t term)
{
    struct dense_stream *stream = &window->sources[term].dense;
    enum status status = dense_stream_seek(stream, window->window);
    if (status != STATUS_OK || stream->at_hand.window != window->window)
        return status == STATUS_END ? STATUS_OK : status;
    uint8_t impact_max = dense_stream_impact_max(stream);
    dense_stream_or(stream, window->bits);
    window->impact_max = impact_max > window->impact_max ? impact_max : window->impact_max;
    return STATUS_OK;
}

void edge_window_skip(struct edge_window *window, uint32_t base)
{
    window_clear(window->bits);
    if (window->edge->term_count > 1)
        window_clear(window->best_bits);
    window->window = base / COLUMN_WINDOW;
    window->impact_max = 0;
    window->count = 0;
    window->ranked = false;
}

enum status edge_window_load(struct edge_window *window, uint32_t base, const uint64_t *wanted, unsigned wanted_count)
{
    bool gallop = wanted != NULL && wanted_count * LOOKUP_BLOCKS < window->blocks_per_window;
    enum status status = STATUS_OK;
    edge_window_skip(window, base);
    for (uint32_t i = 0; i < window->edge->term_count && status == STATUS_OK; i++) {
        if (window->sources[i].is_dense)
            status = load_dense(window, i);
        else if (gallop && window->sources[i].packed.postings != NULL)
            status = load_wanted(window, base, i, wanted);
        else
            status = load_all(window, base, i);
    }
    if (window->edge->term_count > 1)
        window_or(window->bits, window->best_bits);
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

static uint64_t bits_below(uint32_t at)
{
    return ((uint64_t)1 << (at & 63)) - 1;
}

/* The value of a document that one term's PACKED list has. */
static uint16_t packed_value(const struct edge_window *window, uint32_t at)
{
    unsigned rank = window->ranks[at >> 6] + (unsigned)__builtin_popcountll(window->bits[at >> 6] & bits_below(at));
    return edge_term_value(&window->edge->terms[0], window->one.impacts[rank], window->one.forms[rank]);
}

/* The value in one DENSE block, 0 when the document is not there. Ranks that lead out of the block are as good as a wrong checksum. */
static uint16_t block_value(const struct dense_stream *stream, const struct dense *block, const struct edge_term *term, uint32_t at)
{
    unsigned word = (at >> 6) - dense_block_word(block);
    uint64_t bits = dense_word(block, word);
    if ((bits >> (at & 63) & 1) == 0)
        return 0;
    unsigned rank = dense_rank(block, word) + (unsigned)__builtin_popcountll(bits & bits_below(at));
    if (rank < block->count)
        return edge_term_value(term, dense_impact(block, rank), dense_form(block, rank));
    (void)!postings_damaged(stream->postings); /* it stays in the snapshot, which the search asks before it answers */
    return 0;
}

static uint16_t dense_value(const struct edge_window *window, uint32_t term, uint32_t at)
{
    const struct dense_stream *stream = &window->sources[term].dense;
    const struct dense *block = dense_stream_is_at(stream, window->window) ? dense_stream_block(stream, at >> 6) : NULL;
    return block == NULL ? 0 : block_value(stream, block, &window->edge->terms[term], at);
}

static uint16_t value_of_many(const struct edge_window *window, uint32_t at)
{
    uint16_t best = window_has(window->best_bits, at) ? window->best[at] : 0;
    for (uint32_t i = 0; i < window->edge->term_count; i++) {
        uint16_t value = window->sources[i].is_dense ? dense_value(window, i, at) : 0;
        best = value > best ? value : best;
    }
    return best;
}

uint16_t edge_window_value(struct edge_window *window, uint32_t at)
{
    if (!window_has(window->bits, at))
        return 0;
    if (window->edge->term_count != 1)
        return value_of_many(window, at);
    if (window->sources[0].is_dense)
        return dense_value(window, 0, at);
    if (!window->ranked)
        ranks_fill(window);
    return packed_value(window, at);
}

static void dense_values(const struct edge_window *window, const uint16_t *places, unsigned count, uint16_t *values)
{
    const struct dense_stream *stream = &window->sources[0].dense;
    const struct edge_term *term = &window->edge->terms[0];
    unsigned i = 0;
    for (unsigned piece = 0; piece < stream->at_hand.count; piece++) {
        const struct dense *block = &stream->at_hand.blocks[piece];
        unsigned from = dense_block_word(block) * 64, to = from + block->word_count * 64;
        for (; i < count && places[i] < from; i++)
            values[i] = 0;
        for (; i < count && places[i] < to; i++)
            values[i] = block_value(stream, block, term, places[i]);
    }
    for (; i < count; i++)
        values[i] = 0;
}

void edge_window_values(struct edge_window *window, const uint16_t *places, unsigned count, uint16_t *values)
{
    if (window->edge->term_count == 1 && window->sources[0].is_dense && dense_stream_is_at(&window->sources[0].dense, window->window)) {
        dense_values(window, places, count, values);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        values[i] = edge_window_value(window, places[i]);
}
