/* GET /v1/search */
#include <string.h>

#include "analyzers/analyzer.h"
#include "base/clock.h"
#include "query/search.h"
#include "query/strict.h"
#include "server/endpoint.h"
#include "server/heard.h"
#include "server/render_search.h"
#include "server/request_target.h"

/* Everything else narrows a search that was heard already, or asks for another part or reading of it. */
static bool is_plain(const struct target *target)
{
    static const char *const plain[] = {"q", "facets", "facetLimit", "limit", "sort", "highlight", NULL};
    for (unsigned i = 0; i < target->parameter_count; i++) {
        const char *const *name = plain;
        while (*name != NULL && strcmp(*name, target->parameters[i].name) != 0)
            name++;
        if (*name == NULL)
            return false;
    }
    return true;
}

/* A query with quotations or excluded words is another than that of its words, and finds another number of products. */
static enum status search_heard(const struct call *call, const struct search_request *request, const struct search_result *result)
{
    struct strict_spans spans;
    struct bytes plain;
    if (call->heard == NULL || !is_plain(call->target) || result->partial)
        return STATUS_OK;
    enum status status = strict_parse(request->text, &call->view->arena, &spans, &plain);
    if (status == STATUS_OK && spans.count == 0)
        heard_put(call->heard, HEARD_SEARCH, false, request->text, (struct bytes){.data = "", .size = 0},
                  result->total < LEARNED_TOTAL_UNKNOWN ? (uint32_t)result->total : LEARNED_TOTAL_UNKNOWN - 1);
    return status;
}

/* What the events that follow call the query by. */
static enum status search_name(const struct call *call, struct bytes text)
{
    struct bytes folded = {0};
    if (call->heard == NULL || text.size == 0)
        return STATUS_OK;
    enum status status = fold_text(call->service->analyzer, text.data, text.size, &call->view->arena, &folded);
    if (status == STATUS_OK && folded.size > 0)
        query_name(folded, call->answer->query_name);
    return status;
}

enum status search_endpoint(struct call *call, struct error *error)
{
    struct search_request request;
    enum status status = request_from_target(&request, call->target, NULL, error);
    if (status != STATUS_OK)
        return status;
    struct view *view = call->view;
    struct bytes next_cursor = {0};
    status = cursor_admit(&call->service->cursor_key, &request, &view->arena, error);
    if (status != STATUS_OK)
        return status;
    struct search_limits limits = {.cpu_ns = call->service->cpu_ns};
    struct search_result result = {0};
    uint64_t start = clock_monotonic_ns();
    status = search_run(view->snapshot, call->service->analyzer, &request, &limits, &view->arena, &result, error);
    call->answer->engine_ns = clock_monotonic_ns() - start;
    if (status == STATUS_OK)
        status = cursor_encode(&call->service->cursor_key, result.next, &view->arena, &next_cursor);
    if (status == STATUS_OK)
        status = search_render(view->snapshot, &request, &result, next_cursor, &view->arena, &call->answer->body);
    if (status == STATUS_OK)
        status = search_name(call, request.text);
    if (status == STATUS_OK)
        status = search_heard(call, &request, &result);
    return status;
}
