/* The DENSE posting block: a bitset of whole 64-document words with an impact byte and a form byte per document, for lists that have many
 * of the documents. A pure codec over bytes; grammar in dense.c.
 *
 * A list of such blocks is cut at the windows of DENSE_WINDOW documents that queries are evaluated in: a window is one block, or, where
 * that is too much for a stored value, the fewest pieces of even width that fit. No block crosses a window. */
#ifndef TIM_STORAGE_DENSE_H
#define TIM_STORAGE_DENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"
#include "storage/packed.h"

enum {
    DENSE_WORDS_MAX = 63,
    DENSE_WINDOW = DENSE_WORDS_MAX * 64,
    DENSE_PIECES_MAX = 3, /* 21 words fit even when every posting has an impact and a form of its own */
    DENSE_BYTES_MAX = 4076,
    DENSE_IMPACT_MAX_AT = 3, /* of a block's bytes */
};

/* A block as stored, borrowed. */
struct dense {
    uint32_t first; /* the document of the first word's lowest bit: a multiple of 64 */
    uint32_t last;  /* the last document */
    unsigned word_count, count;
    uint8_t impact_max;
    bool forms_equal;
    const unsigned char *words;   /* u64le each */
    const unsigned char *ranks;   /* u16le each: how many documents are before the word */
    const unsigned char *impacts; /* count of them; NULL when each is the impact max */
    const unsigned char *forms;   /* count of them, or one when equal */
};

/* How many pieces a window of postings (ascending, all of one window, at least one) is cut into. */
unsigned dense_pieces(const struct posting *postings, unsigned count);
/* How many of the postings lie in piece `piece` of `pieces`, when the pieces before it are gone from the front. May be 0. */
unsigned dense_piece_count(const struct posting *postings, unsigned count, unsigned pieces, unsigned piece);

/* The bytes of a block (<= DENSE_BYTES_MAX, asserted) whose key's document is the first posting's, rounded down to 64. */
size_t dense_encode(const struct posting *postings, unsigned count, unsigned char *out);

/* CORRUPT when the bytes are not a block: wrong type, size not exactly as words and ranks say, an empty word at either end, a window
 * crossed. The ranks between the first and the last are only looked at by dense_check. */
MUST_USE enum status dense_open(uint32_t first, const void *data, size_t size, struct dense *out);
/* CORRUPT when a rank is not what the words say. */
MUST_USE enum status dense_check(const struct dense *dense);

static inline uint64_t dense_word(const struct dense *dense, unsigned word)
{
    uint64_t bits;
    memcpy(&bits, dense->words + (size_t)word * sizeof bits, sizeof bits);
    return bits;
}

static inline unsigned dense_rank(const struct dense *dense, unsigned word)
{
    uint16_t rank;
    memcpy(&rank, dense->ranks + (size_t)word * sizeof rank, sizeof rank);
    return rank;
}

static inline uint8_t dense_impact(const struct dense *dense, unsigned rank)
{
    return dense->impacts == NULL ? dense->impact_max : dense->impacts[rank];
}

static inline uint8_t dense_form(const struct dense *dense, unsigned rank)
{
    return dense->forms[dense->forms_equal ? 0 : rank];
}

/* Unpacks words [word, end) of a block that passed dense_check into arrays with room for their documents; returns how many there are. */
unsigned dense_unpack(const struct dense *dense, unsigned word, unsigned end, uint32_t *documents, uint8_t *impacts, uint8_t *forms);

#endif
