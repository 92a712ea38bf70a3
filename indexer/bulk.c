#include "indexer/bulk.h"

#include <stdlib.h>
#include <unistd.h>

#include "indexer/bulk_state.h"
#include "storage/bulk.h"
#include "storage/meta.h"
#include "storage/snapshot.h"

static enum status bulk_failed(enum status status, struct error *error)
{
    if (status == STATUS_OK || status == STATUS_END || error->text[0] != '\0')
        return status;
    return error_set(error, status, "the new index could not be built: %s", status_name(status));
}

enum status bulk_batch_open(struct bulk *bulk, struct error *error)
{
    enum status status = batch_begin_bulk(bulk->apply->env, &bulk->apply->batch, error);
    if (status == STATUS_OK)
        bulk->apply->view = batch_snapshot(bulk->apply->batch);
    return status;
}

enum status bulk_batch_turn(struct bulk *bulk, struct error *error)
{
    enum status status = batch_turn(&bulk->apply->batch, error);
    bulk->apply->view = status == STATUS_OK ? batch_snapshot(bulk->apply->batch) : NULL;
    return status;
}

enum status bulk_batch_end(struct bulk *bulk, enum status status, struct error *error)
{
    struct batch *batch = bulk->apply->batch;
    bulk->apply->batch = NULL;
    bulk->apply->view = NULL;
    if (status == STATUS_OK)
        return batch_commit(batch, error);
    batch_abort(batch);
    return status;
}

unsigned bulk_threads(unsigned wanted)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted > 0)
        return wanted < BULK_THREADS_MAX ? wanted : BULK_THREADS_MAX;
    if (processors < 1)
        return 1;
    return processors < BULK_THREADS_AUTO_MAX ? (unsigned)processors : BULK_THREADS_AUTO_MAX;
}

/* The memory is shared out by what lives at the same time: while documents are built, the inverters, the word caches, the order being read,
 * suggestions and slots; the rest is for the batch. Reverse keys come before. */
static void bulk_open(struct bulk *bulk, struct env *env)
{
    size_t memory = bulk->memory_bytes;
    bulk->order = sorter_new(env, memory / 8);
    bulk->suggestions = sorter_new(env, memory / 8);
    bulk->slots = sorter_new(env, memory / 16);
    bulk->categories = text_set_new();
    bulk->inverters = memory_calloc(bulk->threads, sizeof(struct inverter *));
    bulk->apply->labels = label_cache_new();
}

static void bulk_close(struct bulk *bulk)
{
    for (unsigned i = 0; bulk->inverters != NULL && i < bulk->threads; i++)
        inverter_free(bulk->inverters[i]);
    free(bulk->inverters);
    sorter_free(bulk->order);
    sorter_free(bulk->suggestions);
    sorter_free(bulk->slots);
    text_set_free(bulk->categories);
    free(bulk->category_low);
    buffer_release(&bulk->fragment);
    if (bulk->apply != NULL)
        label_cache_free(bulk->apply->labels);
    apply_free(bulk->apply);
}

static enum status terms_write(struct bulk *bulk, struct error *error)
{
    struct progress progress;
    struct bulk_run run = {.env = bulk->apply->env, .stop = bulk->options->stop, .progress = &progress};
    for (unsigned i = 0; i < bulk->threads; i++)
        bulk->counts->postings += inverter_count(bulk->inverters[i]);
    progress_begin(&progress, "writing the terms", "postings", bulk->counts->postings);
    enum status status = inverters_write(bulk->inverters, bulk->threads, &run, error);
    progress_end(&progress);
    return status;
}

static enum status vocabulary_write(struct bulk *bulk, struct error *error)
{
    struct bulk_run run = {.env = bulk->apply->env, .stop = bulk->options->stop};
    return bulk_write_vocabulary(&run, bulk->memory_bytes / 8, error);
}

static enum status suggestions_write(struct bulk *bulk, struct error *error)
{
    struct progress progress;
    struct bulk_run run = {.env = bulk->apply->env, .stop = bulk->options->stop, .progress = &progress};
    progress_begin(&progress, "writing the suggestions", "rows", sorter_count(bulk->suggestions));
    enum status status = bulk_write_suggestions(&run, bulk->suggestions, error);
    progress_end(&progress);
    return status;
}

/* Only now may it be served. */
static enum status completion_put(struct bulk *bulk, struct error *error)
{
    enum status status = bulk_batch_open(bulk, error);
    if (status != STATUS_OK)
        return status;
    if (bulk->options->position != NULL)
        status = position_put(bulk->apply->batch, bulk->options->position);
    if (status == STATUS_OK)
        status = complete_put(bulk->apply->batch, 1);
    return bulk_batch_end(bulk, status, error);
}

enum status bulk_build(struct env *env, const struct analyzer *analyzer, const struct bulk_options *options, struct bulk_counts *counts,
                       struct error *error)
{
    struct bulk bulk = {.options = options, .counts = counts, .threads = bulk_threads(options->threads)};
    bulk.memory_bytes = options->memory_bytes == 0 ? (size_t)BULK_MEMORY_MIB << 20 : options->memory_bytes;
    *counts = (struct bulk_counts){0};
    enum status status = apply_new(env, analyzer, &bulk.apply, error);
    if (status != STATUS_OK)
        return status;
    bulk.apply->now_s = options->now_s;
    bulk_open(&bulk, env);
    status = bulk_labels(&bulk, error);
    if (status == STATUS_OK)
        status = bulk_scan(&bulk, error);
    if (status == STATUS_OK)
        status = bulk_documents(&bulk, error);
    if (status == STATUS_OK)
        status = slots_settle(&bulk, error);
    if (status == STATUS_OK)
        status = terms_write(&bulk, error);
    if (status == STATUS_OK)
        status = vocabulary_write(&bulk, error);
    if (status == STATUS_OK)
        status = suggestions_write(&bulk, error);
    if (status == STATUS_OK)
        status = completion_put(&bulk, error);
    bulk_close(&bulk);
    return bulk_failed(status, error);
}
