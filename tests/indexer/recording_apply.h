/* The index as a list: a stand-in for indexer/apply.c, row_intake.c and bulk.c that writes down what it is told, in words, so that a test can compare
 * it. Linked before the library, it takes the place of the real one. One at a time per process. */
#ifndef TIM_TESTS_INDEXER_RECORDING_APPLY_H
#define TIM_TESTS_INDEXER_RECORDING_APPLY_H

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/apply.h"
#include "indexer/bulk.h"
#include "indexer/row_intake.h"
#include "storage/batch.h"

struct recording {
    struct buffer pending; /* text of the changes not flushed yet */
    struct buffer flushed; /* text of all changes that were */
    size_t pending_changes;
    size_t pending_bytes;
    uint64_t flushes;
    uint64_t changes;         /* flushed */
    struct position position; /* of the last flush that had one */
    size_t queue;             /* flushes that the rebuild queue still needs */
    enum status fail_flush;   /* what the next flush answers, once */
    const char *reject_key;   /* a row with this key is INVALID */
    int64_t time_us;
    struct env *env; /* where the position goes, as the real one keeps it; NULL: nowhere */
};

static struct recording recording;

static inline void recording_release(void)
{
    buffer_release(&recording.pending);
    buffer_release(&recording.flushed);
    recording = (struct recording){0};
}

/* The flushed changes as text: "insert product 1|2|NULL; ...". */
static inline const char *recording_text(void)
{
    buffer_append_char(&recording.flushed, '\0');
    recording.flushed.size--;
    return recording.flushed.data;
}

static inline void recording_forget(void)
{
    recording.flushed.size = 0;
}

enum status apply_new(struct env *env, const struct analyzer *analyzer, struct apply **out, struct error *error)
{
    (void)analyzer;
    (void)error;
    recording.env = env;
    recording.pending.size = recording.pending_changes = recording.pending_bytes = 0;
    *out = (struct apply *)&recording;
    return STATUS_OK;
}

void apply_free(struct apply *apply)
{
    (void)apply;
}

void apply_set_time(struct apply *apply, int64_t commit_wall_us)
{
    (void)apply;
    recording.time_us = commit_wall_us;
}

static inline void record_row(const struct row *row)
{
    size_t count = schema_tables[row->table].column_count;
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &row->cells[i];
        if (i > 0)
            buffer_append_char(&recording.pending, '|');
        if (cell->state == CELL_TEXT)
            buffer_append(&recording.pending, cell->text.data, cell->text.size > 40 ? 40 : cell->text.size);
        else
            buffer_append_text(&recording.pending, cell->state == CELL_NULL ? "-" : "=");
    }
}

enum status apply_change(struct apply *apply, const struct change *change, struct error *error)
{
    static const char *const words[] = {"insert", "update", "delete", "truncate"};
    (void)apply;
    const struct cell *key = &change->row.cells[0];
    if (recording.reject_key != NULL && key->state == CELL_TEXT && key->text.size == strlen(recording.reject_key) &&
        memcmp(key->text.data, recording.reject_key, key->text.size) == 0)
        return error_set(error, STATUS_INVALID, "row %s cannot be indexed", recording.reject_key);
    buffer_print(&recording.pending, "%s %s", words[change->kind], schema_tables[change->row.table].word);
    if (change->old_key.size > 0)
        buffer_print(&recording.pending, " [%.*s]", (int)change->old_key.size, change->old_key.data);
    if (change->kind == CHANGE_INSERT || change->kind == CHANGE_UPDATE) {
        buffer_append_char(&recording.pending, ' ');
        record_row(&change->row);
    }
    buffer_append_text(&recording.pending, "; ");
    recording.pending_changes++;
    for (size_t i = 0; i < ROW_COLUMNS_MAX; i++)
        recording.pending_bytes += change->row.cells[i].text.size;
    return STATUS_OK;
}

size_t apply_pending_changes(const struct apply *apply)
{
    (void)apply;
    return recording.pending_changes;
}

size_t apply_pending_bytes(const struct apply *apply)
{
    (void)apply;
    return recording.pending_bytes;
}

static inline enum status record_position(const struct position *position, struct error *error)
{
    struct batch *batch = NULL;
    enum status status = batch_begin(recording.env, &batch, error);
    if (status != STATUS_OK)
        return status;
    status = position_put(batch, position);
    if (status == STATUS_OK)
        return batch_commit(batch, error);
    batch_abort(batch);
    return status;
}

enum status apply_flush(struct apply *apply, const struct position *position, struct error *error)
{
    (void)apply;
    if (recording.fail_flush != STATUS_OK) {
        enum status status = recording.fail_flush;
        recording.fail_flush = STATUS_OK;
        return error_set(error, status, "the flush fails");
    }
    buffer_append(&recording.flushed, recording.pending.data, recording.pending.size);
    recording.changes += recording.pending_changes;
    recording.pending.size = recording.pending_changes = recording.pending_bytes = 0;
    enum status status = recording.env != NULL && position != NULL ? record_position(position, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    recording.flushes++;
    if (recording.queue > 0)
        recording.queue--;
    if (position != NULL)
        recording.position = *position;
    return STATUS_OK;
}

void apply_set_pulse(struct apply *apply, apply_pulse *pulse, void *context)
{
    (void)apply; /* a recording takes no time */
    (void)pulse;
    (void)context;
}

void apply_set_log(struct apply *apply, struct change_log *log)
{
    (void)apply;
    (void)log;
}

enum status apply_version_floor(struct apply *apply, struct bytes product_id, uint64_t version, struct error *error)
{
    (void)apply;
    (void)product_id;
    (void)version;
    (void)error;
    return STATUS_OK;
}

bool apply_has_queue(const struct apply *apply)
{
    (void)apply;
    return recording.queue > 0;
}

struct apply_counts apply_counts(const struct apply *apply)
{
    (void)apply;
    return (struct apply_counts){.changes = recording.changes};
}

struct row_intake *row_intake_new(struct env *env, size_t memory_bytes)
{
    (void)memory_bytes;
    recording.env = env;
    recording.pending.size = recording.pending_changes = recording.pending_bytes = 0;
    return (struct row_intake *)&recording;
}

void row_intake_free(struct row_intake *intake)
{
    (void)intake;
}

enum status row_intake_take(struct row_intake *intake, const struct row *row, struct error *error)
{
    (void)intake;
    struct change change = {.kind = CHANGE_INSERT, .row = *row};
    return apply_change((struct apply *)&recording, &change, error);
}

enum status row_intake_write(struct row_intake *intake, const volatile sig_atomic_t *stop, struct error *error)
{
    (void)intake;
    (void)stop;
    return apply_flush((struct apply *)&recording, NULL, error);
}

enum status bulk_build(struct env *env, const struct analyzer *analyzer, const struct bulk_options *options, struct bulk_counts *counts,
                       struct error *error)
{
    (void)analyzer;
    recording.env = env;
    *counts = (struct bulk_counts){.rows = recording.changes};
    return options->position == NULL ? STATUS_OK : apply_flush((struct apply *)&recording, options->position, error);
}

#endif
