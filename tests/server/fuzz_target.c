/* Any request target and any Accept-Encoding: parsed or refused, never anything else. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/encoding.h"
#include "server/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct target target;
    struct error error = {0};
    arena_init(&arena, 1 << 20);
    enum status status = target_parse((struct bytes){.data = (const char *)data, .size = size}, &arena, &target, &error);
    if (status != STATUS_OK && status != STATUS_INVALID && status != STATUS_LIMIT)
        abort();
    char *accept = arena_copy(&arena, data, size);
    if (accept != NULL)
        (void)encoding_choose(accept);
    arena_release(&arena);
    return 0;
}
