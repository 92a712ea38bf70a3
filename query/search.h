/* A request against one snapshot: hits, exact total, exact facets. Knows neither HTTP nor JSON. */
#ifndef TIM_QUERY_SEARCH_H
#define TIM_QUERY_SEARCH_H

#include "analyzers/analyzer.h"
#include "query/met_words.h"
#include "query/request.h"
#include "query/understand.h"

struct snapshot;
struct hit_variants;
struct cursor;

struct search_hit {
    uint32_t document;
    uint64_t rank; /* band, tier, score packed, or the sort key; higher is better */
    bool pinned;   /* a rule put it at its place, and the rank says nothing */
};

struct facet_value {
    uint32_t ordinal;         /* brand, category, spec: the label's */
    struct bytes slug, label; /* what the filter takes, and as shown; borrowed from the snapshot */
    uint32_t parent;          /* category: ordinal of the parent, LABEL_NO_PARENT at a root */
    uint64_t count;           /* documents; for a category its whole subtree; 0 only when it is selected */
    bool selected;
    struct bytes collation; /* of the label, when that gives the order */
};

/* One bin of the price histogram: low <= paid price < high. */
struct price_bin {
    uint32_t low_vnd, high_vnd;
    uint64_t count;
};

struct facet_result {
    struct bytes name; /* as requested */
    struct facet_value
        *values; /* brand, spec: as ordered, by count and then label; category: a tree in pre-order, siblings so; price: NULL */
    unsigned value_count;
    bool truncated;         /* facet_limit (or FACET_LABELS_MAX) left values with a count out */
    struct price_bin *bins; /* price only, in ascending order, empty bins left out */
    unsigned bin_count;
    uint32_t min_vnd, max_vnd; /* price only: over the counted documents with a known price */
    bool is_numeric;           /* spec only: most of what was counted are numbers of one unit, which lie in min..max */
    uint64_t min_micros, max_micros;
    struct bytes unit; /* as shown; size 0: none */
};

/* A reading of the query's words, and these words. */
struct understood {
    struct reading reading; /* with the effect that it had on this search */
    struct bytes words;
};

/* Words that were let go. */
struct relaxed {
    const char *rung;    /* how far: cascade.h names it; NULL: all words were asked for */
    struct bytes *words; /* those that the best hit lacks, as typed, in their order */
    unsigned word_count;
};

/* Words that the best hit was found by otherwise than as typed. */
struct replaced_words {
    struct bytes typed; /* in the request's text */
    struct bytes taken;
    const char *kind; /* "synonym", "keystrokes" ...: alternative.h */
};

struct search_result {
    struct search_hit *hits; /* best first */
    unsigned hit_count;
    struct hit_variants *variants;   /* by hit: those that pass the filters; NULL when nothing is asked of offers */
    struct met_words *met_words;     /* by hit, when they are to be highlighted; else NULL */
    const struct analyzer *analyzer; /* that read the words */
    uint64_t total;                  /* exact */
    struct facet_result *facets;
    unsigned facet_count;
    const struct cursor *next; /* how to go on behind the last hit: cursor.h; NULL: no further hits, or partial */
    bool partial;              /* the CPU deadline passed: hits and counts cover a part of the index */
    const char *zone;          /* "core" or "all": where the words were looked for */
    struct understood *understood;
    unsigned understood_count;
    enum reading_use use;
    struct relaxed relaxed;
    struct replaced_words *replaced; /* in the order of the words */
    unsigned replaced_count;
    const char *level;   /* how far the words were left behind: cascade.h names it */
    struct bytes *rules; /* ids of the shop's rules that did something, in their order */
    unsigned rule_count;
    struct bytes redirect; /* where the shop would rather have this query; size 0: nowhere */
};

struct search_limits {
    uint64_t cpu_ns; /* of this thread; 0: no deadline */
};

/* Everything in the result lives in `arena` or is borrowed from the snapshot. INVALID: an unknown category or facet name (with the
 * sentence); LIMIT: the arena's cap; CORRUPT: a stored block. An unknown brand slug matches nothing and is not an error. */
MUST_USE enum status search_run(struct snapshot *snapshot, const struct analyzer *analyzer, const struct search_request *request,
                                const struct search_limits *limits, struct arena *arena, struct search_result *result, struct error *error);

#endif
