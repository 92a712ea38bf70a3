/* GET /v1/search/suggest */
#include <string.h>

#include "base/clock.h"
#include "query/request.h"
#include "query/suggest.h"
#include "server/endpoint.h"
#include "server/learner.h"
#include "server/render_suggest.h"
#include "storage/snapshot.h"

struct suggest_request {
    struct bytes text;
    unsigned limit;
    bool has_text, has_limit;
};

/* The router let only q and limit through. */
static enum status parameter_take(const struct parameter *parameter, struct suggest_request *request, struct error *error)
{
    bool is_text = strcmp(parameter->name, "q") == 0;
    bool *seen = is_text ? &request->has_text : &request->has_limit;
    if (*seen)
        return error_set(error, STATUS_INVALID, "%s was given twice; give it once", parameter->name);
    *seen = true;
    if (!is_text)
        return limit_parse(parameter->value, SUGGESTIONS_MAX, &request->limit, error);
    if (parameter->value.size > QUERY_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "q has %zu bytes; at most %d", parameter->value.size, QUERY_BYTES_MAX);
    request->text = parameter->value;
    return STATUS_OK;
}

enum status suggest_endpoint(struct call *call, struct error *error)
{
    struct suggest_request request = {.text = {.data = "", .size = 0}, .limit = SUGGESTIONS_MAX};
    for (unsigned i = 0; i < call->target->parameter_count; i++) {
        enum status status = parameter_take(&call->target->parameters[i], &request, error);
        if (status != STATUS_OK)
            return status;
    }
    struct view *view = call->view;
    struct learner *learner = call->service->learner;
    struct popular *popular = learner == NULL ? NULL : learner_popular_take(learner);
    struct suggest_result result = {0};
    uint64_t start = clock_monotonic_ns();
    enum status status = suggest_run(view->snapshot, call->service->analyzer, popular, request.text, request.limit, &view->arena, &result);
    call->answer->engine_ns = clock_monotonic_ns() - start;
    if (status == STATUS_OK)
        status = snapshot_status(view->snapshot);
    if (status == STATUS_OK)
        suggest_render(&result, &call->answer->body);
    if (popular != NULL)
        learner_popular_give_back(learner, popular);
    return status;
}
