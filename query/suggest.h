/* As-you-type suggestions for what stands in the search box: categories, brands and products, from the stored prefixes and, for the words
 * in any order, from a prefix search of the core zone. */
#ifndef TIM_QUERY_SUGGEST_H
#define TIM_QUERY_SUGGEST_H

#include "analyzers/analyzer.h"
#include "base/arena.h"
#include "base/status.h"

struct snapshot;

enum { SUGGESTIONS_MAX = 10 };

struct suggestion_hit {
    uint8_t kind;      /* enum suggestion_kind of catalog/field.h */
    struct bytes text; /* as shown */
    struct bytes slug;
    struct bytes id;                  /* product: its id; else size 0 */
    unsigned match_start, match_size; /* bytes of `text` that the typed prefix covers; size 0 when it covers none of them in a row */
};

struct suggest_result {
    struct suggestion_hit hits[SUGGESTIONS_MAX];
    unsigned count;
};

/* `text` is valid UTF-8 of at most QUERY_BYTES_MAX; `limit` 1..SUGGESTIONS_MAX. Lives in the arena or the snapshot. */
MUST_USE enum status suggest_run(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes text, unsigned limit,
                                 struct arena *arena, struct suggest_result *out);

#endif
