/* The DENSE posting block.
 *
 *   block   := type u8 = 2, words less one u8, shape u8, impact max u8, words, ranks, impacts, forms
 *   shape   := 0x40 when all impacts are equal + 0x80 when all forms are equal
 *   words   := 1..63 x u64le     bit b of word w: document key + 64w + b; neither the first nor the last word is zero
 *   ranks   := words x u16le     how many documents are in the words before
 *   impacts := count x u8, or nothing when equal: then each is the impact max
 *   forms   := count x u8, or u8 when equal
 *
 * The key's document is a multiple of 64. The count is the last rank and the last word's documents. The words lie in one window: key / 4032
 * is that of their last document. In a list, a window has 1, 2 or 3 pieces, of at most 63, 32 or 21 words, at words 0; 0 and 32; 0, 21 and
 * 42 of the window; a piece without documents is left out, empty words at the ends of a block too. */
#include "storage/dense.h"

#include <assert.h>

#include "storage/block_type.h"
#include "storage/bytes.h"

enum {
    HEADER_BYTES = 4,
    WORD_BITS = 64,
    WORD_BYTES = 8,
    RANK_BYTES = 2,
    SHAPE_IMPACT_EQUAL = 0x40,
    SHAPE_FORM_EQUAL = 0x80,
    PIECE_WORDS_MIN = DENSE_WORDS_MAX / DENSE_PIECES_MAX,
};

_Static_assert(HEADER_BYTES + PIECE_WORDS_MIN * (WORD_BYTES + RANK_BYTES + 2 * WORD_BITS) <= DENSE_BYTES_MAX, "the fullest piece fits");

static uint8_t shape_of(const struct posting *postings, unsigned count, uint8_t *impact_max)
{
    unsigned impact_differs = 0, form_differs = 0;
    uint8_t max = 0;
    for (unsigned i = 0; i < count; i++) {
        impact_differs |= (unsigned)postings[i].impact ^ postings[0].impact;
        form_differs |= (unsigned)postings[i].form ^ postings[0].form;
        max = postings[i].impact > max ? postings[i].impact : max;
    }
    *impact_max = max;
    return (uint8_t)((impact_differs == 0 ? SHAPE_IMPACT_EQUAL : 0U) | (form_differs == 0 ? SHAPE_FORM_EQUAL : 0U));
}

static size_t block_bytes(unsigned words, unsigned count, uint8_t shape)
{
    return HEADER_BYTES + (size_t)words * (WORD_BYTES + RANK_BYTES) + ((shape & SHAPE_IMPACT_EQUAL) != 0 ? 0 : count) +
           ((shape & SHAPE_FORM_EQUAL) != 0 ? 1 : count);
}

static unsigned words_of(const struct posting *postings, unsigned count)
{
    return postings[count - 1].document / WORD_BITS - postings[0].document / WORD_BITS + 1;
}

unsigned dense_piece_count(const struct posting *postings, unsigned count, unsigned pieces, unsigned piece)
{
    unsigned words = (DENSE_WORDS_MAX + pieces - 1) / pieces, taken = 0;
    while (taken < count && postings[taken].document % DENSE_WINDOW / WORD_BITS < words * (piece + 1))
        taken++;
    return taken;
}

static bool pieces_fit(const struct posting *postings, unsigned count, unsigned pieces)
{
    for (unsigned piece = 0; piece < pieces; piece++) {
        unsigned taken = dense_piece_count(postings, count, pieces, piece);
        uint8_t impact_max = 0, shape = shape_of(postings, taken, &impact_max);
        if (taken > 0 && block_bytes(words_of(postings, taken), taken, shape) > DENSE_BYTES_MAX)
            return false;
        postings += taken;
        count -= taken;
    }
    return true;
}

unsigned dense_pieces(const struct posting *postings, unsigned count)
{
    unsigned pieces = 1;
    while (pieces < DENSE_PIECES_MAX && !pieces_fit(postings, count, pieces))
        pieces++;
    return pieces;
}

