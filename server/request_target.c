#include "server/request_target.h"

#include <string.h>

#include "base/clock.h"

enum status request_from_target(struct search_request *request, const struct target *target, const char *besides, struct error *error)
{
    request_init(request);
    request->now_s = clock_wall_s();
    for (unsigned i = 0; i < target->parameter_count; i++) {
        const struct parameter *parameter = &target->parameters[i];
        if (besides != NULL && strcmp(parameter->name, besides) == 0)
            continue;
        enum status status = request_set(request, parameter->name, parameter->value, error);
        if (status != STATUS_OK)
            return status;
    }
    return request_check(request, error);
}
