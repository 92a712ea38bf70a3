/* Records sorted by key within a bound of memory: what a bulk build writes into a database in key order. Beyond the bound, sorted runs go
 * to a temporary file in the generation's folder and are merged. */
#ifndef TIM_STORAGE_SORTER_H
#define TIM_STORAGE_SORTER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct env;
struct sorter;

enum { SORTER_BYTES_MIN = 64 * 1024, SORTER_KEY_BYTES_MAX = 511 };

/* `memory_bytes` bounds what it holds (SORTER_BYTES_MIN at least; one larger record is held alone). */
struct sorter *sorter_new(struct env *env, size_t memory_bytes);
void sorter_free(struct sorter *sorter);

/* Asserts the bound of the key. FULL, IO: the temporary file cannot be written. */
MUST_USE enum status sorter_add(struct sorter *sorter, struct bytes key, struct bytes value);
/* How many records were added. */
uint64_t sorter_count(const struct sorter *sorter);

/* Ends the adding; a second call begins the reading anew. */
MUST_USE enum status sorter_sort(struct sorter *sorter);
/* The next record by key, bytewise, borrowed until the next call. Records of one key come in the order in which they were added. END. */
MUST_USE enum status sorter_next(struct sorter *sorter, struct bytes *key, struct bytes *value);
/* As sorter_next, but of the records of one key only the last. */
MUST_USE enum status sorter_next_last(struct sorter *sorter, struct bytes *key, struct bytes *value);

#endif
