/* Inside storage/ only: the values of an index folder's control environment, whose grammar is in index.c. */
#ifndef TIM_STORAGE_CONTROL_H
#define TIM_STORAGE_CONTROL_H

#include <stddef.h>

#include "base/status.h"

struct env;
struct snapshot;

/* As of the newest commit; `view` is renewed for it and reset. NOT_FOUND without a sentence; CORRUPT: of another size than this one. */
MUST_USE enum status control_get(struct snapshot *view, const char *folder, const char *key, void *out, size_t size, struct error *error);

/* Durable when it returns. */
MUST_USE enum status control_put(struct env *control, const char *folder, const char *key, const void *payload, size_t size,
                                 struct error *error);

#endif
