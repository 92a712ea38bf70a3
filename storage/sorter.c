/* One block of memory: records grow from its front, one entry each from its back. */
#include "storage/sorter.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/run_file.h"

enum { RECORD_HEAD_BYTES = 6, RECORD_ALIGN = 8 };

struct sorter_entry {
    uint64_t prefix; /* the key's first 8 bytes as a number: decides most comparisons */
    uint64_t at;     /* of the record; also the order of arrival */
};

struct sorter {
    struct env *env;
    char *block;
    size_t room, used;
    size_t entry_count; /* entries stand at the end of the block, the last one added first */
    uint64_t count;
    struct run_file file;
    bool spilled;
    struct run_merge *merge; /* while reading, when anything was spilled */
    size_t next;             /* the entry to read, when nothing was */
    bool sorted;
    struct buffer key, value;            /* the record last given by sorter_next_last */
    struct bytes ahead_key, ahead_value; /* the one behind it, already read; borrowed until the next read */
    bool ended;                          /* there was none */
};

struct sorter *sorter_new(struct env *env, size_t memory_bytes)
{
    struct sorter *sorter = memory_calloc(1, sizeof *sorter);
    sorter->env = env;
    sorter->file.file = -1;
    sorter->room = (memory_bytes < SORTER_BYTES_MIN ? SORTER_BYTES_MIN : memory_bytes) / RECORD_ALIGN * RECORD_ALIGN;
    sorter->block = memory_alloc(sorter->room);
    return sorter;
}

void sorter_free(struct sorter *sorter)
{
    if (sorter == NULL)
        return;
    run_merge_close(sorter->merge);
    run_file_close(&sorter->file);
    buffer_release(&sorter->key);
    buffer_release(&sorter->value);
    free(sorter->block);
    free(sorter);
}

uint64_t sorter_count(const struct sorter *sorter)
{
    return sorter->count;
}

static struct sorter_entry *entries_of(const struct sorter *sorter)
{
    return (struct sorter_entry *)(void *)(sorter->block + sorter->room) - sorter->entry_count;
}

static void record_read(const char *block, uint64_t at, struct bytes *key, struct bytes *value)
{
    uint16_t key_size;
    uint32_t value_size;
    memcpy(&key_size, block + at, sizeof key_size);
    memcpy(&value_size, block + at + sizeof key_size, sizeof value_size);
    *key = (struct bytes){block + at + RECORD_HEAD_BYTES, key_size};
    *value = (struct bytes){key->data + key_size, value_size};
}

