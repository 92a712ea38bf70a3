/* Onsets and rimes. A syllable is read in one pass: the consonants before the first vowel name the onset, the rest is looked up as a
 * rime in a small hash that also holds each rime with some or all of its quality marks left out. */
#include "analyzers/syllable.h"

#include <assert.h>
#include <string.h>

#include "analyzers/letters.h"

/* Onsets behave alike in groups; a rime lists the groups that it follows. */
enum onset {
    ONSET_NONE = 1,
    ONSET_LABIAL = 2, /* b m p ph v */
    ONSET_FRONT = 4,  /* k gh ngh, before e ê i y */
    ONSET_BACK = 8,   /* c g ng, elsewhere */
    ONSET_QU = 16,
    ONSET_GI = 32,  /* with the rimes in i it shares that letter: gì, giếng */
    ONSET_ANY = 64, /* ch d đ h kh l n nh r s t th tr x */
};

struct rime_row {
    uint8_t onsets;
    const char *rimes; /* letters with ^ circumflex, ( breve, + horn behind the letter */
};

enum { ONSET_LETTERS_MAX = 3 };
enum { E = ONSET_NONE, L = ONSET_LABIAL, F = ONSET_FRONT, B = ONSET_BACK, Q = ONSET_QU, G = ONSET_GI, A = ONSET_ANY };

static const struct rime_row rows[] = {
    {E | L | B | Q | G | A, "a ai am an ang anh ao au ay o on ac ach ap at a^c a^m a^n a^ng a^p a^t a^u a^y ot o^ng o^c "
                            "a(m a(n a(ng a(c a(p a(t o+ o+i o+n o+t"},
    {E | L | F | Q | G | A, "e em en eng eo i in inh iu y ec ep et e^ e^nh ich ip it yt e^ch"},
    {E | L | F | G | A, "im"},
    {E | L | F | A, "ia e^ng e^c"},
    {E | L | F | Q | A, "e^m e^n e^u e^p e^t"},
    {L | F | G | A, "ie^m ie^n ie^ng ie^u ie^c ie^p ie^t"},
    {E | L | B | G | A, "oa oi om ong oong ooc u ua ui um un ung uy uo^i uo^m uo^n uo^ng uo+ uo^c uo^t oc op o^ o^i o^m o^n o^o^ng o^o^c "
                        "uc up ut o+m o+ng o+u u+ u+a u+i u+m u+n u+ng u+u u+o+i u+o+m u+o+n u+o+ng u+o+u u+o+c u+o+p u+o+t a(k o^p o^t "
                        "o+p u+c u+t"},
    {E | B | G | A, "oai oam oan oanh oao oau oay oe oem oen oeng oeo oac oach oap oat oec oet oa(m oa(n oa(ng oa(c oa(p uya uyn uynh uyu "
                    "uye^n uye^t ua^n ua^ng ua^y ue^ ue^n ue^nh ue^u uych uyp uyt ua^t ue^ch ue^t"},
    {E | B | Q | G | A, "oang oa(t"},
    {Q, "yn ynh yu ych yp"},
    {E | Q, "ye^n ye^t"},
    {E, "ye^m ye^ng ye^u"},
};

static bool is_vowel(uint8_t base)
{
    return base == 'a' || base == 'e' || base == 'i' || base == 'o' || base == 'u' || base == 'y';
}

/* One letter of a rime key: five bits of base, three of quality. */
static uint32_t rime_letter(uint8_t base, uint8_t quality)
{
    return (uint32_t)(base - 'a' + 1) | (uint32_t)quality << 5;
}

static uint32_t rime_slot(uint32_t key)
{
    return (key * 0x9E3779B1u) >> 22;
}

static const struct rime *rime_get(const struct syllables *syllables, uint32_t key)
{
    static const struct rime none = {0};
    for (uint32_t slot = rime_slot(key);; slot = (slot + 1) % RIME_SLOTS) {
        const struct rime *rime = &syllables->rimes[slot];
        if (rime->key == key)
            return rime;
        if (rime->key == 0)
            return &none;
    }
}

static struct rime *rime_add(struct syllables *syllables, uint32_t key)
{
    uint32_t slot = rime_slot(key);
    while (syllables->rimes[slot].key != 0 && syllables->rimes[slot].key != key)
        slot = (slot + 1) % RIME_SLOTS;
    return &syllables->rimes[slot];
}

/* New style: the marked vowel (of two, the second), else the last vowel before a final consonant, the middle one of three, the second of
 * oa oe uy, the first otherwise. */
