/* GET /v1/products/{slug}/similar */
#include <string.h>

#include "base/clock.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "query/similar.h"
#include "server/endpoint.h"
#include "storage/fragment.h"
#include "storage/mirror.h"
#include "storage/snapshot.h"

/* The router let only limit through. */
static enum status limit_read(const struct target *target, unsigned *limit, struct error *error)
{
    *limit = SIMILAR_DEFAULT;
    if (target->parameter_count > 1)
        return error_set(error, STATUS_INVALID, "limit was given twice; give it once");
    return target->parameter_count == 0 ? STATUS_OK : limit_parse(target->parameters[0].value, SIMILAR_MAX, limit, error);
}

/* The live product with the slug. */
static enum status product_find(struct snapshot *snapshot, struct bytes slug, struct arena *arena, uint32_t *document)
{
    struct bytes id = {0}, stored = {0};
    enum status status = reverse_first(snapshot, REVERSE_SLUG, slug, &id);
    if (status == STATUS_OK)
        status = document_get(snapshot, id, document);
    return status == STATUS_OK ? fragment_get(snapshot, *document, arena, &stored) : status; /* only a live product has one */
}

static enum status similar_render(struct view *view, const uint32_t *documents, unsigned count, struct buffer *out)
{
    struct json_writer json = {.out = out};
    struct hit_renderer renderer = {0};
    hit_renderer_init(&renderer, view->snapshot, &view->arena);
    json_begin_object(&json);
    json_put_key(&json, "hits");
    json_begin_array(&json);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        enum status status = hit_render(&renderer, documents[i], NULL, out);
        if (status != STATUS_OK)
            return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    }
    json_end_array(&json);
    json_end_object(&json);
    return snapshot_status(view->snapshot);
}

enum status similar_endpoint(struct call *call, struct error *error)
{
    struct view *view = call->view;
    uint32_t documents[SIMILAR_MAX], document = 0;
    unsigned limit = 0, count = 0;
    enum status status = limit_read(call->target, &limit, error);
    if (status != STATUS_OK)
        return status;
    status = product_find(view->snapshot, call->variable, &view->arena, &document);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, status, "no product has the slug %.*s", (int)call->variable.size, call->variable.data);
    uint64_t start = clock_monotonic_ns();
    if (status == STATUS_OK)
        status = similar_run(view->snapshot, document, limit, &view->arena, documents, &count);
    call->answer->engine_ns = clock_monotonic_ns() - start;
    return status == STATUS_OK ? similar_render(view, documents, count, &call->answer->body) : status;
}
