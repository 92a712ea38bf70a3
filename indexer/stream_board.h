/* What the follower is doing, for whoever wants to show it: written by the thread that follows, read by any. */
#ifndef TIM_INDEXER_STREAM_BOARD_H
#define TIM_INDEXER_STREAM_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/intake.h"

enum stream_state {
    STREAM_CONNECTING, /* not connected, or not yet streaming */
    STREAM_COPYING,    /* the first copy, or a new one */
    STREAM_STREAMING,
    STREAM_DEGRADED, /* the index may fall behind or miss changes: see the reason */
};

struct stream_status {
    enum stream_state state;
    char reason[480];      /* DEGRADED, CONNECTING after a failure: one sentence; else "" */
    uint64_t received_lsn; /* read from the server */
    uint64_t durable_lsn;  /* in the index, and confirmed */
    bool partial;          /* a large transaction is in the index in part */
    uint32_t generation;
    uint64_t copied_rows;
    uint64_t reconnects, resyncs;
    struct intake_counts counts; /* since the process started */
};

struct stream_board;
struct stream_board *stream_board_new(void);
void stream_board_free(struct stream_board *board);
void stream_board_get(struct stream_board *board, struct stream_status *out);
/* Sets state and reason; a change is logged once. `reason` NULL: none. */
void stream_board_set_state(struct stream_board *board, enum stream_state state, const char *reason);
/* Sets the rest of what it is given; state and reason stay. */
void stream_board_set_progress(struct stream_board *board, const struct stream_status *progress);
/* "connecting", "copying", "streaming", "degraded". */
const char *stream_state_name(enum stream_state state);

#endif
