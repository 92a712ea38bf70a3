/* From a path to the endpoint that answers it. */
#ifndef TIM_SERVER_ROUTER_H
#define TIM_SERVER_ROUTER_H

#include "server/endpoint.h"

struct route {
    const char *path; /* "{slug}" at its end stands for one segment */
    enum endpoint endpoint;
    bool needs_index;
    const char *const *parameters; /* NULL-terminated; NULL: the handler judges them itself */
    const char *cache_control;
    enum status (*handle)(struct call *call, struct error *error);
};

/* NULL: no such path. */
const struct route *route_find(struct bytes path, struct bytes *variable);

/* Answers a parsed GET or HEAD whose `target`, `service`, `view` and `answer` are set; any failure becomes an error body. The view is begun
 * here when the route needs it; the caller ends it after the answer was copied. */
enum endpoint route_run(struct call *call);

#endif
