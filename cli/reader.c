#include "cli/reader.h"

#include <stddef.h>

#include "storage/index.h"
#include "storage/snapshot.h"

enum status reader_open(struct reader *reader, const struct settings *settings, struct error *error)
{
    *reader = (struct reader){0};
    uint64_t map_bytes = (uint64_t)settings_number(settings, "map-gib") << 30;
    enum status status = index_open(settings_text(settings, "index"), INDEX_READ, map_bytes, &reader->index, error);
    if (status == STATUS_OK)
        status = index_acquire(reader->index, &reader->env, &reader->generation, error);
    if (status == STATUS_OK)
        status = snapshot_open(reader->env, &reader->snapshot, error);
    return status;
}

enum status reader_sign(struct reader *reader, const struct settings *settings, struct error *error)
{
    return cursor_key_take(reader->index, settings_text(settings, "cursor-key"), &reader->cursor_key, error);
}

void reader_close(struct reader *reader)
{
    if (reader->snapshot != NULL)
        snapshot_close(reader->snapshot);
    if (reader->env != NULL)
        index_release(reader->index, reader->env);
    if (reader->index != NULL)
        index_close(reader->index);
    *reader = (struct reader){0};
}

enum status reader_check(const struct reader *reader, struct error *error)
{
    if (snapshot_status(reader->snapshot) == STATUS_OK)
        return STATUS_OK;
    return error_set(error, snapshot_status(reader->snapshot), "a stored block is damaged: run tim verify, then rebuild the index");
}
