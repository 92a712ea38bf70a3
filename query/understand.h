/* What a query says besides its words: prices, quantities, a sort order, a brand, a category. The names of brands and categories come from
 * the index; our own phrases stand in tables, one file per family (read_*.c), what shops say otherwise in the analyzer's lexicon.
 *
 * The fields and how their values look:
 *
 *   priceMin, priceMax, priceAround                          VND; around: +-10 %
 *   storageGb, ramGb, screenInch, capacityL, weightKg, powerHp, powerBtu, powerW, batteryMah, refreshHz, roomM2, lengthM, caseMm,
 *   resolutionMp, each also with Min and Max                 a number
 *   cpu, gpu                                                 "i5", "ryzen 7", "rtx 4060"
 *   color                                                    the base colour's slug: "den", "xanh-duong"
 *   condition                                                "used", "likeNew", "new"
 *   installment, onSale                                      true
 *   sort                                                     as the request's parameter
 *   brand, category                                          slugs
 *   intent                                                   "modelCode": the query is one model code
 *
 * A reading is a guess that the caller can undo: by understand=false, or by ignore=<field>. */
#ifndef TIM_QUERY_UNDERSTAND_H
#define TIM_QUERY_UNDERSTAND_H

#include "analyzers/analyzer.h"
#include "query/request.h"

struct snapshot;

enum { READINGS_MAX = 24 };

enum reading_kind { READING_NUMBER, READING_TEXT, READING_TRUE };

/* What a reading does to the search. */
enum reading_effect {
    EFFECT_FILTER, /* products without it are left out; its words are not searched */
    EFFECT_SORT,   /* the order of the hits, when none was asked for; its words are not searched */
    EFFECT_RANK, /* products that have it stand higher; its words are searched. Where the words also say a price or an order, a category is a
                    * filter besides: application.h */
    EFFECT_WORDS, /* its words are searched as words, but for those that only lead to the value ("ram" of "laptop ram 8gb") */
    EFFECT_RANGE, /* its words stand for any value in the range */
    EFFECT_NONE,  /* shown only; its words are not searched */
};

/* What a search takes of the readings. */
enum reading_use {
    USE_ALL,
    USE_NO_CATEGORY, /* as a filter it left nothing */
    USE_NO_FILTERS,  /* none of their filters left anything: their words are not searched either */
    USE_NONE,        /* they left nothing, and the words alone found something */
    READING_USES,
};

struct reading {
    const char *field;
    uint8_t kind, effect;
    int64_t milli;      /* NUMBER: in thousandths */
    struct bytes value; /* TEXT */
    uint32_t ordinal;   /* brand, category: the label's */
    bool whole;         /* category: by a name of it or a synonym, not by the beginning of its name alone */
    uint32_t words;     /* that it was read from, a bit each */
    uint32_t dropped;   /* of these, the ones that are not searched */
    uint32_t kept;      /* of these, the ones that also stay in the text: "iphone" says apple and is a word */
};

struct understanding {
    struct reading readings[READINGS_MAX]; /* by field, in the order above */
    unsigned count;
    uint32_t dropped;  /* words that are not searched, a bit each: of readings, and fillers while something remains */
    struct bytes text; /* the words that no reading took, as understood_words gives them */
};
_Static_assert(QUERY_TOKENS_MAX <= 32, "sets of words are 32 bits");

/* Reads the request's words; `tokens` are theirs, and what was typed as one with a measure is parted in them (run_on.h). What was typed as
 * keys is read decoded (decoded.h), and stays in them as it was. Without a snapshot nothing is decoded, and no brands and categories are
 * read. Fields that the request ignores are not read. Lives in the arena, the snapshot, the analyzer and the request. LIMIT: the arena's cap;
 * CORRUPT: a stored block. */
MUST_USE enum status understand(struct snapshot *snapshot, const struct analyzer *analyzer, struct token_list *tokens,
                                const struct search_request *request, struct arena *arena, struct understanding *out);

/* The query's words that a set names, in the query's spelling: "dưới 5tr5". What stands between neighbours stays, words apart are
 * divided by one space. In the arena. */
MUST_USE enum status understood_words(struct bytes text, const struct token_list *tokens, uint32_t words, struct arena *arena,
                                      struct bytes *out);

/* The names of all fields that a reading can have, NULL-ended, in the order in which they are shown. */
extern const char *const understood_fields[];

#endif
