/* The analysed query: a lattice of alternatives. Between its nodes run edges, each a term (or several terms read as one) that may stand for
 * the words between them. A document matches when a path of edges that it has leads from node 0 to the last one; among such paths the best
 * is the one whose worst band is the highest, then the one with the greatest sum of worth * impact.
 *
 * The words as typed run over nodes that all readings share: one behind each word, and one behind each part of a code that was typed as one
 * word (nr-bv360: nr, bv, 360, under the edges bv360 and nrbv360). An alternative of another number of words (laptop: máy tính xách tay)
 * runs over private nodes between the ends of what it stands for, so that it never mixes with others. Every edge leads to a greater node.
 *
 * Behind the words may stand extras, an edge each: what the descriptions have of a word. They add to the score of a document that matches by
 * MATCH_ANY, and one such is enough to match; they are no words that a document may lack. */
#ifndef TIM_QUERY_LATTICE_H
#define TIM_QUERY_LATTICE_H

#include "query/band.h"
#include "query/request.h"
#include "storage/term.h"

enum {
    LATTICE_POSITIONS_MAX = 64, /* words and code parts; words beyond QUERY_TOKENS_MAX are dropped, a code beyond it
                                                         * stays whole */
    LATTICE_EXTRAS_MAX = QUERY_TOKENS_MAX,
    LATTICE_NODES_MAX =
        LATTICE_POSITIONS_MAX + 1 + 96 + LATTICE_EXTRAS_MAX, /* with the private ones; an alternative without room is left out */
    LATTICE_EDGES_MAX = 512,
    ALTERNATIVE_EDGES_MAX = 8, /* words that an alternative may have */
    WEIGHT_MAX = 255,
};

struct edge_term {
    struct term term;
    struct bytes key;     /* the term's */
    struct bytes exact;   /* as it was typed, or as the alternative spells it, marks and all */
    const uint8_t *bands; /* by form byte; NULL: every posting has `band` */
    uint8_t begins;       /* how many bytes of the key were typed, `exact` being these; 0: all of it */
    uint8_t band;         /* the best one possible */
    uint8_t plain;        /* one more than the ordinal of the form without marks, when the word was typed so; 0: never mind */
};

enum { PLAIN_PART = 8 };

/* band << 8 | impact of a posting. To a word typed without marks all forms are as good, but the one that is written so is a little likelier:
 * the others lose 1/PLAIN_PART of their impact. */
static inline uint16_t edge_term_value(const struct edge_term *term, uint8_t impact, uint8_t form)
{
    unsigned band = term->bands == NULL ? term->band : term->bands[form];
    bool marked = term->plain != 0 && form != term->plain - 1 && form != FORM_SEVERAL;
    return (uint16_t)(band << 8 | (impact - (marked ? impact / PLAIN_PART : 0U)));
}

/* Several terms count as one: a document has the edge when it has any of them, at its best (band, impact). */
struct edge {
    uint8_t start, end;  /* nodes */
    uint8_t band;        /* the best one possible */
    uint8_t alternative; /* one more than its place in the list; 0: a word's own */
    uint16_t worth;      /* of one unit of impact: the terms' weight, times the words that the edge stands for. The edges of an alternative
                         * share its words and are together worth no more than these words as typed. At least 1. */
    uint32_t df;         /* documents that have it: exact for one term, an upper bound for several */
    uint32_t term_count;
    struct edge_term *terms;
};

enum lattice_word {
    LATTICE_WORD = 1,
    LATTICE_FIRM = 2, /* it is a number, a code, a quantity, or names a brand or a category: let go last */
};

struct lattice {
    struct edge *edges; /* ascending by start, then end */
    unsigned edge_count;
    unsigned end; /* the node behind the last word; 0: no words, everything matches */
    unsigned extra_count;
    uint8_t extras[LATTICE_EXTRAS_MAX]; /* the node in front of the word that each is about; the extras' own nodes follow `end` */
    uint8_t words[LATTICE_NODES_MAX];   /* what begins at a node: bits of enum lattice_word */
};

/* What may stand for some of the words instead of themselves: a row of edges. */
struct alternative {
    uint8_t first, words; /* what it stands for: words of the query */
    uint8_t kind;         /* enum alternative_kind */
    uint8_t edge_count;   /* 1..ALTERNATIVE_EDGES_MAX */
    struct alternative_edge {
        struct edge_term *terms;
        uint32_t term_count; /* at least 1 */
    } edges[ALTERNATIVE_EDGES_MAX];
    struct bytes text; /* how it reads */
};

struct query_words;

/* The words' own edges and those of the alternatives that find room. Lives in the arena and where the words do. */
MUST_USE enum status lattice_build(const struct query_words *words, const struct alternative *alternatives, unsigned alternative_count,
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
