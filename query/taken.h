/* Which alternatives a document was found by, and which words it lacks: its best path through the lattice, worked out again for this one
 * document. */
#ifndef TIM_QUERY_TAKEN_H
#define TIM_QUERY_TAKEN_H

#include "query/match.h"
#include "query/words.h"

struct taken {
    uint8_t alternatives[LATTICE_POSITIONS_MAX]; /* places in the list that the lattice was built with, in the order of the words */
    unsigned count;
    struct match_score score; /* band BAND_NONE: the document lacks words, and nothing is told */
};

MUST_USE enum status taken_read(struct snapshot *snapshot, const struct lattice *lattice, uint32_t document, struct taken *out);

/* Sets `lacks` for each word that is looked for and that nothing of the document stands for, in the core or as an extra. */
MUST_USE enum status lacking_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice,
                                  uint32_t document, bool lacks[QUERY_TOKENS_MAX]);

#endif
