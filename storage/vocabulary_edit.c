/* Entries follow the core terms: in a batch as terms are born and die, in a bulk build all at once behind the terms. */
#include <stdlib.h>

#include "storage/bulk_put.h"
#include "storage/snapshot.h"
#include "storage/vocabulary_row.h"

static void keys_make(const struct env *env, struct bytes term, struct vocabulary_keys *keys)
{
    keys->count = 0;
    if (env->term_keys != NULL && term.size > 0)
        env->term_keys(env->term_keys_context, term, keys);
}

enum status vocabulary_term_born(struct batch *batch, struct bytes term)
{
    struct vocabulary_keys keys;
    struct vocabulary_row row;
    enum status status = STATUS_OK;
    keys_make(batch->view.env, term, &keys);
    for (unsigned i = 0; status == STATUS_OK && i < keys.count; i++) {
        vocabulary_row_encode(&row, &keys.keys[i], term);
        status = door_put(batch, DB_VOCABULARY, row.bytes, row.size, NULL, 0);
    }
    return status;
}

enum status vocabulary_term_gone(struct batch *batch, struct bytes term)
{
    struct vocabulary_keys keys;
    struct vocabulary_row row;
    enum status status = STATUS_OK;
    keys_make(batch->view.env, term, &keys);
    for (unsigned i = 0; status == STATUS_OK && i < keys.count; i++) {
        vocabulary_row_encode(&row, &keys.keys[i], term);
        status = door_del(batch, DB_VOCABULARY, row.bytes, row.size);
        if (status == STATUS_NOT_FOUND)
            status = door_corrupt(&batch->view, DB_VOCABULARY, row.bytes, row.size, "a missing entry of a term");
    }
    return status;
}

static enum status rows_add(const struct env *env, struct sorter *sorter, struct bytes term)
{
    struct vocabulary_keys keys;
    struct vocabulary_row row;
    enum status status = STATUS_OK;
    keys_make(env, term, &keys);
    for (unsigned i = 0; status == STATUS_OK && i < keys.count; i++) {
        vocabulary_row_encode(&row, &keys.keys[i], term);
        status = sorter_add(sorter, (struct bytes){(const char *)row.bytes, row.size}, (struct bytes){0});
    }
    return status;
}

static enum status rows_sort(struct env *env, struct sorter *sorter, struct error *error)
{
    struct snapshot *snapshot = NULL;
    struct term_cursor *cursor = NULL;
    struct bytes found;
    struct term term;
    enum status status = snapshot_open(env, &snapshot, error);
    if (status == STATUS_OK)
        status = term_cursor_open(snapshot, TERM_CORE, &cursor);
    if (status == STATUS_OK)
        status = term_cursor_seek(cursor, NULL, 0, &found, &term);
    while (status == STATUS_OK) {
        status = rows_add(env, sorter, found);
        if (status == STATUS_OK)
            status = term_cursor_next(cursor, &found, &term);
    }
    term_cursor_close(cursor);
    snapshot_close(snapshot);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status row_put(void *context, struct batch *batch, struct bytes key, struct bytes value)
{
    (void)context;
    (void)value;
    return door_put(batch, DB_VOCABULARY, key.data, key.size, NULL, 0);
}

enum status bulk_write_vocabulary(const struct bulk_run *run, size_t memory_bytes, struct error *error)
{
    struct sorter *sorter = sorter_new(run->env, memory_bytes);
    enum status status = rows_sort(run->env, sorter, error);
    if (status == STATUS_OK)
        status = bulk_each(run, sorter, row_put, NULL, error);
    else if (error->text[0] == '\0')
        status = error_set(error, status, "the vocabulary of the new index could not be gathered: %s", status_name(status));
    sorter_free(sorter);
    return status;
}
