#include "query/dense_stream.h"

enum status dense_stream_open(struct dense_stream *stream, struct snapshot *snapshot, const struct term *term, struct arena *arena)
{
    *stream = (struct dense_stream){.postings = arena_alloc(arena, sizeof *stream->postings)};
    if (stream->postings == NULL)
        return STATUS_LIMIT;
    postings_open(stream->postings, snapshot, term);
    return STATUS_OK;
}

void dense_stream_close(struct dense_stream *stream)
{
    if (stream->postings != NULL)
        postings_close(stream->postings);
    *stream = (struct dense_stream){0};
}

enum status dense_stream_seek(struct dense_stream *stream, uint32_t window)
{
    if (stream->ended)
        return STATUS_END;
    if (stream->begun && stream->at_hand.window >= window)
        return STATUS_OK;
    enum status status = postings_window(stream->postings, window, &stream->at_hand);
    stream->begun = true;
    stream->ended = status != STATUS_OK;
    return status;
}

void dense_stream_or(const struct dense_stream *stream, uint64_t *bits)
{
    for (unsigned i = 0; i < stream->at_hand.count; i++) {
        const struct dense *block = &stream->at_hand.blocks[i];
        uint64_t *out = bits + dense_block_word(block);
        for (unsigned word = 0; word < block->word_count; word++)
            out[word] |= dense_word(block, word);
    }
}

uint8_t dense_stream_impact_max(const struct dense_stream *stream)
{
    uint8_t max = 0;
    for (unsigned i = 0; i < stream->at_hand.count; i++)
        max = stream->at_hand.blocks[i].impact_max > max ? stream->at_hand.blocks[i].impact_max : max;
    return max;
}
