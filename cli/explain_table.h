/* An explanation (query/explain.h) for people; as JSON it is server/render_explain.h's. */
#ifndef TIM_CLI_EXPLAIN_TABLE_H
#define TIM_CLI_EXPLAIN_TABLE_H

#include "query/explain.h"

/* `product` as it was named. To standard output. */
void explain_table(const struct search_request *request, struct bytes product, const struct explanation *why);

#endif
