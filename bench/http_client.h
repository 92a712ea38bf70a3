/* A plain client on one keep-alive connection to loopback, for timing whole requests. Not for anything but our own server. */
#ifndef TIM_BENCH_HTTP_CLIENT_H
#define TIM_BENCH_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct http_client {
    int fd;
    struct buffer answer; /* head and body of the last answer */
};

MUST_USE enum status http_client_open(struct http_client *client, uint16_t port, struct error *error);
void http_client_close(struct http_client *client);

/* The two halves of a request, for whoever has many connections. Part: more of the answer is to come; call again when there is something to
 * read. INVALID: not a 200 with a length. */
MUST_USE enum status http_client_send(struct http_client *client, const char *target, struct error *error);
MUST_USE enum status http_client_receive(struct http_client *client, bool *part, struct error *error);

/* Sends GET `target` and reads the whole answer. INVALID: not a 200 with a length. */
MUST_USE enum status http_client_get(struct http_client *client, const char *target, struct error *error);

#endif
