/* Posting lists: reading one, and editing many in a batch. Block keys are in postings.c, the block itself in packed.c. */
#ifndef TIM_STORAGE_POSTINGS_H
#define TIM_STORAGE_POSTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/batch.h"
#include "storage/dense.h"
#include "storage/packed.h"
#include "storage/term.h"

#define DOCUMENT_END UINT32_MAX

/* A list being read block by block. An inline list shows itself as one block, a DENSE block as slices of up to PACKED_DOCUMENTS_MAX documents.
 * Arrays are its own and valid until the next call. */
struct postings {
    struct snapshot *snapshot;
    struct term term;
    struct door_cursor *cursor; /* NULL for an inline list; opened on first use */
    bool cursor_on_block;       /* the cursor stands on the current block: a peek moves it away */
    bool ended;                 /* behind the last block */
    struct dense dense;         /* the current block of a DENSE list */
    unsigned dense_end;         /* the word behind the current slice of it */
    /* the current block, or slice */
    unsigned count;     /* 0 before the first block and after the last */
    uint8_t impact_max; /* of the block; an upper bound */
    uint32_t documents[PACKED_DOCUMENTS_MAX];
    uint8_t impacts[PACKED_DOCUMENTS_MAX];
    uint8_t forms[PACKED_DOCUMENTS_MAX];
};

/* Positions before the first block. The term is copied (its pointers stay borrowed from the snapshot). */
void postings_open(struct postings *postings, struct snapshot *snapshot, const struct term *term);
void postings_close(struct postings *postings);

/* The next block or slice, unpacked. END after the last. */
MUST_USE enum status postings_next(struct postings *postings);
/* The block or slice that contains the first document >= `document`, unpacked (it may be the current one). END when no such document. */
MUST_USE enum status postings_seek(struct postings *postings, uint32_t document);

/* What the block that a postings_seek to `document` would unpack (of) promises, without unpacking it: its impact maximum and last document.
 * The current block stays as it is. END when no such block. */
struct postings_bound {
    uint32_t last;
    uint8_t impact_max;
};
MUST_USE enum status postings_peek(struct postings *postings, uint32_t document, struct postings_bound *out);

/* The blocks of a DENSE list as they are stored, a window of DENSE_WINDOW documents at a time: those of the first window at or behind
 * `window` that has any, ascending. They are borrowed from the snapshot; their ranks are not checked. A reader of windows moves forward
 * only, and calls neither next, seek nor peek. END when there is none. */
struct postings_window {
    uint32_t window;
    unsigned count; /* of blocks */
    struct dense blocks[DENSE_PIECES_MAX];
};
MUST_USE enum status postings_window(struct postings *postings, uint32_t window, struct postings_window *out);
/* What a reader of windows found to be wrong with the list's ranks: marks the snapshot CORRUPT and returns that. */
MUST_USE enum status postings_damaged(const struct postings *postings);

/* One posting of one document by binary search, for explain, verify and the rare lookup. NOT_FOUND. */
MUST_USE enum status postings_find(struct snapshot *snapshot, const struct term *term, uint32_t document, struct posting *out);

/* Edits, collected in the batch (about 16 bytes each) and written at its commit in key order, each block once. Putting what is there replaces impact and form;
 * the last edit of a (term, document) pair wins. `form` is the exact form's bytes: empty for the folded key itself. Only
 * TERM_CORE keeps forms; in other classes they are dropped. */
struct posting_form {
    const char *bytes; /* NULL with several == false: the form equals the folded key */
    uint8_t size;      /* at most FORM_BYTES_MAX */
    bool several;      /* FORM_SEVERAL */
};
/* Asserts the bounds: bytes up to TERM_BYTES_MAX, impact at least 1, document at most 2^31 - 1. */
void posting_put(struct batch *batch, enum term_class class, const void *bytes, size_t size, uint32_t document, uint8_t impact,
                 struct posting_form form);
void posting_del(struct batch *batch, enum term_class class, const void *bytes, size_t size, uint32_t document);

#endif
