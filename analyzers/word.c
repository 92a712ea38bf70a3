/* The folded key is the bare letters, the exact form the letters as NFC. A syllable's tone moves to its new-style place, and its y becomes
 * i where that is only a matter of taste (kỹ, kĩ). */
#include "analyzers/word.h"

#include <string.h>

static bool letters_are_marked(const uint8_t *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (marks[i] != 0)
            return true;
    }
    return false;
}

struct word word_read(const struct scanner *scanner, const struct syllables *syllables, size_t first, size_t count)
{
    struct word word = {0};
    word.is_syllable = syllable_read(syllables, scanner->bases + first, scanner->marks + first, count, &word.syllable);
    word.y_is_i = syllable_y_is_i(syllables, scanner->bases + first, count);
    return word;
}

/* The exact form of a syllable (its tone moves to its place) or of a word that ends in a y to be written i. */
static size_t short_word_compose(const struct scanner *scanner, size_t first, size_t count, const struct word *word, char *out)
{
    uint8_t bases[SYLLABLE_LETTERS_MAX] = {0}, marks[SYLLABLE_LETTERS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        uint8_t mark = scanner->marks[first + i];
        bases[i] = scanner->bases[first + i];
        marks[i] = word->is_syllable ? marks_quality(mark) : mark;
    }
    if (word->is_syllable)
        marks[word->syllable.tone_at] = marks_of(marks[word->syllable.tone_at], word->syllable.tone);
    if (word->y_is_i)
        bases[count - 1] = 'i';
    return letters_compose(scanner->letters, bases, marks, count, out, TOKEN_BYTES_MAX);
}

bool letters_spell(struct token_writer *writer, const struct scanner *scanner, size_t first, size_t count, const struct word *word,
                   struct bytes *folded, struct bytes *exact)
{
    char *room = token_room(writer);
    if (room == NULL)
        return false;
    *exact = (struct bytes){0};
    *folded = (struct bytes){room, count > TOKEN_BYTES_MAX ? TOKEN_BYTES_MAX : count};
    memcpy(room, scanner->bases + first, folded->size);
    if (word != NULL && word->y_is_i)
        room[count - 1] = 'i';
    token_keep(writer, folded->size);
    if (!letters_are_marked(scanner->marks + first, count))
        return true;
    room = token_room(writer);
    if (room == NULL)
        return false;
    exact->data = room;
    exact->size = word != NULL && (word->is_syllable || word->y_is_i)
                      ? short_word_compose(scanner, first, count, word, room)
                      : letters_compose(scanner->letters, scanner->bases + first, scanner->marks + first, count, room, TOKEN_BYTES_MAX);
    token_keep(writer, exact->size);
    return true;
}

void word_emit(struct token_writer *writer, const struct scanner *scanner, const struct syllables *syllables, const struct run *run,
               bool part)
{
    struct bytes folded = {0}, exact = {0};
    struct word word = word_read(scanner, syllables, run->first, run->count);
    if (!letters_spell(writer, scanner, run->first, run->count, &word, &folded, &exact))
        return;
    token_add(writer, word.is_syllable ? TOKEN_SYLLABLE : TOKEN_LATIN, part, (struct span){run->offset, run->end}, folded, exact);
}
