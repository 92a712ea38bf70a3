/* Measured figures by name, "build.products_per_s", "search.and3.p50_us": what phases bring, tables show, JSON holds and two runs are
 * compared by. The end of a name is its unit and says which way is better. */
#ifndef TIM_BENCH_FIGURES_H
#define TIM_BENCH_FIGURES_H

#include <stddef.h>

#include "base/status.h"

struct samples;

enum { FIGURE_NAME_BYTES = 80 };

struct figure {
    char name[FIGURE_NAME_BYTES];
    double value;
};

struct figures {
    struct figure *items; /* in the order they were first set */
    size_t count, room;
};

void figures_release(struct figures *figures);

/* Sets or replaces the figure of that name, which is shorter than FIGURE_NAME_BYTES. */
void figures_set(struct figures *figures, double value, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* NULL: it was not measured. */
const double *figures_get(const struct figures *figures, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* PREFIXp50_us, PREFIXp95_us and PREFIXp99_us; nothing when there are no samples. */
void figures_set_times(struct figures *figures, const char *prefix, struct samples *samples);

enum direction { DIRECTION_NONE, DIRECTION_LOWER, DIRECTION_HIGHER };
/* Which way is better, by the unit: times, bytes and ratios lower, rates higher, counts neither. */
enum direction figure_direction(const char *name);

#endif
