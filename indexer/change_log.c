#include "indexer/change_log.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/row.h"

struct change_log {
    uint64_t keys_max;
    struct changed_rows open; /* not committed yet; of the applying thread alone */
    pthread_mutex_t lock;
    struct changed_rows sealed; /* under the lock */
};

void changed_rows_release(struct changed_rows *rows)
{
    text_set_free(rows->keys);
    *rows = (struct changed_rows){0};
}

struct change_log *change_log_new(uint64_t keys_max)
{
    struct change_log *log = memory_calloc(1, sizeof *log);
    log->keys_max = keys_max == 0 ? CHANGE_LOG_KEYS_MAX : keys_max;
    log->open.keys = text_set_new();
    log->sealed.keys = text_set_new();
    pthread_mutex_init(&log->lock, NULL);
    return log;
}

void change_log_free(struct change_log *log)
{
    if (log == NULL)
        return;
    changed_rows_release(&log->open);
    changed_rows_release(&log->sealed);
    pthread_mutex_destroy(&log->lock);
    free(log);
}

static void rows_add_all(struct changed_rows *rows)
{
    rows->all = true;
    text_set_clear(rows->keys);
}

static void rows_add(struct change_log *log, struct changed_rows *rows, struct bytes text)
{
    bool known;
    if (rows->all)
        return;
    text_set_add(rows->keys, text, &known);
    if (text_set_count(rows->keys) > log->keys_max)
        rows_add_all(rows);
}

void change_log_add(struct change_log *log, enum table table, struct bytes key)
{
    char text[1 + KEY_BYTES_MAX];
    assert(key.size <= KEY_BYTES_MAX);
    text[0] = (char)table;
    memcpy(text + 1, key.data, key.size);
    rows_add(log, &log->open, (struct bytes){text, 1 + key.size});
}

void change_log_add_all(struct change_log *log)
{
    rows_add_all(&log->open);
}

void change_log_seal(struct change_log *log)
{
    pthread_mutex_lock(&log->lock);
    if (log->open.all)
        rows_add_all(&log->sealed);
    for (uint64_t i = 1; i <= text_set_count(log->open.keys); i++)
        rows_add(log, &log->sealed, text_set_at(log->open.keys, i));
    pthread_mutex_unlock(&log->lock);
    log->open.all = false;
    text_set_clear(log->open.keys);
}

void change_log_take(struct change_log *log, struct changed_rows *out)
{
    pthread_mutex_lock(&log->lock);
    *out = log->sealed;
    log->sealed = (struct changed_rows){.keys = text_set_new()};
    pthread_mutex_unlock(&log->lock);
}

uint64_t change_log_sealed(struct change_log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t count = log->sealed.all ? UINT64_MAX : text_set_count(log->sealed.keys);
    pthread_mutex_unlock(&log->lock);
    return count;
}
