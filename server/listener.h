/* Listening sockets: one per thread on the same address and port, and nobody else's. */
#ifndef TIM_SERVER_LISTENER_H
#define TIM_SERVER_LISTENER_H

#include <stdint.h>

#include "base/status.h"

enum { LISTENERS_MAX = 256 };

struct listeners {
    int fds[LISTENERS_MAX]; /* -1: closed, or taken by somebody else */
    unsigned count;
    uint16_t port; /* the one in use, when 0 was asked for */
};

/* `address` is numeric or a name ("0.0.0.0", "::", "localhost"). BUSY: the port is in use, by whomever; DENIED: a port below 1024 without
 * the right; INVALID: no such address here. */
MUST_USE enum status listeners_open(struct listeners *listeners, const char *address, uint16_t port, unsigned count, struct error *error);
void listeners_close(struct listeners *listeners);

#endif
