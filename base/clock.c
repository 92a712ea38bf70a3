#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ns(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t clock_thread_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_wall_us(void)
{
    return (int64_t)(clock_ns(CLOCK_REALTIME) / 1000u);
}

uint32_t clock_wall_s(void)
{
    int64_t seconds = clock_wall_us() / 1000000;
    return seconds < 0 ? 0 : seconds >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)seconds;
}

void clock_format(int64_t wall_us, char text[25])
{
    int64_t seconds = wall_us / 1000000;
    int64_t rest_us = wall_us % 1000000;
    if (rest_us < 0) {
        rest_us += 1000000;
        seconds--;
    }
    time_t when = (time_t)seconds;
    struct tm parts = {0};
    gmtime_r(&when, &parts);
    char day[32];
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, 25, "%.19s.%03dZ", day, (int)(rest_us / 1000));
}

void clock_sleep_ms(unsigned ms)
{
    struct timespec wanted = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&wanted, NULL);
}
