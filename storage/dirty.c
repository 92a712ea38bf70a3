/* The rebuild queue.
 *
 *   key   := product id
 *   value := empty
 */
#include <string.h>

#include "storage/door.h"
#include "storage/mirror.h"

enum status dirty_put(struct batch *batch, struct bytes product_id)
{
    if (product_id.size == 0 || product_id.size > MIRROR_KEY_BYTES_MAX)
        return STATUS_LIMIT;
    return door_put(batch, DB_DIRTY, product_id.data, product_id.size, NULL, 0);
}

static enum status dirty_read(struct batch *batch, size_t limit, struct arena *arena, struct bytes *ids, size_t *count)
{
    struct door_cursor cursor = {0};
    enum status status = door_cursor_open(&batch->view, DB_DIRTY, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, NULL, 0);
    while (status == STATUS_OK && *count < limit) {
        const char *copy = arena_copy(arena, cursor.key.data, cursor.key.size);
        if (copy == NULL) {
            status = STATUS_LIMIT;
            break;
        }
        ids[(*count)++] = (struct bytes){.data = copy, .size = cursor.key.size};
        status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status dirty_take(struct batch *batch, size_t limit, struct arena *arena, struct bytes **ids, size_t *count)
{
    uint64_t waiting = 0;
    *ids = NULL;
    *count = 0;
    enum status status = dirty_count(&batch->view, &waiting);
    if (status != STATUS_OK)
        return status;
    limit = waiting < limit ? (size_t)waiting : limit;
    struct bytes *taken = arena_calloc(arena, limit, sizeof *taken);
    size_t taken_count = 0;
    if (taken == NULL)
        return STATUS_LIMIT;
    status = dirty_read(batch, limit, arena, taken, &taken_count);
    for (size_t i = 0; status == STATUS_OK && i < taken_count; i++)
        status = door_del(batch, DB_DIRTY, taken[i].data, taken[i].size);
    if (status != STATUS_OK)
        return status;
    *ids = taken;
    *count = taken_count;
    return STATUS_OK;
}

enum status dirty_count(struct snapshot *snapshot, uint64_t *count)
{
    MDB_stat stat = {0};
    enum status status = status_from_lmdb(mdb_stat(snapshot->txn, snapshot->env->dbi[DB_DIRTY], &stat));
    *count = stat.ms_entries;
    return status;
}
