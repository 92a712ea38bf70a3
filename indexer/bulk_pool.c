/* Documents built by several threads and placed by one.
 *
 * Jobs go round a ring: the placing thread fills one with the next products of the order, any building thread takes it, and the placing
 * thread waits for the oldest. So documents are placed in order however the threads run. A building thread reads the mirror through a
 * snapshot of its own and puts terms into an inverter of its own. */
#include "indexer/bulk_state.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "catalog/field.h"
#include "catalog/terms.h"
#include "storage/forward.h"
#include "storage/label.h"
#include "storage/snapshot.h"

enum { JOB_DOCUMENTS = 32, JOBS_PER_THREAD = 4 };

struct job {
    struct arena arena;
    struct built built[JOB_DOCUMENTS];
    uint32_t first; /* document number */
    unsigned count;
    bool done;
    enum status status;
};

struct pool {
    struct bulk *bulk;
    pthread_mutex_t lock;
    pthread_cond_t filled_more, one_done;
    struct job *jobs;
    unsigned job_count;
    uint64_t filled, taken; /* jobs so far; job n lies at n % job_count */
    bool closing, whole;    /* no job comes any more; all were built and placed */
};

struct builder {
    struct pool *pool;
    struct inverter *inverter;
    struct snapshot *snapshot;
    struct word_cache *words;
    struct arena arena; /* of the terms of one document */
    struct buffer forward;
    pthread_t thread;
    bool started;
    enum status ended; /* of its inverter */
};

static enum status ordinals_find(struct builder *builder, struct built *built)
{
    const struct document *document = &built->document;
    uint32_t ordinal = 0;
    enum status status = STATUS_OK;
    built->brand = built->category = COLUMN_UNKNOWN;
    if (document->brand_id.size > 0) {
        status = label_find(builder->snapshot, FACET_BRAND, document->brand_id, &ordinal);
        built->brand = ordinal;
    }
    if (status == STATUS_OK && document->path_count > 0) {
        status = label_find(builder->snapshot, FACET_CATEGORY, document->path[document->path_count - 1].id, &ordinal);
        built->category = ordinal;
    }
    return status;
}

static enum status terms_take(struct builder *builder, struct built *built, uint32_t number, struct arena *arena)
{
    struct forward_list list = {0};
    arena_reset(&builder->arena);
    enum status status = terms_build(builder->words, &built->document, &builder->arena, &list, &built->cut);
    if (status != STATUS_OK || list.count == 0)
        return status;
    status = inverter_add(builder->inverter, number, &list);
    if (status != STATUS_OK)
        return status;
    builder->forward.size = 0;
    forward_encode(&builder->forward, &list);
    built->forward = (struct bytes){arena_copy(arena, builder->forward.data, builder->forward.size), builder->forward.size};
    return built->forward.data == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status document_make(struct builder *builder, struct built *built, uint32_t number, struct arena *arena)
{
    const struct analyzer *analyzer = builder->pool->bulk->apply->analyzer;
    struct bytes id = built->document.id;
    enum status status = document_build(builder->snapshot, analyzer, id, arena, &built->document);
    if (status == STATUS_OK)
        status = ordinals_find(builder, built);
    if (status == STATUS_OK)
        status = facets_fold(analyzer, &built->document, arena, &built->facets, &built->facet_count);
    if (status == STATUS_OK && built->document.live)
        status = suggestion_text(analyzer, built->document.name, arena, &built->suggestion);
    return status == STATUS_OK ? terms_take(builder, built, number, arena) : status;
}

static void job_build(struct builder *builder, struct job *job)
{
    for (unsigned i = 0; job->status == STATUS_OK && i < job->count; i++)
        job->status = document_make(builder, &job->built[i], job->first + i, &job->arena);
    if (job->status == STATUS_OK)
        job->status = snapshot_status(builder->snapshot);
}

static void *builder_run(void *argument)
{
    struct builder *builder = argument;
    struct pool *pool = builder->pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->taken == pool->filled && !pool->closing)
            pthread_cond_wait(&pool->filled_more, &pool->lock);
        if (pool->taken == pool->filled)
            break;
        struct job *job = &pool->jobs[pool->taken++ % pool->job_count];
        pthread_mutex_unlock(&pool->lock);
        job_build(builder, job);
        pthread_mutex_lock(&pool->lock);
        job->done = true;
        pthread_cond_signal(&pool->one_done);
    }
    bool whole = pool->whole;
    pthread_mutex_unlock(&pool->lock);
    builder->ended = whole ? inverter_end(builder->inverter) : STATUS_OK;
    return NULL;
}

static enum status builders_start(struct pool *pool, struct builder *builders, struct error *error)
{
    struct bulk *bulk = pool->bulk;
    for (unsigned i = 0; i < bulk->threads; i++) {
        struct builder *builder = &builders[i];
        builder->pool = pool;
        builder->inverter = bulk->inverters[i] = inverter_new(bulk->apply->env, bulk->memory_bytes / 2 / bulk->threads);
        builder->words = word_cache_new(bulk->apply->analyzer, bulk->memory_bytes / 16 / bulk->threads);
        arena_init(&builder->arena, APPLY_ARENA_BYTES);
        enum status status = snapshot_open(bulk->apply->env, &builder->snapshot, error);
        if (status != STATUS_OK)
            return status;
        if (pthread_create(&builder->thread, NULL, builder_run, builder) != 0)
            return error_set(error, STATUS_LIMIT, "the machine gives no further thread: set build-threads lower");
        builder->started = true;
    }
    return STATUS_OK;
}

