/* What a peer did with the queries, by class: times, and whether it found as many documents as we did. */
#ifndef TIM_BENCH_PEER_TALLY_H
#define TIM_BENCH_PEER_TALLY_H

#include "bench/peer_queries.h"
#include "bench/samples.h"

struct peer_tally {
    const char *peer; /* in the names of figures */
    struct samples times[QUERY_CLASSES];
    uint64_t compared[QUERY_CLASSES], different[QUERY_CLASSES];
};

/* A difference is logged, the first few of a class in full. */
void peer_tally_add(struct peer_tally *tally, const struct peer_query *query, uint64_t ns, uint64_t total);

/* PEER.CLASS.p50_us ..., PEER.CLASS.compared and .different. Releases the tally. */
void peer_tally_finish(struct peer_tally *tally, struct figures *figures);

#endif
