#include "query/stream.h"

#include <string.h>

#include "storage/column.h"
#include "storage/postings.h"

enum { INLINE_POSTING_BYTES = 6, FAR_BLOCKS = 6 };

/* The record's bytes as arrays, like those of a block. */
struct inline_block {
    uint32_t documents[TERM_INLINE_MAX];
    uint8_t impacts[TERM_INLINE_MAX], forms[TERM_INLINE_MAX];
};

static enum status inline_open(struct stream *stream, const struct term *term, struct arena *arena)
{
    struct inline_block *block = arena_alloc(arena, sizeof *block);
    if (block == NULL)
        return STATUS_LIMIT;
    if (term->df > TERM_INLINE_MAX)
        return STATUS_CORRUPT;
    for (unsigned i = 0; i < term->df; i++) {
        const unsigned char *at = term->postings + (size_t)i * INLINE_POSTING_BYTES;
        memcpy(&block->documents[i], at, sizeof block->documents[i]);
        block->impacts[i] = at[4];
        block->forms[i] = at[5];
        if (i > 0 && block->documents[i] <= block->documents[i - 1])
            return STATUS_CORRUPT;
    }
    stream->documents = block->documents;
    stream->impacts = block->impacts;
    stream->forms = block->forms;
    stream->count = term->df;
    return STATUS_OK;
}

enum status stream_open(struct stream *stream, struct snapshot *snapshot, const struct term *term, struct arena *arena)
{
    *stream = (struct stream){0};
    if (!term->has_blocks)
        return inline_open(stream, term, arena);
    struct postings *postings = arena_alloc(arena, sizeof *postings);
    if (postings == NULL)
        return STATUS_LIMIT;
    postings_open(postings, snapshot, term);
    stream->postings = postings;
    stream->documents = postings->documents;
    stream->impacts = postings->impacts;
    stream->forms = postings->forms;
    return STATUS_OK;
}

void stream_close(struct stream *stream)
{
    if (stream->postings != NULL)
        postings_close(stream->postings);
    *stream = (struct stream){0};
}

static enum status end_here(struct stream *stream)
{
    stream->ended = true;
    stream->at = stream->count = 0;
    return STATUS_END;
}

/* Whatever the block call came to, the stream shows it. Readers of runs rely on documents that ascend from block to block. */
static enum status block_taken(struct stream *stream, enum status status)
{
    if (status == STATUS_END)
        return end_here(stream);
    stream->at = stream->count = 0;
    if (status != STATUS_OK)
        return status;
    uint32_t last = stream->documents[stream->postings->count - 1];
    if (stream->documents[0] < stream->floor || last >= DOCUMENT_END - COLUMN_WINDOW)
        return STATUS_CORRUPT;
    stream->count = stream->postings->count;
    stream->floor = last + 1;
    return STATUS_OK;
}

static enum status block_next(struct stream *stream)
{
    if (stream->ended || stream->postings == NULL)
        return end_here(stream);
    return block_taken(stream, postings_next(stream->postings));
}

/* The first place in the block at or behind the current one that is not before `document`; the last document is known not to be. */
static unsigned block_find(const struct stream *stream, uint32_t document)
{
    unsigned low = stream->at, high = stream->count - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (stream->documents[middle] < document)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool block_reaches(const struct stream *stream, uint32_t document)
{
    return stream->at < stream->count && stream->documents[stream->count - 1] >= document;
}

/* Many blocks ahead, as far as the block at hand can tell. */
static bool is_far(const struct stream *stream, uint32_t document)
{
    if (stream->postings == NULL || stream->count == 0)
        return false;
    uint32_t first = stream->documents[0], last = stream->documents[stream->count - 1];
    return document - last > FAR_BLOCKS * (last - first + 1);
}

enum status stream_seek(struct stream *stream, uint32_t document)
{
    enum status status = STATUS_OK;
    /* The next block is usually the wanted one and costs a quarter of a seek. */
    if (!block_reaches(stream, document) && !is_far(stream, document))
        status = block_next(stream);
    if (status == STATUS_OK && !block_reaches(stream, document))
        status = block_taken(stream, postings_seek(stream->postings, document));
    if (status == STATUS_OK)
        stream->at = block_find(stream, document);
    return status;
}

enum status stream_take(struct stream *stream, uint32_t end, struct run *out)
{
    enum status status = stream->at < stream->count ? STATUS_OK : block_next(stream);
    if (status != STATUS_OK)
        return status;
    unsigned stop = block_reaches(stream, end) ? block_find(stream, end) : stream->count;
    if (stop == stream->at)
        return STATUS_END;
    *out = (struct run){stream->documents + stream->at, stream->impacts + stream->at, stream->forms + stream->at, stop - stream->at};
    stream->at = stop;
    return STATUS_OK;
}
