/* A measure that was typed onto the word before it, without a space: laptop15tr, iphone128gb, tủ lạnh200l. The analyzer takes such a word
 * for one code, and a reading takes words whole: the word in front of the measure would be lost with it. */
#ifndef TIM_QUERY_RUN_ON_H
#define TIM_QUERY_RUN_ON_H

#include "analyzers/analyzer.h"

struct snapshot;

/* Cuts such words in two; their tokens become what they would be with a space between, offsets and all. A word that the index has as it
 * stands is a code and stays one, and so is one in quotes. `snapshot` may be NULL. In the arena; LIMIT at its cap, CORRUPT: a stored term. */
MUST_USE enum status run_on_part(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, struct arena *arena,
                                 struct token_list *tokens);

#endif
