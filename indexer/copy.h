/* The first copy: every published row as it stood when the slot was made, on a connection of its own, handed over as inserts. */
#ifndef TIM_INDEXER_COPY_H
#define TIM_INDEXER_COPY_H

#include "catalog/row.h"
#include "indexer/connection.h"
#include "indexer/preflight.h"

struct copy {
    struct connection *plain; /* inside the snapshot's transaction after copy_begin */
    const struct schema *schema;
    struct preflight tables; /* which tables are there */
};

/* Opens the read-only transaction that sees what `snapshot` (of slot_create) saw. Until it returns, nothing may run on the connection that
 * made the slot; afterwards that one is free. */
MUST_USE enum status copy_begin(struct copy *copy, struct connection *plain, const struct schema *schema, const struct preflight *tables,
                                const char *snapshot, struct error *error);

/* Takes one row as CHANGE_INSERT; its bytes are valid during the call. Anything but OK ends the copy with that status. */
typedef enum status copy_take(void *context, const struct change *change, struct error *error);

/* Hands over all rows, table by table in the order of enum table, under a progress bar; `rows` counts them. END: stopped. */
MUST_USE enum status copy_run(struct copy *copy, copy_take *take, void *context, uint64_t *rows, struct error *error);

#endif
