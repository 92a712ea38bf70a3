/* A search request from the words of a command line: the query, then parameters of the API as NAME=VALUE. */
#ifndef TIM_CLI_REQUEST_WORDS_H
#define TIM_CLI_REQUEST_WORDS_H

#include "base/arena.h"
#include "cli/command.h"
#include "query/request.h"

enum { REQUEST_WORDS_MAX = 64 };

/* `limit` holds unless it is given as a parameter. Borrows the words and the arena. INVALID with the sentence. */
MUST_USE enum status request_from_words(struct search_request *request, const struct invocation *invocation, unsigned limit,
                                        struct arena *arena, struct error *error);

#endif
