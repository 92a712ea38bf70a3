/* Shop descriptions come with HTML in them; what is searched is the text. */
#ifndef TIM_CATALOG_MARKUP_H
#define TIM_CATALOG_MARKUP_H

#include "base/arena.h"

/* Tags and comments become spaces, the common character references become their characters. A text without '<' and '&' is returned as it is;
 * otherwise the result lies in the arena. Not a parser: anything odd stays text. LIMIT at the arena's cap. */
MUST_USE enum status markup_strip(struct bytes text, struct arena *arena, struct bytes *out);

#endif
