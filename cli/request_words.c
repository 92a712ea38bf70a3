#include "cli/request_words.h"

#include <string.h>

#include "base/clock.h"

enum status request_from_words(struct search_request *request, const struct invocation *invocation, unsigned limit, struct arena *arena,
                               struct error *error)
{
    enum status status = STATUS_OK;
    request_init(request);
    request->now_s = clock_wall_s();
    request->limit = limit;
    for (size_t i = 0; i < invocation->argument_count && status == STATUS_OK; i++) {
        const char *word = invocation->arguments[i];
        const char *equals = i > 0 ? strchr(word, '=') : NULL;
        if (i > 0 && equals == NULL)
            return error_set(error, STATUS_INVALID, "\"%.60s\" is not NAME=VALUE: quote a query of several words", word);
        const char *name = i > 0 ? arena_copy(arena, word, (size_t)(equals - word)) : "q";
        if (name == NULL)
            return error_set(error, STATUS_LIMIT, "the request is too large");
        const char *value = i > 0 ? equals + 1 : word;
        status = request_set(request, name, (struct bytes){.data = value, .size = strlen(value)}, error);
    }
    return status == STATUS_OK ? request_check(request, error) : status;
}
