#include "server/view.h"

#include "base/clock.h"
#include "base/log.h"
#include "storage/index.h"
#include "storage/meta.h"
#include "storage/snapshot.h"

#define WARN_PAUSE_NS 10000000000u

void view_init(struct view *view, struct index *index)
{
    *view = (struct view){.index = index};
    arena_init(&view->arena, REQUEST_ARENA_BYTES);
}

static void generation_leave(struct view *view)
{
    snapshot_close(view->snapshot);
    if (view->env != NULL)
        index_release(view->index, view->env);
    view->snapshot = NULL;
    view->env = NULL;
    view->complete = false;
}

void view_release(struct view *view)
{
    generation_leave(view);
    arena_release(&view->arena);
}

/* Takes over `env`, or gives it back. */
static enum status generation_enter(struct view *view, struct env *env, uint32_t generation, struct error *error)
{
    struct snapshot *snapshot = NULL;
    enum status status = snapshot_open(env, &snapshot, error);
    if (status != STATUS_OK) {
        index_release(view->index, env);
        return status;
    }
    generation_leave(view);
    view->env = env;
    view->snapshot = snapshot;
    view->generation = generation;
    return STATUS_OK;
}

static enum status generation_follow(struct view *view, struct error *error)
{
    struct env *env = NULL;
    uint32_t generation = 0;
    enum status status = index_acquire(view->index, &env, &generation, error);
    if (status != STATUS_OK)
        return status;
    if (env != view->env)
        return generation_enter(view, env, generation, error);
    index_release(view->index, env);
    return STATUS_OK;
}

static enum status check_complete(struct view *view, struct error *error)
{
    if (view->complete)
        return STATUS_OK;
    uint8_t complete = 0;
    enum status status = complete_get(view->snapshot, &complete);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return error_set(error, status, "the index cannot be read: %s", status_name(status));
    view->complete = complete != 0;
    return view->complete ? STATUS_OK : error_set(error, STATUS_UNAVAILABLE, "the index is still being built; try again in a while");
}

static void warn_seldom(struct view *view, const char *why)
{
    uint64_t now = clock_monotonic_ns();
    if (view->warned_ns != 0 && now - view->warned_ns < WARN_PAUSE_NS)
        return;
    view->warned_ns = now;
    log_warn("serve: generation %u stays in use: %s", view->generation, why);
}

enum status view_begin(struct view *view, struct error *error)
{
    enum status status = generation_follow(view, error);
    if (status != STATUS_OK && view->env == NULL)
        return status == STATUS_NOT_FOUND ? error_set(error, STATUS_UNAVAILABLE, "no index was published yet; try again in a while")
                                          : status;
    if (status != STATUS_OK)
        warn_seldom(view, error->text);
    status = snapshot_renew(view->snapshot);
    if (status != STATUS_OK)
        return error_set(error, status, "the index cannot be read: %s", status_name(status));
    return check_complete(view, error);
}

void view_end(struct view *view)
{
    if (view->snapshot != NULL)
        snapshot_reset(view->snapshot);
    arena_reset(&view->arena);
}
