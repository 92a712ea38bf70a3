/* What a query says of its words by signs, whatever their meaning:
 *
 *   "ốp lưng"   (also “ ”) quoted words: every two neighbours stand side by side, in this order, in the name, the brand or the category path, and
 *               no word there contradicts the typed marks. For two words that is the phrase itself; of a longer one every piece of two. One
 *               quoted word stands in the core as it is, not as a beginning, in no other spelling.
 *   -samsung    an excluded word: what has it in the core is left out, unless its marks contradict the typed ones. Descriptions do not count,
 *               they name too much. Also a number (-16gb) and quoted words (-"side by side").
 *
 * A quotation opens at the beginning of a word and closes at the end of one, so that 24" stays a size; an excluded word begins with a letter
 * or digit right behind the minus, and the minus stands at the beginning of a word, so that wi-fi stays what it is. Behind a number or its
 * unit the minus joins a range (10 -15tr), before a share or degrees it is a sign (-20%, -18 độ). Nothing of this is ever
 * let go. Quoted words are searched like any other besides; excluded ones are not part of the query. */
#ifndef TIM_QUERY_STRICT_H
#define TIM_QUERY_STRICT_H

#include "analyzers/analyzer.h"
#include "query/edge_window.h"

struct snapshot;

enum {
    STRICT_SPANS_MAX = 16, /* quotations and excluded words; further ones are plain words */
    STRICT_TERMS_MAX = 64, /* of all of them; further ones are not asked for */
};

/* Inside the text: without quotes, without the minus. */
struct strict_span {
    struct bytes text;
    bool excluded;
};

struct strict_spans {
    struct strict_span items[STRICT_SPANS_MAX];
    unsigned count;
};

/* Finds them; `*plain` is the text with spaces in the place of excluded words, the text itself when there are none. LIMIT: the arena's cap. */
MUST_USE enum status strict_parse(struct bytes text, struct arena *arena, struct strict_spans *out, struct bytes *plain);

struct strict_term {
    struct edge edge;
    struct edge_term term;
    struct edge_window *window;
    unsigned span;
};

struct strict {
    const struct strict_spans *spans;
    struct strict_term *terms;
    unsigned count;
    bool nothing; /* no product has a quotation */
};

/* Before the first window. In the arena; borrows the spans and the snapshot. Close it even when this failed. */
MUST_USE enum status strict_open(struct strict *strict, struct snapshot *snapshot, const struct analyzer *analyzer,
                                 const struct strict_spans *spans, struct arena *arena);
void strict_close(struct strict *strict);

/* Takes out of `documents`, of the window, those that do not do as they are told; windows only ascend. */
MUST_USE enum status strict_window(struct strict *strict, uint32_t window, uint64_t *documents);

#endif
