/* Word lists: which phrases stand for others, which mean nothing, which name a colour or a product line. Our own are the files of data/lexicon,
 * each of which opens with its grammar; they are embedded in the program and are part of the analyzer.
 *
 *   file  = { line LF }
 *   line  = empty | "#" comment | entry
 *   entry = phrase TAB phrase { TAB phrase }     synonyms: each stands for every other
 *         | short TAB phrase                     abbreviations: the first stands for the second, never back; a short may have several lines
 *         | phrase                               fillers, accessories
 *         | slug TAB phrase { TAB phrase }       colours (of the base colour), lines (of the brand)
 * A phrase is one to LEXICON_WORDS_MAX words as the analysis cuts them; a slug is a-z, 0-9 and hyphens. */
#ifndef TIM_ANALYZERS_LEXICON_H
#define TIM_ANALYZERS_LEXICON_H

#include "analyzers/analyzer.h"

enum { LEXICON_WORDS_MAX = 8, LEXICON_PHRASES_MAX = 24 /* on a line */, LEXICON_BYTES_MAX = 64 * 1024 * 1024 };

enum lexicon_list {
    LEXICON_SYNONYMS,
    LEXICON_ABBREVIATIONS,
    LEXICON_FILLERS,
    LEXICON_COLOURS,
    LEXICON_LINES,       /* iphone is a line of the brand apple */
    LEXICON_ACCESSORIES, /* heads of what is made for another product: ốp lưng, dây đeo */
    LEXICON_LISTS,
};

/* One list as text. */
struct lexicon_source {
    enum lexicon_list list;
    const char *name; /* for messages: "synonyms.tsv" */
    struct bytes text;
};

struct lexicon_hit {
    uint8_t list;
    uint8_t marks;                   /* enum marks: EXACT when every word was typed as it is written, SUBSET when some marks were left
                                      * out, BARE when all were ("ban" for "bán"): a short phrase may then mean another word */
    uint16_t words;                  /* whole tokens that it covers */
    struct bytes value;              /* synonym, abbreviation: the phrase it stands for; colour, line: the slug; filler, accessory: empty */
    const struct token_list *tokens; /* the value analysed when it is text to search for, else NULL; lives as long as the lexicon */
};

/* Read-only once built, shared by all threads. */
struct lexicon;

/* Reads the sources, which are only borrowed for the call; a list may have several. INVALID names the file and the line. The caller
 * frees; the analyzer must not change before. */
MUST_USE enum status lexicon_new(const struct analyzer *analyzer, const struct lexicon_source *sources, size_t count, struct lexicon **out,
                                 struct error *error);
void lexicon_free(struct lexicon *lexicon);

/* Our own lists. */
const struct lexicon *analyzer_lexicon(const struct analyzer *analyzer);

/* The entries whose phrase begins at the whole token `at` (an index into tokens->tokens): longest first, then in the order of the lists;
 * each value of a list once, as the phrase that fits exactly when there is one. An entry fits words typed with the same, fewer or no marks, never contradicting ones. Returns how many of
 * them are in `out`, at most `room`. */
unsigned lexicon_find(const struct lexicon *lexicon, const struct token_list *tokens, uint32_t at, struct lexicon_hit *out, unsigned room);

#endif
