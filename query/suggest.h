/* As-you-type suggestions for what stands in the search box: queries that many ask, the same words within a category, and categories, brands
 * and products, from the stored prefixes and, for the words in any order, from a bounded look at the core zone. Only when nothing stands
 * under the text as typed is it taken for a slip or for keystrokes, or is a price or another wish in it left out. */
#ifndef TIM_QUERY_SUGGEST_H
#define TIM_QUERY_SUGGEST_H

#include "analyzers/analyzer.h"
#include "base/arena.h"
#include "base/status.h"

struct popular;
struct snapshot;

enum { SUGGESTIONS_MAX = 10, SUGGESTED_QUERIES_MAX = 5 };

struct suggestion_hit {
    uint8_t kind;      /* enum suggestion_kind of catalog/field.h */
    struct bytes text; /* as shown */
    struct bytes slug;
    struct bytes id;                  /* product: its id; else size 0 */
    unsigned match_start, match_size; /* bytes of `text` that the typed prefix covers; size 0 when it covers none of them in a row */
};

struct suggested_query {
    struct bytes text;
    unsigned match_start, match_size;     /* as above */
    struct bytes category, category_slug; /* size 0: in all of the shop */
};

struct suggest_result {
    struct suggested_query queries[SUGGESTED_QUERIES_MAX]; /* those that many ask, then those within a category */
    unsigned query_count;
    struct suggestion_hit hits[SUGGESTIONS_MAX];
    unsigned count;
};

/* `text` is valid UTF-8 of at most QUERY_BYTES_MAX; `limit` 1..SUGGESTIONS_MAX, of hits and of queries each. `popular` may be NULL. An empty
 * text gives what is asked most and what weighs most. No product is named that is not shown any more; a popular query found something when
 * it was last asked. Lives in the arena, the snapshot or the table. */
MUST_USE enum status suggest_run(struct snapshot *snapshot, const struct analyzer *analyzer, const struct popular *popular,
                                 struct bytes text, unsigned limit, struct arena *arena, struct suggest_result *out);

#endif
