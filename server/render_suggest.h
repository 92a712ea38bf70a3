/* Suggestions as the JSON of the API. */
#ifndef TIM_SERVER_RENDER_SUGGEST_H
#define TIM_SERVER_RENDER_SUGGEST_H

#include "query/suggest.h"

/* Appends {"queries":[{"text","highlight","category":null|{"name","slug"}}], "products":[...], "categories":[...], "brands":[...],
 * "suggestions":[...]}: entries of the last four are {"type":"product|category|brand","text","slug","id","highlight"}; `suggestions` has those of
 * the three before it in one list, best first. `highlight` is HTML: the text escaped, what was typed within <em>. `id` is null but for
 * products. */
void suggest_render(const struct suggest_result *result, struct buffer *out);

#endif
