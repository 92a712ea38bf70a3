/* The PACKED posting block.
 *
 *   block     := type u8 = 1, count less one u8, shape u8, impact max u8, last document u32le, documents, impacts, forms
 *   shape     := width (bits 0..4) + 0x40 when all impacts are equal + 0x80 when all forms are equal; bit 5 is zero
 *   documents := words x 4 x u32le                words = ceil(rows x width / 32), rows = ceil(count / 4)
 *   impacts   := count x u8, or nothing when equal: then each is the impact max
 *   forms     := count x u8, or u8 when equal
 *
 * The first document is the block's key. Value 0 is 0; value i is document i - document (i - 1) - 1, in `width` bits. Value i lies in lane
 * i % 4, row i / 4: lane l is the bit string of the words 4k + l, lowest bits first, row r at bit r x width. Lanes past the count are
 * zero. So four neighbours are unpacked by one vector operation and a full block needs exactly `width` vectors. */
#include "storage/packed.h"

#include <assert.h>
#include <string.h>

#include "storage/block_type.h"
#include "storage/bytes.h"

enum {
    HEADER_BYTES = 8,
    LANES = 4,
    ROWS_MAX = PACKED_DOCUMENTS_MAX / LANES,
    WORD_BITS = 32,
    VECTOR_BYTES = 16,
    WIDTH_MAX = 31,
    WIDTH_NO_WRAP = 24, /* 128 steps of up to 2^24 behind a first document below 2^31 stay below 2^32 */
    SHAPE_WIDTH = 0x1F,
    SHAPE_RESERVED = 0x20,
    SHAPE_IMPACT_EQUAL = 0x40,
    SHAPE_FORM_EQUAL = 0x80,
};

_Static_assert(HEADER_BYTES + WIDTH_MAX * VECTOR_BYTES + 2 * PACKED_DOCUMENTS_MAX <= PACKED_BYTES_MAX, "the widest block fits");

typedef uint32_t lanes __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t lanes_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));

static unsigned block_rows(unsigned count)
{
    return (count + LANES - 1) / LANES;
}

static size_t documents_bytes(unsigned count, unsigned width)
{
    return (size_t)((block_rows(count) * width + WORD_BITS - 1) / WORD_BITS) * VECTOR_BYTES;
}

static unsigned width_of(uint32_t value)
{
    return value == 0 ? 0 : WORD_BITS - (unsigned)__builtin_clz(value);
}

/* The values of the documents; returns the width that the widest needs. */
static unsigned values_from(const struct posting *postings, unsigned count, uint32_t values[PACKED_DOCUMENTS_MAX])
{
    uint32_t all = 0;
    values[0] = 0;
    for (unsigned i = 1; i < count; i++) {
        assert(postings[i].document > postings[i - 1].document);
        values[i] = postings[i].document - postings[i - 1].document - 1;
        all |= values[i];
    }
    return width_of(all);
}

static void values_pack(const uint32_t *values, unsigned count, unsigned width, unsigned char *out)
{
    uint32_t words[WIDTH_MAX * LANES] = {0};
    for (unsigned i = 0; i < count; i++) {
        unsigned bit = i / LANES * width, word = bit / WORD_BITS * LANES + i % LANES, shift = bit % WORD_BITS;
        if (width == 0)
            break;
        words[word] |= values[i] << shift;
        if (shift + width > WORD_BITS)
            words[word + LANES] |= values[i] >> (WORD_BITS - shift);
    }
    memcpy(out, words, documents_bytes(count, width));
}

static uint8_t shape_of(const struct posting *postings, unsigned count, unsigned width, uint8_t *impact_max)
{
    unsigned impact_differs = 0, form_differs = 0;
    uint8_t max = 0;
    for (unsigned i = 0; i < count; i++) {
        impact_differs |= (unsigned)postings[i].impact ^ postings[0].impact;
        form_differs |= (unsigned)postings[i].form ^ postings[0].form;
        if (postings[i].impact > max)
            max = postings[i].impact;
    }
    *impact_max = max;
    return (uint8_t)(width | (impact_differs == 0 ? SHAPE_IMPACT_EQUAL : 0U) | (form_differs == 0 ? SHAPE_FORM_EQUAL : 0U));
}

