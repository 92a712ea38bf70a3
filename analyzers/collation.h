/* The order in which a Vietnamese dictionary has words: a ă â b c d đ ..., tones behind letters, numbers by their value. */
#ifndef TIM_ANALYZERS_COLLATION_H
#define TIM_ANALYZERS_COLLATION_H

#include "analyzers/analyzer.h"

enum { COLLATION_TEXT_BYTES_MAX = 1000 /* of a text; what is behind does not count */ };

/* Bytes that compare (bytes_compare) as the texts do by ICU's root collation tailored for Vietnamese, capitals behind small letters where nothing
 * else differs. In the arena; LIMIT at its cap. Stored nowhere: another ICU may give other bytes. */
MUST_USE enum status collation_key(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct bytes *out);

#endif
