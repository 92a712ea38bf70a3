/* What a generation knows about itself: format, fingerprint of the settings that shape bytes, position in the WAL, counters. */
#ifndef TIM_STORAGE_META_H
#define TIM_STORAGE_META_H

#include <stdint.h>

#include "base/status.h"

struct snapshot;
struct batch;

/* How far the index has followed a PostgreSQL cluster. Written in the same LMDB transaction as the data it speaks of. */
struct position {
    uint64_t lsn;          /* end LSN of the last transaction applied whole; 0: none yet */
    uint64_t partial_lsn;  /* commit LSN of a large transaction applied in part; 0: none */
    uint64_t partial_rows; /* how many of its row messages are in */
    uint64_t system_id;    /* of IDENTIFY_SYSTEM; 0: this index does not follow a database */
    uint32_t timeline;
    uint64_t source_id; /* which publication, tables, columns and mapping the rows came through: another one needs a new copy */
    char slot[64];      /* NUL-terminated */
};

/* NOT_FOUND when the generation never followed a database. */
MUST_USE enum status position_get(struct snapshot *snapshot, struct position *out);
MUST_USE enum status position_put(struct batch *batch, const struct position *position);

/* A hash of everything that shapes stored bytes (analysis version, field weights); MISMATCH rules are the caller's. NOT_FOUND when unset. */
MUST_USE enum status fingerprint_get(struct snapshot *snapshot, uint64_t *out);
MUST_USE enum status fingerprint_put(struct batch *batch, uint64_t fingerprint);

/* True once the first copy is complete: an index without it is never served. */
MUST_USE enum status complete_get(struct snapshot *snapshot, uint8_t *out);
MUST_USE enum status complete_put(struct batch *batch, uint8_t complete);

#endif
