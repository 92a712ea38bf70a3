/* An explanation (query/explain.h) for people, and as JSON. */
#ifndef TIM_CLI_EXPLAIN_PRINT_H
#define TIM_CLI_EXPLAIN_PRINT_H

#include "base/arena.h"
#include "query/explain.h"

/* The words of the query that an edge stands for, from the first to the last. In explain_table.c. */
struct bytes explained_text(const struct explanation *why, const struct explained_edge *edge);

/* `product` as it was named. To standard output. In explain_table.c. */
void explain_table(const struct search_request *request, struct bytes product, const struct explanation *why);

/* One object, as explain_json.c says. */
void explain_json(const struct search_request *request, struct bytes product, const struct explanation *why, struct buffer *out);

#endif
