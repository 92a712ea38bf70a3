#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_BYTES = 2048, BAR_CELLS = 28 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* stderr is one per process, and so are these. */
static pthread_mutex_t stderr_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic enum log_level lowest_level = LOG_INFO;
static char bar[256]; /* the bar now on the terminal's last line, empty when none */

void log_set_level(enum log_level level)
{
    lowest_level = level;
}

void log_write(enum log_level level, const char *format, ...)
{
    if (level < lowest_level)
        return;
    char line[LINE_BYTES];
    char when[25];
    clock_format(clock_wall_us(), when);
    int start = snprintf(line, sizeof line, "%s %s ", when, level_names[level]);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + start, sizeof line - (size_t)start, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&stderr_lock);
    fprintf(stderr, bar[0] != '\0' ? "\r\033[K%s\n%s" : "%s\n%s", line, bar);
    fflush(stderr);
    pthread_mutex_unlock(&stderr_lock);
}

static double seconds_since(uint64_t start_ns)
{
    return (double)(clock_monotonic_ns() - start_ns) / 1e9;
}

static void bar_draw(const struct progress *progress)
{
    double seconds = seconds_since(progress->started_ns);
    double rate = seconds > 0 ? (double)progress->done / seconds : 0;
    pthread_mutex_lock(&stderr_lock);
    if (progress->total > 0) {
        double share = (double)progress->done / (double)progress->total;
        share = share > 1 ? 1 : share;
        char cells[BAR_CELLS + 1];
        memset(cells, '.', BAR_CELLS);
        memset(cells, '#', (size_t)(share * BAR_CELLS));
        cells[BAR_CELLS] = '\0';
        double left = rate > 0 ? (double)(progress->total - (share < 1 ? progress->done : progress->total)) / rate : 0;
        snprintf(bar, sizeof bar, "%s [%s] %3.0f %%  %.0f %s/s  %.0f s left", progress->what, cells, share * 100, rate, progress->unit,
                 left);
    } else {
        snprintf(bar, sizeof bar, "%s  %llu %s  %.0f %s/s", progress->what, (unsigned long long)progress->done, progress->unit, rate,
                 progress->unit);
    }
    fprintf(stderr, "\r\033[K%s", bar);
    fflush(stderr);
    pthread_mutex_unlock(&stderr_lock);
}

static bool on_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

void progress_begin(struct progress *progress, const char *what, const char *unit, uint64_t total)
{
    uint64_t now = clock_monotonic_ns();
    *progress = (struct progress){.what = what, .unit = unit, .total = total, .started_ns = now, .drawn_ns = now};
}

void progress_set(struct progress *progress, uint64_t done)
{
    progress->done = done;
    const uint64_t pause_ns = 100000000u, pause_logged_ns = 5000000000u;
    uint64_t now = clock_monotonic_ns();
    if (now - progress->drawn_ns < pause_ns) /* before the terminal is looked at: that is a call of the kernel's */
        return;
    bool terminal = on_terminal();
    if (!terminal && now - progress->drawn_ns < pause_logged_ns)
        return;
    progress->drawn_ns = now;
    if (terminal)
        bar_draw(progress);
    else
        log_info("%s: %llu of %llu %s", progress->what, (unsigned long long)done, (unsigned long long)progress->total, progress->unit);
}

void progress_end(struct progress *progress)
{
    pthread_mutex_lock(&stderr_lock);
    if (bar[0] != '\0')
        fprintf(stderr, "\r\033[K");
    bar[0] = '\0';
    pthread_mutex_unlock(&stderr_lock);
    double seconds = seconds_since(progress->started_ns);
    log_info("%s: %llu %s in %.1f s (%.0f %s/s)", progress->what, (unsigned long long)progress->done, progress->unit, seconds,
             seconds > 0 ? (double)progress->done / seconds : 0.0, progress->unit);
}
