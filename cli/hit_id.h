/* The product ids of a result's hits. */
#ifndef TIM_CLI_HIT_ID_H
#define TIM_CLI_HIT_ID_H

#include <stdint.h>

#include "base/arena.h"

struct snapshot;

/* Borrowed from the snapshot, or in the arena. CORRUPT: a hit without a stored product. */
MUST_USE enum status hit_id_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct bytes *id);

#endif
