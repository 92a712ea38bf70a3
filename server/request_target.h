/* A search request from the parameters of a target. */
#ifndef TIM_SERVER_REQUEST_TARGET_H
#define TIM_SERVER_REQUEST_TARGET_H

#include "query/request.h"
#include "server/target.h"

/* Borrows the target. `besides` names a parameter that is not the search's and stays unread; NULL: there is none. INVALID with the sentence. */
MUST_USE enum status request_from_target(struct search_request *request, const struct target *target, const char *besides,
                                         struct error *error);

#endif
