/* Any bytes as a DENSE posting block: refused, or unpacked to what the header promises and encoded again to a block of the same postings. */
#include <assert.h>
#include <string.h>

#include "storage/dense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint32_t documents[DENSE_WINDOW], again[DENSE_WINDOW];
    static uint8_t impacts[DENSE_WINDOW], forms[DENSE_WINDOW];
    static struct posting postings[DENSE_WINDOW];
    unsigned char block[DENSE_BYTES_MAX];
    struct dense dense, second;
    uint32_t first = 0;
    if (size < sizeof first)
        return 0;
    memcpy(&first, data, sizeof first);
    if (dense_open(first, data + sizeof first, size - sizeof first, &dense) != STATUS_OK || dense_check(&dense) != STATUS_OK)
        return 0;
    unsigned count = dense_unpack(&dense, 0, dense.word_count, documents, impacts, forms);
    assert(count == dense.count && documents[0] / 64 * 64 == first && documents[count - 1] == dense.last);
    for (unsigned i = 0; i < count; i++) {
        assert(i == 0 || documents[i] > documents[i - 1]);
        postings[i] = (struct posting){.document = documents[i], .impact = impacts[i] == 0 ? 1 : impacts[i], .form = forms[i]};
    }
    const struct posting *next = postings;
    for (unsigned pieces = dense_pieces(postings, count), piece = 0, left = count; piece < pieces; piece++) {
        unsigned taken = dense_piece_count(next, left, pieces, piece);
        if (taken == 0)
            continue;
        size_t encoded = dense_encode(next, taken, block);
        assert(dense_open(next->document / 64 * 64, block, encoded, &second) == STATUS_OK && dense_check(&second) == STATUS_OK);
        assert(dense_unpack(&second, 0, second.word_count, again, impacts, forms) == taken);
        for (unsigned i = 0; i < taken; i++)
            assert(again[i] == next[i].document);
        next += taken;
        left -= taken;
    }
    return 0;
}
