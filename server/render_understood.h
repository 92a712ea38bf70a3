/* What was understood of a query, as JSON: in the API's answers, and flat for `tim analyze --batch`. */
#ifndef TIM_SERVER_RENDER_UNDERSTOOD_H
#define TIM_SERVER_RENDER_UNDERSTOOD_H

#include "catalog/json_writer.h"
#include "query/understand.h"

/* A reading's value: a number with up to three decimals, a string, or true. */
void reading_render(struct json_writer *json, const struct reading *reading);

/* {"category":"dien-thoai","priceMax":5000000,"text":"..."}: the fields in the order of understood_fields, then the text, if any is left. */
void understanding_render_flat(struct json_writer *json, const struct understanding *understanding);

/* "filter", "sort", "rank", "words" or "none". */
const char *effect_name(const struct reading *reading);

#endif
