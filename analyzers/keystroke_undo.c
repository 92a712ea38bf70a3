/* Telex backwards: the marks are taken off, and the key of each is put back wherever it may have been typed. */
#include <string.h>

#include "analyzers/spelling.h"
#include "analyzers/tables.h"
#include "analyzers/utf8.h"

enum { UNDO_LETTERS_MAX = KEYSTROKE_LETTERS_MAX + 2 * KEYSTROKE_LETTERS_MAX };

/* A word being made: its letters, and for each letter of the mangled word where it stands. */
struct undone {
    uint8_t letters[UNDO_LETTERS_MAX], place[KEYSTROKE_LETTERS_MAX];
    uint8_t count;
};

struct undoing {
    struct undone list[KEYSTROKE_UNDONE_MAX];
    unsigned count;
};

struct mangled {
    uint8_t bases[KEYSTROKE_LETTERS_MAX], marks[KEYSTROKE_LETTERS_MAX];
    size_t count;
    bool marked;
};

static bool mangled_read(const struct letters *letters, struct bytes exact, struct mangled *out)
{
    const unsigned char *at = (const unsigned char *)exact.data, *end = at + exact.size;
    *out = (struct mangled){0};
    while (at < end) {
        struct code_point point = utf8_decode(at, end);
        struct letter letter = letter_get(letters, point.value);
        if (letter.class != CLASS_LETTER || letter.more != 0 || out->count == KEYSTROKE_LETTERS_MAX)
            return false;
        out->bases[out->count] = letter.base;
        out->marks[out->count++] = letter.marks;
        out->marked = out->marked || letter.marks != 0;
        at += point.size;
    }
    return out->marked;
}

/* The key of a letter's quality; 0 when Telex has none for it. */
static uint8_t quality_key(uint8_t base, uint8_t quality)
{
    if (quality == QUALITY_STROKE)
        return base == 'd' ? 'd' : 0;
    if (quality == QUALITY_CIRCUMFLEX)
        return base == 'a' || base == 'e' || base == 'o' ? base : 0;
    if (quality == QUALITY_BREVE)
        return base == 'a' ? 'w' : 0;
    return quality == QUALITY_HORN && (base == 'u' || base == 'o') ? 'w' : 0;
}

static uint8_t tone_key(uint8_t tone)
{
    static const uint8_t keys[TONE_COUNT] = {0, 'f', 'r', 'x', 's', 'j'};
    return keys[tone];
}

static bool is_vowel(uint8_t base)
{
    return base == 'a' || base == 'e' || base == 'i' || base == 'o' || base == 'u' || base == 'y';
}

static void undone_add(struct undoing *to, const struct undone *undone)
{
    for (unsigned i = 0; i < to->count; i++) {
        if (to->list[i].count == undone->count && memcmp(to->list[i].letters, undone->letters, undone->count) == 0)
            return;
    }
    if (to->count < KEYSTROKE_UNDONE_MAX)
        to->list[to->count++] = *undone;
}

/* The key at every place behind the letter. */
static void key_insert(struct undoing *to, const struct undone *from, size_t letters, size_t letter, uint8_t key)
{
    if (from->count == UNDO_LETTERS_MAX)
        return;
    for (size_t at = from->place[letter] + (size_t)1; at <= from->count; at++) {
        struct undone undone = *from;
        memmove(undone.letters + at + 1, undone.letters + at, undone.count - at);
        undone.letters[at] = key;
        undone.count++;
        for (size_t i = 0; i < letters; i++)
            undone.place[i] = (uint8_t)(undone.place[i] + (undone.place[i] >= at));
        undone_add(to, &undone);
    }
}

/* w alone makes ư. */
static void letter_replace(struct undoing *to, const struct undone *from, size_t letter)
{
    struct undone undone = *from;
    undone.letters[undone.place[letter]] = 'w';
    undone_add(to, &undone);
}

static bool is_w(const struct mangled *word, size_t at)
{
    uint8_t quality = marks_quality(word->marks[at]);
    return quality == QUALITY_HORN || quality == QUALITY_BREVE;
}

static void quality_undo(const struct mangled *word, size_t at, uint8_t key, const struct undoing *from, struct undoing *to)
{
    to->count = 0;
    for (unsigned i = 0; i < from->count; i++) {
        /* One w may have marked both of two letters; the second one brings it. */
        if (key == 'w' && at + 1 < word->count && is_w(word, at + 1))
            undone_add(to, &from->list[i]);
    }
    for (unsigned i = 0; i < from->count; i++) {
        key_insert(to, &from->list[i], word->count, at, key);
        if (key == 'w' && word->bases[at] == 'u')
            letter_replace(to, &from->list[i], at);
    }
}

/* The tone moves within its vowels as they are typed, so its key may stand behind the first of them. */
static void tone_undo(const struct mangled *word, size_t at, uint8_t key, const struct undoing *from, struct undoing *to)
{
    while (at > 0 && is_vowel(word->bases[at]) && is_vowel(word->bases[at - 1]))
        at--;
    to->count = 0;
    for (unsigned i = 0; i < from->count; i++)
        key_insert(to, &from->list[i], word->count, at, key);
}

static unsigned undoing_spell(const struct analyzer *analyzer, const struct undoing *from, struct spelling *out)
{
    static const uint8_t none[UNDO_LETTERS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < from->count; i++) {
        if (from->list[i].count <= TOKEN_BYTES_MAX &&
            spelling_write(analyzer, from->list[i].letters, none, from->list[i].count, NULL, &out[count]) &&
            !spelling_is_among(out, count, &out[count]))
            count++;
    }
    return count;
}

unsigned keystrokes_undo(const struct analyzer *analyzer, struct bytes exact, struct spelling out[KEYSTROKE_UNDONE_MAX])
{
    struct mangled word = {0};
    struct undoing sides[2];
    unsigned side = 0;
    if (!mangled_read(&analyzer->letters, exact, &word))
        return 0;
    sides[0].count = 1;
    sides[0].list[0] = (struct undone){.count = (uint8_t)word.count};
    memcpy(sides[0].list[0].letters, word.bases, word.count);
    for (size_t i = 0; i < word.count; i++)
        sides[0].list[0].place[i] = (uint8_t)i;
    for (size_t at = 0; at < word.count; at++) {
        uint8_t quality = marks_quality(word.marks[at]), tone = marks_tone(word.marks[at]);
        uint8_t key = quality_key(word.bases[at], quality);
        if (quality != QUALITY_NONE && key == 0)
            return 0;
        if (quality != QUALITY_NONE) {
            quality_undo(&word, at, key, &sides[side], &sides[1 - side]);
            side = 1 - side;
        }
        if (tone != TONE_NONE) {
            tone_undo(&word, at, tone_key(tone), &sides[side], &sides[1 - side]);
            side = 1 - side;
        }
    }
    return undoing_spell(analyzer, &sides[side], out);
}