size_t packed_encode(const struct posting *postings, unsigned count, unsigned char *out)
{
    uint32_t values[PACKED_DOCUMENTS_MAX];
    uint8_t impact_max = 0;
    assert(count >= 1 && count <= PACKED_DOCUMENTS_MAX && postings[count - 1].document <= INT32_MAX);
    unsigned width = values_from(postings, count, values);
    uint8_t shape = shape_of(postings, count, width, &impact_max);
    uint32_t last = postings[count - 1].document;
    out[0] = BLOCK_PACKED;
    out[1] = (unsigned char)(count - 1);
    out[2] = shape;
    out[3] = impact_max;
    memcpy(out + 4, &last, sizeof last);
    values_pack(values, count, width, out + HEADER_BYTES);
    size_t size = HEADER_BYTES + documents_bytes(count, width);
    for (unsigned i = 0; i < count && (shape & SHAPE_IMPACT_EQUAL) == 0; i++)
        out[size++] = postings[i].impact;
    unsigned forms = (shape & SHAPE_FORM_EQUAL) == 0 ? count : 1;
    for (unsigned i = 0; i < forms; i++)
        out[size++] = postings[i].form;
    return size;
}

struct shape {
    unsigned count, width;
    const unsigned char *words, *impacts, *forms; /* impacts and forms: NULL and one byte when equal */
    bool forms_equal;
};

static enum status shape_read(uint32_t first, const void *data, size_t size, struct packed_header *header, struct shape *shape)
{
    struct byte_reader reader = byte_reader(data, size);
    uint8_t type = read_u8(&reader), count_minus_1 = read_u8(&reader), bits = read_u8(&reader), impact_max = read_u8(&reader);
    uint32_t last = read_u32(&reader);
    unsigned count = count_minus_1 + 1U, width = bits & SHAPE_WIDTH;
    if (reader.failed || type != BLOCK_PACKED || count > PACKED_DOCUMENTS_MAX || (bits & SHAPE_RESERVED) != 0 || impact_max == 0)
        return STATUS_CORRUPT;
    if (last > INT32_MAX || last < first || last - first < count_minus_1)
        return STATUS_CORRUPT;
    *header = (struct packed_header){.count_minus_1 = count_minus_1, .impact_max = impact_max, .last = last};
    *shape = (struct shape){.count = count, .width = width, .forms_equal = (bits & SHAPE_FORM_EQUAL) != 0};
    shape->words = read_span(&reader, documents_bytes(count, width));
    if ((bits & SHAPE_IMPACT_EQUAL) == 0)
        shape->impacts = read_span(&reader, count);
    shape->forms = read_span(&reader, shape->forms_equal ? 1 : count);
    return reader.failed || reader.next != reader.end ? STATUS_CORRUPT : STATUS_OK;
}

enum status packed_header(uint32_t first, const void *data, size_t size, struct packed_header *out)
{
    struct shape shape;
    return shape_read(first, data, size, out, &shape);
}

static inline __attribute__((always_inline)) lanes vector_at(const unsigned char *words, unsigned index)
{
    return (lanes) * (const lanes_anywhere *)(const void *)(words + (size_t)index * VECTOR_BYTES);
}

/* Four values to four documents behind `before`, the last document in every lane. */
static inline __attribute__((always_inline)) lanes documents_behind(lanes values, lanes before)
{
    const lanes zero = {0};
    lanes steps = values + 1;
    steps += __builtin_shufflevector(zero, steps, 0, 4, 5, 6);
    steps += __builtin_shufflevector(zero, steps, 0, 1, 4, 5);
    return steps + before;
}

/* `high` gathers the bits of the documents where steps may wrap around 2^32: a step is at most 2^31, so the first document to pass 2^31 - 1
 * shows there. Where they cannot, a last document as promised says enough. */
