/* Any bytes as a term record: refused, or a record whose every part can be read and that encodes to the same bytes. */
#include <assert.h>
#include <string.h>

#include "storage/term_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct term term;
    struct bytes form;
    struct buffer record = {0};
    if (term_decode((struct bytes){.data = (const char *)data, .size = size}, &term) != STATUS_OK)
        return 0;
    size_t forms = 0;
    for (unsigned ordinal = 0; term_form(&term, ordinal, &form); ordinal++)
        forms += 1 + form.size;
    assert(forms == term.forms_size);
    for (unsigned i = 0; !term.has_blocks && i < term.df; i++)
        assert(term_inline_posting(&term, i).impact > 0);
    term_encode(&record, &term);
    assert(record.size == size && memcmp(record.data, data, size) == 0);
    buffer_release(&record);
    return 0;
}
