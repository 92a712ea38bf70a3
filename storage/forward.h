/* The forward list: which terms a document is in, with impact and form, TERM_LIVE included: no posting is written any other way. It is what
 * a change of text is diffed against, what a delete removes, and what verify holds against the postings. Byte grammar in forward.c. */
#ifndef TIM_STORAGE_FORWARD_H
#define TIM_STORAGE_FORWARD_H

#include <stdint.h>

#include "base/arena.h"
#include "storage/postings.h"

struct forward_entry {
    enum term_class class;
    uint8_t size;      /* of bytes, 0..TERM_BYTES_MAX */
    uint8_t impact;    /* 1..255 */
    const char *bytes; /* the term */
    struct posting_form form;
};

struct forward_list {
    struct forward_entry *entries; /* ascending by (class, bytes), no two alike */
    uint32_t count;
};

/* Orders entries by (class, bytes) and merges equal terms: the greatest impact, and FORM_SEVERAL when their forms differ. In place. Forms
 * are brought to one spelling: none in classes without forms, none for the folded key itself. */
void forward_sort(struct forward_list *list);

/* The stored bytes of a sorted list, and back: entries in the arena. CORRUPT when the bytes are no list, LIMIT at the arena's cap. */
void forward_encode(struct buffer *record, const struct forward_list *list);
MUST_USE enum status forward_decode(struct bytes record, struct arena *arena, struct forward_list *out);

/* NOT_FOUND: the document has none. Everything in it lives in the arena. */
MUST_USE enum status forward_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct forward_list *out);

/* Makes `list` (sorted) the document's terms: stores it and puts or deletes only the postings that differ from the stored one. An empty
 * list removes the document from every posting list. `changed` counts the postings touched. */
MUST_USE enum status forward_replace(struct batch *batch, uint32_t document, const struct forward_list *list, struct arena *arena,
                                     uint32_t *changed);

/* For a bulk build: stores the encoded list of a document that has none; its postings go through an inverter. */
MUST_USE enum status forward_put(struct batch *batch, uint32_t document, struct bytes encoded);

#endif
