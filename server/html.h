/* Text for HTML: what is marked stands between <em> and </em>, everything else is escaped. */
#ifndef TIM_SERVER_HTML_H
#define TIM_SERVER_HTML_H

#include "base/arena.h"
#include "query/highlight.h"

/* The whole of a text, as it is. */
void html_put_marked(struct buffer *out, const struct marked_text *text);

/* A piece of it: runs of spaces become one, and an ellipsis stands where there is more. */
void html_put_snippet(struct buffer *out, const struct marked_text *text, const struct snippet *snippet);

#endif
