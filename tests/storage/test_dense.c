/* The DENSE codec: every count, every number of words, the cut into pieces, the bounds; every cut and every flipped bit is either refused
 * or decodes within bounds. */
#include "storage/block_type.h"
#include "storage/dense.h"
#include "tests/storage/scratch.h"

struct unpacked {
    uint32_t documents[DENSE_WINDOW];
    uint8_t impacts[DENSE_WINDOW], forms[DENSE_WINDOW];
    unsigned count;
};

/* Opens, checks and unpacks a copy that ends where its memory does, so that a sanitizer sees a read behind it. */
static enum status unpack(uint32_t first, const void *data, size_t size, struct unpacked *out)
{
    struct dense dense;
    unsigned char *copy = memory_alloc(size + 1);
    memcpy(copy + 1, data, size);
    enum status status = dense_open(first, copy + 1, size, &dense);
    if (status == STATUS_OK)
        status = dense_check(&dense);
    if (status == STATUS_OK) {
        out->count = dense_unpack(&dense, 0, dense.word_count, out->documents, out->impacts, out->forms);
        assert_int_equal(out->count, dense.count);
        assert_int_equal(out->documents[out->count - 1], dense.last);
    }
    free(copy);
    return status;
}

static void piece_check(const struct posting *postings, unsigned count, bool thorough)
{
    static struct unpacked unpacked;
    unsigned char block[DENSE_BYTES_MAX + 1];
    uint32_t first = postings[0].document / 64 * 64;
    struct dense dense;
    uint8_t max = 0;
    size_t size = dense_encode(postings, count, block);
    assert_in_range(size, 1, DENSE_BYTES_MAX);
    assert_int_equal(block[0], BLOCK_DENSE);
    assert_int_equal(unpack(first, block, size, &unpacked), STATUS_OK);
    assert_int_equal(unpacked.count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(unpacked.documents[i], postings[i].document);
        assert_int_equal(unpacked.impacts[i], postings[i].impact);
        assert_int_equal(unpacked.forms[i], postings[i].form);
        max = postings[i].impact > max ? postings[i].impact : max;
    }
    assert_int_equal(dense_open(first, block, size, &dense), STATUS_OK);
    assert_int_equal(dense.impact_max, max);
    assert_int_equal(dense.last, postings[count - 1].document);
    block[size] = 0;
    assert_int_equal(unpack(first, block, size + 1, &unpacked), STATUS_CORRUPT);
    assert_int_equal(unpack(first + 1, block, size, &unpacked), STATUS_CORRUPT);
    for (size_t cut = thorough ? 0 : size - 1; cut < size; cut++)
        assert_int_equal(unpack(first, block, cut, &unpacked), STATUS_CORRUPT);
    for (size_t bit = 0; thorough && bit < size * 8; bit++) {
        block[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (unpack(first, block, size, &unpacked) == STATUS_OK)
            assert_true(unpacked.count <= DENSE_WINDOW && unpacked.documents[unpacked.count - 1] / DENSE_WINDOW == first / DENSE_WINDOW);
        block[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

/* `count` postings of one window at random. equal: 1 impacts, 2 forms. */
static void window_fill(struct posting *postings, unsigned count, uint32_t base, unsigned equal, uint64_t *random)
{
    unsigned left = count, filled = 0;
    for (uint32_t at = 0; at < DENSE_WINDOW && left > 0; at++) {
        if (random_below(random, DENSE_WINDOW - at) >= left)
            continue;
        left--;
        postings[filled++] = (struct posting){.document = base + at,
                                              .impact = (equal & 1) != 0 ? 9 : (uint8_t)(1 + random_below(random, 255)),
                                              .form = (equal & 2) != 0 ? 3 : (uint8_t)random_below(random, 256)};
    }
}

static void every_count(void **state)
{
    (void)state;
    static struct posting postings[DENSE_WINDOW];
    uint64_t random = seed_take();
    for (unsigned count = 1; count <= DENSE_WINDOW; count++) {
        uint32_t base = random_below(&random, INT32_MAX / DENSE_WINDOW) * DENSE_WINDOW;
        window_fill(postings, count, base, random_below(&random, 4), &random);
        const struct posting *next = postings;
        unsigned pieces = dense_pieces(postings, count), left = count;
        for (unsigned piece = 0; piece < pieces; piece++) {
            unsigned taken = dense_piece_count(next, left, pieces, piece);
            if (taken > 0)
                piece_check(next, taken, count % 997 == 0 || count < 3);
            next += taken;
            left -= taken;
        }
        assert_int_equal(left, 0);
    }
}

static void pieces(void **state)
{
    (void)state;
    static struct posting postings[DENSE_WINDOW];
    uint64_t random = seed_take();
    window_fill(postings, DENSE_WINDOW, 0, 0, &random);
    assert_int_equal(dense_pieces(postings, DENSE_WINDOW), 3);
    window_fill(postings, DENSE_WINDOW, 0, 3, &random);
    assert_int_equal(dense_pieces(postings, DENSE_WINDOW), 1);
    window_fill(postings, DENSE_WINDOW, 0, 2, &random);
    assert_int_equal(dense_pieces(postings, DENSE_WINDOW), 2);
    /* 63 words, their ranks and so many impacts and forms are exactly one stored value. */
    enum { MOST = (DENSE_BYTES_MAX - 4 - 630) / 2 };
    do
        window_fill(postings, MOST, DENSE_WINDOW, 0, &random);
    while (postings[0].document / 64 % 63 != 0 || postings[MOST - 1].document / 64 % 63 != 62);
    assert_int_equal(dense_pieces(postings, MOST), 1);
    piece_check(postings, MOST, false);
    for (unsigned i = MOST; i-- > 0;)
        postings[i + 1] = postings[i];
    postings[1].document = postings[0].document + 1;
    for (unsigned i = 2; i <= MOST && postings[i].document <= postings[i - 1].document; i++)
        postings[i].document = postings[i - 1].document + 1;
    assert_int_equal(dense_pieces(postings, MOST + 1), 2);
}

static void bounds(void **state)
{
    (void)state;
    static struct unpacked unpacked;
    unsigned char block[DENSE_BYTES_MAX];
    const struct posting last = {.document = INT32_MAX, .impact = 255, .form = 255};
    piece_check(&last, 1, true);
    const struct posting two[] = {{.document = 64, .impact = 1}, {.document = 128, .impact = 2}};
    size_t size = dense_encode(two, 2, block);
    assert_int_equal(unpack(64, block, size, &unpacked), STATUS_OK);
    assert_int_equal(unpack(61 * 64, block, size, &unpacked), STATUS_OK);
    assert_int_equal(unpack(62 * 64, block, size, &unpacked), STATUS_CORRUPT); /* crosses the window */
    assert_int_equal(unpack(UINT32_C(0x80000000), block, size, &unpacked), STATUS_CORRUPT);
    block[4 + 2 * 8 + 2] = 0; /* the second rank: fewer documents than impacts */
    assert_int_equal(unpack(64, block, size, &unpacked), STATUS_CORRUPT);
    block[4 + 2 * 8 + 2] = 1;
    block[4 + 2 * 8] = 1; /* the first rank: only the check sees it */
    assert_int_equal(unpack(64, block, size, &unpacked), STATUS_CORRUPT);
    block[4 + 2 * 8] = 0;
    block[3] = 0; /* no impact is 0 */
    assert_int_equal(unpack(64, block, size, &unpacked), STATUS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_count), cmocka_unit_test(pieces), cmocka_unit_test(bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
