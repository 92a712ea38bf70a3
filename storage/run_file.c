/* Grammar in run_file.h. */
#include "storage/run_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/door.h"

enum { RUN_HEAD_BYTES = 6, WRITE_BYTES = 1024 * 1024, READ_BYTES = 256 * 1024, PATH_BYTES = 4096, FILE_MODE = 0600 };

/* Where the file system has no files without a name, one is made and removed at once. */
static int file_make(const char *folder)
{
    char path[PATH_BYTES];
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return file;
    int size = snprintf(path, sizeof path, "%s/run-XXXXXX", folder);
    if (size < 0 || size >= PATH_BYTES)
        return -1;
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0)
        unlink(path);
    return file;
}

enum status run_file_open(struct run_file *file, struct env *env)
{
    const char *folder = NULL;
    *file = (struct run_file){.file = -1};
    enum status status = status_from_lmdb(mdb_env_get_path(env->mdb, &folder));
    if (status != STATUS_OK)
        return status;
    file->file = file_make(folder);
    return file->file < 0 ? status_from_lmdb(errno) : STATUS_OK;
}

void run_file_close(struct run_file *file)
{
    if (file->file >= 0)
        close(file->file);
    buffer_release(&file->pending);
    free(file->runs);
    *file = (struct run_file){.file = -1};
}

static enum status pending_write(struct run_file *file)
{
    size_t done = 0;
    while (done < file->pending.size) {
        ssize_t written = pwrite(file->file, file->pending.data + done, file->pending.size - done, (off_t)(file->size + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written == 0 ? STATUS_IO : status_from_lmdb(errno);
        done += (size_t)written;
    }
    file->size += done;
    file->pending.size = 0;
    return STATUS_OK;
}

void run_begin(struct run_file *file)
{
    if (file->count == file->room) {
        file->room = file->room == 0 ? 16 : file->room * 2;
        file->runs = memory_resize(file->runs, file->room * sizeof *file->runs);
    }
    file->runs[file->count] = (struct run_span){.start = file->size + file->pending.size};
}

enum status run_append(struct run_file *file, struct bytes key, struct bytes value)
{
    uint16_t key_size = (uint16_t)key.size;
    uint32_t value_size = (uint32_t)value.size;
    assert(key.size <= UINT16_MAX && value.size <= UINT32_MAX);
    buffer_append(&file->pending, &key_size, sizeof key_size);
    buffer_append(&file->pending, &value_size, sizeof value_size);
    buffer_append(&file->pending, key.data, key.size);
    buffer_append(&file->pending, value.data, value.size);
    return file->pending.size >= WRITE_BYTES ? pending_write(file) : STATUS_OK;
}

enum status run_end(struct run_file *file)
{
    enum status status = pending_write(file);
    file->runs[file->count++].end = file->size;
    return status;
}

/* One run being read: a window of the file, in which the current record lies whole. */
struct run_reader {
    int file;
    size_t file_number;
    uint64_t next, end; /* what of the run is not in the window yet */
    char *window;
    size_t at, size, room;
    struct bytes key, value;
};

struct run_merge {
    struct run_reader *readers;
    size_t count;
    size_t *heap; /* readers that have a record, the least first */
    size_t heap_count;
    bool started;
};

/* Brings `wanted` bytes from the record's start into the window. False at the end of the run. */
static enum status window_fill(struct run_reader *reader, size_t wanted)
{
    if (reader->size - reader->at >= wanted)
        return STATUS_OK;
    memmove(reader->window, reader->window + reader->at, reader->size - reader->at);
    reader->size -= reader->at;
    reader->at = 0;
    if (wanted > reader->room) {
        reader->room = wanted;
        reader->window = memory_resize(reader->window, reader->room);
    }
    while (reader->size < reader->room && reader->next < reader->end) {
        size_t free = reader->room - reader->size;
        size_t left = reader->end - reader->next < free ? (size_t)(reader->end - reader->next) : free;
        ssize_t got = pread(reader->file, reader->window + reader->size, left, (off_t)reader->next);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? STATUS_CORRUPT : status_from_lmdb(errno);
        reader->size += (size_t)got;
        reader->next += (size_t)got;
    }
    if (reader->size == 0)
        return STATUS_END;
    return reader->size < wanted ? STATUS_CORRUPT : STATUS_OK;
}

static enum status reader_next(struct run_reader *reader)
{
    uint16_t key_size = 0;
    uint32_t value_size = 0;
    reader->at += reader->key.data == NULL ? 0 : RUN_HEAD_BYTES + reader->key.size + reader->value.size;
    enum status status = window_fill(reader, RUN_HEAD_BYTES);
    if (status != STATUS_OK)
        return status;
    memcpy(&key_size, reader->window + reader->at, sizeof key_size);
    memcpy(&value_size, reader->window + reader->at + sizeof key_size, sizeof value_size);
    status = window_fill(reader, (size_t)RUN_HEAD_BYTES + key_size + value_size);
    if (status != STATUS_OK)
        return status == STATUS_END ? STATUS_CORRUPT : status;
    const char *key = reader->window + reader->at + RUN_HEAD_BYTES;
    reader->key = (struct bytes){key, key_size};
    reader->value = (struct bytes){key + key_size, value_size};
    return STATUS_OK;
}

/* Ties go to the earlier run. */
static bool reader_before(const struct run_merge *merge, size_t a, size_t b)
{
    int order = bytes_compare(merge->readers[a].key, merge->readers[b].key);
    return order != 0 ? order < 0 : a < b;
}

static void heap_sink(struct run_merge *merge, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->heap_count; child++)
            if (reader_before(merge, merge->heap[child], merge->heap[least]))
                least = child;
        if (least == at)
            return;
        size_t swap = merge->heap[at];
        merge->heap[at] = merge->heap[least];
        merge->heap[least] = swap;
        at = least;
    }
}

