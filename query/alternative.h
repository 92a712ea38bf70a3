/* What may stand for words of the query instead of themselves. One finder per way of writing (alternative_*.c), each a row of the table in
 * alternative.c; what they find exists in the index. Finding is bounded and costs nothing where no word needs it. */
#ifndef TIM_QUERY_ALTERNATIVE_H
#define TIM_QUERY_ALTERNATIVE_H

#include "catalog/near_terms.h"
#include "query/synonyms.h"
#include "query/words.h"

enum {
    ALTERNATIVES_MAX = 64,         /* of a query */
    ALTERNATIVES_PER_WORD_MAX = 8, /* that begin at one word, of one kind */
    ALTERNATIVE_TERMS_MAX = 16,    /* of an edge */
    ALTERNATIVE_LOOKUPS_MAX = 768, /* terms looked up for a query */
    SYNONYM_HITS_MAX = 24,         /* other words for what begins at one word */
};

enum alternative_kind {
    ALTERNATIVE_SYNONYM,
    ALTERNATIVE_ABBREVIATION,
    ALTERNATIVE_GLUED,     /* several words are one: blue tooth */
    ALTERNATIVE_SPLIT,     /* one word is several: tulanh */
    ALTERNATIVE_KEYSTROKE, /* typed as Telex or VNI keys, or mangled by them */
    ALTERNATIVE_PHONETIC,  /* spelt as spoken in some region */
    ALTERNATIVE_TYPO,
    ALTERNATIVE_RANGE, /* any size in a range that was read from the words (application.h) */
    ALTERNATIVE_KINDS,
};

/* How far the words are left behind, least first. */
enum alternative_level {
    LEVEL_WORDS,    /* other words for the same */
    LEVEL_SPELLING, /* the same word, written in another way */
    LEVEL_SIMILAR,  /* another word that looks or sounds alike */
};

struct alternatives {
    const struct analyzer *analyzer;
    const struct query_words *words;
    struct arena *arena;
    struct synonyms synonyms;
    struct token_list *decoded; /* the words read as keystrokes; NULL until they are asked for */
    struct alternative *list;
    unsigned count;
    unsigned lookups;
    uint16_t asked[QUERY_TOKENS_MAX]; /* finders that looked at the word, a bit per row of the table */
    uint16_t found[QUERY_TOKENS_MAX]; /* kinds of the alternatives that cover the word, a bit each */
};

/* LIMIT at the arena's cap. The words stay where they are. */
MUST_USE enum status alternatives_open(struct alternatives *alternatives, const struct analyzer *analyzer, const struct query_words *words,
                                       struct arena *arena);

/* Adds those of a level for the words that need them by themselves: what the index does not know as typed. */
MUST_USE enum status alternatives_needed(struct alternatives *alternatives, enum alternative_level level);

/* Adds those of a level for all words. */
MUST_USE enum status alternatives_all(struct alternatives *alternatives, enum alternative_level level);

/* As answers name it: "synonym", "glued" ... */
const char *alternative_kind_name(enum alternative_kind kind);

/* The level that a kind belongs to. */
enum alternative_level alternative_level(enum alternative_kind kind);

/* The rest is for the finders. */

/* Adds the alternatives that begin at a word. */
typedef enum status alternative_find(struct alternatives *alternatives, unsigned word);
alternative_find synonym_alternatives, code_alternatives, glued_alternatives, split_alternatives, keystroke_alternatives,
    phonetic_alternatives, typo_alternatives;

/* The core term, unless it is a lookup too many: NOT_FOUND then too. */
MUST_USE enum status alternative_term(struct alternatives *alternatives, struct bytes folded, struct bytes exact, enum band best,
                                      struct edge_term *out);

/* Adds it when there is room and nothing equal; everything in it stays where it is. */
void alternative_add(struct alternatives *alternatives, const struct alternative *alternative);

/* The term as it is written somewhere, marks and all. */
struct bytes term_shown(const struct term *term, struct bytes folded);

/* It stands for other words to search for. */
bool hit_is_synonym(const struct lexicon_hit *hit);

/* What it stands for begins with a product line: iphone. */
bool hit_is_line(const struct alternatives *alternatives, const struct lexicon_hit *hit);

/* The band of what stands for the words from `typed` on. An abbreviation is what it stands for as much as a word typed bare is one that has
 * marks: "ip" is iphone as well as the ip of cameras. Not so when it may be a short form of another word, a list's (dế, typed de) or, but
 * for product lines, the index's (lắp, typed lap). Other words for the same are near. */
MUST_USE enum status synonym_band(const struct alternatives *alternatives, const struct token *typed, const struct lexicon_hit *hit,
                                  enum band *band);

/* Adds what a lexicon's phrase stands for as an alternative of this kind for the words from `first` on; nothing when the index lacks it. */
MUST_USE enum status synonym_offer(struct alternatives *alternatives, const struct lexicon_hit *hit, unsigned first, unsigned words,
                                   enum alternative_kind kind, enum band band);

/* All these words are looked for. */
bool words_are_searched(const struct query_words *words, unsigned first, unsigned count);

/* Adds one edge over the word for all these terms, the likeliest first. */
MUST_USE enum status alternative_choose(struct alternatives *alternatives, unsigned word, enum alternative_kind kind,
                                        const struct near_term *terms, uint32_t count);

/* Marks a token list's words as the alternative's edges; false when the index lacks one, or there are too many. */
MUST_USE enum status alternative_spell(struct alternatives *alternatives, const struct token_list *tokens, enum band best,
                                       struct alternative *out);

#endif
