#include "indexer/jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/change_log.h"
#include "storage/index.h"
#include "storage/spool.h"

struct jobs {
    struct reindex_options options;
    const char *folder;
    struct spool_job job; /* the one that is wanted or runs */
    bool wanted;
    struct spool_state state;
    struct reindex *reindex; /* NULL: none runs */
    struct change_log *log;  /* likewise */
    uint64_t looked_ns, begun_ns;
};

struct jobs *jobs_new(const struct reindex_options *options)
{
    struct jobs *jobs = memory_calloc(1, sizeof *jobs);
    jobs->options = *options;
    jobs->folder = index_folder(options->index);
    spool_clean(jobs->folder);
    return jobs;
}

static void reindex_end(struct jobs *jobs)
{
    reindex_free(jobs->reindex);
    change_log_free(jobs->log);
    jobs->reindex = NULL;
    jobs->log = NULL;
    jobs->wanted = false;
}

void jobs_free(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    reindex_end(jobs);
    free(jobs);
}

void jobs_attach(struct jobs *jobs, struct apply *apply)
{
    apply_set_log(apply, jobs->log);
}

/* The asker is told, and the log; what was made goes first, since it may have filled the disk that the state is written to. */
static void job_close(struct jobs *jobs, enum spool_phase phase, const char *text)
{
    struct error error = {0};
    reindex_end(jobs);
    jobs->state.phase = phase;
    snprintf(jobs->state.text, sizeof jobs->state.text, "%s", text);
    log_write(phase == SPOOL_DONE ? LOG_INFO : LOG_WARN, "indexer: %s %s: %s", jobs->job.name, phase == SPOOL_DONE ? "done" : "failed",
              text);
    if (spool_close(jobs->folder, &jobs->job, &jobs->state, &error) != STATUS_OK)
        log_warn("indexer: the end of a job could not be told: %s", error.text);
}

void jobs_cancel(struct jobs *jobs, const char *reason)
{
    if (jobs->reindex != NULL)
        job_close(jobs, SPOOL_FAILED, reason);
}

static void progress_tell(struct jobs *jobs)
{
    struct reindex_progress progress;
    struct error error = {0};
    reindex_progress(jobs->reindex, &progress);
    jobs->state.phase = SPOOL_RUNNING;
    jobs->state.done = progress.done;
    jobs->state.total = progress.total;
    snprintf(jobs->state.text, sizeof jobs->state.text, "%s", progress.what);
    if (spool_state_put(jobs->folder, &jobs->job, &jobs->state, &error) != STATUS_OK)
        log_warn("indexer: the state of a job could not be told: %s", error.text);
}

/* The next job that can be begun. */
static void job_find(struct jobs *jobs)
{
    struct error error = {0};
    while (!jobs->wanted) {
        enum status status = spool_next(jobs->folder, &jobs->job, &error);
        if (status == STATUS_OK)
            status = spool_state_get(jobs->folder, &jobs->job, &jobs->state, &error);
        if (status == STATUS_NOT_FOUND)
            return;
        if (status != STATUS_OK && status != STATUS_INVALID) {
            log_warn("indexer: the spool cannot be read: %s", error.text);
            return;
        }
        if (strcmp(jobs->job.name, JOB_REINDEX) != 0)
            job_close(jobs, SPOOL_FAILED, "this program knows no such job");
        else if (jobs->state.attempts >= SPOOL_ATTEMPTS_MAX)
            job_close(jobs, SPOOL_FAILED, "the indexer was stopped in the middle of it too often");
        else
            jobs->wanted = true;
    }
}

bool jobs_look(struct jobs *jobs)
{
    uint64_t now_ns = clock_monotonic_ns();
    if (jobs->reindex != NULL && reindex_ready(jobs->reindex))
        return true;
    if (jobs->looked_ns != 0 && now_ns - jobs->looked_ns < (uint64_t)JOBS_LOOK_MS * 1000000u)
        return jobs->wanted && jobs->reindex == NULL;
    jobs->looked_ns = now_ns;
    if (jobs->reindex != NULL)
        progress_tell(jobs);
    else
        job_find(jobs);
    return jobs->wanted && jobs->reindex == NULL;
}

static void job_begin(struct jobs *jobs, struct destination *destination)
{
    struct error error = {0};
    jobs->state.attempts++;
    jobs->begun_ns = clock_monotonic_ns();
    jobs->log = change_log_new(0);
    apply_set_log(destination->apply, jobs->log);
    log_info("indexer: reindex begins beside generation %" PRIu32, destination->generation);
    if (reindex_start(&jobs->options, jobs->log, &jobs->reindex, &error) == STATUS_OK) {
        progress_tell(jobs);
        return;
    }
    apply_set_log(destination->apply, NULL);
    job_close(jobs, SPOOL_FAILED, error.text);
}

static enum status job_end(struct jobs *jobs, const struct position *position, struct destination *destination, struct error *error)
{
    char text[160];
    uint64_t begun_ns = clock_monotonic_ns();
    struct error why = {0};
    apply_set_log(destination->apply, NULL);
    enum status status = reindex_switch(jobs->reindex, position, destination, &why);
    if (status != STATUS_OK) {
        bool stopped = status == STATUS_END; /* it begins again at the next start */
        if (stopped)
            reindex_end(jobs);
        else
            job_close(jobs, SPOOL_FAILED, why.text);
        return status == STATUS_IO ? error_set(error, status, "%s", why.text) : STATUS_OK;
    }
    snprintf(text, sizeof text, "generation %" PRIu32 " is live after %.1f s; the stream stood still for %.0f ms", destination->generation,
             (double)(clock_monotonic_ns() - jobs->begun_ns) / 1e9, (double)(clock_monotonic_ns() - begun_ns) / 1e6);
    job_close(jobs, SPOOL_DONE, text);
    return STATUS_OK;
}

enum status jobs_rest(struct jobs *jobs, const struct position *position, struct destination *destination, struct error *error)
{
    if (jobs->reindex != NULL)
        return reindex_ready(jobs->reindex) ? job_end(jobs, position, destination, error) : STATUS_OK;
    if (jobs->wanted)
        job_begin(jobs, destination);
    return STATUS_OK;
}
