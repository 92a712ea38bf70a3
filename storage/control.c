#include "storage/control.h"

#include <string.h>

#include "storage/batch.h"
#include "storage/door.h"
#include "storage/snapshot.h"

enum status control_get(struct snapshot *view, const char *folder, const char *key, void *out, size_t size, struct error *error)
{
    struct bytes payload = {0};
    enum status status = snapshot_renew(view);
    if (status == STATUS_OK) {
        status = door_get(view, DB_META, key, strlen(key), &payload);
        if (status == STATUS_OK && payload.size != size)
            status = STATUS_CORRUPT;
        if (status == STATUS_OK)
            memcpy(out, payload.data, size);
        snapshot_reset(view);
    }
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        return status;
    return error_set(error, status, "cannot read %s/control: %s", folder, status_name(status));
}

enum status control_put(struct env *control, const char *folder, const char *key, const void *payload, size_t size, struct error *error)
{
    struct batch *batch = NULL;
    enum status status = batch_begin(control, &batch, error);
    if (status != STATUS_OK)
        return status;
    status = door_put(batch, DB_META, key, strlen(key), payload, size);
    if (status == STATUS_OK)
        return batch_commit(batch, error);
    batch_abort(batch);
    return error_set(error, status, "cannot write %s/control: %s", folder, status_name(status));
}
