/* From a path to the endpoint that answers it. */
#ifndef TIM_SERVER_ROUTER_H
#define TIM_SERVER_ROUTER_H

#include "server/endpoint.h"

/* Answers a parsed GET or HEAD whose `target`, `service`, `view` and `answer` are set; any failure becomes an error body. A path that is not
 * for those whom the service answers is none. The view is begun here when the route needs it; the caller ends it after the answer was
 * copied. */
enum endpoint route_run(struct call *call);

#endif
