/* What the stream has told about the shop's tables: relation messages by oid, their columns mapped BY NAME to the schema's, and rows of the
 * wire turned into changes.
 *
 * The order and the number of columns may change between two rows of one connection (DDL sends a new relation message), so nothing but
 * the name counts. Columns and relations that the schema does not name are ignored. The key is the configured one, not the flagged one. */
#ifndef TIM_INDEXER_RELATION_H
#define TIM_INDEXER_RELATION_H

#include "catalog/row.h"
#include "catalog/schema.h"
#include "indexer/pgoutput.h"

struct relations;

/* `schema` is borrowed until relations_free. Empty: every new connection sends its relations again. */
struct relations *relations_new(const struct schema *schema);
void relations_free(struct relations *relations);

/* Takes a relation message; replaces what was known of this oid. MISMATCH when one of the schema's tables comes without a column that is
 * mapped (renamed or dropped), or with a replica identity that cannot say which row changed: the stream must stop here. */
MUST_USE enum status relations_learn(struct relations *relations, const struct pgoutput_message *message, struct error *error);

/* An insert, update or delete as a change. The bytes are the message's. NOT_FOUND: a table that the schema does not name, to be ignored.
 * CORRUPT: a relation never announced, or another number of columns than announced. MISMATCH: the old row does not carry the key. */
MUST_USE enum status relations_change(struct relations *relations, const struct pgoutput_message *message, struct change *out,
                                      struct error *error);

/* The table with this oid. NOT_FOUND and CORRUPT as above. */
MUST_USE enum status relations_table(struct relations *relations, uint32_t oid, enum table *out, struct error *error);

#endif
