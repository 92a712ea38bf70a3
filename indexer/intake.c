#include "indexer/intake.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/pgoutput.h"
#include "indexer/relation.h"

struct intake {
    struct intake_options options;
    struct apply *apply;
    struct relations *relations;
    struct position durable; /* as the index has it */
    struct position reached; /* as it will be with the next flush between transactions */
    uint64_t received_lsn;
    uint64_t first_pending_ns; /* when the oldest waiting change came; 0: none waits */
    uint64_t stored_ns;        /* when the position was last committed */
    struct intake_counts counts;

    /* The transaction that is open. */
    bool open;
    bool skip; /* it is in the index already */
    uint64_t final_lsn;
    uint64_t rows;       /* its row messages so far, ignored ones included */
    uint64_t rows_known; /* that many of them are in the index already */
    uint64_t slice_rows; /* of it since the last flush */
};

struct intake *intake_new(const struct intake_options *options, struct apply *apply, const struct position *stored)
{
    struct intake *intake = memory_calloc(1, sizeof *intake);
    intake->options = *options;
    intake->apply = apply;
    intake->relations = relations_new(options->schema);
    intake->durable = intake->reached = *stored;
    intake->received_lsn = stored->lsn;
    intake->stored_ns = clock_monotonic_ns();
    return intake;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    relations_free(intake->relations);
    free(intake);
}

static enum status flush_at(struct intake *intake, const struct position *position, struct error *error)
{
    enum status status = apply_flush(intake->apply, position, error);
    if (status != STATUS_OK)
        return status;
    intake->durable = *position;
    intake->first_pending_ns = 0;
    intake->stored_ns = clock_monotonic_ns();
    return STATUS_OK;
}

static enum status begin(struct intake *intake, const struct pgoutput_message *message, struct error *error)
{
    if (intake->open)
        return error_set(error, STATUS_CORRUPT, "the stream begins a transaction inside another");
    uint64_t final_lsn = message->begin.final_lsn;
    bool skip = final_lsn < intake->reached.lsn;
    uint64_t partial_lsn = intake->reached.partial_lsn;
    if (!skip && partial_lsn != 0 && partial_lsn != final_lsn) {
        char wanted[LSN_TEXT_BYTES], found[LSN_TEXT_BYTES];
        lsn_format(partial_lsn, wanted);
        lsn_format(final_lsn, found);
        return error_set(error, STATUS_MISMATCH,
                         "the large transaction at %s, which is in the index in part, does not come again (%s comes instead)", wanted,
                         found);
    }
    intake->open = true;
    intake->skip = skip;
    intake->final_lsn = final_lsn;
    intake->rows = 0;
    intake->rows_known = partial_lsn == final_lsn ? intake->reached.partial_rows : 0;
    intake->slice_rows = 0;
    apply_set_time(intake->apply, message->begin.commit_wall_us);
    return STATUS_OK;
}

static bool batch_is_due(const struct intake *intake)
{
    if (apply_pending_changes(intake->apply) >= intake->options.batch_changes || apply_pending_bytes(intake->apply) >= INTAKE_BATCH_BYTES)
        return true;
    uint64_t limit_ns = (uint64_t)intake->options.batch_ms * 1000000u;
    return intake->first_pending_ns != 0 && clock_monotonic_ns() - intake->first_pending_ns >= limit_ns;
}

static enum status commit(struct intake *intake, const struct pgoutput_message *message, struct error *error)
{
    if (!intake->open || message->commit.commit_lsn != intake->final_lsn)
        return error_set(error, STATUS_CORRUPT, "the stream ends a transaction that it did not begin");
    intake->open = false;
    if (intake->skip)
        return STATUS_OK;
    if (intake->rows < intake->rows_known)
        return error_set(error, STATUS_MISMATCH,
                         "a large transaction came again with %" PRIu64 " rows, of which %" PRIu64 " are in the index", intake->rows,
                         intake->rows_known);
    intake->reached.lsn = message->commit.end_lsn;
    intake->reached.partial_lsn = 0;
    intake->reached.partial_rows = 0;
    if (message->commit.end_lsn > intake->received_lsn)
        intake->received_lsn = message->commit.end_lsn;
    intake->counts.transactions++;
    return batch_is_due(intake) ? flush_at(intake, &intake->reached, error) : STATUS_OK;
}

/* Before the row that would make it too large to wait for its end. */
static enum status slice_when_large(struct intake *intake, struct error *error)
{
    bool many = intake->slice_rows >= intake->options.transaction_rows_max;
    if (!many && apply_pending_bytes(intake->apply) < INTAKE_TRANSACTION_BYTES_MAX)
        return STATUS_OK;
    if (intake->slice_rows == 0)
        return STATUS_OK;
    struct position position = intake->reached;
    position.partial_lsn = intake->final_lsn;
    position.partial_rows = intake->rows;
    enum status status = flush_at(intake, &position, error);
    if (status == STATUS_OK) {
        intake->slice_rows = 0;
        intake->reached = position;
    }
    return status;
}

