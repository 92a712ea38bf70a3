/* The spelling rules of Vietnamese: 28 onsets (the empty one included), 181 rimes, 6 tones; our own tables, no word list. */
#ifndef TIM_ANALYZERS_SYLLABLE_H
#define TIM_ANALYZERS_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYLLABLE_LETTERS_MAX = 7, RIME_SLOTS = 1024 };

/* One spelling of a rime: with all its quality marks, or with some of them left out. */
struct rime {
    uint32_t key;    /* its letters, a byte each; 0 marks a free slot */
    uint8_t onsets;  /* the groups of onsets before it when it is written in full; 0 when no rime is written so */
    uint8_t bare;    /* the same for all the rimes that it may stand for when marks were left out */
    uint8_t tone_at; /* the letter of the rime that carries the tone, new style */
    bool stopped;    /* ends in c, ch, k, p or t: only sắc and nặng */
};

/* Open addressing on `key`; built once, read-only afterwards. */
struct syllables {
    struct rime rimes[RIME_SLOTS];
};

struct syllable {
    uint8_t tone;    /* enum tone, wherever it was written */
    uint8_t tone_at; /* the letter that carries it, new style: hoà, thuý, quý */
    bool full;       /* well-formed as it stands; else it becomes so by adding marks ("dien", "cac") */
};

void syllables_init(struct syllables *syllables);

/* Reads `count` letters (see letters.h) as one syllable; false when no added mark would make them one. */
bool syllable_read(const struct syllables *syllables, const uint8_t *bases, const uint8_t *marks, size_t count, struct syllable *out);

/* True when the letters are an onset and y, whatever their marks: that y is written i (kỹ and kĩ are one, never máy and mái). A rule of
 * the bare letters, so that a key is the same with and without marks. */
bool syllable_y_is_i(const struct syllables *syllables, const uint8_t *bases, size_t count);

#endif
