/* Durations of single operations and what is said of them. */
#ifndef TIM_BENCH_SAMPLES_H
#define TIM_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
    uint64_t *ns; /* in the order they came, until the first percentile is asked for: then ascending */
    size_t count, room;
};

void samples_release(struct samples *samples);
void samples_add(struct samples *samples, uint64_t ns);
/* The nearest-rank percentile in microseconds: 0.5 is the median. 0 when there are none. */
double samples_us(struct samples *samples, double share);

#endif
