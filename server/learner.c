#include "server/learner.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/lesson.h"
#include "storage/env.h"
#include "storage/learned.h"

enum { LISTEN_MS = 100 /* between two looks at the rings */ };

/* A table, and who still reads it. */
struct published {
    struct published *next;
    struct popular *popular;
    unsigned holders;
};

struct learner {
    struct heard_ring *rings;
    unsigned ring_count;
    unsigned interval_ms;
    struct lesson lesson; /* the thread's */
    struct env *env;
    _Atomic uint64_t lost, kept, shown, failed;
    bool failing; /* the last commit did not come about; said once */
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    bool stops;
    struct published *tables; /* the newest first */
};

static void tables_sweep(struct learner *learner)
{
    for (struct published **link = &learner->tables->next; *link != NULL;) {
        struct published *old = *link;
        if (old->holders > 0) {
            link = &old->next;
            continue;
        }
        *link = old->next;
        popular_free(old->popular);
        free(old);
    }
}

static void publish(struct learner *learner, struct popular *popular)
{
    struct published *published = memory_calloc(1, sizeof *published);
    atomic_store(&learner->shown, popular_count(popular));
    published->popular = popular;
    pthread_mutex_lock(&learner->lock);
    published->next = learner->tables;
    learner->tables = published;
    tables_sweep(learner);
    pthread_mutex_unlock(&learner->lock);
}

struct popular *learner_popular_take(struct learner *learner)
{
    pthread_mutex_lock(&learner->lock);
    learner->tables->holders++;
    struct popular *popular = learner->tables->popular;
    pthread_mutex_unlock(&learner->lock);
    return popular;
}

void learner_popular_give_back(struct learner *learner, struct popular *popular)
{
    pthread_mutex_lock(&learner->lock);
    for (struct published *table = learner->tables; table != NULL; table = table->next)
        table->holders -= table->popular == popular;
    tables_sweep(learner);
    pthread_mutex_unlock(&learner->lock);
}

static void rings_empty(struct learner *learner)
{
    struct heard heard;
    for (unsigned i = 0; i < learner->ring_count; i++)
        while (heard_take(&learner->rings[i], &heard))
            if (!pending_add(&learner->lesson.pending, &heard))
                atomic_fetch_add(&learner->lost, 1);
}

static void commit(struct learner *learner)
{
    struct popular *popular = NULL;
    struct error error = {0};
    uint32_t kept = 0;
    if (learner->lesson.pending.count == 0)
        return;
    enum status status = lesson_commit(&learner->lesson, learner->env, &popular, &kept, &error);
    if (status == STATUS_OK) {
        atomic_store(&learner->kept, kept);
        publish(learner, popular);
    } else {
        atomic_fetch_add(&learner->failed, 1);
        atomic_fetch_add(&learner->lost, learner->lesson.pending.count);
        if (!learner->failing)
            log_warn("serve: what was heard of queries cannot be kept: %s", error.text[0] != '\0' ? error.text : status_name(status));
    }
    learner->failing = status != STATUS_OK;
    pending_clear(&learner->lesson.pending);
}

/* True: the learner stops. */
static bool rest(struct learner *learner)
{
    struct timespec until = {0};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LISTEN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&learner->lock);
    while (!learner->stops && pthread_cond_timedwait(&learner->wake, &learner->lock, &until) == 0)
        continue;
    bool stops = learner->stops;
    pthread_mutex_unlock(&learner->lock);
    return stops;
}

static void *learner_main(void *argument)
{
    struct learner *learner = argument;
    uint64_t interval_ns = (uint64_t)learner->interval_ms * 1000000u, last_ns = clock_monotonic_ns();
    for (bool stops = false; !stops;) {
        stops = rest(learner);
        rings_empty(learner);
        uint64_t now_ns = clock_monotonic_ns();
        if (stops || now_ns - last_ns >= interval_ns) {
            commit(learner);
            last_ns = now_ns;
        }
    }
    return NULL;
}

static enum status thread_start(struct learner *learner, struct error *error)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&learner->thread, NULL, learner_main, learner);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 ? STATUS_OK : error_set(error, STATUS_IO, "cannot start a thread: %s", strerror(code));
}

static void learner_free(struct learner *learner)
{
    for (unsigned i = 0; i < learner->ring_count; i++)
        heard_ring_release(&learner->rings[i]);
    while (learner->tables != NULL) {
        struct published *table = learner->tables;
        learner->tables = table->next;
        popular_free(table->popular);
        free(table);
    }
    lesson_release(&learner->lesson);
    learned_close(learner->env);
    pthread_cond_destroy(&learner->wake);
    pthread_mutex_destroy(&learner->lock);
    free(learner->rings);
    free(learner);
}

static struct learner *learner_new(const struct learner_options *options)
{
    struct learner *learner = memory_calloc(1, sizeof *learner);
    pthread_condattr_t monotonic;
    learner->ring_count = options->ring_count;
    learner->interval_ms = options->interval_ms;
    learner->rings = aligned_alloc(_Alignof(struct heard_ring), options->ring_count * sizeof *learner->rings);
    if (learner->rings == NULL)
        abort();
    for (unsigned i = 0; i < options->ring_count; i++)
        heard_ring_init(&learner->rings[i]);
    lesson_init(&learner->lesson, options->analyzer, options->half_life_s, options->window_s);
    pthread_mutex_init(&learner->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&learner->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return learner;
}

enum status learner_open(const struct learner_options *options, struct learner **out, struct error *error)
{
    struct learner *learner = learner_new(options);
    struct popular *popular = NULL;
    uint32_t kept = 0;
    enum status status = learned_open(options->folder, ENV_CREATE, &learner->env, error);
    if (status == STATUS_OK) {
        (void)env_check_readers(learner->env);
        status = lesson_read(&learner->lesson, learner->env, &popular, &kept, error);
    }
    if (status == STATUS_OK) {
        atomic_store(&learner->kept, kept);
        publish(learner, popular);
        status = thread_start(learner, error);
    }
    if (status != STATUS_OK) {
        learner_free(learner);
        return status;
    }
    *out = learner;
    return STATUS_OK;
}

void learner_close(struct learner *learner)
{
    if (learner == NULL)
        return;
    pthread_mutex_lock(&learner->lock);
    learner->stops = true;
    pthread_cond_signal(&learner->wake);
    pthread_mutex_unlock(&learner->lock);
    pthread_join(learner->thread, NULL);
    learner_free(learner);
}

struct heard_ring *learner_ring(struct learner *learner, unsigned number)
{
    return &learner->rings[number];
}

struct learner_figures learner_figures(struct learner *learner)
{
    struct learner_figures figures = {
        .lost = atomic_load(&learner->lost),
        .kept = atomic_load(&learner->kept),
        .shown = atomic_load(&learner->shown),
        .failed = atomic_load(&learner->failed),
    };
    for (unsigned i = 0; i < learner->ring_count; i++)
        figures.lost += atomic_load_explicit(&learner->rings[i].lost, memory_order_relaxed);
    return figures;
}
