/* What an input method would have made of the keys, and the other way round. Both are rules of Telex and VNI and of the spelling; no word
 * is listed. What they give are candidates: only an index vocabulary tells which of them exist. */
#ifndef TIM_ANALYZERS_KEYSTROKE_H
#define TIM_ANALYZERS_KEYSTROKE_H

#include "analyzers/analyzer.h"

/* A word as analyze() would spell it. */
struct spelling {
    char folded[TOKEN_BYTES_MAX], exact[TOKEN_BYTES_MAX];
    uint8_t folded_size, exact_size;
};

enum {
    KEYSTROKE_SPELLINGS_MAX = 8,
    KEYSTROKE_TYPED_MAX = 16, /* keys; no syllable takes more than 11 */
    KEYSTROKE_UNDONE_MAX = 64,
    KEYSTROKE_LETTERS_MAX = 24, /* of a word to be undone */
};

/* The syllables that the keys mean, typed with Telex or VNI while no input method was on: the mark's key behind its letter or anywhere
 * later ("ddieenj", "ddieejn", "diendje"; "d9ie6n5", "d9ie65n"), one key for both letters of ươ ("duowngf", "duo7ng2"), w alone for ư
 * ("nwowcs"). Well-formed syllables first, then those that still lack marks ("ddien"). `typed` is a token's folded text: lower-case
 * ASCII letters and digits. 0 when the keys mean none, or when none of them is the key of a mark. */
unsigned keystrokes_decode(const struct analyzer *analyzer, struct bytes typed, struct spelling out[KEYSTROKE_SPELLINGS_MAX]);

/* The plain words whose keys Telex may have turned into `exact` ("sámung" for samsung, "hưăei" for huawei): each mark's key is put back at
 * each place where it may have been typed, the nearest first; beyond KEYSTROKE_UNDONE_MAX they are left out. 0 without marks, or with a
 * mark that Telex has not. */
unsigned keystrokes_undo(const struct analyzer *analyzer, struct bytes exact, struct spelling out[KEYSTROKE_UNDONE_MAX]);

#endif
