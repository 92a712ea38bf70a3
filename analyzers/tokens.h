/* The list of tokens while it grows in the caller's arena. */
#ifndef TIM_ANALYZERS_TOKENS_H
#define TIM_ANALYZERS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/analyzer.h"

struct token_writer {
    struct arena *arena;
    struct token_list list;
    uint32_t room; /* of list.tokens */
    char *text;    /* free bytes for spellings */
    size_t text_room;
    size_t text_step; /* bytes that are fetched at once */
    bool slices;      /* codes give the parts that only documents have */
    bool full;        /* the arena's cap was reached */
};

/* Where a token stands. */
struct span {
    uint32_t offset, end;
};

/* `text_size` only steers how much room is fetched at first. */
void token_writer_init(struct token_writer *writer, struct arena *arena, size_t text_size);

/* Room for TOKEN_BYTES_MAX bytes, for a spelling that the next token_add may name; NULL when the arena is full. */
char *token_room(struct token_writer *writer);

/* Keeps the first `size` bytes of the last token_room. */
void token_keep(struct token_writer *writer, size_t size);

/* Adds a token whose spellings are in the arena (exact may be NULL: the folded one). A whole takes the next position, a part shares the
 * last one. Past ANALYZE_TOKENS_MAX the list is marked as cut. False when nothing was added. */
bool token_add(struct token_writer *writer, enum token_kind kind, bool part, struct span span, struct bytes folded, struct bytes exact);

/* The list is full or was cut: nothing more will be added. */
bool token_writer_is_done(const struct token_writer *writer);

#endif
