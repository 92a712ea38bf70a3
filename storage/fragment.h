/* The stored part of a hit, by document: bytes of any length that catalog/hit.c writes and reads. Key grammar in fragment.c. */
#ifndef TIM_STORAGE_FRAGMENT_H
#define TIM_STORAGE_FRAGMENT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;
struct batch;

/* Borrowed from the snapshot when it fits one page, else joined in the arena. NOT_FOUND: no such document. */
MUST_USE enum status fragment_get(struct snapshot *snapshot, uint32_t document, struct arena *arena, struct bytes *out);
MUST_USE enum status fragment_put(struct batch *batch, uint32_t document, struct bytes fragment);
MUST_USE enum status fragment_del(struct batch *batch, uint32_t document);

#endif
