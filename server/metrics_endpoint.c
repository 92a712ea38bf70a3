/* GET /metrics, for Prometheus. */
#include "server/endpoint.h"
#include "server/learner.h"
#include "storage/env.h"
#include "storage/meta.h"
#include "storage/snapshot.h"
#include "storage/term.h"

static void number(struct buffer *out, const char *kind, const char *name, const char *help, uint64_t value)
{
    buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n%s %lu\n", name, help, name, kind, name, value);
}

static void gauge(struct buffer *out, const char *name, const char *help, uint64_t value)
{
    number(out, "gauge", name, help, value);
}

static void render_learner(struct learner *learner, struct buffer *out)
{
    struct learner_figures figures = learner_figures(learner);
    gauge(out, "tim_queries_kept", "Different queries that are remembered.", figures.kept);
    gauge(out, "tim_queries_shown", "Of them, those that are suggested.", figures.shown);
    number(out, "counter", "tim_queries_lost_total", "Searches and events that were not learned for want of room or of a writable folder.",
           figures.lost);
    number(out, "counter", "tim_queries_failed_commits_total", "Commits of what was learned that did not come about.", figures.failed);
}

/* What cannot be read is left out: a scrape sees a gap, and tim_index_ready says why. */
static void render_index(struct view *view, struct buffer *out)
{
    struct position position = {0};
    struct env_size size = {0};
    struct term live = {0};
    gauge(out, "tim_index_generation", "The generation being served.", view->generation);
    gauge(out, "tim_index_commit", "The commit being served; rises by one with every batch.", snapshot_commit(view->snapshot));
    if (position_get(view->snapshot, &position) == STATUS_OK)
        gauge(out, "tim_index_applied_lsn_bytes", "The applied LSN, as a number of bytes of WAL.", position.lsn);
    enum status status = term_get(view->snapshot, TERM_LIVE, "", 0, &live);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        gauge(out, "tim_index_documents", "Products that can be found.", live.df);
    if (env_size(view->env, &size) == STATUS_OK) {
        gauge(out, "tim_index_file_bytes", "Bytes of the generation's file in use.", size.file_bytes);
        gauge(out, "tim_index_reader_lag", "Commits that the oldest reader of this generation is behind.", size.oldest_reader_lag);
    }
}

enum status metrics_endpoint(struct call *call, struct error *error)
{
    struct buffer *out = &call->answer->body;
    call->answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_render(call->service->metrics, call->service->thread_count, out);
    if (call->service->learner != NULL)
        render_learner(call->service->learner, out);
    bool ready = view_begin(call->view, error) == STATUS_OK;
    gauge(out, "tim_index_ready", "1 when searches can be answered.", ready ? 1 : 0);
    if (ready)
        render_index(call->view, out);
    return STATUS_OK;
}
