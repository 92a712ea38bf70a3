/* How far a search goes from the words as typed, step by step, until some document matches: decided from the words alone, before any
 * filter, so that filters never change what the words mean. What a word needs by itself, because the index does not know it as typed, is
 * added at the first step; for all words the next steps add
 *
 *   1  other spellings of the same words: joined, apart, keystrokes
 *   2  what the descriptions have
 *   3  words that look or sound alike
 *   4  both
 *
 * A step that would add nothing is skipped. So are 2 and 4 when a few documents match whose marks all contradict the typed ones ("máy nạnh"
 * met đậu nành): then it goes on only until more of them match. */
#ifndef TIM_QUERY_CASCADE_H
#define TIM_QUERY_CASCADE_H

#include "query/alternative.h"

struct cascade {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    struct arena *arena;
    const struct token_list *tokens;
    const uint8_t *roles;
    size_t text_size;
    struct query_words words;
    struct alternatives alternatives;
    unsigned step;                /* the next one */
    enum alternative_level level; /* of the step at hand */
    enum words_zone zone;
    struct lattice lattice; /* of the step at hand */
};

enum { DOUBTFUL_MAX = 64 /* documents; more of them are no accident */ };

/* What the words of a step met, whatever the filters say. */
struct met {
    uint64_t documents;
    uint8_t band; /* the best of the first DOUBTFUL_MAX */
};

/* Every word is looked for, but hardly found as it was typed. */
bool met_is_doubtful(struct met met, enum match_mode mode);

/* The first step. `roles` as words_open takes them; `ranges` stand for the words whose role is WORD_SPAN. Everything lives in the arena and
 * the snapshot. */
MUST_USE enum status cascade_open(struct cascade *cascade, struct snapshot *snapshot, const struct analyzer *analyzer,
                                  const struct token_list *tokens, size_t text_size, const uint8_t *roles, const struct alternative *ranges,
                                  unsigned range_count, struct arena *arena);

/* The next step that looks for more after one that met so much, which must be nothing or doubtful; END when there is none. */
MUST_USE enum status cascade_next(struct cascade *cascade, struct met met);

/* Level names as answers show them: "words", "spelling", "similar". */
const char *cascade_level_name(enum alternative_level level);

#endif
