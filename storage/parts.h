/* Inside storage/ only: values of any length, split so that no stored value passes one overflow page.
 *
 *   key     := prefix, part u16be            part counts from 0
 *   payload := total u16le, bytes            total parts, the same in each; every part but the last is full
 */
#ifndef TIM_STORAGE_PARTS_H
#define TIM_STORAGE_PARTS_H

#include "storage/door.h"

enum { PART_BYTES_MAX = PAYLOAD_BYTES_MAX - 2, PARTS_MAX = 65535 };

/* One part: borrowed from the snapshot. Several: joined in the arena (LIMIT at its cap). */
MUST_USE enum status parts_get(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, struct arena *arena,
                               struct bytes *out);
/* Replaces whatever was there, leftover parts included. LIMIT past PARTS_MAX. */
MUST_USE enum status parts_put(struct batch *batch, enum database db, const void *key, size_t key_size, const void *data, size_t size);
MUST_USE enum status parts_del(struct batch *batch, enum database db, const void *key, size_t key_size);

#endif
