/* One key for the spellings of a syllable that sound alike somewhere in the country. */
#ifndef TIM_ANALYZERS_PHONETIC_H
#define TIM_ANALYZERS_PHONETIC_H

#include "analyzers/analyzer.h"

/* The key shared by the regional spellings of a folded syllable: s = x, ch = tr, d = gi = r = v, l = n, final n = ng = nh behind i and ê,
 * final t = c and, behind those two, ch; y = i where it is the whole rime; and iêu = iu, uôi = ui, iêm = im, iêp = ip, uôm = um, as in the
 * South. An onset in the wrong one of its spellings (nghành, ghỗ, kà) is read as the right one. Not text to be shown. Returns its size; 0
 * when it is no syllable. */
size_t phonetic_key(const struct analyzer *analyzer, struct bytes folded, char out[TOKEN_BYTES_MAX]);

/* The same for a word of a query, whose onset may be typed with a letter that Vietnamese does not have: f for ph, z for d, j for gi. No text is
 * filed under those. */
size_t phonetic_key_typed(const struct analyzer *analyzer, struct bytes folded, char out[TOKEN_BYTES_MAX]);

#endif
