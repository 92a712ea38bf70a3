/* The term dictionary: class + bytes -> term record. Byte grammar in term.c.
 *
 * A term owns one posting list. Up to TERM_INLINE_MAX postings live in the record itself; a longer list lives in blocks (postings.h). */
#ifndef TIM_STORAGE_TERM_H
#define TIM_STORAGE_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;

/* The first byte of a term's key. Later classes append letters of their own. */
enum term_class {
    TERM_CORE = 'c',   /* folded key, core zone; its postings carry form bytes */
    TERM_BODY = 'b',   /* folded key, body zone */
    TERM_PREFIX = 'p', /* the first 1..3 letters of a core token; longer prefixes are ranges over TERM_CORE */
    TERM_PAIR = '2',   /* two neighbouring words of name, brand or category: catalog/pair.h; never decides what matches */
    TERM_LIVE = 'l',   /* no bytes: the documents that may be found; also the match-all list */
};

enum {
    TERM_BYTES_MAX = 64,
    TERM_INLINE_MAX = 32,
    TERM_FORMS_MAX = 254,        /* exact forms per term; a further one shares the ordinal FORM_OTHER */
    TERM_FORMS_BYTES_MAX = 3840, /* of the whole table, so that a record fits one page; one that does not fit is FORM_OTHER too */
    FORM_BYTES_MAX = 200,        /* of one exact form */
    FORM_OTHER = 254,            /* the posting's form is not in the table */
    FORM_SEVERAL = 255,          /* the document has the term in more than one form */
    FORM_NONE = 0,               /* classes without forms use ordinal 0 of an empty table */
};

/* Borrowed from the snapshot. */
struct term {
    uint32_t id;        /* permanent within the generation */
    uint32_t df;        /* how many documents have it, exact */
    uint8_t impact_max; /* an upper bound, never too low */
    bool has_blocks;    /* false: the postings are inline */
    bool is_dense;      /* its blocks are DENSE; only with has_blocks */
    uint16_t form_count;
    const unsigned char *forms;    /* form_count of: size u8, bytes */
    const unsigned char *postings; /* inline: df of (document u32le, impact u8, form u8), ascending */
    size_t forms_size;
};

/* NOT_FOUND when no document has it. */
MUST_USE enum status term_get(struct snapshot *snapshot, enum term_class class, const void *bytes, size_t size, struct term *out);

/* The exact form with this ordinal, borrowed; of size 0 when it is the folded key itself. False for FORM_OTHER, FORM_SEVERAL and past the
 * table. Only TERM_CORE has forms: there even the folded key's own form has an entry. */
bool term_form(const struct term *term, unsigned ordinal, struct bytes *form);

/* Terms of one class in byte order, from the first at or after `bytes`. */
struct term_cursor;
MUST_USE enum status term_cursor_open(struct snapshot *snapshot, enum term_class class, struct term_cursor **out);
void term_cursor_close(struct term_cursor *cursor);
/* END past the last of the class. `bytes` of the found term are borrowed until the next call. */
MUST_USE enum status term_cursor_seek(struct term_cursor *cursor, const void *bytes, size_t size, struct bytes *found, struct term *term);
MUST_USE enum status term_cursor_next(struct term_cursor *cursor, struct bytes *found, struct term *term);

#endif
