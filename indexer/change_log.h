/* Inside indexer/ only: which rows have changed since a moment, for a new generation that is built while the stream goes on.
 *
 * The thread that applies adds keys and seals them when they are committed; the thread that copies takes what is sealed. A snapshot opened
 * after a take therefore shows every taken change. */
#ifndef TIM_INDEXER_CHANGE_LOG_H
#define TIM_INDEXER_CHANGE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "catalog/schema.h"
#include "catalog/text_set.h"

/* More distinct keys than this are not kept: all rows are then compared again. */
enum { CHANGE_LOG_KEYS_MAX = 500000 };

/* Rows to copy again. Each text is the table's number in one byte, then the primary key. */
struct changed_rows {
    struct text_set *keys; /* freed by changed_rows_release */
    bool all;              /* any row may have changed; `keys` does not count */
};
void changed_rows_release(struct changed_rows *rows);

struct change_log;
struct change_log *change_log_new(uint64_t keys_max); /* 0: CHANGE_LOG_KEYS_MAX */
void change_log_free(struct change_log *log);

/* By the thread that applies. */
void change_log_add(struct change_log *log, enum table table, struct bytes key);
void change_log_add_all(struct change_log *log);
/* After the commit that made the changes visible. */
void change_log_seal(struct change_log *log);

/* From any thread: everything sealed since the last take. */
void change_log_take(struct change_log *log, struct changed_rows *out);
/* How many keys a take would give; UINT64_MAX for all rows. */
uint64_t change_log_sealed(struct change_log *log);

#endif
