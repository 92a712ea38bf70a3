/* Slugs: the folded name with hyphens, as they stand in addresses. */
#ifndef TIM_CATALOG_SLUG_H
#define TIM_CATALOG_SLUG_H

#include "analyzers/analyzer.h"

enum { SLUG_BYTES_MAX = 200 }; /* of a built one; a longer name is cut at a word */

/* "Máy giặt LG 9 kg" -> "may-giat-lg-9-kg", with "-" and `id` appended when it has one. In the arena; empty for a name without letters
 * or digits and no id. LIMIT at the arena's cap. */
MUST_USE enum status slug_build(const struct analyzer *analyzer, struct bytes name, struct bytes id, struct arena *arena,
                                struct bytes *out);

/* slug + "-" + rest. */
MUST_USE enum status slug_append(struct bytes slug, struct bytes rest, struct arena *arena, struct bytes *out);

#endif
