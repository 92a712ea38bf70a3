/* Other programs, found in PATH. */
#ifndef TIM_BENCH_PROGRAM_H
#define TIM_BENCH_PROGRAM_H

#include "base/status.h"

/* Runs `words` (NULL-ended, the program first) with its standard output in the file `out` and waits for it. NOT_FOUND: there is no such
 * program. IO: it could not be started or did not end with 0. */
MUST_USE enum status program_run(const char *const *words, const char *out, struct error *error);

#endif
