/* Any text as a cursor: refused, unless its bytes are signed; what the bytes would say when they were signed is read within its bounds, and
 * has one spelling. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "query/cascade.h"
#include "server/cursor_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key of no bytes signs too: so the fuzzer can be given signed inputs, and finds its way from them. */
static const struct cursor_key key = {.size = 0};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct cursor cursor;
    struct error error = {0};
    struct bytes again = {0}, text = {.data = (const char *)data, .size = size};
    arena_init(&arena, 1 << 20);
    enum status status = cursor_decode(&key, text, &arena, &cursor, &error);
    if (status == STATUS_OK) {
        if (cursor.rung > RUNG_ANY || cursor.sort > SORT_DISCOUNT)
            abort();
        if (cursor_encode(&key, &cursor, &arena, &again) != STATUS_OK || !bytes_equal(text, again))
            abort();
    } else if (status != STATUS_INVALID || error.text[0] == '\0') {
        abort();
    }
    /* And bytes that are a cursor's: these come back as they are. */
    if (size > 22 && size <= 80) {
        cursor = (struct cursor){.use = data[0] % READING_USES,
                                 .sort = (enum sort)(data[1] % (SORT_DISCOUNT + 1)),
                                 .steps = data[2] & 31,
                                 .rung = data[3] % (RUNG_ANY + 1),
                                 .version = data[4],
                                 .id = {(const char *)data + 16, size - 16}};
        memcpy(&cursor.rank, data + 5, sizeof cursor.rank);
        if (cursor_encode(&key, &cursor, &arena, &again) != STATUS_OK || cursor_decode(&key, again, &arena, &cursor, &error) != STATUS_OK ||
            cursor.id.size != size - 16)
            abort();
    }
    arena_release(&arena);
    return 0;
}
