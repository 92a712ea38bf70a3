/* Rows of a bulk build on their way into the mirror of a new generation: taken in any order, written in the order of their keys. Both sources
 * of a whole catalog end here: NDJSON and the first copy of a database. What they mean to the index is made of the mirror afterwards (bulk.h). */
#ifndef TIM_INDEXER_ROW_INTAKE_H
#define TIM_INDEXER_ROW_INTAKE_H

#include <signal.h>

#include "catalog/row.h"

struct env;
struct row_intake;

/* `memory_bytes` (0: BULK_MEMORY_MIB) bounds the rows held and leaves half to their source; beyond it they go to a temporary file in the generation's
 * folder. */
struct row_intake *row_intake_new(struct env *env, size_t memory_bytes);
void row_intake_free(struct row_intake *intake);

/* Takes a row with all its values, hot ones too; a later row with the same key replaces it. INVALID: the row cannot be indexed (no key, key
 * too long); the error says which. FULL, IO: the build cannot go on. */
MUST_USE enum status row_intake_take(struct row_intake *intake, const struct row *row, struct error *error);

/* Writes all rows, under a progress bar. END: `stop` (may be NULL) was set. */
MUST_USE enum status row_intake_write(struct row_intake *intake, const volatile sig_atomic_t *stop, struct error *error);

#endif
