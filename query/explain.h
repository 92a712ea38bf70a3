/* Why a product stands where it stands in the answer to a request, or why it does not stand there.
 *
 * It is the search itself that is asked: the request is run as ever, then its last pass once more for the one document (pass.only), and what
 * that says of words, filters and rank is told in parts. Why not is tried out: each thing that keeps the product out is taken away from the
 * request, and the search is run again. For people, not for shoppers: one explanation costs as much as several searches. */
#ifndef TIM_QUERY_EXPLAIN_H
#define TIM_QUERY_EXPLAIN_H

#include "query/search.h"
#include "query/strict.h"

enum {
    EXPLAIN_ARENA_BYTES = 256 * 1024 * 1024,                         /* what an explanation may take: it is several searches */
    EXPLAIN_PLACES_MAX = (PAGE_DEPTH_MAX / HITS_MAX + 1) * HITS_MAX, /* a place behind that is not counted */
    EXPLAIN_EDGES_MAX = LATTICE_POSITIONS_MAX + LATTICE_EXTRAS_MAX,
    EXPLAIN_PAIRS_MAX = 32,
    EXPLAIN_RULES_MAX = 32, /* further ones are left out */
    EXPLAIN_FILTERS_MAX = 6 + SPECS_MAX,
    BLOCKERS_MAX = QUERY_TOKENS_MAX + STRICT_SPANS_MAX + EXPLAIN_FILTERS_MAX,
};

enum verdict {
    VERDICT_HIT,
    VERDICT_ABSENT,   /* no such product */
    VERDICT_INACTIVE, /* not sold: its status is not "active" */
    VERDICT_WORDS,    /* it lacks words of the query */
    VERDICT_SIGNS,    /* what is quoted or excluded */
    VERDICT_FILTERS,
    VERDICT_HIDDEN, /* by a rule of the shop */
};

struct explained_word {
    struct bytes typed;
    const struct query_word *word;
    bool met; /* something of the product stands for it, or nothing is looked for */
};

/* One edge of the path that counts, in the order of the words. */
struct explained_edge {
    unsigned first, words; /* of the query */
    const char *
        kind; /* "word", "part", "beginning", or the alternative's (alternative.h); "description": it has no band, and only adds to the score */
    struct bytes term, form; /* its key; as the product writes it, size 0: in several ways, or unknown */
    const char *zone;        /* "core", "body" */
    uint32_t df;             /* products that have it */
    uint8_t band, impact;
    uint16_t worth;
};

struct explained_pair {
    struct bytes key; /* two words; an empty one is the beginning or the end of a name */
    uint32_t worth, points;
    uint8_t impact;
};

/* rank := band | tier | score, as rank.h packs it. */
struct explained_rank {
    uint64_t rank;
    uint8_t band, tier;
    uint32_t text, pairs, prior, brand_boost, category_boost, rule_boost; /* points */
    uint32_t shelf;        /* taken off again, where words are lacking and the shelf is empty */
    uint32_t score;        /* what they come to */
    uint64_t stored_prior; /* COLUMN_UNKNOWN */
    bool in_stock;
};

/* A rule that pins, hides or lifts the product. */
struct explained_rule {
    struct bytes id;
    const char *action; /* "pin", "hide", "boost" */
    unsigned place;     /* of a pin */
    uint32_t points;    /* of a boost, by itself: several together add no more than the greatest text score */
};

struct explained_filter {
    const char *name;  /* of the parameter; "price" for both ends */
    struct bytes spec; /* of specs.<name>; else size 0 */
    uint8_t axis;      /* filter.h */
    bool from_words;   /* it was read from the query */
    bool passes;       /* by itself */
};

enum blocker_kind { BLOCKER_WORD, BLOCKER_QUOTATION, BLOCKER_EXCLUSION, BLOCKER_FILTER };

/* What keeps the product out. */
struct blocker {
    uint8_t kind;
    bool from_words;    /* a filter that was read from the query */
    bool alone;         /* without it, and nothing else changed, the product is a hit */
    struct bytes text;  /* of the query: from its first word to its last; of the request's own filters size 0 */
    const char *filter; /* a filter's name, and its spec */
    struct bytes spec;
    uint8_t axis;                       /* filter.h */
    uint8_t bytes[QUERY_BYTES_MAX / 8]; /* of the query that go with it, a bit each */
};

struct explanation {
    enum verdict verdict;
    struct bytes name;           /* the product's; size 0 unless it is live */
    struct search_result result; /* of the search, without hits and facets: total, zone, level, understood */
    const char *rung;            /* "none", "most", "some", "any" */
    enum sort sort;
    unsigned place; /* among the hits, from 1; 0: none, or behind EXPLAIN_PLACES_MAX */
    struct explained_word *words;
    unsigned word_count;
    struct explained_edge edges[EXPLAIN_EDGES_MAX];
    unsigned edge_count;
    struct explained_pair pairs[EXPLAIN_PAIRS_MAX]; /* those that count */
    unsigned pair_count;
    bool pinned; /* a rule puts it at its place */
    bool ranked;
    struct explained_rank rank; /* when it is ranked: without pins and hides; by another order only `rank` */
    struct explained_rule rules[EXPLAIN_RULES_MAX];
    unsigned rule_count;
    struct explained_filter filters[EXPLAIN_FILTERS_MAX];
    unsigned filter_count;
    bool apart; /* it passes each filter, but no single variant passes all that are about offers */
    struct blocker blockers[BLOCKERS_MAX];
    unsigned blocker_count;
    unsigned together;       /* without so many of the first blockers it is a hit; 0: not even without all of them */
    const char *later_level; /* the step that would have found it, had the search not found enough before; NULL: none */
    const char *later_zone;
};

/* The id of the product that is named by its id, slug or SKU; a name that no product has stays as it is. Borrowed from the snapshot or
 * `named`. */
MUST_USE enum status product_id_get(struct snapshot *snapshot, struct bytes named, struct bytes *out);

/* `product` is an id. Lives in the arena, the snapshot and the request. Statuses as search_run. */
MUST_USE enum status search_explain(struct snapshot *snapshot, const struct analyzer *analyzer, const struct search_request *request,
                                    struct bytes product, struct arena *arena, struct explanation *out, struct error *error);

/* The words of the query that an edge stands for, from the first to the last. */
struct bytes explained_text(const struct explanation *why, const struct explained_edge *edge);

/* "hit", "absent" ... */
const char *verdict_name(enum verdict verdict);
/* "word", "quotation", "exclusion", "filter". */
const char *blocker_kind_name(enum blocker_kind kind);
/* "exact", "likely", "bare", "near", "contradict", "body", "alike", "lacking", "all". */
const char *band_name(unsigned band);

#endif
