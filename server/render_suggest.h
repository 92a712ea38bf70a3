/* Suggestions as the JSON of the API. */
#ifndef TIM_SERVER_RENDER_SUGGEST_H
#define TIM_SERVER_RENDER_SUGGEST_H

#include "query/suggest.h"

/* Appends {"suggestions":[{"type":"product|category|brand","text","slug","id","highlight"}]}. `highlight` is HTML: the text escaped, what
 * was typed within <em>. `id` is null but for products. */
void suggest_render(const struct suggest_result *result, struct buffer *out);

#endif
