#include "cli/stop.h"

#include <stddef.h>

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t stopped;

static void stop_handle(int number)
{
    (void)number;
    stopped = 1;
}

const volatile sig_atomic_t *stop_flag(void)
{
    struct sigaction action = {.sa_handler = stop_handle};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return &stopped;
}
