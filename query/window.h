/* A set of documents within one window of COLUMN_WINDOW: the unit of evaluation. Bit i is document window * COLUMN_WINDOW + i. */
#ifndef TIM_QUERY_WINDOW_H
#define TIM_QUERY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "storage/column.h"

enum { WINDOW_WORDS = COLUMN_WINDOW / 64 };
_Static_assert(COLUMN_WINDOW % 64 == 0, "a window is whole words");

/* Loops that AVX2 makes faster get a second version for it, chosen at start; sanitizers do not bear that. */
#if defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WINDOW_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define WINDOW_CLONES
#endif

/* Chunks written in order lie page by page in the map: what stands one page behind these bytes will most likely be read next. The processor's
 * own reading ahead stops at the page's end. */
static inline void window_read_ahead(const void *bytes, size_t size)
{
    enum { PAGE_BYTES = 4096, LINE_BYTES = 64 };
    for (size_t at = 0; at < size; at += LINE_BYTES)
        __builtin_prefetch((const char *)bytes + PAGE_BYTES + at, 0, 2);
}

static inline void window_clear(uint64_t *bits)
{
    memset(bits, 0, WINDOW_WORDS * sizeof *bits);
}

static inline void window_copy(uint64_t *out, const uint64_t *bits)
{
    memcpy(out, bits, WINDOW_WORDS * sizeof *bits);
}

static inline void window_set(uint64_t *bits, uint32_t at)
{
    bits[at >> 6] |= (uint64_t)1 << (at & 63);
}

static inline void window_unset(uint64_t *bits, uint32_t at)
{
    bits[at >> 6] &= ~((uint64_t)1 << (at & 63));
}

static inline bool window_has(const uint64_t *bits, uint32_t at)
{
    return (bits[at >> 6] >> (at & 63) & 1) != 0;
}

static inline void window_and(uint64_t *out, const uint64_t *bits)
{
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        out[i] &= bits[i];
}

static inline void window_or(uint64_t *out, const uint64_t *bits)
{
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        out[i] |= bits[i];
}

/* Of a word, the places among from..end - 1, some of which it has. */
static inline uint64_t window_range(uint32_t word, uint32_t from, uint32_t end)
{
    uint64_t range = UINT64_MAX;
    if (word == from >> 6)
        range &= UINT64_MAX << (from & 63);
    if (word == (end - 1) >> 6)
        range &= UINT64_MAX >> (63 - ((end - 1) & 63));
    return range;
}

static inline uint64_t window_within(const uint64_t *bits, uint32_t word, uint32_t from, uint32_t end)
{
    return bits[word] & window_range(word, from, end);
}

/* Takes out the places from..end - 1. */
static inline void window_clear_range(uint64_t *bits, uint32_t from, uint32_t end)
{
    for (uint32_t word = from >> 6; word <= (end - 1) >> 6; word++)
        bits[word] &= ~window_range(word, from, end);
}

static inline unsigned window_count(const uint64_t *bits)
{
    unsigned count = 0;
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        count += (unsigned)__builtin_popcountll(bits[i]);
    return count;
}

static inline unsigned window_count_range(const uint64_t *bits, uint32_t from, uint32_t end)
{
    unsigned count = 0;
    for (uint32_t word = from >> 6; word <= (end - 1) >> 6; word++)
        count += (unsigned)__builtin_popcountll(window_within(bits, word, from, end));
    return count;
}

static inline bool window_any(const uint64_t *bits)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        any |= bits[i];
    return any != 0;
}

/* The first member at or after `from`, or COLUMN_WINDOW. */
static inline uint32_t window_next(const uint64_t *bits, uint32_t from)
{
    if (from >= COLUMN_WINDOW)
        return COLUMN_WINDOW;
    unsigned word = from >> 6;
    uint64_t rest = bits[word] >> (from & 63) << (from & 63);
    while (rest == 0)
        if (++word == WINDOW_WORDS)
            return COLUMN_WINDOW;
        else
            rest = bits[word];
    return word * 64 + (uint32_t)__builtin_ctzll(rest);
}

#endif
