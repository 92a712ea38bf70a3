/* What was understood of a query, as JSON: in the API's answers, and flat for `tim analyze --batch`. */
#ifndef TIM_SERVER_RENDER_UNDERSTOOD_H
#define TIM_SERVER_RENDER_UNDERSTOOD_H

#include "catalog/json_writer.h"
#include "query/search.h"

/* A reading's value: a number with up to three decimals, a string, or true. */
void reading_render(struct json_writer *json, const struct reading *reading);

/* [{"field":"priceMax","value":5000000,"text":"dưới 5tr","applied":"filter"}]: what was read, from which words, and what it did: "filter", "sort",
 * "rank", "words" (it is searched as words), or "none" (only shown: the request overrules it, or it left nothing). */
void understood_render(struct json_writer *json, const struct search_result *result);

/* {"category":"dien-thoai","priceMax":5000000,"text":"..."}: the fields in the order of understood_fields, then the text, if any is left. */
void understanding_render_flat(struct json_writer *json, const struct understanding *understanding);

/* "filter", "sort", "rank", "words" or "none". */
const char *effect_name(const struct reading *reading);

#endif
