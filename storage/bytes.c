/* Variable-length integers: seven bits per byte, low bits first, the high bit set on every byte but the last. */
#include "storage/bytes.h"

enum { VARINT_BYTES_MAX = 5 };

uint32_t read_varint(struct byte_reader *reader)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = read_u8(reader);
        if (reader->failed)
            return 0;
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) != 0)
            continue;
        /* One number has one encoding: what is decoded and encoded again must give the same bytes. */
        if (value > UINT32_MAX || (byte == 0 && i > 0))
            break;
        return (uint32_t)value;
    }
    reader->failed = true;
    return 0;
}

void append_varint(struct buffer *buffer, uint32_t value)
{
    unsigned char bytes[VARINT_BYTES_MAX];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (unsigned char)(value | 0x80);
    bytes[size++] = (unsigned char)value;
    buffer_append(buffer, bytes, size);
}