static inline __attribute__((always_inline)) void rows_unpack(const unsigned char *words, unsigned rows, unsigned width, uint32_t first,
                                                              uint32_t *documents, lanes *high)
{
    const uint32_t mask = (UINT32_C(1) << width) - 1;
    lanes before = (lanes){0} + (first - 1);
#pragma GCC unroll 32
    for (unsigned row = 0; row < rows; row++) {
        unsigned bit = row * width, word = bit / WORD_BITS, shift = bit % WORD_BITS;
        lanes values = {0};
        if (width > 0) {
            values = vector_at(words, word) >> shift;
            if (shift + width > WORD_BITS)
                values |= vector_at(words, word + 1) << (WORD_BITS - shift);
        }
        lanes found = documents_behind(values & mask, before);
        if (width > WIDTH_NO_WRAP)
            *high |= found;
        *(lanes_anywhere *)(void *)(documents + (size_t)row * LANES) = found;
        before = __builtin_shufflevector(found, found, 3, 3, 3, 3);
    }
}

#define FULL_BLOCK(bits)                                                                                                                   \
    case bits:                                                                                                                             \
        rows_unpack(words, ROWS_MAX, bits, first, documents, high);                                                                        \
        break;
#define FULL_BLOCKS_OF_4(bits) FULL_BLOCK(bits) FULL_BLOCK(bits + 1) FULL_BLOCK(bits + 2) FULL_BLOCK(bits + 3)

/* A full block: each width is its own straight code, all shifts known. */
static void full_unpack(const unsigned char *words, unsigned width, uint32_t first, uint32_t *documents, lanes *high)
{
    switch (width) {
        FULL_BLOCKS_OF_4(0)
        FULL_BLOCKS_OF_4(4)
        FULL_BLOCKS_OF_4(8)
        FULL_BLOCKS_OF_4(12)
        FULL_BLOCKS_OF_4(16)
        FULL_BLOCKS_OF_4(20)
        FULL_BLOCKS_OF_4(24)
        FULL_BLOCKS_OF_4(28)
    default:
        assert(false);
    }
}

static __attribute__((noinline)) void part_unpack(const unsigned char *words, unsigned count, unsigned width, uint32_t first,
                                                  uint32_t *documents, lanes *high)
{
    rows_unpack(words, block_rows(count), width, first, documents, high);
}

/* Whether a document passed 2^31 - 1. Lanes past the count go on in steps of one and may do so where the block itself does not. */
static bool high_bits(const lanes *high, const uint32_t *documents, unsigned count, unsigned width)
{
    uint32_t all = 0;
    if (width <= WIDTH_NO_WRAP)
        return false;
    if (count == PACKED_DOCUMENTS_MAX)
        return (((*high)[0] | (*high)[1] | (*high)[2] | (*high)[3]) >> 31) != 0;
    for (unsigned i = 0; i < count; i++)
        all |= documents[i];
    return all > INT32_MAX;
}

static void bytes_unpack(const unsigned char *stored, bool equal, uint8_t value, unsigned count, uint8_t *out)
{
    if (out == NULL)
        return;
    /* A size that the compiler knows spares the call, which costs as much as unpacking a quarter of the block. */
    if (equal)
        memset(out, value, PACKED_DOCUMENTS_MAX);
    else if (count == PACKED_DOCUMENTS_MAX)
        memcpy(out, stored, PACKED_DOCUMENTS_MAX);
    else
        memcpy(out, stored, count);
}

enum status packed_decode(uint32_t first, const void *data, size_t size, uint32_t *documents, uint8_t *impacts, uint8_t *forms,
                          unsigned *count)
{
    struct packed_header header;
    struct shape shape;
    enum status status = shape_read(first, data, size, &header, &shape);
    if (status != STATUS_OK)
        return status;
    lanes high = {0};
    if (shape.count == PACKED_DOCUMENTS_MAX)
        full_unpack(shape.words, shape.width, first, documents, &high);
    else
        part_unpack(shape.words, shape.count, shape.width, first, documents, &high);
    if (high_bits(&high, documents, shape.count, shape.width) || documents[0] != first || documents[shape.count - 1] != header.last)
        return STATUS_CORRUPT;
    bytes_unpack(shape.impacts, shape.impacts == NULL, header.impact_max, shape.count, impacts);
    bytes_unpack(shape.forms, shape.forms_equal, shape.forms[0], shape.count, forms);
    *count = shape.count;
    return STATUS_OK;
}
