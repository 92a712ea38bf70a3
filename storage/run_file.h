/* Inside storage/ only: sorted runs of records in one temporary file, and their merge. What does not fit into the memory of a bulk build
 * waits here.
 *
 *   run    := record *                                   ascending by key
 *   record := key size u16le, value size u32le, key, value
 *
 * The file has no name: whatever ends the process, nothing of it is left. */
#ifndef TIM_STORAGE_RUN_FILE_H
#define TIM_STORAGE_RUN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct env;

struct run_span {
    uint64_t start, end; /* in the file */
};

/* Zero-initialise it with file = -1; run_file_open makes the file. */
struct run_file {
    int file;
    uint64_t size; /* written, pending bytes left out */
    struct buffer pending;
    struct run_span *runs;
    size_t count, room;
};

/* A file without a name in the folder of the environment. */
MUST_USE enum status run_file_open(struct run_file *file, struct env *env);
void run_file_close(struct run_file *file);

/* Begins a run, appends records in key order, ends it. FULL, IO. */
void run_begin(struct run_file *file);
MUST_USE enum status run_append(struct run_file *file, struct bytes key, struct bytes value);
MUST_USE enum status run_end(struct run_file *file);

/* All runs of several files as one sequence, ascending by key; equal keys come in the order of the files, and in each in the order of its
 * runs. */
struct run_merge;
MUST_USE enum status run_merge_open(struct run_file *const *files, size_t count, struct run_merge **out);
void run_merge_close(struct run_merge *merge);
/* Borrowed until the next call; `file` says which of the files it was in. END after the last. CORRUPT: the file does not hold what was
 * written. */
MUST_USE enum status run_merge_next(struct run_merge *merge, struct bytes *key, struct bytes *value, size_t *file);

#endif
