#include "bench/stand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "bench/disk.h"

void stand_path(const struct stand *stand, const char *name, char path[STAND_PATH_BYTES])
{
    snprintf(path, STAND_PATH_BYTES, "%.4095s/%s", stand->folder, name);
}

static bool is_kept(const struct bench_options *options)
{
    return options->keep || options->reuse;
}

static enum status kept_folder(struct stand *stand, struct error *error)
{
    char complete[STAND_PATH_BYTES];
    snprintf(stand->folder, sizeof stand->folder, "%.4000s/tim-bench-%llu-%llu", stand->options->folder,
             (unsigned long long)stand->products, (unsigned long long)stand->options->seed);
    stand_path(stand, "complete", complete);
    stand->reused = stand->options->reuse && access(complete, F_OK) == 0;
    if (stand->reused)
        return STATUS_OK;
    enum status status = folder_remove(stand->folder, error);
    if (status == STATUS_OK && mkdir(stand->folder, 0700) != 0)
        status = error_set(error, STATUS_IO, "cannot make %.300s: %s", stand->folder, strerror(errno));
    return status;
}

static enum status passing_folder(struct stand *stand, struct error *error)
{
    snprintf(stand->folder, sizeof stand->folder, "%.4000s/tim-bench-XXXXXX", stand->options->folder);
    return mkdtemp(stand->folder) != NULL
               ? STATUS_OK
               : error_set(error, STATUS_IO, "cannot make a folder in %.300s: %s", stand->options->folder, strerror(errno));
}

enum status stand_open(struct stand *stand, const struct bench_options *options, const struct analyzer *analyzer, uint64_t products,
                       struct error *error)
{
    *stand = (struct stand){.options = options, .analyzer = analyzer, .products = products};
    enum status status = is_kept(options) ? kept_folder(stand, error) : passing_folder(stand, error);
    stand_path(stand, "catalog.ndjson", stand->catalog);
    stand_path(stand, "index", stand->index);
    stand_path(stand, is_kept(options) ? "updated" : "index", stand->updated);
    return status;
}

enum status stand_complete(const struct stand *stand, struct error *error)
{
    char path[STAND_PATH_BYTES];
    stand_path(stand, "complete", path);
    FILE *file = fopen(path, "w");
    if (file == NULL || fclose(file) != 0)
        return error_set(error, STATUS_IO, "cannot write %.300s: %s", path, strerror(errno));
    return STATUS_OK;
}

void stand_close(struct stand *stand)
{
    struct error error = {0};
    const char *gone = is_kept(stand->options) ? stand->updated : stand->folder;
    if (gone[0] != '\0' && folder_remove(gone, &error) != STATUS_OK)
        log_warn("bench: %s", error.text);
}

bool stand_stopped(const struct stand *stand, struct error *error)
{
    if (*stand->options->stop == 0)
        return false;
    error_set(error, STATUS_END, "stopped by a signal");
    return true;
}

bool pass_is_over(uint64_t begun_ns, size_t done)
{
    return done >= PASS_LEAST && clock_monotonic_ns() - begun_ns > (uint64_t)PASS_S * 1000000000u;
}
