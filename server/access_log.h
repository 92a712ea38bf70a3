/* The access log: one JSON object per line and request.
 *
 *   {"time":"2026-11-20T23:42:15.123Z","requestId":"...","method":"GET","path":"/v1/search","query":"q=t%E1%BB%A7","status":200,
 *    "bytes":1234,"totalUs":210,"engineUs":95,"remote":"203.0.113.9"}
 *
 * Path and query stand as they were sent, percent-encoded; a byte that is not printable ASCII is written \xHH. Each thread gathers its
 * lines and writes whole ones at once. */
#ifndef TIM_SERVER_ACCESS_LOG_H
#define TIM_SERVER_ACCESS_LOG_H

#include <pthread.h>
#include <stdbool.h>

#include "base/arena.h"
#include "server/exchange.h"

struct sockaddr;

enum { ACCESS_LOG_BATCH_BYTES = 64 * 1024 }; /* gathered lines are written when they pass this, or when the thread would wait */

/* One file, shared by all threads. */
struct access_log {
    int fd;               /* -1: no log is kept */
    bool owned;           /* closed with the log */
    atomic_bool failing;  /* the last write failed; said once */
    pthread_mutex_t lock; /* a pipe takes a large write in pieces: one batch at a time */
};

/* `path`: appended to, made when absent; "-" is stdout; NULL or "" keeps no log. DENIED, IO with a sentence.
 * Close it in every case. */
MUST_USE enum status access_log_open(struct access_log *log, const char *path, struct error *error);
void access_log_close(struct access_log *log);

/* Appends the line of an answered exchange to the thread's `lines`. */
void access_log_add(struct buffer *lines, const struct exchange *exchange, uint64_t now_ns, const struct sockaddr *remote);

/* Writes the gathered lines and empties the buffer. How many lines were lost because the file could not be written. */
MUST_USE unsigned access_log_flush(struct access_log *log, struct buffer *lines);

#endif
