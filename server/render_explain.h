/* An explanation (query/explain.h) as JSON: what GET /v1/admin/explain answers and `tim explain` prints. */
#ifndef TIM_SERVER_RENDER_EXPLAIN_H
#define TIM_SERVER_RENDER_EXPLAIN_H

#include "base/arena.h"
#include "query/explain.h"

/* Appends one object, as render_explain.c says. `product` is the id that was explained. */
void explain_render(const struct search_request *request, struct bytes product, const struct explanation *why, struct buffer *out);

#endif
