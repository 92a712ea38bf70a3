/* The words that one thread has met, each kept once under a number, and the texts that came again, kept as the words they have: brands,
 * categories, specs and the sentences that shops repeat are analysed once, not once per product. A cache of what analyze_document() says
 * and nothing else: what comes out of it never depends on what was in it. */
#ifndef TIM_CATALOG_WORD_CACHE_H
#define TIM_CATALOG_WORD_CACHE_H

#include "analyzers/analyzer.h"

enum {
    PREFIX_LETTERS_MAX = 3,
    WORD_CACHE_BYTES_MIN = 256 * 1024,
    WORD_CACHE_BYTES = 16 * 1024 * 1024, /* of one that lives beside a stream of edits */
    WORD_CACHE_TEXT_BYTES_MAX = 512,     /* a longer text is not kept */
};

enum { WORD_CORE, WORD_BODY, WORD_PREFIX, WORD_PLACES };

struct word {
    const char *bytes;
    uint8_t size, prefix_count;
    uint32_t prefixes[PREFIX_LETTERS_MAX]; /* words: its first letter, its first two ... */
    uint32_t document;                     /* the one for which `places` were set, by word_cache_begin */
    uint32_t places[WORD_PLACES];          /* the reader's own */
};

/* A token: its folded key and its exact form as words, the same word when it has no marks. */
struct word_use {
    uint32_t folded, exact;
    bool part;
};

struct word_uses {
    const struct word_use *uses;
    uint32_t count;
    uint32_t length; /* without parts */
};

struct word_cache;
/* `memory_bytes` (WORD_CACHE_BYTES_MIN at least) bounds what is kept from one document to the next. `analyzer` is borrowed. */
struct word_cache *word_cache_new(const struct analyzer *analyzer, size_t memory_bytes);
void word_cache_free(struct word_cache *cache);
const struct analyzer *word_cache_analyzer(const struct word_cache *cache);

/* Begins a document and returns its number, never 0. Beyond the bound everything is forgotten: words and uses live until the next call. */
uint32_t word_cache_begin(struct word_cache *cache);

/* What analyze_document() makes of the text, in order. `repeats`: the text may come again. LIMIT at the arena's cap. */
MUST_USE enum status word_cache_read(struct word_cache *cache, struct bytes text, bool repeats, struct arena *arena, struct word_uses *out);

/* Valid until the next word_cache_read. */
struct word *word_cache_word(struct word_cache *cache, uint32_t number);

/* How many bytes of `text` may be analysed apart from the rest without another result: whole sentences end before a capital letter. */
size_t sentence_size(struct bytes text);
/* False when a quotation mark in the text may bind sentences together. */
bool sentences_are_apart(struct bytes text);

/* What is kept now, for tests. */
size_t word_cache_bytes(const struct word_cache *cache);
size_t word_cache_texts(const struct word_cache *cache);

#endif
