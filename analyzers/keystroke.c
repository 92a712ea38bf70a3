/* Typing is replayed key by key on a set of drafts: what may stand on the screen so far. A key that may be a letter or the key of a mark
 * makes a draft of each, the mark first. Whoever is no syllable at the end falls. */
#include "analyzers/keystroke.h"

#include <string.h>

#include "analyzers/spelling.h"
#include "analyzers/tables.h"

enum { DRAFTS_MAX = 64 };

struct draft {
    uint8_t bases[SYLLABLE_LETTERS_MAX], qualities[SYLLABLE_LETTERS_MAX];
    uint8_t count, tone;
    bool voweled; /* has a vowel: from then on s f r x j are tones */
    bool marked;  /* by a key */
};

struct drafts {
    struct draft list[DRAFTS_MAX];
    unsigned count;
};

static bool is_vowel(char key)
{
    return key != '\0' && strchr("aeiouy", key) != NULL;
}

static void draft_add(struct drafts *drafts, const struct draft *draft)
{
    if (drafts->count < DRAFTS_MAX)
        drafts->list[drafts->count++] = *draft;
}

/* The key as a letter of its own; no syllable goes on with others than these behind its vowel. */
static void draft_letter(struct drafts *to, const struct draft *from, char key, uint8_t quality)
{
    struct draft draft = *from;
    if (draft.count == SYLLABLE_LETTERS_MAX || strchr("fjwz", key) != NULL)
        return;
    if (draft.voweled && !is_vowel(key) && strchr("cghkmnpt", key) == NULL)
        return;
    draft.bases[draft.count] = (uint8_t)key;
    draft.qualities[draft.count++] = quality;
    draft.voweled = draft.voweled || is_vowel(key);
    draft.marked = draft.marked || quality != QUALITY_NONE;
    draft_add(to, &draft);
}

static void draft_tone(struct drafts *to, const struct draft *from, uint8_t tone)
{
    struct draft draft = *from;
    if (!draft.voweled || draft.tone != TONE_NONE)
        return;
    draft.tone = tone;
    draft.marked = true;
    draft_add(to, &draft);
}

/* The quality on each plain letter that may carry it, the last one first. */
static void draft_quality(struct drafts *to, const struct draft *from, const char *bases, uint8_t quality)
{
    for (unsigned i = from->count; i-- > 0;) {
        struct draft draft = *from;
        if (draft.qualities[i] != QUALITY_NONE || strchr(bases, draft.bases[i]) == NULL)
            continue;
        draft.qualities[i] = quality;
        draft.marked = true;
        draft_add(to, &draft);
    }
}

/* One horn key for the u and the o of ươ. */
static void draft_both_horns(struct drafts *to, const struct draft *from)
{
    for (unsigned i = 0; i + 1 < from->count; i++) {
        struct draft draft = *from;
        if (draft.bases[i] != 'u' || draft.bases[i + 1] != 'o' || draft.qualities[i] != 0 || draft.qualities[i + 1] != 0)
            continue;
        draft.qualities[i] = draft.qualities[i + 1] = QUALITY_HORN;
        draft.marked = true;
        draft_add(to, &draft);
    }
}

static uint8_t telex_tone(char key)
{
    switch (key) {
    case 'f':
        return TONE_GRAVE;
    case 'r':
        return TONE_HOOK;
    case 'x':
        return TONE_TILDE;
    case 's':
        return TONE_ACUTE;
    case 'j':
        return TONE_DOT;
    default:
        return TONE_NONE;
    }
}

static void telex_press(struct drafts *to, const struct draft *from, char key)
{
    const char same[] = {key, '\0'};
    if (telex_tone(key) != TONE_NONE)
        draft_tone(to, from, telex_tone(key));
    else if (key == 'd')
        draft_quality(to, from, same, QUALITY_STROKE);
    else if (key == 'a' || key == 'e' || key == 'o')
        draft_quality(to, from, same, QUALITY_CIRCUMFLEX);
    if (key == 'w') {
        draft_both_horns(to, from);
        draft_quality(to, from, "uo", QUALITY_HORN);
        draft_quality(to, from, "a", QUALITY_BREVE);
        draft_letter(to, from, 'u', QUALITY_HORN);
    }
    draft_letter(to, from, key, QUALITY_NONE);
}

static void vni_press(struct drafts *to, const struct draft *from, char key)
{
    static const uint8_t tones[] = {TONE_ACUTE, TONE_GRAVE, TONE_HOOK, TONE_TILDE, TONE_DOT};
    if (key >= '1' && key <= '5')
        draft_tone(to, from, tones[key - '1']);
    else if (key == '6')
        draft_quality(to, from, "aeo", QUALITY_CIRCUMFLEX);
    else if (key == '8')
        draft_quality(to, from, "a", QUALITY_BREVE);
    else if (key == '9')
        draft_quality(to, from, "d", QUALITY_STROKE);
    if (key == '7') {
        draft_both_horns(to, from);
        draft_quality(to, from, "uo", QUALITY_HORN);
    }
    if (key >= 'a')
        draft_letter(to, from, key, QUALITY_NONE);
}

static bool draft_read(const struct analyzer *analyzer, const struct draft *draft, bool full, struct spelling *out)
{
    uint8_t marks[SYLLABLE_LETTERS_MAX] = {0};
    struct syllable syllable = {0};
    if (!draft->marked || !draft->voweled)
        return false;
    memcpy(marks, draft->qualities, sizeof marks);
    for (unsigned i = draft->count; draft->tone != TONE_NONE && i-- > 0;) {
        if (is_vowel((char)draft->bases[i])) {
            marks[i] = marks_of(marks[i], draft->tone);
            break;
        }
    }
    return syllable_read(&analyzer->syllables, draft->bases, marks, draft->count, &syllable) && syllable.full == full &&
           spelling_write(analyzer, draft->bases, marks, draft->count, &syllable, out);
}

/* Letters and digits only, and which of the two methods they are typed with. */
static bool keys_are_typed(struct bytes typed, bool *vni)
{
    *vni = false;
    if (typed.size == 0 || typed.size > KEYSTROKE_TYPED_MAX)
        return false;
    for (size_t i = 0; i < typed.size; i++) {
        bool digit = is_digit(typed.data[i]);
        if (!digit && (typed.data[i] < 'a' || typed.data[i] > 'z'))
            return false;
        *vni = *vni || digit;
    }
    return true;
}

unsigned keystrokes_decode(const struct analyzer *analyzer, struct bytes typed, struct spelling out[KEYSTROKE_SPELLINGS_MAX])
{
    struct drafts sides[2];
    unsigned count = 0;
    bool vni = false;
    if (!keys_are_typed(typed, &vni))
        return 0;
    sides[0].count = 1;
    sides[0].list[0] = (struct draft){0};
    for (size_t at = 0; at < typed.size; at++) {
        const struct drafts *from = &sides[at % 2];
        struct drafts *to = &sides[(at + 1) % 2];
        to->count = 0;
        for (unsigned i = 0; i < from->count; i++)
            vni ? vni_press(to, &from->list[i], typed.data[at]) : telex_press(to, &from->list[i], typed.data[at]);
    }
    const struct drafts *last = &sides[typed.size % 2];
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < last->count && count < KEYSTROKE_SPELLINGS_MAX; i++) {
            if (draft_read(analyzer, &last->list[i], pass == 0, &out[count]) && !spelling_is_among(out, count, &out[count]))
                count++;
        }
    }
    return count;
}
