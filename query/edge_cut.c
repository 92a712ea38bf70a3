/* Cutting a window's documents down to those with a great enough impact, sixteen impacts at a time: where a frequent word has thousands of
 * documents, this is what finds the few that a full page still has room for. */
#include <assert.h>
#include <immintrin.h>

#include "query/edge_window.h"

enum { STEP = 16, RANK_WORDS = COLUMN_WINDOW / 64 + 1 /* one more, so that 64 bits may be read from any rank */ };

/* Bit r: impact r is at least `least`. */
static void ranks_mark(const uint8_t *impacts, unsigned count, uint8_t least, uint64_t marks[RANK_WORDS])
{
    const __m128i bound = _mm_set1_epi8((char)least);
    unsigned rank = 0;
    memset(marks, 0, RANK_WORDS * sizeof *marks);
    for (; rank + STEP <= count; rank += STEP) {
        __m128i values = _mm_loadu_si128((const __m128i *)(const void *)(impacts + rank));
        unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(values, bound), values));
        marks[rank / 64] |= (uint64_t)found << rank % 64;
    }
    for (; rank < count; rank++)
        marks[rank / 64] |= (uint64_t)(impacts[rank] >= least) << rank % 64;
}

/* 64 marks from `rank` on. */
static uint64_t marks_from(const uint64_t *marks, unsigned rank)
{
    uint64_t low = marks[rank / 64] >> rank % 64;
    return rank % 64 == 0 ? low : low | marks[rank / 64 + 1] << (64 - rank % 64);
}

/* The set bits of `word` whose marks are set, the lowest bit under the lowest mark. */
typedef uint64_t word_marked(uint64_t word, uint64_t marks);

static inline uint64_t marked_by_loop(uint64_t word, uint64_t marks)
{
    uint64_t out = 0;
    for (; marks != 0 && word != 0; marks >>= 1, word &= word - 1)
        if ((marks & 1) != 0)
            out |= word & -word;
    return out;
}

static inline __attribute__((target("bmi2"))) uint64_t marked_by_pdep(uint64_t word, uint64_t marks)
{
    return _pdep_u64(marks, word);
}

static inline __attribute__((always_inline)) bool words_cut_by(word_marked *marked, const uint64_t *words, unsigned word_count,
                                                               const uint64_t *marks, unsigned count, uint64_t *bits)
{
    unsigned rank = 0;
    for (unsigned word = 0; word < word_count; word++) {
        unsigned more = (unsigned)__builtin_popcountll(words[word]);
        if (rank + more > count)
            return false;
        bits[word] &= more == 0 ? 0 : marked(words[word], marks_from(marks, rank));
        rank += more;
    }
    return true;
}

static __attribute__((target("bmi2"))) bool words_cut_by_pdep(const uint64_t *words, unsigned word_count, const uint64_t *marks,
                                                              unsigned count, uint64_t *bits)
{
    return words_cut_by(marked_by_pdep, words, word_count, marks, count, bits);
}

static bool words_cut_by_loop(const uint64_t *words, unsigned word_count, const uint64_t *marks, unsigned count, uint64_t *bits)
{
    return words_cut_by(marked_by_loop, words, word_count, marks, count, bits);
}

/* The `word_count` words hold `count` documents, whose impacts these are. False when they do not. */
static bool words_cut(const uint64_t *words, unsigned word_count, const uint8_t *impacts, unsigned count, uint8_t least, uint64_t *bits)
{
    uint64_t marks[RANK_WORDS];
    ranks_mark(impacts, count, least, marks);
    return __builtin_cpu_supports("bmi2") ? words_cut_by_pdep(words, word_count, marks, count, bits)
                                          : words_cut_by_loop(words, word_count, marks, count, bits);
}

static void dense_cut(const struct edge_window *window, uint8_t least, uint64_t *bits)
{
    const struct dense_stream *stream = &window->sources[0].dense;
    uint64_t kept[WINDOW_WORDS] = {0};
    for (unsigned i = 0; dense_stream_is_at(stream, window->window) && i < stream->at_hand.count; i++) {
        const struct dense *block = &stream->at_hand.blocks[i];
        unsigned first = dense_block_word(block);
        if (block->impact_max < least)
            continue;
        memcpy(kept + first, window->bits + first, block->word_count * sizeof *kept);
        if (block->impacts == NULL)
            continue;
        uint64_t hits[WINDOW_WORDS];
        memcpy(hits, bits + first, block->word_count * sizeof *hits);
        if (!words_cut(window->bits + first, block->word_count, block->impacts, block->count, least, hits))
            (void)!postings_damaged(stream->postings);
        memcpy(kept + first, hits, block->word_count * sizeof *kept);
    }
    window_and(bits, kept);
}

void edge_window_cut(struct edge_window *window, uint8_t least, uint64_t *bits)
{
    if (window->edge->term_count != 1)
        return;
    if (window->sources[0].is_dense) {
        dense_cut(window, least, bits);
    } else {
        bool fits = words_cut(window->bits, WINDOW_WORDS, window->one.impacts, window->count, least, bits);
        assert(fits);
    }
}