size_t dense_encode(const struct posting *postings, unsigned count, unsigned char *out)
{
    assert(count >= 1 && postings[count - 1].document <= INT32_MAX);
    uint64_t words[DENSE_WORDS_MAX] = {0};
    uint16_t ranks[DENSE_WORDS_MAX] = {0};
    uint32_t first = postings[0].document / WORD_BITS * WORD_BITS;
    unsigned word_count = words_of(postings, count);
    uint8_t shape = shape_of(postings, count, &out[DENSE_IMPACT_MAX_AT]);
    assert(first / DENSE_WINDOW == postings[count - 1].document / DENSE_WINDOW && block_bytes(word_count, count, shape) <= DENSE_BYTES_MAX);
    for (unsigned i = 0; i < count; i++) {
        assert(i == 0 || postings[i].document > postings[i - 1].document);
        words[(postings[i].document - first) / WORD_BITS] |= UINT64_C(1) << postings[i].document % WORD_BITS;
    }
    for (unsigned i = 1; i < word_count; i++)
        ranks[i] = (uint16_t)(ranks[i - 1] + __builtin_popcountll(words[i - 1]));
    out[0] = BLOCK_DENSE;
    out[1] = (unsigned char)(word_count - 1);
    out[2] = shape;
    size_t size = HEADER_BYTES;
    memcpy(out + size, words, (size_t)word_count * WORD_BYTES);
    size += (size_t)word_count * WORD_BYTES;
    memcpy(out + size, ranks, (size_t)word_count * RANK_BYTES);
    size += (size_t)word_count * RANK_BYTES;
    for (unsigned i = 0; i < count && (shape & SHAPE_IMPACT_EQUAL) == 0; i++)
        out[size++] = postings[i].impact;
    unsigned forms = (shape & SHAPE_FORM_EQUAL) == 0 ? count : 1;
    for (unsigned i = 0; i < forms; i++)
        out[size++] = postings[i].form;
    return size;
}

enum status dense_open(uint32_t first, const void *data, size_t size, struct dense *out)
{
    struct byte_reader reader = byte_reader(data, size);
    uint8_t type = read_u8(&reader), words_minus_1 = read_u8(&reader), shape = read_u8(&reader), impact_max = read_u8(&reader);
    struct dense dense = {.first = first, .word_count = words_minus_1 + 1U, .impact_max = impact_max};
    unsigned last_word = words_minus_1;
    if (reader.failed || type != BLOCK_DENSE || dense.word_count > DENSE_WORDS_MAX || impact_max == 0 ||
        (shape & ~(SHAPE_IMPACT_EQUAL | SHAPE_FORM_EQUAL)) != 0)
        return STATUS_CORRUPT;
    if (first % WORD_BITS != 0 || first > INT32_MAX || first % DENSE_WINDOW / WORD_BITS + last_word >= DENSE_WORDS_MAX)
        return STATUS_CORRUPT;
    dense.words = read_span(&reader, (size_t)dense.word_count * WORD_BYTES);
    dense.ranks = read_span(&reader, (size_t)dense.word_count * RANK_BYTES);
    if (reader.failed || dense_word(&dense, 0) == 0 || dense_word(&dense, last_word) == 0)
        return STATUS_CORRUPT;
    uint64_t last = (uint64_t)first + (uint64_t)last_word * WORD_BITS + 63 - (unsigned)__builtin_clzll(dense_word(&dense, last_word));
    dense.count = dense_rank(&dense, last_word) + (unsigned)__builtin_popcountll(dense_word(&dense, last_word));
    if (last > INT32_MAX || dense.count > dense.word_count * WORD_BITS)
        return STATUS_CORRUPT;
    dense.last = (uint32_t)last;
    if ((shape & SHAPE_IMPACT_EQUAL) == 0)
        dense.impacts = read_span(&reader, dense.count);
    dense.forms_equal = (shape & SHAPE_FORM_EQUAL) != 0;
    dense.forms = read_span(&reader, dense.forms_equal ? 1 : dense.count);
    if (reader.failed || reader.next != reader.end)
        return STATUS_CORRUPT;
    *out = dense;
    return STATUS_OK;
}

enum status dense_check(const struct dense *dense)
{
    unsigned before = 0;
    for (unsigned word = 0; word < dense->word_count; word++) {
        if (dense_rank(dense, word) != before)
            return STATUS_CORRUPT;
        before += (unsigned)__builtin_popcountll(dense_word(dense, word));
    }
    return STATUS_OK;
}

unsigned dense_unpack(const struct dense *dense, unsigned word, unsigned end, uint32_t *documents, uint8_t *impacts, uint8_t *forms)
{
    unsigned count = 0;
    for (; word < end; word++) {
        unsigned rank = dense_rank(dense, word);
        for (uint64_t rest = dense_word(dense, word); rest != 0; rest &= rest - 1, rank++) {
            assert(rank < dense->count);
            documents[count] = dense->first + word * WORD_BITS + (unsigned)__builtin_ctzll(rest);
            impacts[count] = dense_impact(dense, rank);
            forms[count++] = dense_form(dense, rank);
        }
    }
    return count;
}
