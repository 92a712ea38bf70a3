/* An index built from a few rows of NDJSON, as `tim build` does, and read again. Include cmocka.h before it. */
#ifndef TIM_TESTS_CLI_SHELF_H
#define TIM_TESTS_CLI_SHELF_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "indexer/build.h"
#include "storage/env.h"
#include "storage/index.h"
#include "storage/snapshot.h"
#include "tests/remove_folder.h"

struct shelf {
    char folder[32], rows[48], settings[48];
    struct analyzer *analyzer;
    struct index *index;
    struct env *env;
    struct snapshot *snapshot;
    struct arena arena; /* for what a test asks; it resets it */
};

static inline void shelf_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

/* `settings` are lines of --settings; NULL: none. */
static inline void shelf_open(struct shelf *shelf, const char *rows, const char *settings)
{
    static const volatile sig_atomic_t never = 0;
    struct error error = {0};
    struct build_counts counts = {0};
    uint32_t generation = 0;
    *shelf = (struct shelf){.folder = "/tmp/tim-shelf-XXXXXX", .analyzer = analyzer_new()};
    if (mkdtemp(shelf->folder) == NULL)
        abort();
    snprintf(shelf->rows, sizeof shelf->rows, "%s.ndjson", shelf->folder);
    snprintf(shelf->settings, sizeof shelf->settings, "%s.rules", shelf->folder);
    shelf_write(shelf->rows, rows);
    if (settings != NULL)
        shelf_write(shelf->settings, settings);
    log_set_level(LOG_ERROR);
    arena_init(&shelf->arena, (size_t)64 << 20);
    struct build_options options = {.from = shelf->rows,
                                    .settings = settings == NULL ? NULL : shelf->settings,
                                    .analyzer = shelf->analyzer,
                                    .memory_bytes = (size_t)64 << 20,
                                    .threads = 1,
                                    .stop = &never};
    if (index_open(shelf->folder, INDEX_WRITE, (uint64_t)1 << 28, &options.index, &error) != STATUS_OK ||
        build_run(&options, &counts, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    index_close(options.index);
    if (index_open(shelf->folder, INDEX_READ, (uint64_t)1 << 28, &shelf->index, &error) != STATUS_OK ||
        index_acquire(shelf->index, &shelf->env, &generation, &error) != STATUS_OK ||
        snapshot_open(shelf->env, &shelf->snapshot, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

/* False when its folder could not be removed. */
static inline bool shelf_close(struct shelf *shelf)
{
    snapshot_close(shelf->snapshot);
    index_release(shelf->index, shelf->env);
    index_close(shelf->index);
    arena_release(&shelf->arena);
    analyzer_free(shelf->analyzer);
    unlink(shelf->rows);
    unlink(shelf->settings);
    return remove_folder(shelf->folder) == 0;
}

#endif
