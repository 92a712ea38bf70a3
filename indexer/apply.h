/* From row changes to a durable index: mirror, documents, postings, columns. Both sources end here: the WAL stream and NDJSON.
 *
 * Changes are taken one by one and become visible together at apply_flush, which is one LMDB transaction with the position inside.
 * Nothing is lost or half made when the process dies in between: the next start finds the last flush. */
#ifndef TIM_INDEXER_APPLY_H
#define TIM_INDEXER_APPLY_H

#include <stdbool.h>

#include "analyzers/analyzer.h"
#include "catalog/row.h"
#include "storage/meta.h"

struct apply;
struct change_log;
struct env;

/* Borrows both until apply_free. A new generation gets the fingerprint of this program's analysis; MISMATCH: the generation was made with
 * another one and must be rebuilt. */
MUST_USE enum status apply_new(struct env *env, const struct analyzer *analyzer, struct apply **out, struct error *error);
void apply_free(struct apply *apply); /* drops what was not flushed */

/* When the transaction that brought the change was committed; feeds the products' version. Microseconds since 1970. */
void apply_set_time(struct apply *apply, int64_t commit_wall_us);

/* `pulse` is called for every document that a flush builds, every posting list that it writes and every row that a TRUNCATE removes: the work
 * of minutes, during which PostgreSQL wants to hear from its client (wal_sender_timeout). NULL: nobody waits. */
typedef void apply_pulse(void *context);
void apply_set_pulse(struct apply *apply, apply_pulse *pulse, void *context);

/* Every key that apply_change takes, and every product whose version rises, goes into `log` (borrowed), sealed by the flush that commits it;
 * NULL: none any more. To be set when nothing is pending. */
void apply_set_log(struct apply *apply, struct change_log *log);

/* Makes a product's version at least `version`; nothing when there is no such product. Visible with the next flush. */
MUST_USE enum status apply_version_floor(struct apply *apply, struct bytes product_id, uint64_t version, struct error *error);

/* Takes one change. INVALID: the row cannot be indexed (no key, key too long): nothing was changed but that a row which moved to such a
 * key is gone from its old one; the error says which row; the stream goes on. Any other failure: abandon the apply, the last flush stands. */
MUST_USE enum status apply_change(struct apply *apply, const struct change *change, struct error *error);

/* Changes and bytes pending since the last flush: what the adaptive batching looks at. */
size_t apply_pending_changes(const struct apply *apply);
size_t apply_pending_bytes(const struct apply *apply);

/* Builds the touched documents, drains a slice of the rebuild queue, stores `position` (NULL: leave it) and commits. */
MUST_USE enum status apply_flush(struct apply *apply, const struct position *position, struct error *error);

/* True while products wait in the rebuild queue (a renamed brand): call apply_flush again when idle. */
bool apply_has_queue(const struct apply *apply);

struct apply_counts {
    uint64_t changes;   /* taken */
    uint64_t effective; /* that altered something */
    uint64_t documents; /* rebuilt */
    uint64_t hot;       /* applied to columns only */
    uint64_t cut;       /* documents whose text passed the limit, and cells that did */
};
struct apply_counts apply_counts(const struct apply *apply);

#endif
