#include "indexer/reindex.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/bulk.h"
#include "indexer/mirror_copy.h"
#include "indexer/row_intake.h"
#include "storage/index.h"
#include "storage/snapshot.h"

enum { FOLLOW_PAUSE_MS = 20, THREAD_NICE = 10 };

enum phase { PHASE_COPYING, PHASE_BUILDING, PHASE_FOLLOWING };

static const struct {
    const char *what, *unit;
} phases[] = {{"copying the mirrored rows", "rows"}, {"building the documents", "products"}, {"catching up", "rows"}};

struct reindex {
    struct reindex_options options;
    struct change_log *log; /* NULL: nobody else writes */
    struct env *live;       /* held */
    struct env *made;       /* held; NULL once it was handed over */
    uint32_t generation;
    struct apply *apply; /* of `made` */
    struct mirror_copy copy;
    pthread_t thread;
    bool thread_runs;
    atomic_bool cancelled;        /* by reindex_free */
    volatile sig_atomic_t halted; /* the same, as a bulk build wants it */
    atomic_bool last_call;        /* by reindex_switch: end after this round */
    atomic_bool ready;            /* few rows are left */
    atomic_bool ended;            /* the thread has, whatever the reason */
    _Atomic unsigned phase;
    _Atomic uint64_t done, total;
    struct progress *bar; /* of reindex_run; else NULL */
    enum status status;   /* the thread's end, and why */
    struct error why;
};

static void step_set(struct reindex *reindex, uint64_t done)
{
    atomic_store(&reindex->done, done);
    if (reindex->bar != NULL)
        progress_set(reindex->bar, done);
}

static void phase_begin(struct reindex *reindex, enum phase phase, uint64_t total)
{
    atomic_store(&reindex->total, total);
    atomic_store(&reindex->done, 0);
    atomic_store(&reindex->phase, phase);
    if (reindex->bar != NULL)
        progress_begin(reindex->bar, phases[phase].what, phases[phase].unit, total);
}

static void phase_end(struct reindex *reindex)
{
    if (reindex->bar != NULL)
        progress_end(reindex->bar);
}

static void rows_copied(void *context, uint64_t rows)
{
    step_set(context, rows);
}

static bool reindex_stopped(const struct reindex *reindex)
{
    return (reindex->options.stop != NULL && *reindex->options.stop != 0) || atomic_load(&reindex->cancelled);
}

/* How many rows there are, a little too many: long ones count once for each of their parts. */
static uint64_t rows_estimate(struct env *env)
{
    struct env_database database;
    for (unsigned i = 0; env_database(env, i, &database) == STATUS_OK; i++)
        if (strcmp(database.name, "row") == 0)
            return database.entries;
    return 0;
}

static const volatile sig_atomic_t *stop_of(const struct reindex *reindex)
{
    return reindex->log == NULL ? reindex->options.stop : &reindex->halted;
}

/* All rows into the mirror of the new generation. */
static enum status rows_copy(struct reindex *reindex, struct error *error)
{
    phase_begin(reindex, PHASE_COPYING, rows_estimate(reindex->live));
    reindex->copy.intake = row_intake_new(reindex->made, 0);
    enum status status = mirror_copy_all(&reindex->copy, error);
    phase_end(reindex);
    if (status == STATUS_OK)
        status = row_intake_write(reindex->copy.intake, stop_of(reindex), error);
    row_intake_free(reindex->copy.intake);
    reindex->copy.intake = NULL;
    return status;
}

/* Everything else out of the mirror. From here the new generation takes changes like any other. */
static enum status documents_build(struct reindex *reindex, struct error *error)
{
    struct bulk_counts counts = {0};
    uint64_t now_s = (uint64_t)(clock_wall_us() / 1000000);
    uint64_t version = reindex->copy.version_max > now_s ? reindex->copy.version_max : now_s;
    struct bulk_options bulk = {.threads = reindex->log == NULL ? 0 : 1, .stop = stop_of(reindex), .now_s = (uint32_t)version};
    atomic_store(&reindex->phase, PHASE_BUILDING);
    enum status status = bulk_build(reindex->made, reindex->options.analyzer, &bulk, &counts, error);
    if (status == STATUS_OK)
        status = apply_new(reindex->made, reindex->options.analyzer, &reindex->apply, error);
    reindex->copy.to = reindex->apply;
    return status;
}

