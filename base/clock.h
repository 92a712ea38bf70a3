/* Time, from two clocks that are never mixed: monotonic for durations and deadlines, wall for what people read. */
#ifndef TIM_BASE_CLOCK_H
#define TIM_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back. */
uint64_t clock_monotonic_ns(void);

/* CPU nanoseconds this thread has used: what a request's deadline is counted in. */
uint64_t clock_thread_cpu_ns(void);

/* Microseconds since 1970-01-01 UTC. May jump when the machine's clock is set. */
int64_t clock_wall_us(void);
/* Whole seconds since then; 0 before, UINT32_MAX - 1 when there are more. */
uint32_t clock_wall_s(void);

/* "2026-11-20T23:42:15.123Z", 24 characters and a NUL, into `text`. */
void clock_format(int64_t wall_us, char text[25]);

/* Sleeps; returns early when a signal arrives, so that loops see a stop request at once. */
void clock_sleep_ms(unsigned ms);

#endif
