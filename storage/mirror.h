/* The row mirror, document numbers, reverse keys and the rebuild queue: what the index keeps of the shop's tables so that it never has to
 * ask the database again. Storage sees bytes; catalog/row.h gives them meaning. Key grammar in mirror.c. */
#ifndef TIM_STORAGE_MIRROR_H
#define TIM_STORAGE_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;
struct batch;
struct sorter;

enum {
    MIRROR_KEY_BYTES_MAX = 64,    /* of a primary key and of a product id; an empty or longer one is LIMIT to put, NOT_FOUND to get */
    REVERSE_FROM_BYTES_MAX = 400, /* what a reverse key holds of `from` as it is */
    REVERSE_TO_BYTES_MAX = 108,   /* of `to`; more is LIMIT */
};

/* One row: (table number, primary key) -> bytes of any length. NOT_FOUND. Borrowed from the snapshot when it is one page, else in the
 * arena; through a batch's view always in the arena, so that the batch may write on while it is read. */
MUST_USE enum status mirror_get(struct snapshot *snapshot, uint8_t table, struct bytes key, struct arena *arena, struct bytes *row);
/* The same, always in the arena: it outlives the snapshot's next renewal. */
MUST_USE enum status mirror_get_copy(struct snapshot *snapshot, uint8_t table, struct bytes key, struct arena *arena, struct bytes *row);
MUST_USE enum status mirror_put(struct batch *batch, uint8_t table, struct bytes key, struct bytes row);
MUST_USE enum status mirror_del(struct batch *batch, uint8_t table, struct bytes key); /* NOT_FOUND */

/* For a bulk build: rows, document numbers and reverse keys on their way into storage/bulk.h. Bounds as for the puts below. */
MUST_USE enum status mirror_sort(struct sorter *sorter, uint8_t table, struct bytes key, struct bytes row);
MUST_USE enum status document_sort(struct sorter *sorter, struct bytes product_id, uint32_t document);
MUST_USE enum status reverse_sort(struct sorter *sorter, uint8_t kind, struct bytes from, struct bytes to);

/* All rows of a table, shorter keys first, then in byte order (decimal ids come in the order of their numbers). `key` is borrowed until
 * the next call; the row lies in `arena`, which the caller resets. Rows may be written through the batch between two calls. */
struct mirror_cursor;
MUST_USE enum status mirror_cursor_open(struct snapshot *snapshot, uint8_t table, struct mirror_cursor **out);
/* What comes next is the first row behind `key` (empty: the first of all), whether that is there or not. */
void mirror_cursor_seek_behind(struct mirror_cursor *cursor, struct bytes key);
MUST_USE enum status mirror_cursor_next(struct mirror_cursor *cursor, struct arena *arena, struct bytes *key, struct bytes *row); /* END */
void mirror_cursor_close(struct mirror_cursor *cursor);

/* Whether the table has any row; one is read into the arena. */
MUST_USE enum status mirror_any(struct snapshot *snapshot, uint8_t table, struct arena *arena, bool *any);

/* Document numbers: product id -> document. */
MUST_USE enum status document_get(struct snapshot *snapshot, struct bytes product_id, uint32_t *document); /* NOT_FOUND */
MUST_USE enum status document_put(struct batch *batch, struct bytes product_id, uint32_t document);
MUST_USE enum status document_del(struct batch *batch, struct bytes product_id);

/* Reverse keys: (kind, from) -> any number of (to). `from` of up to 400 bytes; a longer one is keyed by its first 384 and its XXH128.
 * Kinds are the caller's numbers (catalog/field.h). */
MUST_USE enum status reverse_put(struct batch *batch, uint8_t kind, struct bytes from, struct bytes to);
MUST_USE enum status reverse_del(struct batch *batch, uint8_t kind, struct bytes from, struct bytes to); /* NOT_FOUND */
/* All `to` of one `from`, in byte order, copied into the arena. An empty list is STATUS_OK. */
MUST_USE enum status reverse_list(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct arena *arena, struct bytes **to,
                                  size_t *count);
/* The first one only: slug -> product. NOT_FOUND. Borrowed from the snapshot; in a batch until it next writes a reverse key. */
MUST_USE enum status reverse_first(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes *to);
/* Is this one there? NOT_FOUND. */
MUST_USE enum status reverse_has(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes to);
/* How many there are of a kind, by looking at each. */
MUST_USE enum status reverse_count(struct snapshot *snapshot, uint8_t kind, uint64_t *count);
/* As reverse_list but pages: up to `limit` with to > after (empty: from the start). For fan-out in slices. */
MUST_USE enum status reverse_page(struct snapshot *snapshot, uint8_t kind, struct bytes from, struct bytes after, size_t limit,
                                  struct arena *arena, struct bytes **to, size_t *count);

/* The rebuild queue: product ids whose document must be built again, persisted in the transaction that made it necessary. */
MUST_USE enum status dirty_put(struct batch *batch, struct bytes product_id);
/* Up to `limit` from the front, copied into the arena and removed. */
MUST_USE enum status dirty_take(struct batch *batch, size_t limit, struct arena *arena, struct bytes **ids, size_t *count);
MUST_USE enum status dirty_count(struct snapshot *snapshot, uint64_t *count);

#endif
