/* One part of a bench in a process of its own: its peak memory and its page mappings are its alone, and it opens the index afresh. */
#ifndef TIM_BENCH_PHASE_H
#define TIM_BENCH_PHASE_H

#include <stdio.h>
#include <sys/types.h>

#include "bench/figures.h"

struct stand;

typedef enum status phase_function(const struct stand *stand, struct figures *figures, struct error *error);

/* Runs `run` in a child process and adds its figures. The caller must hold no environment open: LMDB's do not survive a fork. What the function
 * returned, with its sentence; IO when the child could not be made or died. A stop request is passed on to the child. */
MUST_USE enum status phase_run(phase_function *run, const struct stand *stand, struct figures *figures, struct error *error);

/* The same in two steps, for processes that work side by side. After a start that was OK there must be a finish. */
struct phase {
    pid_t child;
    FILE *in; /* what the child has to say */
};
MUST_USE enum status phase_start(struct phase *phase, phase_function *run, const struct stand *stand, struct error *error);
MUST_USE enum status phase_finish(struct phase *phase, const struct stand *stand, struct figures *figures, struct error *error);

#endif
