/* Inside query/ only: search inside a facet. A label fits when each typed word begins one of its words, and no typed mark is another than the
 * written one. */
#ifndef TIM_QUERY_LABEL_MATCH_H
#define TIM_QUERY_LABEL_MATCH_H

#include "analyzers/analyzer.h"

struct label_match {
    const struct analyzer *analyzer;
    struct token_list typed;
    struct bytes folded; /* the typed words, for labels whose numbers are read with their units; size 0: marks were typed */
};

/* In the arena. LIMIT at its cap. A text without words fits every label. */
MUST_USE enum status label_match_open(struct label_match *match, const struct analyzer *analyzer, struct bytes text, struct arena *arena);

/* `scratch` is reset. */
MUST_USE enum status label_fits(const struct label_match *match, struct bytes label, struct arena *scratch, bool *fits);

#endif