/* What a renamed brand and the like have queued is built, a slice per commit. */
static enum status queue_drain(struct reindex *reindex, struct error *error)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && apply_has_queue(reindex->apply))
        status = reindex_stopped(reindex) ? error_set(error, STATUS_END, "stopped") : apply_flush(reindex->apply, NULL, error);
    return status;
}

/* Copies again what was changed and committed since the last take; the flush is the caller's. */
static enum status round_copy(struct reindex *reindex, unsigned *whole_rounds, struct error *error)
{
    struct changed_rows rows;
    enum status status = STATUS_OK;
    change_log_take(reindex->log, &rows);
    reindex->copy.rows = reindex->copy.committed = 0;
    phase_begin(reindex, PHASE_FOLLOWING, rows.all ? rows_estimate(reindex->live) : text_set_count(rows.keys));
    if (!rows.all)
        status = mirror_copy_keys(&reindex->copy, rows.keys, error);
    else if (++*whole_rounds > REINDEX_WHOLE_ROUNDS)
        status = error_set(error, STATUS_TIMEOUT, "the shop changes faster than a new generation can follow: try again when it is quieter");
    else
        status = mirror_copy_all(&reindex->copy, error);
    if (rows.all && status == STATUS_OK)
        status = mirror_copy_gone(&reindex->copy, reindex->made, error);
    changed_rows_release(&rows);
    return status;
}

static bool few_left(struct reindex *reindex)
{
    return change_log_sealed(reindex->log) <= REINDEX_FEW_ROWS;
}

/* Goes on until the stream's thread wants the rest for itself. */
static enum status changes_follow(struct reindex *reindex, struct error *error)
{
    unsigned whole_rounds = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        if (reindex_stopped(reindex))
            return error_set(error, STATUS_END, "stopped");
        bool few = few_left(reindex);
        atomic_store(&reindex->ready, few);
        if (few && atomic_load(&reindex->last_call))
            return STATUS_OK;
        if (few)
            clock_sleep_ms(FOLLOW_PAUSE_MS);
        else
            status = round_copy(reindex, &whole_rounds, error);
        if (status == STATUS_OK && !few)
            status = apply_flush(reindex->apply, NULL, error);
        if (status == STATUS_OK)
            status = queue_drain(reindex, error);
    }
    return status;
}

static enum status reindex_fill(struct reindex *reindex, struct error *error)
{
    enum status status = rows_copy(reindex, error);
    if (status == STATUS_OK)
        status = documents_build(reindex, error);
    return status == STATUS_OK && reindex->log != NULL ? changes_follow(reindex, error) : status;
}

static void *thread_run(void *context)
{
    struct reindex *reindex = context;
    /* Shoppers and the stream come first; a kernel that refuses costs only that. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), THREAD_NICE);
    reindex->status = reindex_fill(reindex, &reindex->why);
    if (reindex->status != STATUS_OK) {
        /* LMDB wants a write transaction to end in the thread that began it. */
        apply_free(reindex->apply);
        reindex->apply = NULL;
    }
    atomic_store(&reindex->ended, true);
    return NULL;
}

/* What an interrupted build left behind. */
static enum status leftover_drop(struct index *index, struct error *error)
{
    struct env *env = NULL;
    uint32_t generation = 0;
    enum status status = index_unfinished_generation(index, &env, &generation, error);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status == STATUS_OK ? index_drop_generation(index, env, generation, error) : status;
}

static enum status reindex_new(const struct reindex_options *options, struct change_log *log, struct reindex **out, struct error *error)
{
    struct reindex *reindex = memory_calloc(1, sizeof *reindex);
    uint32_t live = 0;
    reindex->options = *options;
    reindex->log = log;
    enum status status = index_acquire(options->index, &reindex->live, &live, error);
    if (status == STATUS_OK)
        status = leftover_drop(options->index, error);
    if (status == STATUS_OK)
        status = index_create_generation(options->index, &reindex->made, &reindex->generation, error);
    reindex->copy = (struct mirror_copy){
        .from = reindex->live, .stop = options->stop, .cancelled = &reindex->cancelled, .step = rows_copied, .context = reindex};
    if (status == STATUS_OK)
        status = mirror_copy_open(&reindex->copy, error);
    if (status != STATUS_OK)
        reindex_free(reindex);
    else
        *out = reindex;
    return status;
}

static void thread_join(struct reindex *reindex)
{
    if (reindex->thread_runs)
        pthread_join(reindex->thread, NULL);
    reindex->thread_runs = false;
}

