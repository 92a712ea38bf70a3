/* Inside storage/ only: the bytes of a term record. Pure; grammar in term.c. */
#ifndef TIM_STORAGE_TERM_RECORD_H
#define TIM_STORAGE_TERM_RECORD_H

#include "storage/packed.h"
#include "storage/term.h"

enum {
    TERM_KEY_BYTES_MAX = 1 + TERM_BYTES_MAX,
    INLINE_POSTING_BYTES = 6,
    TERM_RECORD_BYTES_MAX = 12 + TERM_FORMS_BYTES_MAX + TERM_INLINE_MAX * INLINE_POSTING_BYTES,
};

struct term_key {
    unsigned char bytes[TERM_KEY_BYTES_MAX];
    size_t size;
};
struct term_key term_key(enum term_class class, const void *bytes, size_t size);

static inline bool term_class_has_forms(enum term_class class)
{
    return class == TERM_CORE;
}

/* CORRUPT when the bytes are no record. `out` points into them. */
MUST_USE enum status term_decode(struct bytes record, struct term *out);
void term_encode(struct buffer *record, const struct term *term);

/* The i-th of a term's inline postings, i < df. */
struct posting term_inline_posting(const struct term *term, unsigned i);

#endif