static void log_rejected(struct intake *intake, const struct error *why)
{
    intake->counts.rejected++;
    if (intake->counts.rejected > INTAKE_REJECTED_LOGGED_MAX)
        return;
    char lsn[LSN_TEXT_BYTES];
    lsn_format(intake->final_lsn, lsn);
    log_warn("indexer: a row of the transaction at %s is left out: %s%s", lsn, why->text,
             intake->counts.rejected == INTAKE_REJECTED_LOGGED_MAX ? " (further ones are only counted)" : "");
}

static enum status apply_one(struct intake *intake, const struct change *change, struct error *error)
{
    struct error why = {0};
    enum status status = apply_change(intake->apply, change, &why);
    if (status == STATUS_INVALID) {
        log_rejected(intake, &why);
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        if (error != NULL)
            *error = why;
        return status;
    }
    intake->counts.rows++;
    if (intake->first_pending_ns == 0)
        intake->first_pending_ns = clock_monotonic_ns();
    return STATUS_OK;
}

static enum status take_row(struct intake *intake, const struct pgoutput_message *message, struct error *error)
{
    struct change change;
    enum status status = relations_change(intake->relations, message, &change, error);
    if (status == STATUS_NOT_FOUND) {
        intake->counts.ignored++;
        return STATUS_OK;
    }
    return status == STATUS_OK ? apply_one(intake, &change, error) : status;
}

static enum status take_truncate(struct intake *intake, const struct pgoutput_message *message, struct error *error)
{
    struct pgoutput_oids oids = message->truncate.oids;
    uint32_t oid = 0;
    while (pgoutput_oid_next(&oids, &oid)) {
        struct change change = {.kind = CHANGE_TRUNCATE};
        enum status status = relations_table(intake->relations, oid, &change.row.table, error);
        if (status == STATUS_NOT_FOUND) {
            intake->counts.ignored++;
            continue;
        }
        if (status == STATUS_OK)
            status = apply_one(intake, &change, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* One row message: an insert, update, delete or truncate (of several tables at once). */
static enum status take_change(struct intake *intake, const struct pgoutput_message *message, struct error *error)
{
    if (!intake->open)
        return error_set(error, STATUS_CORRUPT, "the stream has a row outside a transaction");
    if (intake->skip || intake->rows < intake->rows_known) {
        intake->rows++;
        intake->counts.skipped++;
        return STATUS_OK;
    }
    enum status status = slice_when_large(intake, error);
    if (status != STATUS_OK)
        return status;
    intake->rows++;
    intake->slice_rows++;
    return message->kind == PGOUTPUT_TRUNCATE ? take_truncate(intake, message, error) : take_row(intake, message, error);
}

enum status intake_take(struct intake *intake, struct bytes bytes, struct error *error)
{
    struct pgoutput_message message;
    enum status status = pgoutput_decode(bytes, &message, error);
    if (status != STATUS_OK)
        return status;
    switch (message.kind) {
    case PGOUTPUT_BEGIN:
        return begin(intake, &message, error);
    case PGOUTPUT_COMMIT:
        return commit(intake, &message, error);
    case PGOUTPUT_RELATION:
        return relations_learn(intake->relations, &message, error);
    case PGOUTPUT_INSERT:
    case PGOUTPUT_UPDATE:
    case PGOUTPUT_DELETE:
    case PGOUTPUT_TRUNCATE:
        return take_change(intake, &message, error);
    case PGOUTPUT_ORIGIN:
    case PGOUTPUT_TYPE:
    case PGOUTPUT_MESSAGE:
        break;
    }
    return STATUS_OK;
}

void intake_keepalive(struct intake *intake, uint64_t wal_end)
{
    if (wal_end > intake->received_lsn)
        intake->received_lsn = wal_end;
    /* A transaction half applied by an earlier process comes before anything else may count as reached. */
    if (!intake->open && intake->reached.partial_lsn == 0 && wal_end > intake->reached.lsn)
        intake->reached.lsn = wal_end;
}

enum status intake_idle(struct intake *intake, bool store_now, struct error *error)
{
    if (intake->open)
        return STATUS_OK;
    bool work = apply_pending_changes(intake->apply) > 0 || apply_has_queue(intake->apply);
    bool rested = clock_monotonic_ns() - intake->stored_ns >= (uint64_t)INTAKE_IDLE_STORE_MS * 1000000u;
    bool moved = intake->reached.lsn > intake->durable.lsn;
    if (work || (moved && (rested || store_now)))
        return flush_at(intake, &intake->reached, error);
    return STATUS_OK;
}

enum status intake_rest(struct intake *intake, bool *at_rest, struct error *error)
{
    *at_rest = !intake->open;
    if (intake->open || (apply_pending_changes(intake->apply) == 0 && intake->reached.lsn == intake->durable.lsn))
        return STATUS_OK;
    return flush_at(intake, &intake->reached, error);
}

bool intake_is_between(const struct intake *intake)
{
    return !intake->open;
}

void intake_move(struct intake *intake, struct apply *apply)
{
    assert(!intake->open && intake->first_pending_ns == 0);
    intake->apply = apply;
}

bool intake_has_queue(const struct intake *intake)
{
    return !intake->open && apply_has_queue(intake->apply);
}

const struct position *intake_durable(const struct intake *intake)
{
    return &intake->durable;
}

uint64_t intake_received_lsn(const struct intake *intake)
{
    return intake->received_lsn;
}

struct intake_counts intake_counts(const struct intake *intake)
{
    return intake->counts;
}
