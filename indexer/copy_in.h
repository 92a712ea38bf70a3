/* Rows into a table by COPY FROM STDIN, text format: the escapes of indexer/copy_line.h, written.
 *
 * Only the columns that a catalog file can state are sent; the others get the table's defaults. */
#ifndef TIM_INDEXER_COPY_IN_H
#define TIM_INDEXER_COPY_IN_H

#include "catalog/row.h"
#include "indexer/connection.h"

/* How the keys of a table are stored. */
enum key_form {
    KEY_NUMBER, /* an integer type */
    KEY_TEXT,   /* text, varchar, ... */
    KEY_UUID,   /* number N is the UUID 00000000-0000-4000-8000-<N in 12 hexadecimal digits> */
};

struct copy_in {
    struct connection *connection; /* borrowed; a blocking one */
    const struct schema *schema;   /* borrowed */
    enum key_form keys[TABLE_COUNT];
};

/* True for the tables that hold what a catalog file states, as far as this shop has them. */
bool copy_in_has_table(const struct schema *schema, enum table table);

/* Looks up the type of each table's key. NOT_FOUND: a table or its key column is missing. INVALID: a key of another type. */
MUST_USE enum status copy_in_find_keys(struct copy_in *copy, struct error *error);

/* Appends the row as one line for its table. A time that PostgreSQL would not read becomes NULL. */
void copy_in_append(const struct copy_in *copy, const struct row *row, struct buffer *out);

/* Sends `lines` into the table, within the open transaction. On failure `*rejected` says whether the rows are to blame (a value the table
 * refuses) and not the connection or the server; the transaction is then to be rolled back. */
MUST_USE enum status copy_in_send(const struct copy_in *copy, enum table table, struct bytes lines, bool *rejected, struct error *error);

#endif