static enum status merge_start(struct run_merge *merge)
{
    for (size_t i = 0; i < merge->count; i++) {
        enum status status = reader_next(&merge->readers[i]);
        if (status == STATUS_OK)
            merge->heap[merge->heap_count++] = i;
        else if (status != STATUS_END)
            return status;
    }
    for (size_t i = merge->heap_count / 2; i > 0; i--)
        heap_sink(merge, i - 1);
    merge->started = true;
    return STATUS_OK;
}

enum status run_merge_open(struct run_file *const *files, size_t count, struct run_merge **out)
{
    struct run_merge *merge = memory_calloc(1, sizeof *merge);
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += files[i]->count;
    merge->readers = memory_calloc(total, sizeof *merge->readers);
    merge->heap = memory_calloc(total, sizeof *merge->heap);
    for (size_t i = 0; i < count; i++)
        for (size_t run = 0; run < files[i]->count; run++) {
            const struct run_span *span = &files[i]->runs[run];
            merge->readers[merge->count++] = (struct run_reader){.file = files[i]->file,
                                                                 .file_number = i,
                                                                 .next = span->start,
                                                                 .end = span->end,
                                                                 .window = memory_alloc(READ_BYTES),
                                                                 .room = READ_BYTES};
        }
    *out = merge;
    return STATUS_OK;
}

void run_merge_close(struct run_merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->count; i++)
        free(merge->readers[i].window);
    free(merge->readers);
    free(merge->heap);
    free(merge);
}

enum status run_merge_next(struct run_merge *merge, struct bytes *key, struct bytes *value, size_t *file)
{
    enum status status = STATUS_OK;
    if (!merge->started) {
        status = merge_start(merge);
    } else if (merge->heap_count > 0) {
        status = reader_next(&merge->readers[merge->heap[0]]);
        if (status == STATUS_END) {
            merge->heap[0] = merge->heap[--merge->heap_count];
            status = STATUS_OK;
        }
        heap_sink(merge, 0);
    }
    if (status != STATUS_OK)
        return status;
    if (merge->heap_count == 0)
        return STATUS_END;
    *key = merge->readers[merge->heap[0]].key;
    *value = merge->readers[merge->heap[0]].value;
    *file = merge->readers[merge->heap[0]].file_number;
    return STATUS_OK;
}