static uint8_t tone_place(const uint8_t *bases, const uint8_t *qualities, size_t count)
{
    size_t vowels = 0, marked = count;
    while (vowels < count && is_vowel(bases[vowels]))
        vowels++;
    for (size_t i = 0; i < vowels; i++) {
        if (qualities[i] != QUALITY_NONE)
            marked = i;
    }
    if (marked < count)
        return (uint8_t)marked;
    if (vowels == 1 || vowels == 3)
        return vowels == 3;
    if (vowels < count)
        return 1;
    bool glide = (bases[0] == 'o' && (bases[1] == 'a' || bases[1] == 'e')) || (bases[0] == 'u' && bases[1] == 'y');
    return glide;
}

static uint8_t quality_of(char sign)
{
    return sign == '^' ? QUALITY_CIRCUMFLEX : sign == '(' ? QUALITY_BREVE : sign == '+' ? QUALITY_HORN : QUALITY_NONE;
}

/* Adds one rime in every spelling: subset by subset of its marked letters. */
static void rime_spell(struct syllables *syllables, const uint8_t *bases, const uint8_t *qualities, size_t count, uint8_t onsets)
{
    uint8_t tone_at = tone_place(bases, qualities, count);
    bool stopped = strchr("cptk", bases[count - 1]) != NULL || (count > 1 && bases[count - 2] == 'c' && bases[count - 1] == 'h');
    for (uint32_t kept = 0; kept < 1u << count; kept++) {
        uint32_t key = 0;
        bool full = true, fresh = true;
        for (size_t i = 0; i < count; i++) {
            bool keep = (kept >> i & 1) != 0;
            fresh = fresh && !(keep && qualities[i] == QUALITY_NONE);
            full = full && (keep || qualities[i] == QUALITY_NONE);
            key |= rime_letter(bases[i], keep ? qualities[i] : QUALITY_NONE) << 8 * i;
        }
        if (!fresh)
            continue;
        struct rime *rime = rime_add(syllables, key);
        if (rime->key == 0 || full)
            rime->tone_at = tone_at;
        rime->key = key;
        rime->stopped = stopped;
        rime->bare |= onsets;
        rime->onsets |= full ? onsets : 0;
    }
}

void syllables_init(struct syllables *syllables)
{
    *syllables = (struct syllables){0};
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        uint8_t bases[4] = {0}, qualities[4] = {0};
        size_t count = 0;
        for (const char *at = rows[row].rimes;; at++) {
            if (*at == ' ' || *at == '\0') {
                rime_spell(syllables, bases, qualities, count, rows[row].onsets);
                count = 0;
                if (*at == '\0')
                    break;
            } else if (quality_of(*at) != QUALITY_NONE) {
                qualities[count - 1] = quality_of(*at);
            } else {
                assert(count < 4);
                qualities[count] = QUALITY_NONE;
                bases[count++] = (uint8_t)*at;
            }
        }
    }
}

#define PAIR(first, second) ((uint32_t)(first) << 8 | (uint32_t)(second))

/* The group of the consonants before the first vowel; 0 when no onset is written so. */
static uint8_t onset_group(const uint8_t *bases, size_t count)
{
    if (count == 0)
        return ONSET_NONE;
    if (count == 1) {
        switch (bases[0]) {
        case 'b':
        case 'm':
        case 'p':
        case 'v':
            return ONSET_LABIAL;
        case 'k':
            return ONSET_FRONT;
        case 'c':
        case 'g':
            return ONSET_BACK;
        case 'd':
        case 'h':
        case 'l':
        case 'n':
        case 'r':
        case 's':
        case 't':
        case 'x':
            return ONSET_ANY;
        default:
            return 0;
        }
    }
    if (count == 3)
        return bases[0] == 'n' && bases[1] == 'g' && bases[2] == 'h' ? ONSET_FRONT : 0;
    switch (PAIR(bases[0], bases[1])) {
    case PAIR('p', 'h'):
        return ONSET_LABIAL;
    case PAIR('g', 'h'):
        return ONSET_FRONT;
    case PAIR('n', 'g'):
        return ONSET_BACK;
    case PAIR('c', 'h'):
    case PAIR('k', 'h'):
    case PAIR('n', 'h'):
    case PAIR('t', 'h'):
    case PAIR('t', 'r'):
        return ONSET_ANY;
    default:
        return 0;
    }
}

