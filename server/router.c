#include "server/router.h"

#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "storage/meta.h"

/* Whom a server answers: endpoint.h, struct service. */
enum audience { FOR_PUBLIC = 1, FOR_ADMIN = 2, FOR_BOTH = FOR_PUBLIC | FOR_ADMIN };

struct route {
    const char *path; /* "{slug}" at its end stands for one segment */
    enum audience audience;
    enum endpoint endpoint;
    bool needs_index;
    const char *const *parameters; /* NULL-terminated; NULL: the handler judges them itself */
    const char *cache_control;
    enum status (*handle)(struct call *call, struct error *error);
};

static const char *const no_parameters[] = {NULL};
static const char *const limit_parameters[] = {"limit", NULL};
static const char *const suggest_parameters[] = {"q", "limit", NULL};

static const char until_stale[] = "public, max-age=1";
static const char never[] = "no-store";

static const struct route routes[] = {
    {"/v1/search", FOR_PUBLIC, ENDPOINT_SEARCH, true, NULL, until_stale, search_endpoint},
    {"/v1/search/suggest", FOR_PUBLIC, ENDPOINT_SUGGEST, true, suggest_parameters, until_stale, suggest_endpoint},
    {"/v1/products/{slug}/similar", FOR_PUBLIC, ENDPOINT_SIMILAR, true, limit_parameters, until_stale, similar_endpoint},
    {"/v1/products/{slug}", FOR_PUBLIC, ENDPOINT_PRODUCT, true, no_parameters, until_stale, product_endpoint},
    {"/1/events", FOR_PUBLIC, ENDPOINT_EVENTS, false, NULL, never, events_endpoint},
    {"/v1/admin/explain", FOR_ADMIN, ENDPOINT_EXPLAIN, true, NULL, never, explain_endpoint},
    {"/healthz", FOR_BOTH, ENDPOINT_HEALTH, false, no_parameters, never, healthz_endpoint},
    {"/readyz", FOR_PUBLIC, ENDPOINT_READY, false, no_parameters, never, readyz_endpoint},
    {"/metrics", FOR_PUBLIC, ENDPOINT_METRICS, false, no_parameters, never, metrics_endpoint},
};

static bool path_matches(const char *pattern, struct bytes path, struct bytes *variable)
{
    const char *brace = strchr(pattern, '{');
    size_t fixed = brace == NULL ? strlen(pattern) : (size_t)(brace - pattern);
    if (path.size < fixed || memcmp(path.data, pattern, fixed) != 0)
        return false;
    *variable = (struct bytes){.data = path.data + fixed, .size = path.size - fixed};
    if (brace == NULL)
        return variable->size == 0;
    const char *tail = strchr(brace, '}') + 1;
    size_t tail_size = strlen(tail);
    if (variable->size < tail_size || memcmp(variable->data + variable->size - tail_size, tail, tail_size) != 0)
        return false;
    variable->size -= tail_size;
    return variable->size > 0 && memchr(variable->data, '/', variable->size) == NULL;
}

/* NULL: no such path for them. */
static const struct route *route_find(struct bytes path, enum audience audience, struct bytes *variable)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if ((routes[i].audience & audience) != 0 && path_matches(routes[i].path, path, variable))
            return &routes[i];
    }
    return NULL;
}

static size_t names_count(const char *const *names)
{
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    return count;
}

static bool is_known(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static enum status parameters_check(const struct route *route, const struct target *target, struct error *error)
{
    for (unsigned i = 0; route->parameters != NULL && i < target->parameter_count; i++) {
        const char *name = target->parameters[i].name;
        if (is_known(name, route->parameters))
            continue;
        const char *nearest = name_nearest(name, route->parameters, names_count(route->parameters));
        if (nearest != NULL)
            return error_set(error, STATUS_INVALID, "unknown parameter \"%s\"; did you mean \"%s\"?", name, nearest);
        return error_set(error, STATUS_INVALID, "%s has no such parameter: %s", route->path, name); /* cut at its end when too long */
    }
    return STATUS_OK;
}

static enum status view_prepare(struct call *call, struct error *error)
{
    enum status status = view_begin(call->view, error);
    if (status != STATUS_OK)
        return status;
    struct position position = {0};
    status = position_get(call->view->snapshot, &position);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return error_set(error, status, "the index cannot be read: %s", status_name(status));
    call->answer->has_lsn = true;
    call->answer->applied_lsn = position.lsn;
    return STATUS_OK;
}

static enum status handle(const struct route *route, struct call *call, struct error *error)
{
    enum status status = parameters_check(route, call->target, error);
    if (status == STATUS_OK && route->needs_index)
        status = view_prepare(call, error);
    return status == STATUS_OK ? route->handle(call, error) : status;
}

/* What the client is told of a failure of ours says no more than that; the sentence is for the operator. */
static void refuse(const struct route *route, struct call *call, enum status status, const struct error *error)
{
    unsigned http_status = http_status_from(status);
    const char *message = error->text[0] != '\0' ? error->text : status_name(status);
    if (http_status == 500) {
        log_error("serve: %s: %s", route->path, message);
        message = "the index could not be read; the server's log says why";
    }
    uint64_t engine_ns = call->answer->engine_ns;
    answer_refuse(call->answer, http_status, message);
    call->answer->engine_ns = engine_ns;
}

enum endpoint route_run(struct call *call)
{
    bool for_admin = call->service->admin_token != NULL;
    const struct route *route = route_find(call->target->path, for_admin ? FOR_ADMIN : FOR_PUBLIC, &call->variable);
    if (route == NULL) {
        answer_refuse(call->answer, 404,
                      for_admin ? "there is nothing for admins at this path; see /v1/admin/explain?q=&product="
                                : "there is nothing at this path; see /v1/search?q=");
        return ENDPOINT_OTHER;
    }
    if (call->is_post != (route->endpoint == ENDPOINT_EVENTS)) {
        answer_refuse(call->answer, 405, call->is_post ? "only GET, HEAD and OPTIONS are answered at this path" : "events come by POST");
        return ENDPOINT_OTHER;
    }
    struct error error = {0};
    enum status status = handle(route, call, &error);
    if (status != STATUS_OK)
        refuse(route, call, status, &error);
    else if (call->answer->http_status == 200)
        call->answer->cache_control = route->cache_control;
    return route->endpoint;
}
