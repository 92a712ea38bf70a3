/* The PACKED codec: every width, every count, the bounds; every cut and every flipped bit is either refused or decodes within bounds. */
#include "storage/block_type.h"
#include "storage/packed.h"
#include "tests/storage/scratch.h"

struct decoded {
    uint32_t documents[PACKED_DOCUMENTS_MAX + 1]; /* the last one guards */
    uint8_t impacts[PACKED_DOCUMENTS_MAX + 1], forms[PACKED_DOCUMENTS_MAX + 1];
    unsigned count;
};

static enum status decode(uint32_t first, const void *data, size_t size, struct decoded *out)
{
    memset(out, 0xA5, sizeof *out);
    enum status status = packed_decode(first, data, size, out->documents, out->impacts, out->forms, &out->count);
    assert_int_equal(out->documents[PACKED_DOCUMENTS_MAX], 0xA5A5A5A5);
    assert_int_equal(out->impacts[PACKED_DOCUMENTS_MAX], 0xA5);
    assert_int_equal(out->forms[PACKED_DOCUMENTS_MAX], 0xA5);
    return status;
}

static void round_trip(const struct posting *postings, unsigned count)
{
    unsigned char block[PACKED_BYTES_MAX];
    struct decoded decoded;
    struct packed_header header;
    uint8_t max = 0;
    size_t size = packed_encode(postings, count, block);
    assert_in_range(size, 1, PACKED_BYTES_MAX);
    assert_int_equal(block[0], BLOCK_PACKED);
    assert_int_equal(packed_header(postings[0].document, block, size, &header), STATUS_OK);
    assert_int_equal(decode(postings[0].document, block, size, &decoded), STATUS_OK);
    assert_int_equal(decoded.count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(decoded.documents[i], postings[i].document);
        assert_int_equal(decoded.impacts[i], postings[i].impact);
        assert_int_equal(decoded.forms[i], postings[i].form);
        if (postings[i].impact > max)
            max = postings[i].impact;
    }
    assert_int_equal(header.count_minus_1, count - 1);
    assert_int_equal(header.last, postings[count - 1].document);
    assert_int_equal(header.impact_max, max);
    assert_int_equal(packed_decode(postings[0].document, block, size, decoded.documents, NULL, NULL, &decoded.count), STATUS_OK);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(decode(postings[0].document, block, cut, &decoded), STATUS_CORRUPT);
    block[size] = 0;
    assert_int_equal(decode(postings[0].document, block, size + 1, &decoded), STATUS_CORRUPT);
}

/* Steps of up to `width` bits, the widest at least once where the documents' bound leaves room. */
static void postings_fill(struct posting *postings, unsigned count, unsigned width, unsigned equal, uint64_t *random)
{
    uint64_t document = random_below(random, 100);
    for (unsigned i = 0; i < count; i++) {
        uint64_t step = width == 0 ? 0 : random_next(random) & ((UINT64_C(1) << width) - 1);
        if (width > 0 && i == count / 2)
            step |= UINT64_C(1) << (width - 1);
        if (i > 0)
            document += step + 1;
        if (document > INT32_MAX - (uint64_t)(count - i))
            document = INT32_MAX - (uint64_t)(count - 1 - i);
        postings[i] = (struct posting){.document = (uint32_t)document, .impact = 9, .form = 3};
        if ((equal & 1) == 0)
            postings[i].impact = (uint8_t)(1 + random_below(random, 255));
        if ((equal & 2) == 0)
            postings[i].form = (uint8_t)random_below(random, 256);
        if (i > 0 && postings[i].document <= postings[i - 1].document)
            postings[i].document = postings[i - 1].document + 1;
    }
}

static void all_widths_and_counts(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    struct posting postings[PACKED_DOCUMENTS_MAX];
    for (unsigned width = 0; width <= 31; width++)
        for (unsigned count = 1; count <= PACKED_DOCUMENTS_MAX; count++) {
            postings_fill(postings, count, width > 24 ? 24 : width, random_below(&random, 4), &random);
            /* A wide step takes the room of many: one of it, at a random place. */
            uint32_t room = (uint32_t)INT32_MAX - postings[count - 1].document, wide = width > 24 ? UINT32_C(1) << (width - 1) : 0;
            for (unsigned i = 1 + random_below(&random, count); i < count && wide <= room; i++)
                postings[i].document += wide;
            round_trip(postings, count);
        }
}