/* The few single onsets that part from their group. */
static uint8_t onset_exceptions(uint8_t group, const uint8_t *bases, size_t onset, uint32_t key)
{
    const uint32_t u = rime_letter('u', 0), y = rime_letter('y', 0) << 8, t = rime_letter('t', 0) << 16;
    const uint32_t oan = rime_letter('o', 0) | rime_letter('a', 0) << 8 | rime_letter('n', 0) << 16;
    const uint32_t uay = u | rime_letter('y', 0) << 16, a = rime_letter('a', 0) << 8, circumflex = (uint32_t)QUALITY_CIRCUMFLEX << 13;
    if (group != ONSET_LABIAL || onset != 1)
        return group;
    if (bases[0] == 'm' && key == (u | y))
        return 0;
    if ((bases[0] == 'b' && key == (u | y | t)) || (bases[0] == 'v' && key == oan) ||
        (bases[0] == 'm' && (key == (uay | a) || key == (uay | a | circumflex))))
        return ONSET_ANY;
    return group;
}

/* The one tone of the word, written on a vowel; TONE_COUNT when there are more or it sits elsewhere. */
static uint8_t tone_of(const uint8_t *bases, const uint8_t *marks, size_t count)
{
    uint8_t tone = TONE_NONE;
    for (size_t i = 0; i < count; i++) {
        uint8_t here = marks_tone(marks[i]);
        if (here == TONE_NONE)
            continue;
        if (tone != TONE_NONE || !is_vowel(bases[i]))
            return TONE_COUNT;
        tone = here;
    }
    return tone;
}

static bool onset_is_plain(const uint8_t *bases, const uint8_t *marks, size_t onset)
{
    for (size_t i = 0; i < onset; i++) {
        uint8_t quality = marks_quality(marks[i]);
        if (quality != QUALITY_NONE && !(quality == QUALITY_STROKE && bases[i] == 'd' && onset == 1))
            return false;
    }
    return true;
}

static uint32_t rime_key(const uint8_t *bases, const uint8_t *marks, size_t count)
{
    uint32_t key = 0;
    if (count == 0 || count > 4)
        return 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t quality = marks_quality(marks[i]);
        if (quality == QUALITY_STROKE || quality > QUALITY_HORN)
            return 0;
        key |= rime_letter(bases[i], quality) << 8 * i;
    }
    return key;
}

static bool rime_follow(const struct syllables *syllables, const uint8_t *bases, const uint8_t *marks, size_t count, size_t onset,
                        uint8_t group, struct syllable *out)
{
    uint32_t key = rime_key(bases + onset, marks + onset, count - onset);
    if (key == 0 || !onset_is_plain(bases, marks, onset))
        return false;
    group = onset_exceptions(group, bases, onset, key);
    const struct rime *rime = rime_get(syllables, key);
    if ((rime->bare & group) == 0)
        return false;
    if (rime->stopped && out->tone != TONE_NONE && out->tone != TONE_ACUTE && out->tone != TONE_DOT)
        return false;
    out->tone_at = (uint8_t)(onset + rime->tone_at);
    out->full = (rime->onsets & group) != 0 && !(rime->stopped && out->tone == TONE_NONE);
    return true;
}

bool syllable_read(const struct syllables *syllables, const uint8_t *bases, const uint8_t *marks, size_t count, struct syllable *out)
{
    *out = (struct syllable){0};
    if (count == 0 || count > SYLLABLE_LETTERS_MAX)
        return false;
    size_t onset = 0;
    while (onset < count && !is_vowel(bases[onset]))
        onset++;
    if (onset > ONSET_LETTERS_MAX || onset == count)
        return false;
    out->tone = tone_of(bases, marks, count);
    if (out->tone == TONE_COUNT)
        return false;
    bool plain_next = marks_quality(marks[onset]) == QUALITY_NONE;
    if (onset == 1 && bases[0] == 'q')
        return bases[1] == 'u' && plain_next && rime_follow(syllables, bases, marks, count, 2, ONSET_QU, out);
    if (onset == 1 && bases[0] == 'g' && bases[1] == 'i' && plain_next) {
        if (count > 2 && bases[2] != 'i' && rime_follow(syllables, bases, marks, count, 2, ONSET_GI, out))
            return true;
        return rime_follow(syllables, bases, marks, count, 1, ONSET_GI, out);
    }
    uint8_t group = onset_group(bases, onset);
    return group != 0 && rime_follow(syllables, bases, marks, count, onset, group, out);
}

bool syllable_y_is_i(const struct syllables *syllables, const uint8_t *bases, size_t count)
{
    static const uint8_t none[SYLLABLE_LETTERS_MAX];
    struct syllable syllable = {0};
    if (count < 2 || count > ONSET_LETTERS_MAX + 1 || bases[count - 1] != 'y' || !syllable_read(syllables, bases, none, count, &syllable))
        return false;
    if (bases[0] == 'q')
        return count == 3;
    for (size_t i = 0; i + 1 < count; i++) {
        if (is_vowel(bases[i]))
            return false;
    }
    return true;
}
