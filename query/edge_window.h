/* What one edge of the lattice has in the window at hand: its documents, and each one's best (band, impact). */
#ifndef TIM_QUERY_EDGE_WINDOW_H
#define TIM_QUERY_EDGE_WINDOW_H

#include "query/dense_stream.h"
#include "query/lattice.h"
#include "query/stream.h"
#include "query/window.h"

/* A term's postings in the form that they are stored in. */
struct edge_source {
    bool is_dense;
    union {
        struct stream packed; /* or inline */
        struct dense_stream dense;
    };
};

struct edge_window {
    const struct edge *edge;
    struct edge_source *sources; /* one per term */
    unsigned blocks_per_window;  /* expected, of the longest PACKED list */
    uint32_t window;
    uint8_t impact_max; /* of the window at hand; an upper bound */
    uint64_t bits[WINDOW_WORDS];
    /* What is not DENSE. One term: its postings of this window in order, found by rank; several: the best value at each document's place. */
    bool ranked; /* `ranks` is filled for this window */
    unsigned count;
    uint16_t ranks[WINDOW_WORDS];
    uint64_t best_bits[WINDOW_WORDS]; /* where `best` has a value */
    union {
        struct {
            uint8_t impacts[COLUMN_WINDOW], forms[COLUMN_WINDOW];
        } one;
        uint16_t best[COLUMN_WINDOW]; /* band << 8 | impact */
    };
};

/* In the arena. `document_limit` is the index's; for guessing densities. Close it even when opening failed. */
MUST_USE enum status edge_window_open(struct edge_window *window, struct snapshot *snapshot, const struct edge *edge,
                                      uint32_t document_limit, struct arena *arena);
void edge_window_close(struct edge_window *window);

/* The first document at or after `document`, the first of a window, or one before it in the same window; DOCUMENT_END when none. */
MUST_USE enum status edge_window_seek(struct edge_window *window, uint32_t document, uint32_t *found);

/* Fills `bits` for the window that begins at document `base`. Documents outside `wanted` (NULL: all are wanted; `wanted_count` of them) may
 * be left out. */
MUST_USE enum status edge_window_load(struct edge_window *window, uint32_t base, const uint64_t *wanted, unsigned wanted_count);

/* Leaves the window that begins at document `base` empty: nobody wants any of its documents. */
void edge_window_skip(struct edge_window *window, uint32_t base);

/* band << 8 | impact of a document, 0 when it does not have the edge. */
uint16_t edge_window_value(struct edge_window *window, uint32_t at);

/* The same for many documents, ascending. */
void edge_window_values(struct edge_window *window, const uint16_t *places, unsigned count, uint16_t *values);

/* Takes out of `bits` the documents whose impact is below `least` or that do not have the edge; of several terms, none. */
void edge_window_cut(struct edge_window *window, uint8_t least, uint64_t *bits);

#endif
