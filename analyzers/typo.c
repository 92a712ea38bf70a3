#include "analyzers/typo.h"

#include <assert.h>
#include <string.h>

bool typo_is_possible(struct bytes folded)
{
    if (folded.size < TYPO_LETTERS_MIN || folded.size > TYPO_LETTERS_MAX)
        return false;
    for (size_t i = 0; i < folded.size; i++) {
        if (folded.data[i] < 'a' || folded.data[i] > 'z')
            return false;
    }
    return true;
}

unsigned typo_edits_written(struct bytes folded)
{
    return folded.size >= TYPO_TWO_LETTERS ? 2 : 1;
}

unsigned typo_edits_typed(struct bytes folded)
{
    return folded.size >= TYPO_TWO_LETTERS - 1 ? 2 : 1;
}

static void key_add(struct typo_keys *keys, const char *bytes, size_t size)
{
    for (unsigned i = 0; i < keys->count; i++) {
        if (keys->sizes[i] == size && memcmp(keys->bytes[i], bytes, size) == 0)
            return;
    }
    assert(keys->count < TYPO_KEYS_MAX);
    memcpy(keys->bytes[keys->count], bytes, size);
    keys->sizes[keys->count++] = (uint8_t)size;
}

/* `word` without the letters at one and other (equal: only that one). */
static void key_add_without(struct typo_keys *keys, struct bytes word, size_t one, size_t other)
{
    char left[TYPO_PREFIX_LETTERS];
    size_t size = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (i != one && i != other)
            left[size++] = word.data[i];
    }
    key_add(keys, left, size);
}

void typo_keys_of(struct bytes folded, unsigned edits, struct typo_keys *out)
{
    struct bytes prefix = {folded.data, folded.size < TYPO_PREFIX_LETTERS ? folded.size : TYPO_PREFIX_LETTERS};
    assert(edits <= TYPO_EDITS_MAX);
    out->count = 0;
    key_add(out, prefix.data, prefix.size);
    for (size_t one = 1; edits >= 1 && one < prefix.size; one++)
        key_add_without(out, prefix, one, one);
    for (size_t one = 1; edits >= 2 && one < prefix.size; one++) {
        for (size_t other = one + 1; other < prefix.size; other++)
            key_add_without(out, prefix, one, other);
    }
}

static unsigned least(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

/* The next row of the table: distances of the first `row` typed letters to every beginning of the written word. Returns its least. */
static unsigned row_fill(struct bytes typed, struct bytes written, size_t row, const uint8_t *before_last, const uint8_t *last,
                         uint8_t *now)
{
    unsigned best = (unsigned)row;
    now[0] = (uint8_t)row;
    for (size_t i = 1; i <= written.size; i++) {
        char letter = typed.data[row - 1];
        unsigned cost = letter == written.data[i - 1] ? last[i - 1] : 1 + least(last[i - 1], least(last[i], now[i - 1]));
        if (row > 1 && i > 1 && letter == written.data[i - 2] && typed.data[row - 2] == written.data[i - 1])
            cost = least(cost, before_last[i - 2] + 1U);
        now[i] = (uint8_t)cost;
        best = least(best, cost);
    }
    return best;
}

/* What both begin and end with costs nothing; the little between is a table of three rows. */
unsigned typo_distance(struct bytes typed, struct bytes written, unsigned most)
{
    uint8_t rows[3][TYPO_LETTERS_MAX + 1];
    size_t longer = typed.size > written.size ? typed.size : written.size, shorter = typed.size + written.size - longer;
    if (longer - shorter > most || shorter == 0 || longer > TYPO_LETTERS_MAX || typed.data[0] != written.data[0])
        return most + 1;
    size_t start = 0;
    while (start < shorter && typed.data[start] == written.data[start])
        start++;
    typed = (struct bytes){typed.data + start, typed.size - start};
    written = (struct bytes){written.data + start, written.size - start};
    while (typed.size > 0 && written.size > 0 && typed.data[typed.size - 1] == written.data[written.size - 1]) {
        typed.size--;
        written.size--;
    }
    for (size_t i = 0; i <= written.size; i++)
        rows[0][i] = (uint8_t)i;
    unsigned floor_before = 0;
    for (size_t row = 1; row <= typed.size; row++) {
        unsigned floor = row_fill(typed, written, row, rows[(row + 1) % 3], rows[(row + 2) % 3], rows[row % 3]);
        if (floor > most && floor_before > most)
            return most + 1;
        floor_before = floor;
    }
    return least(rows[typed.size % 3][written.size], most + 1);
}
