/* A row of one of the shop's tables, as text, and a change to it: the one way in, whatever the source (WAL, COPY, NDJSON). */
#ifndef TIM_CATALOG_ROW_H
#define TIM_CATALOG_ROW_H

#include <stdint.h>

#include "base/arena.h"
#include "catalog/schema.h"
#include "storage/column.h"

enum cell_state {
    CELL_NULL,      /* SQL NULL, or a column this shop does not have */
    CELL_TEXT,      /* a value, in `text` */
    CELL_UNCHANGED, /* a TOASTed value that the change did not touch: the stored one holds (UPDATE only) */
};

struct cell {
    enum cell_state state;
    struct bytes text;
};

struct row {
    enum table table;
    struct cell cells[ROW_COLUMNS_MAX];
};

enum change_kind { CHANGE_INSERT, CHANGE_UPDATE, CHANGE_DELETE, CHANGE_TRUNCATE };

/* All bytes are borrowed until the call that takes the change returns. */
struct change {
    enum change_kind kind;
    struct bytes old_key; /* DELETE: the key. UPDATE: the key before, when it changed; else size 0 */
    struct row row;       /* INSERT, UPDATE: the row after; `table` is set for every kind */
};

enum { KEY_BYTES_MAX = 64 }; /* a longer primary key is INVALID */

/* Row to bytes for the mirror and back. Hot columns are left out unless `with_hot`; `slot` is a variant's place in its product's run. The
 * grammar is in row.c. */
void row_encode(const struct row *row, bool with_hot, uint16_t slot, struct buffer *out);
/* Cells point into `data`. CORRUPT when the bytes do not decode. */
MUST_USE enum status row_decode(enum table table, struct bytes data, struct row *row, bool *has_hot, uint16_t *slot);

/* "t"/"true"/"1" and so on; `missing` for NULL or anything else. */
bool cell_boolean(const struct cell *cell, bool missing);

/* Same state and, for texts, the same bytes. */
bool cell_equal(const struct cell *a, const struct cell *b);

/* A decimal number times 10^decimals, rounded half away from zero, as a column value. COLUMN_UNKNOWN for NULL and for what is no plain
 * number (NaN, Infinity). Outside 0..max: the nearer bound with `clamp`, else COLUMN_UNKNOWN. */
uint64_t cell_scaled(const struct cell *cell, unsigned decimals, uint64_t max, bool clamp);

/* A place in a list: ascending like the numbers themselves (negative ones first, six decimals), INT64_MAX for NULL and for what is no plain
 * number, which comes last. */
int64_t cell_order(const struct cell *cell);

/* A sale price as a column value: 0 is no sale price. */
uint64_t sale_value(const struct cell *cell);

/* A timestamp as PostgreSQL prints it (or ISO 8601, or a date alone) in seconds since 1970, for a column: COLUMN_UNKNOWN for NULL, infinity,
 * years before 1970 and after 2105, and what is no timestamp. Without a zone it is UTC. */
uint64_t cell_seconds(const struct cell *cell);

#endif
