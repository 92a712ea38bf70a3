/* Inside query/ only: a query that was typed as the keys of an input method that was off: "ddieeuf hoaf daikin" is điều hòa daikin, to
 * readings and to synonyms too. */
#ifndef TIM_QUERY_DECODED_H
#define TIM_QUERY_DECODED_H

#include "analyzers/analyzer.h"

struct snapshot;

/* The tokens with every word decoded that the index does not know and that is keys of Telex or VNI, when at least half of the words that it
 * does not know are keys of words that it does; else the tokens themselves. Positions and offsets stay; a decoded word has no parts. In the
 * arena. */
MUST_USE enum status tokens_decode(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                                   struct arena *arena, struct token_list *out);

#endif
