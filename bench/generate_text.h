/* What shops do to Vietnamese text: slugs, capitals, the newer place of the tone mark, decomposed (NFD) letters.
 *
 * Works on the 134 marked letters of Vietnamese and ASCII; every other byte passes as it is (in slugs: as a hyphen). Input is valid UTF-8
 * in NFC. */
#ifndef TIM_BENCH_GENERATE_TEXT_H
#define TIM_BENCH_GENERATE_TEXT_H

#include "base/arena.h"

/* "Máy giặt LG 9 kg" -> "may-giat-lg-9-kg". */
void text_append_slug(struct buffer *out, struct bytes text);
void text_append_upper(struct buffer *out, struct bytes text);
/* hòa -> hoà, khóa -> khoá, thủy -> thuỷ: the tone on the second of two closing vowels. */
void text_append_new_tones(struct buffer *out, struct bytes text);
/* In the canonical order of combining marks. */
void text_append_decomposed(struct buffer *out, struct bytes text);

#endif
