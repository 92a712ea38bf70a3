/* Catalog and index, as `tim generate` and `tim build` make them. */
#include "bench/phases.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "bench/disk.h"
#include "bench/generate.h"
#include "bench/machine.h"
#include "bench/stand.h"
#include "indexer/build.h"
#include "storage/index.h"

static enum status catalog_write(const struct stand *stand, struct figures *figures, struct error *error)
{
    FILE *file = fopen(stand->catalog, "w");
    if (file == NULL)
        return error_set(error, STATUS_IO, "cannot write %.300s: %s", stand->catalog, strerror(errno));
    struct generate_options options = {.products = stand->products, .seed = stand->options->seed};
    enum status status = generate_catalog(&options, file, error);
    if (fclose(file) != 0 && status == STATUS_OK)
        status = error_set(error, STATUS_IO, "cannot write %.300s: %s", stand->catalog, strerror(errno));
    struct stat facts;
    if (status == STATUS_OK && stat(stand->catalog, &facts) == 0)
        figures_set(figures, (double)facts.st_size / (double)stand->products, "catalog.product_bytes");
    return status;
}

/* In a process that only builds, so that its peak memory is the build's. */
static enum status index_build(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct index *index = NULL;
    struct build_counts counts;
    uint64_t size = 0, written = machine_written_bytes();
    enum status status = index_open(stand->index, INDEX_WRITE, 0, &index, error);
    if (status != STATUS_OK)
        return status;
    struct build_options build = {.from = stand->catalog, .index = index, .analyzer = stand->analyzer, .stop = stand->options->stop};
    double cpu_s = machine_cpu_s();
    uint64_t begun_ns = clock_monotonic_ns();
    status = build_run(&build, &counts, error);
    double seconds = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
    index_close(index);
    if (status == STATUS_OK)
        status = folder_size(stand->index, &size, error);
    if (status != STATUS_OK)
        return status;
    double products = (double)stand->products;
    figures_set(figures, seconds, "build.seconds_s");
    figures_set(figures, machine_cpu_s() - cpu_s, "build.cpu_s");
    figures_set(figures, products / seconds, "build.products_per_s");
    figures_set(figures, (double)size / products, "build.product_bytes");
    figures_set(figures, (double)machine_peak_bytes(), "build.peak_bytes");
    if (written != UINT64_MAX)
        figures_set(figures, (double)(machine_written_bytes() - written) / products, "build.written_per_product_bytes");
    return STATUS_OK;
}

enum status build_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    enum status status = phase_run(catalog_write, stand, figures, error);
    if (status == STATUS_OK)
        status = phase_run(index_build, stand, figures, error);
    return status == STATUS_OK ? stand_complete(stand, error) : status;
}