/* When `status` is OK, the builders end their inverters, each its own. */
static enum status builders_stop(struct pool *pool, struct builder *builders, enum status status)
{
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pool->whole = status == STATUS_OK;
    pthread_cond_broadcast(&pool->filled_more);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->bulk->threads; i++) {
        if (builders[i].started)
            pthread_join(builders[i].thread, NULL);
        if (status == STATUS_OK)
            status = builders[i].ended;
        snapshot_close(builders[i].snapshot);
        word_cache_free(builders[i].words);
        arena_release(&builders[i].arena);
        buffer_release(&builders[i].forward);
    }
    return status;
}

/* The next products of the order. END when there are none. */
static enum status job_fill(struct bulk *bulk, struct job *job, uint32_t first)
{
    enum status status = STATUS_OK;
    arena_reset(&job->arena);
    job->first = first;
    job->count = 0;
    job->done = false;
    job->status = STATUS_OK;
    while (job->count < JOB_DOCUMENTS) {
        struct bytes id;
        struct built *built = &job->built[job->count];
        *built = (struct built){.cut = false};
        status = order_next(bulk, &id, &built->hot);
        if (status != STATUS_OK)
            break;
        built->document.id = (struct bytes){arena_copy(&job->arena, id.data, id.size), id.size};
        if (built->document.id.data == NULL)
            return STATUS_LIMIT;
        job->count++;
    }
    return status == STATUS_END && job->count > 0 ? STATUS_OK : status;
}

static enum status job_place(struct pool *pool, struct job *job, struct error *error)
{
    struct bulk *bulk = pool->bulk;
    uint32_t first = 0;
    pthread_mutex_lock(&pool->lock);
    while (!job->done)
        pthread_cond_wait(&pool->one_done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    enum status status = job->status;
    if (status == STATUS_OK)
        status = batch_take(bulk->apply->batch, COUNTER_DOCUMENT, job->count, &first);
    assert(status != STATUS_OK || first == job->first);
    for (unsigned i = 0; status == STATUS_OK && i < job->count; i++) {
        status = document_place(bulk, &job->built[i], first + i);
        if (job->built[i].cut) {
            bulk->counts->cut++;
            log_warn("indexer: product %.*s has more than %d bytes of text: the rest is not searched", (int)job->built[i].document.id.size,
                     job->built[i].document.id.data, DOCUMENT_TEXT_BYTES_MAX);
        }
    }
    return status == STATUS_OK ? bulk_batch_turn(bulk, error) : status;
}

static enum status jobs_run(struct pool *pool, struct error *error)
{
    struct bulk *bulk = pool->bulk;
    struct progress progress;
    uint64_t placed = 0;
    uint32_t first = 0;
    enum status status = sorter_sort(bulk->order), more = STATUS_OK;
    progress_begin(&progress, "building the documents", "products", sorter_count(bulk->order));
    while (status == STATUS_OK) {
        while (more == STATUS_OK && pool->filled - placed < pool->job_count) {
            struct job *job = &pool->jobs[pool->filled % pool->job_count];
            more = job_fill(bulk, job, first);
            if (more != STATUS_OK)
                break;
            first += job->count;
            pthread_mutex_lock(&pool->lock);
            pool->filled++;
            pthread_cond_signal(&pool->filled_more);
            pthread_mutex_unlock(&pool->lock);
        }
        if (placed == pool->filled)
            break;
        struct job *job = &pool->jobs[placed++ % pool->job_count];
        status = bulk_stopped(bulk) ? STATUS_END : job_place(pool, job, error);
        bulk->counts->documents += job->count;
        progress_set(&progress, bulk->counts->documents);
    }
    progress_end(&progress);
    return status == STATUS_OK && more != STATUS_END ? more : status;
}

enum status bulk_documents(struct bulk *bulk, struct error *error)
{
    struct pool pool = {.bulk = bulk, .job_count = bulk->threads * JOBS_PER_THREAD};
    struct builder *builders = memory_calloc(bulk->threads, sizeof *builders);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.filled_more, NULL);
    pthread_cond_init(&pool.one_done, NULL);
    pool.jobs = memory_calloc(pool.job_count, sizeof *pool.jobs);
    for (unsigned i = 0; i < pool.job_count; i++)
        arena_init(&pool.jobs[i].arena, APPLY_ARENA_BYTES);
    enum status status = builders_start(&pool, builders, error);
    if (status == STATUS_OK)
        status = bulk_batch_open(bulk, error);
    if (status == STATUS_OK)
        status = bulk_batch_end(bulk, jobs_run(&pool, error), error);
    status = builders_stop(&pool, builders, status);
    for (unsigned i = 0; i < pool.job_count; i++)
        arena_release(&pool.jobs[i].arena);
    free(pool.jobs);
    free(builders);
    pthread_cond_destroy(&pool.filled_more);
    pthread_cond_destroy(&pool.one_done);
    pthread_mutex_destroy(&pool.lock);
    return status;
}
