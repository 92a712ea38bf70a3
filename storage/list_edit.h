/* Inside storage/ only: applying one term's edits to its posting list at commit. */
#ifndef TIM_STORAGE_LIST_EDIT_H
#define TIM_STORAGE_LIST_EDIT_H

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

/* What list_apply needs from list to list. */
struct list_writer {
    struct batch *batch;
    const struct interner *forms;
    struct door_cursor cursor;           /* on DB_POST */
    struct posting *old, *merged, *puts; /* of the run of blocks in hand; puts: the edits with their form ordinals, impact 0 to delete */
    size_t old_room, merged_room, puts_room;
    struct bytes key;     /* of the term in hand */
    struct buffer table;  /* the term's form table, as stored */
    struct buffer record; /* the record as it was, then as it will be */
};

MUST_USE enum status list_writer_open(struct list_writer *writer, struct batch *batch, const struct interner *forms);
void list_writer_close(struct list_writer *writer);

/* Applies edits, ascending by document and no two alike, to the list of the term with this key (class and bytes). */
MUST_USE enum status list_apply(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count);
/* The same for a term that has no record yet: nothing is looked up. */
MUST_USE enum status list_build(struct list_writer *writer, struct bytes key, const struct posting_edit *edits, size_t count);

#endif
