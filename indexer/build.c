#include "indexer/build.h"

#include "base/log.h"
#include "catalog/ndjson.h"
#include "storage/index.h"

enum {
    BUILD_FLUSH_BYTES = 192 * 1024 * 1024, /* pending edits */
    BUILD_FLUSH_CHANGES = 100000,
};

struct build {
    const struct build_options *options;
    struct build_counts *counts;
    struct apply *apply;
    struct ndjson *source;
    struct progress progress;
};

static enum status rows_apply(struct build *build, const struct ndjson_rows *rows, struct error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct change change = {.kind = CHANGE_INSERT, .row = rows->rows[i]};
        struct error reason = {0};
        enum status status = apply_change(build->apply, &change, &reason);
        if (status == STATUS_INVALID && build->counts->malformed++ < BUILD_REPORTS_MAX)
            log_warn("build: left out: %s", reason.text);
        if (status != STATUS_OK && status != STATUS_INVALID)
            return error_set(error, status, "%s", reason.text);
        build->counts->products += status == STATUS_OK && change.row.table == TABLE_PRODUCT;
    }
    return STATUS_OK;
}

static enum status line_apply(struct build *build, struct error *error)
{
    struct ndjson_rows rows = {0};
    struct error reason = {0};
    enum status status = ndjson_next(build->source, &rows, &reason);
    if (status == STATUS_INVALID) {
        if (build->counts->malformed++ < BUILD_REPORTS_MAX)
            log_warn("build: %s: left out", reason.text);
        status = STATUS_OK;
    }
    if (status != STATUS_OK)
        return status == STATUS_END ? status : error_set(error, status, "%s", reason.text);
    status = rows_apply(build, &rows, error);
    bool due = apply_pending_bytes(build->apply) > BUILD_FLUSH_BYTES || apply_pending_changes(build->apply) > BUILD_FLUSH_CHANGES;
    return status == STATUS_OK && due ? apply_flush(build->apply, NULL, error) : status;
}

static enum status lines_apply(struct build *build, struct error *error)
{
    enum status status = STATUS_OK;
    uint64_t total = ndjson_bytes_total(build->source);
    progress_begin(&build->progress, "building", total > 0 ? "KB" : "products", total / 1024);
    while (status == STATUS_OK) {
        if (*build->options->stop != 0)
            status = error_set(error, STATUS_END, "stopped: the folder is as it was");
        else
            status = line_apply(build, error);
        progress_set(&build->progress, total > 0 ? ndjson_bytes_read(build->source) / 1024 : build->counts->products);
    }
    progress_end(&build->progress);
    if (*build->options->stop != 0)
        return STATUS_END;
    return status == STATUS_END ? STATUS_OK : status;
}

/* Leaves a brand renamed after its products were built, and the like, to nobody: the queue is empty before the index is complete. */
static enum status queue_drain(struct build *build, struct error *error)
{
    enum status status = apply_flush(build->apply, NULL, error);
    while (status == STATUS_OK && apply_has_queue(build->apply))
        status = *build->options->stop != 0 ? error_set(error, STATUS_END, "stopped: the folder is as it was")
                                            : apply_flush(build->apply, NULL, error);
    return status == STATUS_OK ? apply_complete(build->apply, error) : status;
}

/* What an interrupted build left is worth nothing: its source may have changed. */
static enum status leftover_drop(struct index *index, struct error *error)
{
    struct env *env = NULL;
    uint32_t generation = 0;
    enum status status = index_unfinished_generation(index, &env, &generation, error);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status == STATUS_OK ? index_drop_generation(index, env, generation, error) : status;
}

enum status build_run(const struct build_options *options, struct build_counts *counts, struct error *error)
{
    struct build build = {.options = options, .counts = counts};
    struct env *env = NULL;
    uint32_t generation = 0;
    *counts = (struct build_counts){0};
    enum status status = ndjson_open(options->from, NDJSON_KEEP_IDS, options->analyzer, &build.source, error);
    if (status == STATUS_OK)
        status = leftover_drop(options->index, error);
    if (status == STATUS_OK)
        status = index_create_generation(options->index, &env, &generation, error);
    if (status == STATUS_OK)
        status = apply_new(env, options->analyzer, &build.apply, error);
    if (status == STATUS_OK)
        status = lines_apply(&build, error);
    if (status == STATUS_OK)
        status = queue_drain(&build, error);
    if (build.apply != NULL)
        counts->applied = apply_counts(build.apply);
    apply_free(build.apply);
    ndjson_close(build.source);
    if (env == NULL)
        return status;
    if (status == STATUS_OK) {
        status = index_publish_generation(options->index, generation, error);
        index_release(options->index, env);
        return status;
    }
    struct error second = {0};
    if (index_drop_generation(options->index, env, generation, &second) != STATUS_OK)
        log_warn("build: the unfinished generation was left behind: %s", second.text);
    return status;
}
