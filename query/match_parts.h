/* Inside query/ only: what match.c and hopeful.c share. */
#ifndef TIM_QUERY_MATCH_PARTS_H
#define TIM_QUERY_MATCH_PARTS_H

#include "query/edge_window.h"
#include "query/match.h"

/* The edges between two nodes that no edge crosses. */
struct segment {
    unsigned start, length;          /* nodes */
    unsigned first, edge_count;      /* of match->edges */
    bool extra;                      /* adds to the score, and nothing else: lattice.h */
    uint64_t expected;               /* documents, an upper bound */
    const uint64_t *bits;            /* the documents of the window at hand that have a path through it */
    uint64_t *own_bits;              /* the same when they are not one edge's */
    uint64_t (*reach)[WINDOW_WORDS]; /* then: who has a path to each node between, from 1 */
};

struct coverage;

struct match {
    enum match_mode mode;
    struct segment segments[LATTICE_NODES_MAX]; /* the rarest first */
    unsigned segment_count;
    unsigned words_end;         /* the node behind the last word: extras follow */
    unsigned missing;           /* words that no product has */
    struct edge_window **edges; /* those that lie on a path through their segment, by segment and start */
    unsigned edge_count;
    const struct coverage *coverage; /* what a document must have at least; NULL: any word */
    bool empty;                      /* nothing can match */
    uint32_t document_limit;
    bool all_live; /* every document number is a live document */
    struct edge live;
    struct edge_term live_term;
    struct edge_window *live_window;
    uint64_t bits[WINDOW_WORDS];
};

/* The best worst band of a path through the segment, 0 when there is none. `values` are those of its edges. */
unsigned segment_band(const struct match *match, const struct segment *segment, const uint16_t *values);
/* The greatest score of a path whose edges all have at least this band, 0 when there is none. */
uint32_t segment_score(const struct match *match, const struct segment *segment, const uint16_t *values, unsigned band);

#endif
