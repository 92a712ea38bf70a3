/* tim reindex: a new generation from the live one's own rows, by this process or, while one runs, by the indexer. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/stop.h"
#include "indexer/jobs.h"
#include "storage/index.h"
#include "storage/spool.h"

enum { LOOK_MS = 200 };

/* There must be something to build from, and nothing is made where there is not. */
static enum status index_check(const char *folder, uint64_t map_bytes, struct error *error)
{
    struct index *index = NULL;
    struct env *env = NULL;
    uint32_t generation = 0;
    enum status status = index_open(folder, INDEX_READ, map_bytes, &index, error);
    if (status == STATUS_OK)
        status = index_acquire(index, &env, &generation, error);
    if (env != NULL)
        index_release(index, env);
    index_close(index);
    return status;
}

static enum status reindex_here(struct index *index, struct error *error)
{
    uint32_t generation = 0;
    struct analyzer *analyzer = analyzer_new();
    struct reindex_options options = {.index = index, .analyzer = analyzer, .stop = stop_flag()};
    enum status status = reindex_run(&options, &generation, error);
    analyzer_free(analyzer);
    if (status == STATUS_OK)
        printf("generation %" PRIu32 " is live\n", generation);
    return status == STATUS_END ? error_set(error, status, "stopped by a signal: the index is as it was") : status;
}

static void progress_show(struct progress *bar, const struct spool_state *before, const struct spool_state *now)
{
    bool same = before->phase == SPOOL_RUNNING && strcmp(before->text, now->text) == 0;
    if (before->phase == SPOOL_RUNNING && !same)
        progress_end(bar);
    if (!same)
        progress_begin(bar, now->text, "rows", now->total);
    bar->total = now->total;
    progress_set(bar, now->done);
}

/* Until the job is over; shows how far it is. */
static enum status job_wait(const char *folder, const struct spool_job *job, struct spool_state *state, struct error *error)
{
    const volatile sig_atomic_t *stop = stop_flag();
    struct spool_state before = {.phase = SPOOL_WAITING};
    struct progress bar = {0};
    char what[sizeof before.text] = "";
    for (;;) {
        bool open = spool_is_open(folder, job);
        enum status status = spool_state_get(folder, job, state, error);
        if (status != STATUS_OK)
            return status;
        if (state->phase == SPOOL_RUNNING) {
            progress_show(&bar, &before, state);
            snprintf(what, sizeof what, "%s", state->text);
            bar.what = what;
        } else if (before.phase == SPOOL_RUNNING) {
            progress_end(&bar);
        }
        if (state->phase == SPOOL_DONE || state->phase == SPOOL_FAILED)
            return STATUS_OK;
        if (!open)
            return error_set(error, STATUS_IO, "the indexer could not tell how it ended; its log says why");
        if (*stop != 0 && state->phase == SPOOL_WAITING) {
            spool_forget(folder, job);
            return error_set(error, STATUS_END, "stopped by a signal before the indexer began: nothing was done");
        }
        if (*stop != 0)
            return error_set(error, STATUS_END, "stopped by a signal; the indexer goes on with it");
        before = *state;
        clock_sleep_ms(LOOK_MS);
    }
}

static enum status reindex_there(const char *folder, bool wait, struct error *error)
{
    struct spool_job job;
    struct spool_state state;
    enum status status = spool_put(folder, JOB_REINDEX, &job, error);
    if (status != STATUS_OK)
        return status;
    if (!wait) {
        printf("job %s waits for the process that writes the index\n", job.id);
        return STATUS_OK;
    }
    log_info("reindex: asked the process that writes the index in %s", folder);
    status = job_wait(folder, &job, &state, error);
    if (status != STATUS_OK)
        return status;
    spool_forget(folder, &job);
    if (state.phase == SPOOL_FAILED)
        return error_set(error, STATUS_UNAVAILABLE, "%s", state.text);
    printf("%s\n", state.text);
    return STATUS_OK;
}

static enum status run(const struct invocation *invocation, struct error *error)
{
    const struct settings *settings = invocation->settings;
    const char *folder = settings_text(settings, "index");
    uint64_t map_bytes = (uint64_t)settings_number(settings, "map-gib") << 30;
    struct index *index = NULL;
    enum status status = index_check(folder, map_bytes, error);
    if (status != STATUS_OK)
        return status;
    status = index_open(folder, INDEX_WRITE, map_bytes, &index, error);
    if (status == STATUS_BUSY)
        return reindex_there(folder, !settings_flag(settings, "no-wait"), error);
    if (status == STATUS_OK)
        status = reindex_here(index, error);
    index_close(index);
    return status;
}

static const struct setting options[] = {
    {"no-wait", SETTING_FLAG, 0, 0, "false", "When the indexer does it: return as soon as it is asked", NULL},
};

const struct command command_reindex = {
    .name = "reindex",
    .summary = "Build the index anew from its own rows, while it answers and follows",
    .details =
        "Worth its time after many deletes and new products, and needed when a new version analyses text in another way. The database "
        "is not asked. While tim index runs, it does the work beside the stream; else this command does. The old generation answers "
        "until the swap, and stays if anything fails.",
    .settings = (const char *const[]){"index", "map-gib", NULL},
    .needs = (const char *const[]){"index", NULL},
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
