/* The words by which a hit was found, as they may stand in its texts: what the query says, and what the alternatives that were taken say
 * instead. For highlighting. */
#ifndef TIM_QUERY_MET_WORDS_H
#define TIM_QUERY_MET_WORDS_H

#include "query/meeting.h"

enum { MET_WORDS_MAX = 128 /* further ones are left out */ };

/* Whether the word is also there where marks contradict it. */
enum met_contradiction {
    CONTRADICTION_NEVER,
    CONTRADICTION_ALONE, /* when no text of the hit has it otherwise */
    CONTRADICTION_FOUND, /* so it was found */
};

struct met_word {
    struct bytes folded, exact;
    bool begins; /* it is the beginning of a longer word */
    uint8_t contradiction;
};

struct met_words {
    struct met_word *list;
    unsigned count;
};

/* Lives in the arena and where the lattice's terms do. LIMIT at the arena's cap; CORRUPT: a stored block. */
MUST_USE enum status met_words_read(struct snapshot *snapshot, const struct query_words *words, const struct lattice *lattice,
                                    uint32_t document, struct arena *arena, struct met_words *out);

#endif
