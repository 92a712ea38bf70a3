/* Any bytes as what was learned of a query: refused, or a record whose bounds hold and that encodes to the same bytes. */
#include <assert.h>
#include <string.h>

#include "storage/learned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct learned learned = {0};
    struct buffer record = {0};
    if (learned_decode((struct bytes){.data = (const char *)data, .size = size}, &learned) != STATUS_OK)
        return 0;
    assert(learned.spelling_count <= LEARNED_SPELLINGS_MAX && learned.product_count <= LEARNED_PRODUCTS_MAX);
    assert(learned_text_best(learned.products, learned.product_count).size <= LEARNED_ID_BYTES_MAX);
    learned_encode(&learned, &record);
    assert(record.size == size && memcmp(record.data, data, size) == 0);
    buffer_release(&record);
    learned_decay(&learned, learned.updated_s + 3600, 60);
    return 0;
}
