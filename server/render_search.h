/* A search's result as the JSON of the API: what GET /v1/search answers and `tim search` prints. */
#ifndef TIM_SERVER_RENDER_SEARCH_H
#define TIM_SERVER_RENDER_SEARCH_H

#include "base/arena.h"
#include "query/search.h"

struct snapshot;

/* Appends {"hits":[...],"total","facets":{...},"understood":[...],"relaxed","didYouMean","page","limit","nextCursor","zone","partial"}; with
 * highlight each hit has a member more (render_highlight.h). `result` is `request`'s, of this snapshot; `next_cursor` of size 0 is null. CORRUPT: a hit
 * could not be read; LIMIT: the arena's cap. `out` then holds half an object. */
MUST_USE enum status search_render(struct snapshot *snapshot, const struct search_request *request, const struct search_result *result,
                                   struct bytes next_cursor, struct arena *arena, struct buffer *out);

#endif
