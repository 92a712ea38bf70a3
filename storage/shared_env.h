/* Inside storage/ only: environments by folder, each opened once per process and counted, since LMDB allows no second opening. */
#ifndef TIM_STORAGE_SHARED_ENV_H
#define TIM_STORAGE_SHARED_ENV_H

#include "storage/door.h"
#include "storage/env.h"

/* As env_open_databases, or one more hold on what this process has open there. BUSY when that is open for reading and the caller writes. */
MUST_USE enum status shared_env_open(const char *folder, const struct env_options *options, enum database count, struct env **out,
                                     struct error *error);
/* Closes it when nobody else holds it. */
void shared_env_close(struct env *env);

#endif
