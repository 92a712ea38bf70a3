/* One term's postings, read forward only: what the evaluation takes its documents from, window by window. */
#ifndef TIM_QUERY_STREAM_H
#define TIM_QUERY_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "storage/term.h"

struct postings;
struct snapshot;

struct stream {
    const uint32_t *documents; /* the block at hand */
    const uint8_t *impacts, *forms;
    unsigned count;
    unsigned at;               /* the next one to be taken; `count`: the block is used up */
    bool ended;                /* nothing behind the block at hand */
    uint32_t floor;            /* one past the last document of the blocks before: what follows must not be below */
    struct postings *postings; /* NULL for an inline list */
};

/* Opened in the arena (LIMIT); `term` stays borrowed from the snapshot. Close it even then. */
MUST_USE enum status stream_open(struct stream *stream, struct snapshot *snapshot, const struct term *term, struct arena *arena);
void stream_close(struct stream *stream);

/* Moves to the first posting at or after `document`, never back. END when there is none. The next document is then
 * stream->documents[stream->at]. */
MUST_USE enum status stream_seek(struct stream *stream, uint32_t document);

/* Some of the postings from the current one on, all below `end`; the block's arrays, valid until the next call. END when the current one
 * is not below `end`: it stays. */
struct run {
    const uint32_t *documents;
    const uint8_t *impacts, *forms;
    unsigned count; /* at least 1 */
};
MUST_USE enum status stream_take(struct stream *stream, uint32_t end, struct run *out);

#endif
