/* How one document meets the lattice: what it has of each edge, and the path that counts. Worked out again for this one document, when an
 * answer is to say how a hit was found; the score is that of match_score. */
#ifndef TIM_QUERY_MEETING_H
#define TIM_QUERY_MEETING_H

#include "query/match.h"
#include "query/words.h"

/* What the document has of an edge. */
struct met_edge {
    const struct edge_term *term; /* the best of its terms; NULL: it has none */
    uint8_t band, impact;
    bool taken; /* it lies on the path that counts: of each segment that the document has, or of an extra */
};

struct meeting {
    const struct lattice *lattice;
    struct match_score score;                 /* band BAND_NONE: the document lacks words */
    struct met_edge edges[LATTICE_EDGES_MAX]; /* as the lattice's */
    uint8_t word_nodes[QUERY_TOKENS_MAX];     /* in front of each word that is looked for, as the lattice numbers nodes; of others 0 */
    bool lacks[QUERY_TOKENS_MAX]; /* words that are looked for and that nothing of the document stands for, in the core or as an extra */
};

/* The words are those that the lattice was built of, which stays where it is. CORRUPT: a stored block. */
MUST_USE enum status meeting_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice,
                                  uint32_t document, struct meeting *out);

/* The alternatives on the path of a document that has all words: places in the list that the lattice was built with, in the order of the
 * words. Returns how many; 0 when it lacks words. */
unsigned meeting_alternatives(const struct meeting *meeting, uint8_t alternatives[LATTICE_POSITIONS_MAX]);

/* Band and impact of a term in a document; NOT_FOUND when the document does not have it. */
MUST_USE enum status term_met(struct snapshot *snapshot, const struct edge_term *term, uint32_t document, uint8_t *band, uint8_t *impact);

#endif