static void bounds(void **state)
{
    (void)state;
    struct posting postings[PACKED_DOCUMENTS_MAX];
    for (unsigned count = 1; count <= PACKED_DOCUMENTS_MAX; count++) {
        /* As low and as high as documents go, with one gap of all there is between them. */
        for (unsigned i = 0; i < count; i++)
            postings[i] = (struct posting){.document = i == 0 ? 0 : (uint32_t)INT32_MAX - (count - 1 - i), .impact = 255, .form = 255};
        round_trip(postings, count);
        for (unsigned i = 0; i < count; i++)
            postings[i].document = i;
        round_trip(postings, count);
        for (unsigned i = 0; i < count; i++)
            postings[i].document = (uint32_t)INT32_MAX - (count - 1 - i);
        round_trip(postings, count);
    }
}

static void wrong_first(void **state)
{
    (void)state;
    struct posting postings[3] = {{.document = 5, .impact = 1}, {.document = 9, .impact = 2}, {.document = 12, .impact = 1}};
    unsigned char block[PACKED_BYTES_MAX];
    struct decoded decoded;
    size_t size = packed_encode(postings, 3, block);
    assert_int_equal(decode(5, block, size, &decoded), STATUS_OK);
    assert_int_equal(decode(4, block, size, &decoded), STATUS_CORRUPT);
    assert_int_equal(decode(6, block, size, &decoded), STATUS_CORRUPT);
    assert_int_equal(decode(12, block, size, &decoded), STATUS_CORRUPT);
    assert_int_equal(decode(UINT32_MAX, block, size, &decoded), STATUS_CORRUPT);
}

/* What was decoded keeps what the header promises: ascending, in bounds, ending at the last. */
static void sound(uint32_t first, const unsigned char *block, size_t size)
{
    struct decoded decoded;
    struct packed_header header;
    if (decode(first, block, size, &decoded) != STATUS_OK)
        return;
    assert_int_equal(packed_header(first, block, size, &header), STATUS_OK);
    assert_in_range(decoded.count, 1, PACKED_DOCUMENTS_MAX);
    assert_int_equal(decoded.documents[0], first);
    assert_int_equal(decoded.documents[decoded.count - 1], header.last);
    assert_true(header.last <= INT32_MAX);
    for (unsigned i = 1; i < decoded.count; i++)
        assert_true(decoded.documents[i] > decoded.documents[i - 1]);
}

static void every_flipped_bit(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 2, 3, 4, 5, 31, 63, 127, 128};
    static const unsigned widths[] = {0, 1, 5, 8, 13, 24};
    uint64_t random = seed_take();
    struct posting postings[PACKED_DOCUMENTS_MAX];
    for (unsigned c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (unsigned w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            unsigned char block[PACKED_BYTES_MAX];
            postings_fill(postings, counts[c], widths[w], random_below(&random, 4), &random);
            size_t size = packed_encode(postings, counts[c], block);
            for (size_t bit = 0; bit < size * 8; bit++) {
                block[bit / 8] ^= (unsigned char)(1U << bit % 8);
                sound(postings[0].document, block, size);
                block[bit / 8] ^= (unsigned char)(1U << bit % 8);
            }
        }
}

/* Steps that would wrap around 2^32 and come back to a plausible last document. */
static void wrapping_steps(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    for (unsigned round = 0; round < 20000; round++) {
        unsigned char block[PACKED_BYTES_MAX];
        struct posting postings[PACKED_DOCUMENTS_MAX];
        unsigned count = 2 + random_below(&random, 127);
        for (unsigned i = 0; i < count; i++)
            postings[i] = (struct posting){.document = i == 0 ? 0 : (uint32_t)INT32_MAX - (count - 1 - i), .impact = 1};
        size_t size = packed_encode(postings, count, block);
        uint32_t last = random_below(&random, INT32_MAX);
        for (size_t i = 8; i + 1 < size; i++)
            block[i] = (unsigned char)random_next(&random);
        memset(block + 8, 0, 4);
        memcpy(block + 4, &last, sizeof last);
        sound(0, block, size);
        /* The last document that the steps really sum to, modulo 2^32: now only the wrap betrays them. */
        struct decoded decoded;
        (void)decode(0, block, size, &decoded);
        memcpy(block + 4, &decoded.documents[count - 1], sizeof last);
        sound(0, block, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_widths_and_counts), cmocka_unit_test(bounds),         cmocka_unit_test(wrong_first),
        cmocka_unit_test(every_flipped_bit),     cmocka_unit_test(wrapping_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
