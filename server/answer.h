/* What goes back for one request, before it becomes HTTP: status, body, the headers that depend on the endpoint. */
#ifndef TIM_SERVER_ANSWER_H
#define TIM_SERVER_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "server/query_name.h"

struct answer {
    unsigned http_status;
    const char *content_type;  /* static memory */
    const char *cache_control; /* static memory */
    struct buffer body;        /* kept from answer to answer */
    uint64_t engine_ns;        /* 0: the engine was not asked */
    bool has_lsn;
    uint64_t applied_lsn;                  /* of the snapshot that the body was made from */
    char query_name[QUERY_NAME_BYTES + 1]; /* "": none */
};

/* An empty 200 with JSON to come, not to be kept by caches. Keeps the body's memory. */
void answer_reset(struct answer *answer);
void answer_release(struct answer *answer);

/* The one place where a status becomes an HTTP status. */
unsigned http_status_from(enum status status);

/* Makes it {"statusCode":400,"message":"...","error":"Bad Request"}, whatever the body held before. `message` is valid UTF-8. */
void answer_refuse(struct answer *answer, unsigned http_status, const char *message);

/* As PostgreSQL writes it: "16/B374D848". */
enum { LSN_TEXT_MAX = 18 };
void lsn_print(uint64_t lsn, char text[LSN_TEXT_MAX]);

#endif
