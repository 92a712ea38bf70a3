/* A search request as JSON: an object whose members are the API's parameters. */
#ifndef TIM_CLI_REQUEST_JSON_H
#define TIM_CLI_REQUEST_JSON_H

#include "query/request.h"

/* Sets every member on an initialised request: text, numbers and booleans as they stand, an array as one parameter given several times.
 * Values are copied to `arena`. INVALID for what is not such an object, and for whatever request_set refuses. */
MUST_USE enum status request_from_json(struct search_request *request, struct bytes json, struct arena *arena, struct error *error);

#endif
