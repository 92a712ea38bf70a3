/* Counters of one serving thread, and their Prometheus text. Each thread writes its own without locks; whoever answers /metrics adds them
 * up and may see a request half counted, never a torn number. */
#ifndef TIM_SERVER_METRICS_H
#define TIM_SERVER_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/arena.h"

enum endpoint {
    ENDPOINT_SEARCH,
    ENDPOINT_SUGGEST,
    ENDPOINT_PRODUCT,
    ENDPOINT_SIMILAR,
    ENDPOINT_EVENTS,
    ENDPOINT_EXPLAIN,
    ENDPOINT_HEALTH,
    ENDPOINT_READY,
    ENDPOINT_METRICS,
    ENDPOINT_OTHER, /* no endpoint of ours: unknown paths, preflights, refused requests */
    ENDPOINT_COUNT,
};

enum { METRIC_STATUSES = 11, METRIC_BUCKETS = 14 };

struct histogram {
    _Atomic uint64_t buckets[METRIC_BUCKETS]; /* not cumulative; the last is everything above the greatest bound */
    _Atomic uint64_t sum_ns;
};

struct metrics {
    _Atomic uint64_t requests[ENDPOINT_COUNT][METRIC_STATUSES];
    struct histogram duration[ENDPOINT_COUNT]; /* request line read until the last byte was handed to the kernel */
    struct histogram engine[ENDPOINT_COUNT];   /* inside the engine; only for requests that reached it */
    _Atomic uint64_t connections;              /* open now */
    _Atomic uint64_t connections_total;
    _Atomic uint64_t connections_slow; /* closed by us because a deadline passed */
    _Atomic uint64_t answer_bytes;     /* of bodies, as sent */
    _Atomic uint64_t log_lines_lost;   /* access log lines that could not be written */
};

/* For the one thread that owns the counter. */
static inline void counter_add(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + count, memory_order_relaxed);
}

/* `engine_ns` 0: the request did not reach the engine. */
void metrics_count(struct metrics *metrics, enum endpoint endpoint, unsigned http_status, uint64_t duration_ns, uint64_t engine_ns);

/* Appends the text of all threads' sums. */
void metrics_render(const struct metrics *const *all, unsigned count, struct buffer *out);

#endif
