/* Onsets and rimes by table: what they sound like in the region that tells the fewest apart. */
#include "analyzers/phonetic.h"

#include <string.h>

#include "analyzers/tables.h"

enum { PHONETIC_LETTERS_MAX = SYLLABLE_LETTERS_MAX + 1 /* nghieeng with its h too many */ };

struct sound {
    const char *spelling, *key;
};

/* Onsets as people type them in a hurry, and how they are spelt. */
static const struct sound typed_onsets[] = {{"f", "ph"}, {"z", "d"}, {"j", "gi"}};

/* The longest spelling that fits stands first. An onset that is not here is its own key. */
static const struct sound onsets[] = {
    {"ngh", "ng"}, {"ng", "ng"}, {"gh", "g"}, {"gi", "d"}, {"ch", "c"}, {"tr", "c"}, {"kh", "kh"}, {"nh", "nh"}, {"ph", "ph"},
    {"th", "th"},  {"qu", "q"},  {"c", "k"},  {"k", "k"},  {"s", "x"},  {"x", "x"},  {"d", "d"},   {"r", "d"},   {"v", "d"},
    {"l", "n"},    {"n", "n"},   {"g", "g"},  {"b", "b"},  {"h", "h"},  {"m", "m"},  {"p", "p"},   {"t", "t"},
};

/* Whole rimes first, then by their ends, the longest first. */
static const struct sound rimes[] = {
    {"y", "i"}, {"yeu", "iu"}, {"ieu", "iu"}, {"yem", "im"}, {"iem", "im"}, {"iep", "ip"}, {"uoi", "ui"}, {"uom", "um"},
};
static const struct sound ends[] = {{"inh", "in"}, {"enh", "en"}, {"ich", "it"}, {"ech", "et"}, {"ng", "n"}, {"c", "t"}};

/* An onset written before the vowels that its other spelling is for. */
static const struct sound respelled[] = {{"ngh", "ng"}, {"ng", "ngh"}, {"gh", "g"}, {"g", "gh"}, {"k", "c"}, {"c", "k"}};

static bool starts_with(struct bytes text, const char *start)
{
    size_t size = strlen(start);
    return text.size >= size && memcmp(text.data, start, size) == 0;
}

static bool ends_with(struct bytes text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

static bool is_vowel(char letter)
{
    return letter != '\0' && strchr("aeiouy", letter) != NULL;
}

static bool is_syllable(const struct analyzer *analyzer, struct bytes folded)
{
    static const uint8_t none[SYLLABLE_LETTERS_MAX];
    uint8_t bases[SYLLABLE_LETTERS_MAX];
    struct syllable syllable = {0};
    if (folded.size == 0 || folded.size > SYLLABLE_LETTERS_MAX)
        return false;
    memcpy(bases, folded.data, folded.size);
    return syllable_read(&analyzer->syllables, bases, none, folded.size, &syllable);
}

/* The folded syllable, or the one that it is with its onset in its other spelling, into `letters`. */
static size_t syllable_spell(const struct analyzer *analyzer, struct bytes folded, char letters[PHONETIC_LETTERS_MAX])
{
    if (folded.size > PHONETIC_LETTERS_MAX)
        return 0;
    if (is_syllable(analyzer, folded)) {
        memcpy(letters, folded.data, folded.size);
        return folded.size;
    }
    for (size_t i = 0; i < sizeof respelled / sizeof respelled[0]; i++) {
        size_t was = strlen(respelled[i].spelling), is = strlen(respelled[i].key), size = folded.size - was + is;
        if (!starts_with(folded, respelled[i].spelling) || folded.size == was || size > PHONETIC_LETTERS_MAX || !is_vowel(folded.data[was]))
            continue;
        memcpy(letters, respelled[i].key, is);
        memcpy(letters + is, folded.data + was, folded.size - was);
        if (is_syllable(analyzer, (struct bytes){letters, size}))
            return size;
    }
    return 0;
}

/* How many letters of the syllable are the onset gi: none when its i is the rime's (gì, giếng). */
static size_t onset_gi(struct bytes syllable)
{
    static const char *const shared[] = {"giem", "gien", "gieng", "gieu", "giec", "giep", "giet"};
    if (!starts_with(syllable, "gi"))
        return 0;
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (syllable.size == strlen(shared[i]) && starts_with(syllable, shared[i]))
            return 1;
    }
    return syllable.size > 2 && is_vowel(syllable.data[2]) ? 2 : 1;
}

static const char *onset_key(struct bytes syllable, size_t *size)
{
    *size = onset_gi(syllable);
    if (*size > 0)
        return "d";
    for (size_t i = 0; i < sizeof onsets / sizeof onsets[0]; i++) {
        if (starts_with(syllable, onsets[i].spelling)) {
            *size = strlen(onsets[i].spelling);
            return onsets[i].key;
        }
    }
    return "";
}

/* Writes the rime's key and returns its size, which is at most the rime's. */
static size_t rime_key(struct bytes rime, char *out)
{
    for (size_t i = 0; i < sizeof rimes / sizeof rimes[0]; i++) {
        if (rime.size == strlen(rimes[i].spelling) && starts_with(rime, rimes[i].spelling)) {
            memcpy(out, rimes[i].key, strlen(rimes[i].key));
            return strlen(rimes[i].key);
        }
    }
    memcpy(out, rime.data, rime.size);
    if (starts_with(rime, "ye"))
        out[0] = 'i';
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_with(rime, ends[i].spelling)) {
            size_t kept = rime.size - strlen(ends[i].spelling), size = strlen(ends[i].key);
            memcpy(out + kept, ends[i].key, size);
            return kept + size;
        }
    }
    return rime.size;
}

size_t phonetic_key(const struct analyzer *analyzer, struct bytes folded, char out[TOKEN_BYTES_MAX])
{
    char letters[PHONETIC_LETTERS_MAX] = {0};
    struct bytes syllable = {letters, syllable_spell(analyzer, folded, letters)};
    size_t onset = 0;
    if (syllable.size == 0)
        return 0;
    const char *key = onset_key(syllable, &onset);
    size_t size = strlen(key);
    memcpy(out, key, size);
    return size + rime_key((struct bytes){syllable.data + onset, syllable.size - onset}, out + size);
}

size_t phonetic_key_typed(const struct analyzer *analyzer, struct bytes folded, char out[TOKEN_BYTES_MAX])
{
    char letters[PHONETIC_LETTERS_MAX];
    for (size_t i = 0; i < sizeof typed_onsets / sizeof typed_onsets[0]; i++) {
        size_t was = strlen(typed_onsets[i].spelling), is = strlen(typed_onsets[i].key), size = folded.size - was + is;
        if (!starts_with(folded, typed_onsets[i].spelling) || size > sizeof letters)
            continue;
        memcpy(letters, typed_onsets[i].key, is);
        memcpy(letters + is, folded.data + was, folded.size - was);
        return phonetic_key(analyzer, (struct bytes){letters, size}, out);
    }
    return phonetic_key(analyzer, folded, out);
}
