/* Which alternatives a document was found by: its best path through the lattice, worked out again for this one document. */
#ifndef TIM_QUERY_TAKEN_H
#define TIM_QUERY_TAKEN_H

#include "query/match.h"

struct taken {
    uint8_t alternatives[LATTICE_POSITIONS_MAX]; /* places in the list that the lattice was built with, in the order of the words */
    unsigned count;
    struct match_score score; /* band BAND_NONE: the document lacks words, and nothing is told */
};

MUST_USE enum status taken_read(struct snapshot *snapshot, const struct lattice *lattice, uint32_t document, struct taken *out);

#endif
