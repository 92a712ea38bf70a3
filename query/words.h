/* The words of a query as typed, in the index's vocabulary: each as it is, each code also as its parts, and the last one also as the beginning
 * of a longer word when the text ends with it and nothing speaks against that (see words.c). */
#ifndef TIM_QUERY_WORDS_H
#define TIM_QUERY_WORDS_H

#include "analyzers/analyzer.h"
#include "query/lattice.h"
#include "query/request.h"

struct snapshot;

enum {
    WORD_PARTS_MAX = 25,           /* a code of more tokens is not taken apart */
    EXPANSIONS_MAX = 1000,         /* terms under one prefix: those with the most documents */
    EXPANSION_SCAN_MAX = 16384,    /* terms looked at for that, in byte order */
    PREFIX_STORED_LETTERS_MAX = 3, /* so short a prefix has a posting list of its own */
};

/* WORDS_ALL: the body's edge stands beside the core's; WORDS_RANKED: behind all words, as an extra (lattice.h). */
enum words_zone { WORDS_CORE, WORDS_ALL, WORDS_RANKED };

/* What becomes of a word. */
enum word_role {
    WORD_SEARCH, /* looked for, in all its readings */
    WORD_SPAN,   /* stands for nothing by itself: an alternative spans it (a range of sizes) */
    WORD_DROP,   /* said all it had to say elsewhere (a price) */
};

/* What the index has of a word as typed. */
enum word_known {
    WORD_UNKNOWN,
    WORD_IN_BODY, /* only descriptions have it */
    WORD_BEGINS,  /* longer words begin with it, and more of it may be to come */
    WORD_PARTED,  /* a code whose parts are known */
    WORD_WHOLE,
};

struct query_word {
    const struct token *tokens; /* the whole first, then its parts */
    unsigned count;
    bool open;    /* it may be the beginning of a longer word */
    bool named;   /* a brand or a category was read from it: descriptions name too many of them to count */
    uint8_t role; /* enum word_role */
    uint8_t known;
    uint8_t node;   /* in front of it, before private nodes are counted in */
    uint16_t worth; /* of the whole's own edge; 0: it has none */
};

struct query_words {
    struct snapshot *snapshot;
    const struct token_list *tokens;
    struct query_word words[QUERY_TOKENS_MAX];
    unsigned count;
    unsigned end; /* the node behind the last word */
    unsigned extra_count;
    uint8_t extra_words[QUERY_TOKENS_MAX]; /* whose extras they are, in their order */
    struct edge *edges;                    /* LATTICE_EDGES_MAX of room */
    unsigned edge_count;
    uint32_t live; /* documents that may be found */
};

/* `text_size` is that of the text of the tokens; `roles` (NULL: all are searched) has one per position, `named` a bit. WORDS_ALL and WORDS_RANKED
 * add what the descriptions have. Lives in the arena and the snapshot and borrows the tokens. */
MUST_USE enum status words_open(struct snapshot *snapshot, const struct token_list *tokens, size_t text_size, const uint8_t *roles,
                                uint32_t named, enum words_zone zone, struct arena *arena, struct query_words *out);

/* A core term that may be met by a word typed with these marks, at `best` at most. NOT_FOUND when there is no such term. */
MUST_USE enum status edge_term_get(struct snapshot *snapshot, struct bytes folded, struct bytes exact, enum band best, struct arena *arena,
                                   struct edge_term *out);

/* What several terms read as one come to; everything but nodes and worth. */
struct edge edge_of(struct edge_term *terms, uint32_t term_count, uint32_t live);

/* "search", "range" or "drop". */
const char *word_role_name(const struct query_word *word);
/* What the index has of a word as typed: "unknown", "described", "begun", "parted" or "known". */
const char *word_known_name(const struct query_word *word);

#endif
