/* The analysed query: a lattice of alternatives. Between its nodes 0..positions run edges, each a term (or several terms read as one) that
 * may stand for the positions it spans. A document matches when a path of edges it has leads from node 0 to the last one; among such
 * paths the best is the one whose worst band is the highest, then the one with the greatest sum of scores.
 *
 * A position is a word, or a part of a code that was typed as one word (nr-bv360: nr, bv, 360, under the edges bv360 and nrbv360). */
#ifndef TIM_QUERY_LATTICE_H
#define TIM_QUERY_LATTICE_H

#include "analyzers/analyzer.h"
#include "query/band.h"

struct snapshot;

enum {
    LATTICE_POSITIONS_MAX = 64, /* words and code parts; words beyond QUERY_TOKENS_MAX are dropped, a code beyond it stays whole */
    LATTICE_EDGES_MAX = 512,
    CODE_PARTS_MAX = 16,           /* a code of more tokens is not taken apart */
    EXPANSIONS_MAX = 1000,         /* terms under one prefix: those with the most documents */
    EXPANSION_SCAN_MAX = 16384,    /* terms looked at for that, in byte order */
    PREFIX_STORED_LETTERS_MAX = 3, /* so short a prefix has a posting list of its own */
    WEIGHT_MAX = 255,
};

struct edge_term {
    struct term term;
    const uint8_t *bands; /* by form byte; NULL: every posting has `band` */
    uint8_t band;         /* the best one possible */
};

/* One alternative. Several terms count as one: a document has the edge when it has any of them, at its best (band, impact). */
struct edge {
    uint8_t start, length; /* positions */
    uint8_t band;          /* the best one possible */
    uint16_t weight;       /* of one unit of impact; times `length`, so that a reading in fewer, longer words loses nothing */
    uint32_t df;           /* documents that have it: exact for one term, an upper bound for several */
    uint32_t term_count;
    struct edge_term *terms;
};

struct lattice {
    struct edge *edges; /* ascending by start, then length */
    unsigned edge_count;
    unsigned positions; /* 0: no words, everything matches */
};

enum lattice_zone { LATTICE_CORE, LATTICE_ALL };

/* The readings of a token list in the index's vocabulary: each word as it is, each code also as its parts, and the last word also as the
 * beginning of a longer one when the text ends with it (`text_size` is the text's) and nothing speaks against that (see lattice.c). LATTICE_ALL adds what the descriptions have. Lives in
 * the arena and the snapshot. */
MUST_USE enum status lattice_build(struct snapshot *snapshot, const struct token_list *tokens, size_t text_size, enum lattice_zone zone,
                                   struct arena *arena, struct lattice *out);

/* False when no path leads through: nothing can match. */
bool lattice_connects(const struct lattice *lattice);

/* The first node behind `start` that no edge crosses, when no edge crosses that one: between two such nodes lies a segment. */
unsigned lattice_segment_end(const struct lattice *lattice, unsigned start);

/* The greatest score that a path can have; segments without a path are left out. */
uint32_t lattice_score_max(const struct lattice *lattice);

/* The weight of a term that `df` of `live` documents have: 8 * log2(1 + live / df) in whole numbers, 1..WEIGHT_MAX. */
uint16_t term_weight(uint32_t df, uint32_t live);

/* Puts the edges into the order that the evaluation needs; lattice_build does it by itself. */
void lattice_sort(struct lattice *lattice);

#endif
