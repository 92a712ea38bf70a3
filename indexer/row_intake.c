#include "indexer/row_intake.h"

#include <assert.h>
#include <stdlib.h>

#include "indexer/apply_state.h"
#include "indexer/bulk.h"
#include "storage/bulk.h"
#include "storage/mirror.h"

struct row_intake {
    struct env *env;
    struct sorter *sorter;
    struct buffer encoded;
};

struct row_intake *row_intake_new(struct env *env, size_t memory_bytes)
{
    struct row_intake *intake = memory_calloc(1, sizeof *intake);
    intake->env = env;
    intake->sorter = sorter_new(env, (memory_bytes == 0 ? (size_t)BULK_MEMORY_MIB << 20 : memory_bytes) / 2);
    return intake;
}

void row_intake_free(struct row_intake *intake)
{
    if (intake == NULL)
        return;
    sorter_free(intake->sorter);
    buffer_release(&intake->encoded);
    free(intake);
}

enum status row_intake_take(struct row_intake *intake, const struct row *row, struct error *error)
{
    struct row kept = *row;
    struct bytes key = cell_text(&row->cells[0]);
    enum status status = key_check(row->table, key, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < schema_tables[row->table].column_count; i++)
        assert(kept.cells[i].state != CELL_UNCHANGED);
    (void)row_limit(&kept);
    intake->encoded.size = 0;
    row_encode(&kept, row->table == TABLE_PRODUCT || row->table == TABLE_VARIANT, 0, &intake->encoded);
    status = mirror_sort(intake->sorter, (uint8_t)row->table, key, (struct bytes){intake->encoded.data, intake->encoded.size});
    if (status == STATUS_OK)
        return STATUS_OK;
    return error_set(error, status, "the rows could not be set aside in the index's folder: %s", status_name(status));
}

enum status row_intake_write(struct row_intake *intake, const volatile sig_atomic_t *stop, struct error *error)
{
    struct progress progress;
    struct bulk_run run = {.env = intake->env, .stop = stop, .progress = &progress};
    progress_begin(&progress, "writing the rows", "rows", sorter_count(intake->sorter));
    enum status status = bulk_write_rows(&run, intake->sorter, error);
    progress_end(&progress);
    return status;
}
