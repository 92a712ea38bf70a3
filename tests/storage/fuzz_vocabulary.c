/* Any bytes as a vocabulary row: what decodes stays within them, and is written back as it was. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "storage/vocabulary_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vocabulary_entry entry;
    struct vocabulary_row row;
    struct bytes bytes = {(const char *)data, size};
    if (vocabulary_row_decode(bytes, &entry) != STATUS_OK)
        return 0;
    struct vocabulary_key key = {.kind = data[0], .size = (uint8_t)entry.key.size};
    assert(entry.key.size <= VOCABULARY_KEY_BYTES_MAX && entry.term.size <= TERM_BYTES_MAX);
    memcpy(key.bytes, entry.key.data, key.size);
    vocabulary_row_encode(&row, &key, entry.term);
    assert(row.size == size && memcmp(row.bytes, data, size) == 0);
    return 0;
}
