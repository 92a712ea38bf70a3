/* Inside storage/ only: applying one term's edits to its posting list at commit. */
#ifndef TIM_STORAGE_LIST_EDIT_H
#define TIM_STORAGE_LIST_EDIT_H

#include "storage/dense.h"
#include "storage/door.h"
#include "storage/intern.h"
#include "storage/postings.h"

/* One collected edit. `form` is a number of the batch's forms, or one of the two below. */
struct posting_edit {
    uint32_t term; /* number of the batch's terms */
    uint32_t document;
    uint32_t form;
    uint8_t impact; /* 0: the posting goes */
};
enum { EDIT_FORM_NONE = INT32_MAX, EDIT_FORM_SEVERAL = INT32_MAX - 1 };

/* A DENSE block as stored, copied. */
struct list_piece {
    uint32_t first;
    size_t size;
    unsigned char bytes[DENSE_BYTES_MAX];
};

/* What list_apply needs from list to list. */
struct list_writer {
    struct batch *batch;
    const struct interner *forms;
    uint32_t documents;                  /* how many the index has numbers for: decides between PACKED and DENSE */
    bool is_dense;                       /* the stored form of the list in hand */
    struct door_cursor cursor;           /* on DB_POST */
    struct posting *old, *merged, *puts; /* of the run of blocks in hand; puts: the edits with their form ordinals, impact 0 to delete */
    size_t old_room, merged_room, puts_room;
    struct bytes key;                           /* of the term in hand */
    struct buffer table;                        /* the term's form table, as stored */
    struct buffer record;                       /* the record as it was, then as it will be */
    struct list_piece pieces[DENSE_PIECES_MAX]; /* the stored blocks of the window in hand */
    unsigned piece_count;
};

MUST_USE enum status list_writer_open(struct list_writer *writer, struct batch *batch, const struct interner *forms);
void list_writer_close(struct list_writer *writer);

/* Applies edits, ascending by document and no two alike, to the list of the term with this key (class and bytes). */
MUST_USE enum status list_apply(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count);
/* The same for a term that has no record yet: nothing is looked up, and its vocabulary entries are left to bulk_write_vocabulary. */
MUST_USE enum status list_build(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count);

/* The steps that the forms share. */
#define LIST_NO_BLOCK UINT32_MAX /* where the first document of a block is asked for */
/* The list's first block at or behind `document`, or none: its first document. */
MUST_USE enum status list_cursor_seek(struct list_writer *writer, uint32_t term_id, uint32_t document, uint32_t *first);
MUST_USE enum status list_cursor_next(struct list_writer *writer, uint32_t term_id, uint32_t *first);
/* Appends the postings of the block under the cursor to writer->old. */
MUST_USE enum status list_block_load(struct list_writer *writer, size_t *count);
/* The same for the bytes of a DENSE block; false when they are none. */
bool list_dense_load(struct list_writer *writer, uint32_t first, struct bytes payload, size_t *count);
/* CORRUPT, and says which block. */
MUST_USE enum status list_block_damaged(struct list_writer *writer, uint32_t term_id, uint32_t first);
MUST_USE enum status list_block_del(struct list_writer *writer, uint32_t term_id, uint32_t first);
/* Makes room for `count` postings. */
void list_room(struct posting **array, size_t *room, size_t count);
/* The old postings with the puts laid over them, into writer->merged. Returns how many there are. */
size_t list_merge(struct list_writer *writer, size_t old_count, const struct posting *puts, size_t put_count);
bool list_changed(const struct list_writer *writer, size_t old_count, size_t merged_count);

/* Lists of DENSE blocks, in dense_edit.c: edits to the windows that they fall into (`*grown`: how many postings the list gained), and all of
 * writer->merged as a list that has no block yet. */
MUST_USE enum status dense_apply(struct list_writer *writer, uint32_t term_id, const struct posting *puts, size_t count, int64_t *grown);
MUST_USE enum status dense_put(struct list_writer *writer, uint32_t term_id, size_t count);

#endif
