/* What one thread sees of the index: the live generation, frozen for the length of a request, and the request's memory. */
#ifndef TIM_SERVER_VIEW_H
#define TIM_SERVER_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct index;
struct env;
struct snapshot;

enum { REQUEST_ARENA_BYTES = 16 * 1024 * 1024 };

struct view {
    struct index *index; /* borrowed */
    struct env *env;     /* held while it is the live one; NULL before the first */
    struct snapshot *snapshot;
    uint32_t generation;
    bool complete;      /* its first copy is done */
    uint64_t warned_ns; /* when the log last heard that a newer generation cannot be opened */
    struct arena arena;
};

void view_init(struct view *view, struct index *index);
void view_release(struct view *view);

/* Looks which generation is live, changes to it when another was published since, and freezes its newest commit. After OK the view's
 * snapshot may be read until view_end. UNAVAILABLE: nothing was published yet, or the first copy is not complete; other statuses as
 * index_acquire and snapshot_renew give them. When a new generation cannot be opened the held one goes on being served. */
MUST_USE enum status view_begin(struct view *view, struct error *error);

/* Lets go of the snapshot's pages and of the arena. */
void view_end(struct view *view);

#endif
