/* Inside query/ only: products that have the typed words in any order, for a search box. Looked for in a bounded sample of the windows, in
 * which the words' documents stand by category and popularity; as a search does, a word that the index does not know is repaired. */
#ifndef TIM_QUERY_SUGGEST_WORDS_H
#define TIM_QUERY_SUGGEST_WORDS_H

#include "analyzers/analyzer.h"
#include "query/suggest.h"

struct snapshot;

enum {
    SAMPLE_WINDOWS_MAX = 32,  /* looked at */
    SAMPLE_HITS_MAX = 128,    /* ranked */
    SAMPLE_DENSE_HITS = 32,   /* a window with so many is enough of its neighbourhood: the next one is looked for farther on */
    SAMPLE_REPAIR_NS = 80000, /* after so long no further way of writing the words is tried */
};

struct word_sample {
    uint32_t documents[SUGGESTIONS_MAX]; /* best first: in the order of a search, as far as the words and fame decide it */
    unsigned count;
    bool contradicts;      /* even the best has other marks than were typed */
    struct bytes repaired; /* how the text should have been written; size 0: as it is */
};

/* `tokens` are those of `text`, at least one. At most `limit` documents. */
MUST_USE enum status suggest_words(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens,
                                   struct bytes text, unsigned limit, struct arena *arena, struct word_sample *out);

#endif
