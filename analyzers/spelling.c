/* As word.c does for the letters of a text: the tone at its new-style place, y as i where that is a matter of taste. */
#include "analyzers/spelling.h"

#include <assert.h>
#include <string.h>

#include "analyzers/tables.h"

bool spelling_write(const struct analyzer *analyzer, const uint8_t *bases, const uint8_t *marks, size_t count,
                    const struct syllable *syllable, struct spelling *out)
{
    uint8_t letters[TOKEN_BYTES_MAX], signs[TOKEN_BYTES_MAX];
    size_t needed = 0;
    assert(count > 0 && count <= TOKEN_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        letters[i] = bases[i];
        signs[i] = syllable != NULL ? marks_quality(marks[i]) : marks[i];
    }
    if (syllable != NULL)
        signs[syllable->tone_at] = marks_of(signs[syllable->tone_at], syllable->tone);
    if (syllable_y_is_i(&analyzer->syllables, letters, count))
        letters[count - 1] = 'i';
    *out = (struct spelling){.folded_size = (uint8_t)count};
    memcpy(out->folded, letters, count);
    for (size_t i = 0; i < count; i++)
        needed += analyzer->letters.forms[letters[i] - 'a'][marks_quality(signs[i])][marks_tone(signs[i])].size;
    if (needed > TOKEN_BYTES_MAX)
        return false;
    out->exact_size = (uint8_t)letters_compose(&analyzer->letters, letters, signs, count, out->exact, TOKEN_BYTES_MAX);
    return true;
}

bool spelling_is_among(const struct spelling *out, unsigned count, const struct spelling *one)
{
    for (unsigned i = 0; i < count; i++) {
        if (bytes_equal((struct bytes){out[i].exact, out[i].exact_size}, (struct bytes){one->exact, one->exact_size}))
            return true;
    }
    return false;
}
