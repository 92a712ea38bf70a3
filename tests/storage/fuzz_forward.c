/* Any bytes as a forward list: refused, or a sorted list that encodes to the same bytes (but for needless ways to say the same). */
#include <assert.h>
#include <string.h>

#include "storage/forward.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct forward_list list = {0}, again = {0};
    struct buffer record = {0};
    arena_init(&arena, 16 << 20);
    if (forward_decode((struct bytes){.data = (const char *)data, .size = size}, &arena, &list) == STATUS_OK) {
        forward_encode(&record, &list);
        assert(forward_decode((struct bytes){.data = record.data, .size = record.size}, &arena, &again) == STATUS_OK);
        assert(list.count == again.count);
        for (uint32_t i = 0; i < list.count; i++) {
            const struct forward_entry *a = &list.entries[i], *b = &again.entries[i];
            assert(a->class == b->class && a->size == b->size && a->impact == b->impact && memcmp(a->bytes, b->bytes, a->size) == 0);
            assert(a->form.several == b->form.several && a->form.size == b->form.size);
        }
    }
    buffer_release(&record);
    arena_release(&arena);
    return 0;
}
