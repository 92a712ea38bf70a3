/* One term's DENSE postings, read forward window by window: words to be ANDed, impacts and forms only for whoever asks. */
#ifndef TIM_QUERY_DENSE_STREAM_H
#define TIM_QUERY_DENSE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "query/window.h"
#include "storage/postings.h"

_Static_assert((int)DENSE_WINDOW == (int)COLUMN_WINDOW, "blocks are cut at the windows of evaluation");

struct dense_stream {
    struct postings *postings;
    struct postings_window at_hand; /* the last one read: the first at or behind the one asked for */
    bool begun, ended;
};

/* Opened in the arena (LIMIT); the term stays borrowed from the snapshot. Close it when the status is OK. */
MUST_USE enum status dense_stream_open(struct dense_stream *stream, struct snapshot *snapshot, const struct term *term,
                                       struct arena *arena);
void dense_stream_close(struct dense_stream *stream);

/* Moves to the first window at or behind `window` that has postings, never back. END when there is none. */
MUST_USE enum status dense_stream_seek(struct dense_stream *stream, uint32_t window);

/* Whether the window at hand is this one, which the last seek asked for. */
static inline bool dense_stream_is_at(const struct dense_stream *stream, uint32_t window)
{
    return stream->begun && !stream->ended && stream->at_hand.window == window;
}

static inline unsigned dense_block_word(const struct dense *block)
{
    return block->first % DENSE_WINDOW / 64;
}

/* ORs the words of the window at hand into `bits`. */
void dense_stream_or(const struct dense_stream *stream, uint64_t *bits);
/* The greatest impact in the window at hand. */
uint8_t dense_stream_impact_max(const struct dense_stream *stream);

/* The block of the window at hand that has the word; NULL when none. */
static inline const struct dense *dense_stream_block(const struct dense_stream *stream, unsigned word)
{
    for (unsigned i = 0; i < stream->at_hand.count; i++) {
        const struct dense *block = &stream->at_hand.blocks[i];
        if (word - dense_block_word(block) < block->word_count)
            return block;
    }
    return NULL;
}

#endif
