/* GET /v1/products/{slug} */
#include "catalog/product_page.h"
#include "server/endpoint.h"
#include "storage/snapshot.h"

enum status product_endpoint(struct call *call, struct error *error)
{
    struct view *view = call->view;
    enum status status = product_page_render(view->snapshot, call->service->analyzer, call->variable, &view->arena, &call->answer->body);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, status, "no product has the slug %.*s", (int)call->variable.size, call->variable.data);
    return status == STATUS_OK ? snapshot_status(view->snapshot) : status;
}
