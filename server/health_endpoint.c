/* GET /healthz: the process answers. GET /readyz: it can answer searches, or the reasons why not. */
#include "catalog/json_writer.h"
#include "server/endpoint.h"
#include "storage/meta.h"
#include "storage/snapshot.h"

enum status healthz_endpoint(struct call *call, struct error *error)
{
    (void)error;
    buffer_append_text(&call->answer->body, "{\"status\":\"ok\"}");
    return STATUS_OK;
}

static void render_index(struct json_writer *json, const struct view *view, const struct position *position)
{
    json_put_key(json, "generation");
    json_put_number(json, view->generation);
    json_put_key(json, "commit");
    json_put_number(json, (int64_t)snapshot_commit(view->snapshot));
    json_put_key(json, "appliedLsn");
    if (position == NULL) {
        json_put_null(json);
        return;
    }
    char lsn[LSN_TEXT_MAX];
    lsn_print(position->lsn, lsn);
    json_put_literal(json, lsn);
}

enum status readyz_endpoint(struct call *call, struct error *error)
{
    struct position position = {0};
    bool draining = atomic_load_explicit(&call->service->draining, memory_order_relaxed);
    enum status viewed = view_begin(call->view, error);
    enum status placed = viewed == STATUS_OK ? position_get(call->view->snapshot, &position) : STATUS_NOT_FOUND;
    bool ready = !draining && viewed == STATUS_OK && (placed == STATUS_OK || placed == STATUS_NOT_FOUND);
    struct json_writer json = {.out = &call->answer->body};
    json_begin_object(&json);
    json_put_key(&json, "status");
    json_put_literal(&json, ready ? "ready" : "unready");
    json_put_key(&json, "reasons");
    json_begin_array(&json);
    if (draining)
        json_put_literal(&json, "the server is shutting down");
    if (viewed != STATUS_OK)
        json_put_literal(&json, error->text);
    if (placed != STATUS_OK && placed != STATUS_NOT_FOUND)
        json_put_literal(&json, "the index's position cannot be read");
    json_end_array(&json);
    if (viewed == STATUS_OK)
        render_index(&json, call->view, placed == STATUS_OK ? &position : NULL);
    json_end_object(&json);
    call->answer->http_status = ready ? 200 : 503;
    call->answer->has_lsn = placed == STATUS_OK;
    call->answer->applied_lsn = position.lsn;
    return STATUS_OK;
}
