/* Whether this database can be followed: looked at before every start and every 30 seconds while streaming, because a publication that
 * loses a table sends no error, only silence. Each failure is one sentence that says what to run. */
#ifndef TIM_INDEXER_PREFLIGHT_H
#define TIM_INDEXER_PREFLIGHT_H

#include "catalog/schema.h"
#include "indexer/connection.h"

enum { PREFLIGHT_SERVER_VERSION_MIN = 150000 };

struct preflight {
    bool present[TABLE_COUNT];          /* mapped, there and published; false for an optional table that is not there */
    int64_t rows_estimate[TABLE_COUNT]; /* pg_class.reltuples; -1: never analysed */
    uint64_t
        source_id; /* another one when the publication or a table was dropped and made again, a mapped column altered, or another table or
                           column mapped: rows may have changed unseen. Kept in the index (struct position). */
};

/* `plain` is the connection that will copy: its role needs SELECT. INVALID: the server itself (version, wal_level, standby). MISMATCH:
 * publication, tables, columns, keys do not fit; changes may be missed until it is put right. DENIED: rights. Else the connection's. */
MUST_USE enum status preflight_run(struct connection *plain, const struct schema *schema, const char *publication, struct preflight *out,
                                   struct error *error);

#endif
