/* The bars: what the design says must be reached on two cores, and whether a run did. */
#ifndef TIM_BENCH_BARS_H
#define TIM_BENCH_BARS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/figures.h"

struct bar {
    const char *work;    /* one phrase */
    uint64_t products;   /* of the catalog it is meant for; 0: any */
    const char *figure;  /* its value, */
    const char *against; /* over this one's; NULL: the value itself */
    bool at_least;       /* the bound is a minimum, else a maximum */
    double bound;
};
extern const struct bar bars[];
extern const unsigned bar_count;

/* False: the bar is for another size, or what it speaks of was not measured. `margin` says how many times better than the bound the value
 * is: below 1 the bar is missed. */
bool bar_judge(const struct bar *bar, uint64_t products, const struct figures *figures, double *value, double *margin);

#endif
