/* Any bytes: decoding and undoing keys stays within its bounds and gives words. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/keystroke.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void spellings_check(const struct spelling *list, unsigned count, unsigned most)
{
    assert(count <= most);
    for (unsigned i = 0; i < count; i++) {
        assert(list[i].folded_size > 0 && list[i].folded_size <= TOKEN_BYTES_MAX && list[i].exact_size <= TOKEN_BYTES_MAX);
        assert(text_is_valid(list[i].exact, list[i].exact_size));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct analyzer *analyzer;
    struct spelling out[KEYSTROKE_UNDONE_MAX];
    struct bytes text = {(const char *)data, size};
    if (analyzer == NULL)
        analyzer = analyzer_new();
    spellings_check(out, keystrokes_decode(analyzer, text, out), KEYSTROKE_SPELLINGS_MAX);
    spellings_check(out, keystrokes_undo(analyzer, text, out), KEYSTROKE_UNDONE_MAX);
    return 0;
}
