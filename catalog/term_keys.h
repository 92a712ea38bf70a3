/* What a core term is filed under in the vocabulary (storage/vocabulary.h). Stored: other keys for the same term need another ANALYSIS_VERSION
 * (terms.c). */
#ifndef TIM_CATALOG_TERM_KEYS_H
#define TIM_CATALOG_TERM_KEYS_H

#include "analyzers/analyzer.h"
#include "storage/vocabulary.h"

/* For env_set_term_keys; `analyzer` is a struct analyzer. A syllable under its sound, a word of letters under its typo neighbourhood, a number
 * with its unit under both. */
void term_keys_build(const void *analyzer, struct bytes term, struct vocabulary_keys *out);

/* The key of a quantity: unit, NUL, number. Returns its size; 0 when there is no such unit (longer than QUANTITY_UNIT_BYTES_MAX). */
enum { UNIT_KEY_BYTES_MAX = 8 + 1 + 8 };
size_t unit_key(struct bytes unit, uint64_t micros, unsigned char out[UNIT_KEY_BYTES_MAX]);

#endif
