/* The token of a request for admins: RFC 6750, section 2.1. */
#ifndef TIM_SERVER_BEARER_H
#define TIM_SERVER_BEARER_H

#include <stdbool.h>

enum { ADMIN_TOKEN_BYTES_MIN = 16, ADMIN_TOKEN_BYTES_MAX = 256 };

/* Whether `authorization`, the value of that header or NULL, is "Bearer" and the token. How long it takes tells nothing of the token but
 * its length. */
bool bearer_matches(const char *authorization, const char *token);

/* Whether a client can send it: printable ASCII without spaces. */
bool token_is_sendable(const char *token);

#endif
