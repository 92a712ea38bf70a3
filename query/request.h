/* What a search asks for, whatever it came as: query string, JSON line, command line. One table row per parameter in request.c. */
#ifndef TIM_QUERY_REQUEST_H
#define TIM_QUERY_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum {
    QUERY_BYTES_MAX = 512,
    QUERY_TOKENS_MAX = 32,
    BRANDS_MAX = 50,      /* selected at once */
    SPECS_MAX = 10,       /* selected at once, by name */
    SPEC_VALUES_MAX = 50, /* of all of them together */
    FACETS_MAX = 20,
    FACET_VALUES_MAX = 1000,
    HITS_MAX = 100, /* per page */
    HITS_DEFAULT = 20,
    PAGE_DEPTH_MAX = 10000, /* page * limit; deeper walks are for cursors */
    FACET_VALUES_DEFAULT = 100,
    SLUG_BYTES_MAX = 255,
    CURSOR_BYTES_MAX = 200, /* as text; server/cursor_text.c makes none that long */
};

enum sort { SORT_RELEVANCE, SORT_PRICE_ASC, SORT_PRICE_DESC, SORT_NEWEST, SORT_BEST_SELLING, SORT_RATING, SORT_DISCOUNT };

/* MATCH_ALL: every word, in one of its readings; MATCH_ANY: any of them. */
enum match_mode { MATCH_ALL, MATCH_ANY };

/* How a facet's values are to be shown. */
struct facet_option {
    struct bytes facet; /* the name, as in `facets` */
    struct bytes query; /* only values whose label has words that begin so; size 0: all */
    bool has_query, has_order;
    bool by_label; /* in Vietnamese order, not by count */
};

/* One value of a selected spec, or a range of numbers: "8..16", "..16", "8..16gb". */
struct spec_choice {
    unsigned spec; /* among search_request.specs */
    bool is_range;
    struct bytes slug;               /* of a value */
    uint64_t min_micros, max_micros; /* of a range, inclusive, times 1,000,000 */
    struct bytes unit;               /* of a range: as keys of values have it (catalog/spec_value.h); size 0: any */
};

struct cursor;

struct search_request {
    struct bytes text;               /* valid UTF-8, at most QUERY_BYTES_MAX; empty: browse */
    struct bytes category;           /* slug; the subtree counts; size 0: none */
    struct bytes brands[BRANDS_MAX]; /* slugs; any of them */
    unsigned brand_count;
    bool has_price_min, has_price_max;
    uint32_t price_min_vnd, price_max_vnd; /* inclusive, on the paid price */
    bool in_stock;                         /* only what can be bought now; unknown stock counts as in stock */
    bool on_sale;                          /* only what has a sale price below its price */
    uint16_t rating_min;                   /* hundredths of a star; 0: whatever its rating */
    struct bytes specs[SPECS_MAX];         /* slugs of names; all of them, each with one of its values */
    unsigned spec_count;
    struct spec_choice spec_values[SPEC_VALUES_MAX];
    unsigned spec_value_count;
    struct bytes facets[FACETS_MAX]; /* names: facet.h has them */
    unsigned facet_count;
    bool facets_auto; /* of the specs those that tell most of the hits, besides */
    struct facet_option facet_options[FACETS_MAX];
    unsigned facet_option_count;
    unsigned facet_limit; /* values per facet, 1..FACET_VALUES_MAX, default 100 */
    enum sort sort;
    enum match_mode match;
    unsigned limit;             /* hits, 0..HITS_MAX */
    unsigned page;              /* 0-based */
    struct bytes cursor;        /* as given; size 0: none */
    const struct cursor *after; /* what it says, once it is read (server/cursor_text.h); NULL: from the first hit on */
    uint32_t now_s;             /* the wall clock: rules begin and end by it; no parameter */
    bool highlight;             /* tell which words each hit was found by */
    bool literal;               /* understand=false: nothing is read from the words, and nothing stands for them but themselves */
    uint64_t ignored;           /* fields that are not to be read from the words: a bit per row of understood_fields (understand.h) */
    uint32_t given;             /* which parameters were set: a bit per row of the table in request.c */
};

void request_init(struct search_request *request);

/* Sets one parameter by its API name. Name and value are borrowed by the request. Repeatable parameters add up; a list ("facets=brand,price") is
 * split; "facets=*" asks for every facet that all products share, "auto" for these and for specs that the search chooses. INVALID: unknown name (the
 * nearest known one is suggested), invalid UTF-8 or NUL, not a number, out of range, given twice; the error names the parameter, what was wrong and
 * what would be right. */
MUST_USE enum status request_set(struct search_request *request, const char *name, struct bytes value, struct error *error);

/* What is asked of a facet's values; NULL: nothing. */
const struct facet_option *request_facet_option(const struct search_request *request, struct bytes facet);

/* Checks what only shows when all parameters are set: priceMin <= priceMax, page * limit, cursor or page, options of facets that are asked for. */
MUST_USE enum status request_check(const struct search_request *request, struct error *error);
/* Was the parameter set? By its name in the API, which must be one. */
bool request_is_given(const struct search_request *request, const char *name);

/* Does it select among what the words meet? */
bool request_is_filtered(const struct search_request *request);
/* Leaves the words, and what becomes of their hits. */
void request_filters_clear(struct search_request *request);

/* An order by its name in the API; false for an unknown one. */
bool sort_parse(struct bytes name, enum sort *out);

#endif
