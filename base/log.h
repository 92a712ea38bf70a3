/* What the program says to its operator, on stderr: log lines and the progress bar of long work.
 *
 * A log line is `2026-11-20T23:42:15.123Z info indexer: 2,000 changes applied`. An error is logged once, by whoever decides what happens
 * next. Safe from any thread. Never hand it a connection string: `log_*` writes what it is given. */
#ifndef TIM_BASE_LOG_H
#define TIM_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below `level` are dropped. The default is LOG_INFO. */
void log_set_level(enum log_level level);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)

/* A progress bar with rate and remaining time: redrawn in place on a terminal (at most ten times a second), a log line every five
 * seconds elsewhere. Log lines written meanwhile appear above it. One bar at a time. */
struct progress {
    const char *what; /* borrowed: "copying products" */
    const char *unit; /* borrowed: "rows" */
    uint64_t total;   /* 0: unknown */
    uint64_t done;
    uint64_t started_ns, drawn_ns;
};

void progress_begin(struct progress *progress, const char *what, const char *unit, uint64_t total);
/* Cheap: looks at the clock and seldom draws. */
void progress_set(struct progress *progress, uint64_t done);
/* Leaves one closing line: what, how many, how long, the rate. */
void progress_end(struct progress *progress);

#endif
