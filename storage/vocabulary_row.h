/* Inside storage/ only: one entry of DB_VOCABULARY as bytes, and who writes them. Grammar in vocabulary.c. */
#ifndef TIM_STORAGE_VOCABULARY_ROW_H
#define TIM_STORAGE_VOCABULARY_ROW_H

#include "storage/vocabulary.h"

enum { VOCABULARY_ROW_BYTES_MAX = 2 + VOCABULARY_KEY_BYTES_MAX + TERM_BYTES_MAX };

struct vocabulary_row {
    unsigned char bytes[VOCABULARY_ROW_BYTES_MAX];
    size_t size;
};
void vocabulary_row_encode(struct vocabulary_row *row, const struct vocabulary_key *key, struct bytes term);
/* CORRUPT when the bytes are no row's key. `out` points into them. */
MUST_USE enum status vocabulary_row_decode(struct bytes row, struct vocabulary_entry *out);

/* A core term got its first document, or lost its last one. In vocabulary_edit.c. */
MUST_USE enum status vocabulary_term_born(struct batch *batch, struct bytes term);
MUST_USE enum status vocabulary_term_gone(struct batch *batch, struct bytes term);

#endif
