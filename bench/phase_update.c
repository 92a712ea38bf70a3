/* Durable updates: prices, stocks and names in batches, and single changes until a reader sees them. */
#include "bench/phases.h"

#include <string.h>

#include "base/clock.h"
#include "bench/disk.h"
#include "bench/machine.h"
#include "bench/samples.h"
#include "bench/stand.h"
#include "bench/updater.h"
#include "storage/snapshot.h"

enum { SINGLE_CHANGES_MAX = 200 };

static const struct {
    enum update_kind kind;
    const char *name;
    unsigned batches;
} storms[] = {{UPDATE_PRICE, "price", 40}, {UPDATE_STOCK, "stock", 20}, {UPDATE_TEXT, "text", 10}};

static enum status storm_run(const struct stand *stand, struct updater *updater, size_t at, struct figures *figures, struct error *error)
{
    const char *name = storms[at].name;
    struct samples times = {0};
    uint64_t written = machine_written_bytes(), begun_ns = clock_monotonic_ns();
    double cpu_s = machine_cpu_s();
    unsigned size = stand->products < UPDATE_BATCH ? (unsigned)stand->products : UPDATE_BATCH;
    enum status status = STATUS_OK;
    for (unsigned batch = 0; status == STATUS_OK && batch < storms[at].batches; batch++) {
        uint64_t batch_ns = clock_monotonic_ns();
        status = stand_stopped(stand, error) ? STATUS_END : updater_batch(updater, storms[at].kind, size, error);
        samples_add(&times, clock_monotonic_ns() - batch_ns);
    }
    double seconds = (double)(clock_monotonic_ns() - begun_ns) / 1e9, changes = (double)times.count * size;
    figures_set(figures, (machine_cpu_s() - cpu_s) * 1e6 / changes, "%s.cpu_per_update_us", name);
    figures_set(figures, changes / seconds, "%s.updates_per_s", name);
    figures_set(figures, samples_us(&times, 0.5) / 1000, "%s.batch_p50_ms", name);
    figures_set(figures, samples_us(&times, 0.99) / 1000, "%s.batch_p99_ms", name);
    if (written != UINT64_MAX)
        figures_set(figures, (double)(machine_written_bytes() - written) / changes, "%s.written_per_update_bytes", name);
    samples_release(&times);
    return status;
}

/* From the change until a reader's renewed snapshot holds it. */
static enum status singles_run(const struct stand *stand, struct updater *updater, enum update_kind kind, const char *prefix,
                               struct figures *figures, struct error *error)
{
    struct samples times = {0};
    enum status status = STATUS_OK;
    unsigned count = stand->options->queries < SINGLE_CHANGES_MAX ? stand->options->queries : SINGLE_CHANGES_MAX;
    for (unsigned i = 0; status == STATUS_OK && i < count; i++) {
        status = snapshot_renew(updater->snapshot);
        uint64_t before = snapshot_commit(updater->snapshot), begun_ns = clock_monotonic_ns();
        snapshot_reset(updater->snapshot);
        if (status == STATUS_OK)
            status = stand_stopped(stand, error) ? STATUS_END : updater_batch(updater, kind, 1, error);
        if (status == STATUS_OK)
            status = snapshot_renew(updater->snapshot);
        samples_add(&times, clock_monotonic_ns() - begun_ns);
        if (status == STATUS_OK && snapshot_commit(updater->snapshot) == before)
            status = error_set(error, STATUS_CORRUPT, "a committed change cannot be seen");
        snapshot_reset(updater->snapshot);
    }
    figures_set_times(figures, prefix, &times);
    samples_release(&times);
    return status;
}

static enum status update_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct updater updater;
    enum status status = updater_open(&updater, stand, error);
    for (size_t i = 0; status == STATUS_OK && i < sizeof storms / sizeof storms[0]; i++)
        status = storm_run(stand, &updater, i, figures, error);
    if (status == STATUS_OK)
        status = singles_run(stand, &updater, UPDATE_PRICE, "single.price_", figures, error);
    if (status == STATUS_OK)
        status = singles_run(stand, &updater, UPDATE_TEXT, "single.text_", figures, error);
    figures_set(figures, (double)machine_peak_bytes(), "update.peak_bytes");
    updater_close(&updater);
    return status;
}

/* A kept index stays as it was built: its copy is changed. */
static enum status copy_make(const struct stand *stand, struct figures *figures, struct error *error)
{
    (void)figures;
    enum status status = folder_remove(stand->updated, error);
    return status == STATUS_OK ? folder_copy(stand->index, stand->updated, error) : status;
}

enum status update_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    enum status status = STATUS_OK;
    if (strcmp(stand->updated, stand->index) != 0)
        status = phase_run(copy_make, stand, figures, error);
    return status == STATUS_OK ? phase_run(update_run, stand, figures, error) : status;
}
