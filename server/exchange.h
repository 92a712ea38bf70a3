/* One request from its first line to the last byte of its answer: what the access log and the metrics tell about it. */
#ifndef TIM_SERVER_EXCHANGE_H
#define TIM_SERVER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "server/metrics.h"

enum {
    REQUEST_ID_MAX = 64,   /* bytes of an X-Request-Id that is taken over from the client */
    METHOD_BYTES_MAX = 16, /* kept of the method */
    BODY_BYTES_MAX = 8192, /* of a request, where one is taken at all */
};

struct exchange {
    char *target;       /* as sent, on the heap; at most TARGET_BYTES_MAX + 1 bytes of it */
    size_t target_size; /* of what is kept */
    uint64_t started_ns;
    bool head_seen;     /* the headers were read */
    bool takes_body;    /* what they announced may come */
    struct buffer body; /* at most BODY_BYTES_MAX */
    /* set when it is answered */
    char request_id[REQUEST_ID_MAX + 1];
    char method[METHOD_BYTES_MAX + 1];
    enum endpoint endpoint;
    unsigned http_status; /* 0: not answered */
    size_t body_bytes;    /* as sent */
    uint64_t engine_ns;
};

void exchange_begin(struct exchange *exchange, const char *target);
void exchange_end(struct exchange *exchange);

/* More of the body. False: it is not taken, or becomes too large. */
bool exchange_take(struct exchange *exchange, const char *data, size_t size);

/* Takes over a client's id when it is 1..REQUEST_ID_MAX of [A-Za-z0-9._-], else makes one from `random` (16 hex digits). */
void exchange_name(struct exchange *exchange, const char *offered, uint64_t random);

#endif
