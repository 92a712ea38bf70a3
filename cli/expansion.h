/* What an index makes of a query's words, for `tim analyze`: what becomes of each, and what may stand for it, step by step. */
#ifndef TIM_CLI_EXPANSION_H
#define TIM_CLI_EXPANSION_H

#include "query/cascade.h"
#include "query/understand.h"

struct snapshot;

enum { EXPANSION_ROWS_MAX = ALTERNATIVES_MAX };

/* Something that may stand for words of the query. */
struct expansion_row {
    const char *level, *kind; /* "words", "spelling", "similar"; "synonym", "typo", ... */
    unsigned first, words;    /* of the query */
    struct bytes text;        /* how it reads; empty for a range of sizes */
    uint32_t terms;           /* of its first edge */
    unsigned band;            /* the best possible */
};

struct expansion {
    struct cascade_query query;
    struct cascade cascade;
    struct expansion_row rows[EXPANSION_ROWS_MAX];
    unsigned count;
};

/* All steps of the cascade, as if each had met nothing. Lives in the arena and the snapshot; changes the readings' effects as a search
 * does. */
MUST_USE enum status expansion_build(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                                     const struct search_request *request, struct understanding *understanding, struct arena *arena,
                                     struct expansion *out);

#endif