void reindex_free(struct reindex *reindex)
{
    if (reindex == NULL)
        return;
    struct index *index = reindex->options.index;
    struct error error = {0};
    atomic_store(&reindex->cancelled, true);
    reindex->halted = 1;
    thread_join(reindex);
    mirror_copy_close(&reindex->copy);
    apply_free(reindex->apply);
    if (reindex->live != NULL)
        index_release(index, reindex->live);
    if (reindex->made != NULL && index_drop_generation(index, reindex->made, reindex->generation, &error) != STATUS_OK)
        log_warn("reindex: the unfinished generation %" PRIu32 " stays until the next start: %s", reindex->generation, error.text);
    free(reindex);
}

enum status reindex_start(const struct reindex_options *options, struct change_log *log, struct reindex **out, struct error *error)
{
    struct reindex *reindex = NULL;
    enum status status = reindex_new(options, log, &reindex, error);
    if (status != STATUS_OK)
        return status;
    int failed = pthread_create(&reindex->thread, NULL, thread_run, reindex);
    reindex->thread_runs = failed == 0;
    if (failed != 0) {
        reindex_free(reindex);
        return error_set(error, STATUS_LIMIT, "no thread for the reindex: %s", strerror(failed));
    }
    *out = reindex;
    return STATUS_OK;
}

bool reindex_ready(struct reindex *reindex)
{
    return atomic_load(&reindex->ended) || (atomic_load(&reindex->ready) && few_left(reindex));
}

void reindex_progress(struct reindex *reindex, struct reindex_progress *out)
{
    unsigned phase = atomic_load(&reindex->phase);
    *out = (struct reindex_progress){
        .what = phases[phase].what, .unit = phases[phase].unit, .done = atomic_load(&reindex->done), .total = atomic_load(&reindex->total)};
}

/* Stores where the new generation stands, and makes it the live one. */
static enum status reindex_publish(struct reindex *reindex, const struct position *position, struct error *error)
{
    enum status status = apply_flush(reindex->apply, position, error);
    if (status != STATUS_OK)
        return status;
    status = index_publish_generation(reindex->options.index, reindex->generation, error);
    if (status == STATUS_OK)
        return STATUS_OK;
    /* It may be live, or not: the next start finds out, and removes the other. */
    apply_free(reindex->apply);
    index_release(reindex->options.index, reindex->made);
    reindex->apply = NULL;
    reindex->made = NULL;
    return STATUS_IO;
}

enum status reindex_switch(struct reindex *reindex, const struct position *position, struct destination *destination, struct error *error)
{
    unsigned whole_rounds = 0;
    assert(apply_pending_changes(destination->apply) == 0);
    atomic_store(&reindex->last_call, true);
    thread_join(reindex);
    if (reindex->status != STATUS_OK) {
        *error = reindex->why;
        return reindex->status;
    }
    enum status status = round_copy(reindex, &whole_rounds, error);
    if (status == STATUS_OK)
        status = reindex_publish(reindex, position, error);
    if (status != STATUS_OK)
        return status;
    apply_free(destination->apply);
    index_release(destination->index, destination->env);
    destination->env = reindex->made;
    destination->generation = reindex->generation;
    destination->apply = reindex->apply;
    reindex->made = NULL;
    reindex->apply = NULL;
    return STATUS_OK;
}

static enum status live_position(struct env *live, struct position *position, bool *found, struct error *error)
{
    struct snapshot *snapshot = NULL;
    enum status status = snapshot_open(live, &snapshot, error);
    if (status != STATUS_OK)
        return status;
    status = position_get(snapshot, position);
    snapshot_close(snapshot);
    *found = status == STATUS_OK;
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return error_set(error, status, "the position of the index cannot be read: run tim verify");
}

enum status reindex_run(const struct reindex_options *options, uint32_t *generation, struct error *error)
{
    struct reindex *reindex = NULL;
    struct progress bar = {0};
    struct position position = {0};
    bool follows = false;
    enum status status = reindex_new(options, NULL, &reindex, error);
    if (status != STATUS_OK)
        return status;
    reindex->bar = &bar;
    status = live_position(reindex->live, &position, &follows, error);
    if (status == STATUS_OK)
        status = reindex_fill(reindex, error);
    if (status == STATUS_OK)
        status = reindex_publish(reindex, follows ? &position : NULL, error);
    if (status == STATUS_OK) {
        *generation = reindex->generation;
        apply_free(reindex->apply);
        index_release(options->index, reindex->made);
        reindex->apply = NULL;
        reindex->made = NULL;
    }
    reindex_free(reindex);
    return status;
}
