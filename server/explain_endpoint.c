/* GET /v1/admin/explain */
#include <string.h>

#include "base/clock.h"
#include "server/endpoint.h"
#include "server/render_explain.h"
#include "server/request_target.h"

enum { NAMED_BYTES_MAX = 255 };

static enum status product_read(const struct target *target, struct bytes *out, struct error *error)
{
    unsigned count = 0;
    for (unsigned i = 0; i < target->parameter_count; i++) {
        if (strcmp(target->parameters[i].name, "product") != 0)
            continue;
        *out = target->parameters[i].value;
        count++;
    }
    if (count == 0)
        return error_set(error, STATUS_INVALID, "product is needed: the id, slug or SKU of the product whose place is to be explained");
    if (count > 1)
        return error_set(error, STATUS_INVALID, "product was given %u times; give it once", count);
    if (out->size == 0 || out->size > NAMED_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "product has %zu bytes; an id, slug or SKU has 1 to %d", out->size, NAMED_BYTES_MAX);
    return STATUS_OK;
}

enum status explain_endpoint(struct call *call, struct error *error)
{
    struct search_request request;
    struct arena arena;
    struct bytes product = {0};
    struct snapshot *snapshot = call->view->snapshot;
    enum status status = product_read(call->target, &product, error);
    if (status == STATUS_OK)
        status = request_from_target(&request, call->target, "product", error);
    if (status != STATUS_OK)
        return status;
    arena_init(&arena, EXPLAIN_ARENA_BYTES);
    uint64_t start = clock_monotonic_ns();
    struct explanation *why = arena_alloc(&arena, sizeof *why);
    status = why == NULL ? STATUS_LIMIT : product_id_get(snapshot, product, &product);
    if (status == STATUS_OK)
        status = search_explain(snapshot, call->service->analyzer, &request, product, &arena, why, error);
    call->answer->engine_ns = clock_monotonic_ns() - start;
    if (status == STATUS_OK)
        explain_render(&request, product, why, &call->answer->body);
    arena_release(&arena);
    return status;
}
