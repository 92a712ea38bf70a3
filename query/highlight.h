/* Where a hit's texts have the words that it was found by, and the piece of a long text that shows most of them.
 *
 * A text is what the index reads: markup stripped, character references decoded (catalog/markup.h). Its words are found by the analyzer, so
 * whatever folds, splits or joins alike is marked where it stands, in bytes of that text: decomposed letters, "NR-BV 360" for nrbv360, the
 * beginning of a word that was begun. */
#ifndef TIM_QUERY_HIGHLIGHT_H
#define TIM_QUERY_HIGHLIGHT_H

#include "analyzers/analyzer.h"
#include "query/met_words.h"

enum {
    HIGHLIGHT_BYTES_MAX = 16 * 1024, /* of a text are looked at */
    SNIPPET_WORDS = 30,              /* divided by spaces */
    SNIPPET_LEAD_WORDS = 4,          /* in front of the first one marked */
    SNIPPET_WORD_BYTES_MAX = 64,     /* a longer one counts as several */
};

struct highlight_mark {
    uint32_t start, end; /* bytes of the text */
    uint8_t word;        /* among the met words */
    bool contradicts;
};

struct marked_text {
    struct bytes text;            /* as it is shown: stripped, at most HIGHLIGHT_BYTES_MAX bytes */
    bool cut;                     /* there is more of it */
    struct highlight_mark *marks; /* ascending by start; they may overlap */
    unsigned count;
};

/* Everything that may be marked in a source text. In the arena; borrows the source. LIMIT at the arena's cap. */
MUST_USE enum status highlight_read(const struct analyzer *analyzer, struct bytes source, const struct met_words *words,
                                    struct arena *arena, struct marked_text *out);

/* Once all texts of a hit are read: takes out what only contradicts, unless the hit was found so. */
void highlight_settle(struct marked_text *texts, unsigned count, const struct met_words *words);

/* A piece of a text, from one space between words to another. Marks count when they lie inside. */
struct snippet {
    uint32_t start, end;
    bool more_before, more_behind;
};

/* The SNIPPET_WORDS words that have the most of the met words, then the most marks, then come first; of a text without marks its beginning.
 * After highlight_settle. */
MUST_USE enum status snippet_choose(const struct marked_text *text, struct arena *arena, struct snippet *out);

/* True for a character that divides words: how many bytes it has; 0: none. */
size_t highlight_space(struct bytes text, size_t at);

#endif