static int entry_compare(const void *left, const void *right, void *block)
{
    const struct sorter_entry *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    struct bytes x, y, value;
    record_read(block, a->at, &x, &value);
    record_read(block, b->at, &y, &value);
    int order = bytes_compare(x, y);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* The entries stand in reverse order of arrival; what arrived in order is only turned round. */
static void entries_sort(struct sorter *sorter)
{
    struct sorter_entry *entries = entries_of(sorter);
    size_t count = sorter->entry_count;
    bool sorted = true;
    for (size_t i = 0; i < count / 2; i++) {
        struct sorter_entry swap = entries[i];
        entries[i] = entries[count - 1 - i];
        entries[count - 1 - i] = swap;
    }
    for (size_t i = 1; i < count && sorted; i++)
        sorted = entry_compare(&entries[i - 1], &entries[i], sorter->block) < 0;
    if (!sorted)
        qsort_r(entries, count, sizeof *entries, entry_compare, sorter->block);
}

static enum status entries_spill(struct sorter *sorter)
{
    enum status status = sorter->spilled ? STATUS_OK : run_file_open(&sorter->file, sorter->env);
    if (status != STATUS_OK)
        return status;
    sorter->spilled = true;
    entries_sort(sorter);
    const struct sorter_entry *entries = entries_of(sorter);
    run_begin(&sorter->file);
    for (size_t i = 0; status == STATUS_OK && i < sorter->entry_count; i++) {
        struct bytes key, value;
        record_read(sorter->block, entries[i].at, &key, &value);
        status = run_append(&sorter->file, key, value);
    }
    if (status == STATUS_OK)
        status = run_end(&sorter->file);
    sorter->used = 0;
    sorter->entry_count = 0;
    return status;
}

/* A record larger than the block is a run of its own. */
static enum status record_spill(struct sorter *sorter, struct bytes key, struct bytes value)
{
    enum status status = entries_spill(sorter);
    if (status != STATUS_OK)
        return status;
    run_begin(&sorter->file);
    status = run_append(&sorter->file, key, value);
    return status == STATUS_OK ? run_end(&sorter->file) : status;
}

/* Sorting takes as much again as the entries. */
static bool record_fits(const struct sorter *sorter, size_t size)
{
    return sorter->used + size + 2 * (sorter->entry_count + 1) * sizeof(struct sorter_entry) <= sorter->room;
}

enum status sorter_add(struct sorter *sorter, struct bytes key, struct bytes value)
{
    assert(!sorter->sorted && key.size > 0 && key.size <= SORTER_KEY_BYTES_MAX && value.size <= UINT32_MAX);
    uint16_t key_size = (uint16_t)key.size;
    uint32_t value_size = (uint32_t)value.size;
    size_t size = (RECORD_HEAD_BYTES + key.size + value.size + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
    sorter->count++;
    if (!record_fits(sorter, size) && sorter->entry_count > 0) {
        enum status status = entries_spill(sorter);
        if (status != STATUS_OK)
            return status;
    }
    if (!record_fits(sorter, size))
        return record_spill(sorter, key, value);
    struct sorter_entry entry = {.at = sorter->used};
    memcpy(&entry.prefix, key.data, key.size < sizeof entry.prefix ? key.size : sizeof entry.prefix);
    entry.prefix = __builtin_bswap64(entry.prefix);
    char *record = sorter->block + sorter->used;
    memcpy(record, &key_size, sizeof key_size);
    memcpy(record + sizeof key_size, &value_size, sizeof value_size);
    memcpy(record + RECORD_HEAD_BYTES, key.data, key.size);
    if (value.size > 0)
        memcpy(record + RECORD_HEAD_BYTES + key.size, value.data, value.size);
    sorter->used += size;
    sorter->entry_count++;
    *entries_of(sorter) = entry;
    return STATUS_OK;
}

enum status sorter_sort(struct sorter *sorter)
{
    enum status status = STATUS_OK;
    struct run_file *files[] = {&sorter->file};
    if (sorter->spilled && sorter->entry_count > 0)
        status = entries_spill(sorter);
    if (!sorter->spilled && !sorter->sorted)
        entries_sort(sorter);
    sorter->sorted = true;
    sorter->next = 0;
    sorter->ended = false;
    sorter->ahead_key = sorter->ahead_value = (struct bytes){0};
    run_merge_close(sorter->merge);
    sorter->merge = NULL;
    if (sorter->spilled) { /* all of it is in the file */
        free(sorter->block);
        sorter->block = NULL;
    }
    if (status == STATUS_OK && sorter->spilled)
        status = run_merge_open(files, 1, &sorter->merge);
    return status;
}

enum status sorter_next(struct sorter *sorter, struct bytes *key, struct bytes *value)
{
    size_t file = 0;
    if (sorter->spilled)
        return run_merge_next(sorter->merge, key, value, &file);
    if (sorter->next == sorter->entry_count)
        return STATUS_END;
    record_read(sorter->block, entries_of(sorter)[sorter->next++].at, key, value);
    return STATUS_OK;
}

enum status sorter_next_last(struct sorter *sorter, struct bytes *key, struct bytes *value)
{
    struct bytes ahead_key = sorter->ahead_key, ahead_value = sorter->ahead_value;
    enum status status = STATUS_OK;
    if (sorter->ended)
        return STATUS_END;
    if (ahead_key.data == NULL)
        status = sorter_next(sorter, &ahead_key, &ahead_value);
    if (status != STATUS_OK)
        return status;
    do { /* what was read ahead stays where it is until the next read: here it is copied */
        sorter->key.size = sorter->value.size = 0;
        buffer_append(&sorter->key, ahead_key.data, ahead_key.size);
        buffer_append(&sorter->value, ahead_value.data, ahead_value.size);
        status = sorter_next(sorter, &ahead_key, &ahead_value);
    } while (status == STATUS_OK && bytes_equal(ahead_key, (struct bytes){sorter->key.data, sorter->key.size}));
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    sorter->ended = status == STATUS_END;
    sorter->ahead_key = ahead_key;
    sorter->ahead_value = ahead_value;
    *key = (struct bytes){sorter->key.data, sorter->key.size};
    *value = (struct bytes){sorter->value.data, sorter->value.size};
    return STATUS_OK;
}
