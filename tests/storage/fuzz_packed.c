/* Any bytes as a posting block: refused, or decoded to what the header promises and encoded again to a block of the same postings. */
#include <assert.h>
#include <string.h>

#include "storage/packed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t documents[PACKED_DOCUMENTS_MAX], again[PACKED_DOCUMENTS_MAX], first = 0;
    uint8_t impacts[PACKED_DOCUMENTS_MAX], forms[PACKED_DOCUMENTS_MAX];
    struct posting postings[PACKED_DOCUMENTS_MAX];
    unsigned char block[PACKED_BYTES_MAX];
    struct packed_header header;
    unsigned count = 0, count_again = 0;
    if (size < sizeof first)
        return 0;
    memcpy(&first, data, sizeof first);
    if (packed_decode(first, data + sizeof first, size - sizeof first, documents, impacts, forms, &count) != STATUS_OK)
        return 0;
    assert(packed_header(first, data + sizeof first, size - sizeof first, &header) == STATUS_OK);
    assert(count == header.count_minus_1 + 1U && documents[0] == first && documents[count - 1] == header.last);
    for (unsigned i = 0; i < count; i++) {
        assert(i == 0 || documents[i] > documents[i - 1]);
        postings[i] = (struct posting){.document = documents[i], .impact = impacts[i] == 0 ? 1 : impacts[i], .form = forms[i]};
    }
    size_t encoded = packed_encode(postings, count, block);
    assert(packed_decode(first, block, encoded, again, NULL, NULL, &count_again) == STATUS_OK && count_again == count);
    assert(memcmp(documents, again, count * sizeof *again) == 0);
    return 0;
}
