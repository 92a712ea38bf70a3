/* Little-endian byte reading and writing for stored formats. A reader's error is sticky: once a read passes the end, every later read
 * gives zero and `failed` stays set, so decoding code reads straight down and checks once. */
#ifndef TIM_STORAGE_BYTES_H
#define TIM_STORAGE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

struct byte_reader {
    const unsigned char *next, *end;
    bool failed;
};

static inline struct byte_reader byte_reader(const void *data, size_t size)
{
    const unsigned char *start = data;
    return (struct byte_reader){.next = start, .end = start + size};
}

/* `size` bytes, or NULL (and failed) when fewer are left. */
static inline const unsigned char *read_span(struct byte_reader *reader, size_t size)
{
    if (reader->failed || (size_t)(reader->end - reader->next) < size) {
        reader->failed = true;
        return NULL;
    }
    const unsigned char *span = reader->next;
    reader->next += size;
    return span;
}

static inline uint8_t read_u8(struct byte_reader *reader)
{
    const unsigned char *at = read_span(reader, 1);
    return at == NULL ? 0 : *at;
}

static inline uint16_t read_u16(struct byte_reader *reader)
{
    uint16_t value = 0;
    const unsigned char *at = read_span(reader, sizeof value);
    if (at != NULL)
        memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t read_u32(struct byte_reader *reader)
{
    uint32_t value = 0;
    const unsigned char *at = read_span(reader, sizeof value);
    if (at != NULL)
        memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t read_u64(struct byte_reader *reader)
{
    uint64_t value = 0;
    const unsigned char *at = read_span(reader, sizeof value);
    if (at != NULL)
        memcpy(&value, at, sizeof value);
    return value;
}

/* LEB128, at most 5 bytes; a value past 2^32 - 1 or a needless zero byte fails. */
uint32_t read_varint(struct byte_reader *reader);
void append_varint(struct buffer *buffer, uint32_t value);

static inline void append_u8(struct buffer *buffer, uint8_t value)
{
    buffer_append(buffer, &value, sizeof value);
}

static inline void append_u16(struct buffer *buffer, uint16_t value)
{
    buffer_append(buffer, &value, sizeof value);
}

static inline void append_u32(struct buffer *buffer, uint32_t value)
{
    buffer_append(buffer, &value, sizeof value);
}

static inline void append_u64(struct buffer *buffer, uint64_t value)
{
    buffer_append(buffer, &value, sizeof value);
}

/* Big-endian, so that keys sort as their numbers do. */
static inline void key_put_u32(unsigned char *at, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof value);
}

static inline uint32_t key_get_u32(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

static inline void key_put_u16(unsigned char *at, uint16_t value)
{
    value = __builtin_bswap16(value);
    memcpy(at, &value, sizeof value);
}

static inline uint16_t key_get_u16(const unsigned char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap16(value);
}

#endif
