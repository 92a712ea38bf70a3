/* Accessories: goods made for other goods. Vietnamese names are head-first: "Ốp lưng iPhone 15" is a case, and what stands behind the head
 * tells what it is made for. Those words count for less (TEXT_MADE_FOR of field.h), so that "iphone 15" finds the phone before its cases,
 * whatever is sold more. */
#ifndef TIM_CATALOG_MADE_FOR_H
#define TIM_CATALOG_MADE_FOR_H

#include "analyzers/analyzer.h"

/* `*head` becomes the size of the start of a name that is an accessory's head (LEXICON_ACCESSORIES, the longest that fits), or name.size
 * when the name begins with none. A head of one word must be written with its marks: "Dan" is no "dán". LIMIT at the arena's cap. */
MUST_USE enum status made_for_split(const struct analyzer *analyzer, struct bytes name, struct arena *arena, size_t *head);

#endif
