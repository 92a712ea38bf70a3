#include "storage/bulk.h"

#include "storage/bulk_put.h"
#include "storage/parts.h"

static enum status bulk_failed(enum status status, struct error *error)
{
    if (status == STATUS_OK || status == STATUS_END || (error != NULL && error->text[0] != '\0'))
        return status;
    return error_set(error, status, "the new index could not be written: %s", status_name(status));
}

enum status bulk_each(const struct bulk_run *run, struct sorter *sorter, bulk_put *put, void *context, struct error *error)
{
    struct batch *batch = NULL;
    struct bytes key, value;
    uint64_t done = 0;
    enum status status = sorter_sort(sorter);
    if (status == STATUS_OK)
        status = batch_begin_bulk(run->env, &batch, error);
    while (status == STATUS_OK && (status = sorter_next_last(sorter, &key, &value)) == STATUS_OK) {
        status = put(context, batch, key, value);
        if (status == STATUS_OK)
            status = batch_turn(&batch, error);
        if (run->progress != NULL)
            progress_set(run->progress, ++done);
        if (status == STATUS_OK && run->stop != NULL && *run->stop != 0) {
            batch_abort(batch);
            return STATUS_END;
        }
    }
    if (status == STATUS_END)
        return bulk_failed(batch_commit(batch, error), error);
    batch_abort(batch);
    return bulk_failed(status, error);
}

static enum status row_put(void *context, struct batch *batch, struct bytes key, struct bytes value)
{
    (void)context;
    return parts_put(batch, DB_ROW, key.data, key.size, value.data, value.size);
}

/* A record as it is; `context` is the number of its database. */
static enum status record_put(void *context, struct batch *batch, struct bytes key, struct bytes value)
{
    const enum database *db = context;
    return door_put(batch, *db, key.data, key.size, value.data, value.size);
}

enum status bulk_write_rows(const struct bulk_run *run, struct sorter *sorter, struct error *error)
{
    return bulk_each(run, sorter, row_put, NULL, error);
}

enum status bulk_write_documents(const struct bulk_run *run, struct sorter *sorter, struct error *error)
{
    enum database db = DB_EXT;
    return bulk_each(run, sorter, record_put, &db, error);
}

enum status bulk_write_reverse(const struct bulk_run *run, struct sorter *sorter, struct error *error)
{
    enum database db = DB_REVERSE;
    return bulk_each(run, sorter, record_put, &db, error);
}
