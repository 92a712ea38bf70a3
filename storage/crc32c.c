/* CRC32C with the SSE4.2 instruction. The instruction takes one word per cycle but answers after three, so long blocks run as three
 * streams whose checksums are then joined: appending n bytes to a block multiplies its checksum by x^(8n) modulo the polynomial, which is
 * linear and so a table lookup per byte (the method of Mark Adler's crc32c.c). */
#include <nmmintrin.h>
#include <pthread.h>
#include <string.h>

#include "storage/door.h"

enum { STREAM_BYTES = 1328 /* three of them nearly fill a stored value */, STREAM_WORDS = STREAM_BYTES / 8 };

static pthread_once_t shift_once = PTHREAD_ONCE_INIT;
static uint32_t shift_table[4][256]; /* [byte of the checksum][its value] -> the checksum STREAM_BYTES later */

static uint32_t shift_bit(uint32_t bit)
{
    uint64_t crc = bit;
    for (unsigned i = 0; i < STREAM_WORDS; i++)
        crc = _mm_crc32_u64(crc, 0);
    return (uint32_t)crc;
}

static void shift_table_fill(void)
{
    for (unsigned byte = 0; byte < 4; byte++)
        for (unsigned bit = 0; bit < 8; bit++) {
            uint32_t shifted = shift_bit(UINT32_C(1) << (byte * 8 + bit));
            for (unsigned value = 0; value < 256; value++)
                if ((value >> bit & 1) != 0)
                    shift_table[byte][value] ^= shifted;
        }
}

static uint64_t shift(uint64_t crc)
{
    return shift_table[0][crc & 0xFF] ^ shift_table[1][crc >> 8 & 0xFF] ^ shift_table[2][crc >> 16 & 0xFF] ^
           shift_table[3][crc >> 24 & 0xFF];
}

static uint64_t load_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static uint64_t three_streams(uint64_t crc, const unsigned char *at)
{
    uint64_t second = 0, third = 0;
    for (unsigned i = 0; i < STREAM_BYTES; i += 8) {
        crc = _mm_crc32_u64(crc, load_word(at + i));
        second = _mm_crc32_u64(second, load_word(at + STREAM_BYTES + i));
        third = _mm_crc32_u64(third, load_word(at + (size_t)2 * STREAM_BYTES + i));
    }
    return shift(shift(crc) ^ second) ^ third;
}

uint32_t crc32c(uint32_t seed, const void *data, size_t size)
{
    const unsigned char *at = data;
    uint64_t crc = (uint32_t)~seed;
    if (size >= (size_t)3 * STREAM_BYTES) {
        pthread_once(&shift_once, shift_table_fill);
        for (; size >= (size_t)3 * STREAM_BYTES; size -= (size_t)3 * STREAM_BYTES, at += (size_t)3 * STREAM_BYTES)
            crc = three_streams(crc, at);
    }
    for (; size >= 8; size -= 8, at += 8)
        crc = _mm_crc32_u64(crc, load_word(at));
    for (; size > 0; size--, at++)
        crc = _mm_crc32_u8((uint32_t)crc, *at);
    return (uint32_t)~crc;
}
