#include "indexer/build.h"

#include "base/clock.h"
#include "base/log.h"
#include "catalog/ndjson.h"
#include "catalog/setting_lines.h"
#include "indexer/row_intake.h"
#include "storage/index.h"

struct build {
    const struct build_options *options;
    struct build_counts *counts;
    struct row_intake *intake;
    struct ndjson *source;
    struct progress progress;
    uint64_t lines;
};

static enum status row_take(struct build *build, const struct row *row, struct error *error)
{
    struct error reason = {0};
    enum status status = row_intake_take(build->intake, row, &reason);
    if (status == STATUS_INVALID && build->counts->malformed++ < BUILD_REPORTS_MAX)
        log_warn("build: left out: %s", reason.text);
    return status == STATUS_OK || status == STATUS_INVALID ? STATUS_OK : error_set(error, status, "%s", reason.text);
}

static enum status rows_take(struct build *build, const struct ndjson_rows *rows, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rows->count && status == STATUS_OK; i++)
        status = row_take(build, &rows->rows[i], error);
    return status;
}

static enum status settings_take(struct build *build, struct error *error)
{
    struct setting_lines *lines = NULL;
    enum status status = build->options->settings == NULL ? STATUS_END : setting_lines_open(build->options->settings, &lines, error);
    while (status == STATUS_OK) {
        struct error reason = {0};
        struct row row = {0};
        status = setting_lines_next(lines, &row, &reason);
        if (status == STATUS_OK) {
            status = row_take(build, &row, error);
        } else if (status == STATUS_INVALID) {
            if (build->counts->malformed++ < BUILD_REPORTS_MAX)
                log_warn("build: %s: left out", reason.text);
            status = STATUS_OK;
        } else if (status != STATUS_END) {
            (void)!error_set(error, status, "%s", reason.text);
        }
    }
    setting_lines_close(lines);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status line_take(struct build *build, struct error *error)
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
    build->lines++;
    return rows_take(build, &rows, error);
}

static enum status lines_take(struct build *build, struct error *error)
{
    enum status status = STATUS_OK;
    uint64_t total = ndjson_bytes_total(build->source);
    progress_begin(&build->progress, "reading", total > 0 ? "KB" : "lines", total / 1024);
    while (status == STATUS_OK) {
        if (*build->options->stop != 0)
            status = STATUS_END;
        else
            status = line_take(build, error);
        progress_set(&build->progress, total > 0 ? ndjson_bytes_read(build->source) / 1024 : build->lines);
    }
    progress_end(&build->progress);
    return status == STATUS_END && *build->options->stop == 0 ? STATUS_OK : status;
}

/* Rows into the mirror, then everything else out of it. */
static enum status generation_fill(struct build *build, struct env *env, struct error *error)
{
    const struct build_options *options = build->options;
    struct bulk_options bulk = {.memory_bytes = options->memory_bytes,
                                .threads = options->threads,
                                .stop = options->stop,
                                .now_s = (uint32_t)(clock_wall_us() / 1000000)};
    build->intake = row_intake_new(env, options->memory_bytes);
    enum status status = settings_take(build, error);
    if (status == STATUS_OK)
        status = lines_take(build, error);
    if (status == STATUS_OK)
        status = row_intake_write(build->intake, options->stop, error);
    row_intake_free(build->intake);
    if (status == STATUS_OK)
        status = bulk_build(env, options->analyzer, &bulk, &build->counts->bulk, error);
    if (*options->stop != 0 && status == STATUS_END)
        return error_set(error, status, "stopped: the folder is as it was");
    return status;
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
        status = ndjson_parse_ahead(build.source, bulk_threads(options->threads), error);
    if (status == STATUS_OK)
        status = leftover_drop(options->index, error);
    if (status == STATUS_OK)
        status = index_create_generation(options->index, &env, &generation, error);
    if (status == STATUS_OK)
        status = generation_fill(&build, env, error);
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
