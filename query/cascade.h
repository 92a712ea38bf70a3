/* How far a search goes from the words as typed, step by step, until some document matches: decided from the words alone, before any
 * filter, so that filters never change what the words mean. What a word needs by itself, because the index does not know it as typed, is
 * added at the first step; for all words the next steps add
 *
 *   1  other spellings of the same words: joined, apart, keystrokes
 *   2  what the descriptions have, but of words that name a brand or a category
 *   3  words that look or sound alike
 *   4  both
 *
 * Then the words themselves are let go, the least informative first (rung "most": documents that have words of 60 % of the worth of all; "some":
 * 30 %; "any": any word), and what is left is a ranked OR over core and body (match.h): first what has all words, then by score. Numbers, codes,
 * quantities and names that some product has are let go by "any" alone. A rung is enough when it meets a document,
 * for descriptive queries RELAXED_ENOUGH.
 *
 * Long queries (more than LONG_WORDS words) and descriptive ones (DESCRIPTIVE_WORDS words or more besides names of brands and categories, and no
 * number, code or quantity) of words that the core knows go from the first two steps straight to the rungs. Descriptive ones do so when it meets fewer than RELAXED_ENOUGH documents.
 *
 * A step that would add nothing is skipped. So are 2 and 4 when a few documents match whose marks all contradict the typed ones ("máy nạnh"
 * met đậu nành): then it goes on only until more of them match. */
#ifndef TIM_QUERY_CASCADE_H
#define TIM_QUERY_CASCADE_H

#include "query/alternative.h"

enum {
    RELAXED_ENOUGH = 10, /* documents: a first page of them */
    LONG_WORDS = 12,
    DESCRIPTIVE_WORDS = 4,
};

/* Which words a document may lack. */
enum { CASCADE_STEPS = 5 };
enum rung { RUNG_NONE, RUNG_MOST, RUNG_SOME, RUNG_ANY };

/* What a cascade begins with. */
struct cascade_query {
    const struct token_list *tokens;
    size_t text_size;
    const uint8_t *roles;             /* as words_open takes them; NULL: all words are searched */
    const struct alternative *ranges; /* for the words whose role is WORD_SPAN */
    unsigned range_count;
    uint32_t named; /* words that name a brand or a category, a bit each: application.h */
    bool literal;   /* the words stand for nothing but themselves: no alternatives at any step */
};

struct cascade {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    const struct cascade_query *query;
    struct query_words words;
    struct alternatives alternatives;
    unsigned step;                /* the next one */
    uint8_t taken;                /* a bit per step that the lattice has */
    enum alternative_level level; /* of the step at hand */
    enum words_zone zone;
    struct lattice lattice; /* of the step at hand */
    enum match_mode mode;
    enum rung rung;
    unsigned needed; /* alternatives of words that need them by themselves: those of the rungs */
};

enum { DOUBTFUL_MAX = 64 /* documents; more of them are no accident */ };

/* What the words of a step met, whatever the filters say. */
struct met {
    uint64_t documents;
    uint8_t band; /* the best of the first DOUBTFUL_MAX */
};

/* Every word is looked for, but hardly found as it was typed. */
bool met_is_doubtful(struct met met, enum match_mode mode);

/* The first step. Borrows the query; everything else lives in the arena and the snapshot. */
MUST_USE enum status cascade_open(struct cascade *cascade, struct snapshot *snapshot, const struct analyzer *analyzer,
                                  const struct cascade_query *query, struct arena *arena);

/* The next step that looks for more after one that met so much, which must be nothing or doubtful; END when there is none. */
MUST_USE enum status cascade_next(struct cascade *cascade, struct met met);

/* How many documents of the words alone, found where they are expected, are enough; fewer are relaxed. Right after cascade_open. */
uint64_t cascade_enough(const struct cascade *cascade);

/* The rung that follows the one at hand; END when there is none, or nothing to be let go. */
MUST_USE enum status cascade_relax(struct cascade *cascade);
/* The last rung at once. */
MUST_USE enum status cascade_relax_to(struct cascade *cascade, enum rung rung);

/* Right after cascade_open: the steps that another search over these words has taken (cascade.taken), and its rung, whatever they would meet
 * now. */
MUST_USE enum status cascade_resume(struct cascade *cascade, unsigned taken, enum rung rung);

/* The share of the words' worth that a document must have: match_demand. */
unsigned rung_percent(enum rung rung);
/* "most", "some", "any". */
const char *rung_name(enum rung rung);

/* Level names as answers show them: "words", "spelling", "similar". */
const char *cascade_level_name(enum alternative_level level);

#endif
