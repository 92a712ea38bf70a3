#include "indexer/follow.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/bulk.h"
#include "indexer/copy.h"
#include "indexer/jobs.h"
#include "indexer/row_intake.h"
#include "indexer/slot.h"
#include "storage/index.h"
#include "storage/snapshot.h"

struct follow {
    struct follow_options options;
    struct stream_board *board;
    struct jobs *jobs;
    struct error missed; /* not OK: changes may have been missed; only a new copy mends it */
    bool streamed;       /* this process has streamed: later failures are retried */
    bool live;           /* a generation is published */
    unsigned failures;   /* in a row */
};

/* What one attempt holds. */
struct attempt {
    struct follow *follow;
    struct connection plain;
    struct connection replication;
    struct preflight tables;
    struct server_identity server;
    struct slot_state slot;
    bool has_slot;
    struct destination destination; /* the live generation; its env is NULL when there is none */
    struct position position;       /* of the live generation */
    bool has_position;
};

static void or_default(uint64_t given, uint64_t fallback, uint64_t *out)
{
    *out = given != 0 ? given : fallback;
}

enum status follow_new(const struct follow_options *options, struct follow **out, struct error *error)
{
    enum status status = slot_check_name(options->slot, error);
    if (status != STATUS_OK)
        return status;
    struct follow *follow = memory_calloc(1, sizeof *follow);
    follow->options = *options;
    if (follow->options.copy_conninfo == NULL)
        follow->options.copy_conninfo = options->conninfo;
    uint64_t value;
    or_default(options->batch_changes, INTAKE_BATCH_CHANGES, &value);
    follow->options.batch_changes = (size_t)value;
    or_default(options->batch_ms, INTAKE_BATCH_MS, &value);
    follow->options.batch_ms = (unsigned)value;
    or_default(options->watch_ms, STREAM_WATCH_MS, &value);
    follow->options.watch_ms = (unsigned)value;
    or_default(options->transaction_rows_max, INTAKE_TRANSACTION_ROWS, &follow->options.transaction_rows_max);
    follow->board = stream_board_new();
    follow->jobs = jobs_new(&(struct reindex_options){.index = options->index, .analyzer = options->analyzer, .stop = options->stop});
    *out = follow;
    return STATUS_OK;
}

void follow_free(struct follow *follow)
{
    if (follow == NULL)
        return;
    jobs_free(follow->jobs);
    stream_board_free(follow->board);
    free(follow);
}

void follow_status(struct follow *follow, struct stream_status *out)
{
    stream_board_get(follow->board, out);
}

static bool stopped(const struct follow *follow)
{
    return follow->options.stop != NULL && *follow->options.stop != 0;
}

static void release_live(struct attempt *attempt)
{
    if (attempt->destination.env != NULL)
        index_release(attempt->follow->options.index, attempt->destination.env);
    attempt->destination.env = NULL;
    attempt->has_position = false;
}

/* The live generation and its position. An index with nothing published yet is fine. */
static enum status acquire_live(struct attempt *attempt, struct error *error)
{
    struct destination *live = &attempt->destination;
    live->index = attempt->follow->options.index;
    enum status status = index_acquire(live->index, &live->env, &live->generation, error);
    attempt->follow->live = status == STATUS_OK;
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    struct snapshot *snapshot = NULL;
    if (status == STATUS_OK)
        status = snapshot_open(live->env, &snapshot, error);
    if (status != STATUS_OK)
        return status;
    status = position_get(snapshot, &attempt->position);
    attempt->has_position = status == STATUS_OK;
    snapshot_close(snapshot);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return error_set(error, status, "the position of the index cannot be read: run tim verify");
    return STATUS_OK;
}

/* Everything that can be looked at before anything is changed. */
static enum status look(struct attempt *attempt, struct error *error)
{
    const struct follow_options *options = &attempt->follow->options;
    enum status status = connection_open(&attempt->plain, CONNECTION_PLAIN, options->copy_conninfo, options->stop, error);
    if (status == STATUS_OK)
        status = preflight_run(&attempt->plain, options->schema, options->publication, &attempt->tables, error);
    if (status == STATUS_OK)
        status = connection_open(&attempt->replication, CONNECTION_REPLICATION, options->conninfo, options->stop, error);
    if (status == STATUS_OK)
        status = server_identify(&attempt->replication, &attempt->server, error);
    if (status != STATUS_OK)
        return status;
    status = slot_look(&attempt->replication, options->slot, &attempt->slot, error);
    attempt->has_slot = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void log_absent_tables(const struct attempt *attempt)
{
    const struct schema *schema = attempt->follow->options.schema;
    struct buffer names = {0};
    for (enum table table = 0; table < TABLE_COUNT; table++)
        if (schema->table[table][0] != '\0' && !attempt->tables.present[table])
            buffer_print(&names, "%s%s", names.size > 0 ? ", " : "", schema->table[table]);
    if (names.size > 0)
        log_info("indexer: this database has no table %.*s: going on without", (int)names.size, names.data);
    buffer_release(&names);
}

struct copy_sink {
    struct row_intake *intake;
    uint64_t rejected;
};

static enum status take_copied(void *context, const struct change *change, struct error *error)
{
    struct copy_sink *sink = context;
    struct error why = {0};
    enum status status = row_intake_take(sink->intake, &change->row, &why);
    if (status == STATUS_INVALID) {
        if (sink->rejected++ < INTAKE_REJECTED_LOGGED_MAX)
            log_warn("indexer: a copied row is left out: %s", why.text);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        *error = why;
    return status;
}

/* All rows, then everything that is made of them, and last the position they stand for. */
static enum status fill(struct attempt *attempt, struct copy *copy, struct env *env, const struct position *position, struct error *error)
{
    const struct follow_options *options = &attempt->follow->options;
    struct copy_sink sink = {.intake = row_intake_new(env, options->build_memory_bytes)};
    struct bulk_options bulk = {.memory_bytes = options->build_memory_bytes,
                                .threads = options->build_threads,
                                .stop = options->stop,
                                .position = position,
                                .now_s = (uint32_t)(clock_wall_us() / 1000000)};
    struct bulk_counts counts;
    uint64_t rows = 0;
    enum status status = copy_run(copy, take_copied, &sink, &rows, error);
    if (status == STATUS_OK)
        status = row_intake_write(sink.intake, options->stop, error);
    row_intake_free(sink.intake);
    if (status == STATUS_OK)
        status = bulk_build(env, options->analyzer, &bulk, &counts, error);
    struct stream_status board;
    stream_board_get(attempt->follow->board, &board);
    board.copied_rows += rows;
    board.counts.rejected += sink.rejected;
    stream_board_set_progress(attempt->follow->board, &board);
    return status;
}

/* What an interrupted copy left behind. */
static enum status drop_unfinished(struct index *index, struct error *error)
{
    for (;;) {
        struct env *env = NULL;
        uint32_t generation = 0;
        enum status status = index_unfinished_generation(index, &env, &generation, error);
        if (status == STATUS_NOT_FOUND)
            return STATUS_OK;
        if (status == STATUS_OK)
            status = index_drop_generation(index, env, generation, error);
        if (status != STATUS_OK)
            return status;
    }
}

static enum status drop_old_slot(struct attempt *attempt, struct error *error)
{
    if (!attempt->has_slot)
        return STATUS_OK;
    enum status status = slot_drop(&attempt->replication, attempt->follow->options.slot, error);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* A slot that nobody reads keeps WAL for ever. */
static void drop_useless_slot(struct attempt *attempt)
{
    const struct follow_options *options = &attempt->follow->options;
    struct connection connection = {0};
    struct error error = {0};
    connection_close(&attempt->replication);
    enum status status = connection_open(&connection, CONNECTION_REPLICATION, options->conninfo, NULL, &error);
    if (status == STATUS_OK)
        status = slot_drop(&connection, options->slot, &error);
    connection_close(&connection);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        log_warn("indexer: replication slot \"%s\" is left behind and keeps WAL until the next start: %s", options->slot, error.text);
}

/* Slot, snapshot, copy. */
static enum status rebuild_into(struct attempt *attempt, struct env *env, struct error *error)
{
    const struct follow_options *options = &attempt->follow->options;
    struct slot_created created;
    struct copy copy;
    enum status status = slot_create(&attempt->replication, options->slot, &created, error);
    if (status != STATUS_OK)
        return status;
    status = copy_begin(&copy, &attempt->plain, options->schema, &attempt->tables, created.snapshot, error);
    connection_close(&attempt->replication);
    struct position position = {.lsn = created.consistent_lsn,
                                .system_id = attempt->server.system_id,
                                .timeline = attempt->server.timeline,
                                .source_id = attempt->tables.source_id};
    snprintf(position.slot, sizeof position.slot, "%s", options->slot);
    if (status == STATUS_OK)
        status = fill(attempt, &copy, env, &position, error);
    if (status != STATUS_OK)
        drop_useless_slot(attempt);
    return status;
}

/* A new generation, and the swap to it. The live one, if any, goes on answering until then. */
static enum status rebuild(struct attempt *attempt, const char *reason, struct error *error)
{
    struct follow *follow = attempt->follow;
    struct env *env = NULL;
    uint32_t generation = 0;
    if (reason != NULL)
        log_warn("indexer: copying everything anew: %s", reason);
    stream_board_set_state(follow->board, STREAM_COPYING, NULL);
    log_absent_tables(attempt);
    jobs_cancel(follow->jobs, "the database was copied anew instead");
    release_live(attempt);
    enum status status = drop_old_slot(attempt, error);
    if (status == STATUS_OK)
        status = drop_unfinished(follow->options.index, error);
    if (status == STATUS_OK)
        status = index_create_generation(follow->options.index, &env, &generation, error);
    if (status != STATUS_OK)
        return status;
    status = rebuild_into(attempt, env, error);
    if (status != STATUS_OK) {
        struct error late = {0};
        if (index_drop_generation(follow->options.index, env, generation, &late) != STATUS_OK)
            log_warn("indexer: the unfinished generation %u stays until the next start: %s", generation, late.text);
        return status;
    }
    status = index_publish_generation(follow->options.index, generation, error);
    index_release(follow->options.index, env);
    if (status != STATUS_OK)
        return status;
    follow->missed = (struct error){0};
    struct stream_status board;
    stream_board_get(follow->board, &board);
    board.resyncs += reason != NULL ? 1 : 0;
    stream_board_set_progress(follow->board, &board);
    return acquire_live(attempt, error);
}

/* Continue, copy, or neither. */
static enum status decide(struct attempt *attempt, struct error *error)
{
    struct follow *follow = attempt->follow;
    struct error reason = {0};
    struct position_facts facts = {.stored = attempt->has_position ? &attempt->position : NULL,
                                   .server = &attempt->server,
                                   .slot = attempt->has_slot ? &attempt->slot : NULL,
                                   .slot_name = follow->options.slot,
                                   .source_id = attempt->tables.source_id};
    enum position_verdict verdict = position_check(&facts, &reason);
    if (verdict == POSITION_REFUSE) {
        if (error != NULL)
            *error = reason;
        return STATUS_INVALID;
    }
    if (attempt->destination.env == NULL)
        return rebuild(attempt, NULL, error);
    if (follow->missed.status != STATUS_OK)
        return rebuild(attempt, follow->missed.text, error);
    return verdict == POSITION_RESYNC ? rebuild(attempt, reason.text, error) : STATUS_OK;
}

static enum status stream_live(struct attempt *attempt, struct error *error)
{
    struct follow *follow = attempt->follow;
    const struct follow_options *given = &follow->options;
    struct destination *live = &attempt->destination;
    enum status status = apply_new(live->env, given->analyzer, &live->apply, error);
    if (status != STATUS_OK)
        return status;
    jobs_attach(follow->jobs, live->apply);
    struct stream_status board;
    stream_board_get(follow->board, &board);
    board.generation = live->generation;
    board.durable_lsn = board.received_lsn = attempt->position.lsn;
    stream_board_set_progress(follow->board, &board);
    snprintf(attempt->position.slot, sizeof attempt->position.slot, "%s", given->slot);
    struct stream_options options = {
        .conninfo = given->conninfo,
        .copy_conninfo = given->copy_conninfo,
        .publication = given->publication,
        .slot = given->slot,
        .intake = {given->schema, given->batch_changes, given->batch_ms, given->transaction_rows_max},
        .watch_ms = given->watch_ms,
        .stop = given->stop,
        .destination = live,
        .jobs = follow->jobs,
        .position = &attempt->position,
        .source_id = attempt->tables.source_id,
        .board = follow->board,
        .missed = &follow->missed,
    };
    bool started = false;
    uint64_t started_ns = clock_monotonic_ns();
    status = stream_run(&options, &started, error);
    apply_free(live->apply);
    live->apply = NULL;
    struct stream_status after;
    stream_board_get(follow->board, &after);
    bool steady = clock_monotonic_ns() - started_ns >= (uint64_t)FOLLOW_STEADY_MS * 1000000u;
    follow->streamed = follow->streamed || started;
    if (started && (steady || after.durable_lsn > attempt->position.lsn))
        follow->failures = 0;
    return status;
}

/* One attempt: from connecting to whatever ended the stream. Never OK. */
static enum status attempt_once(struct follow *follow, struct error *error)
{
    struct attempt attempt = {.follow = follow};
    enum status status = acquire_live(&attempt, error);
    if (status == STATUS_OK)
        status = look(&attempt, error);
    if (status == STATUS_OK)
        status = decide(&attempt, error);
    connection_close(&attempt.plain);
    connection_close(&attempt.replication);
    if (status == STATUS_OK) {
        status = stream_live(&attempt, error);
        bool lost = status == STATUS_MISMATCH || status == STATUS_NOT_FOUND;
        if (lost && follow->missed.status == STATUS_OK && error != NULL) {
            follow->missed = *error;
            follow->missed.status = status;
        }
    }
    release_live(&attempt);
    return status;
}

/* Whether trying again can help. Before the first stream only what heals by itself is retried. */
static bool is_final(const struct follow *follow, enum status status)
{
    switch (status) {
    case STATUS_IO:
    case STATUS_CORRUPT:
        return true;
    case STATUS_BUSY:
    case STATUS_TIMEOUT:
    case STATUS_FULL:
        return false;
    case STATUS_UNAVAILABLE:
        return !follow->streamed && !follow->live;
    default:
        return !follow->streamed && follow->missed.status == STATUS_OK;
    }
}

static void wait_before_retry(struct follow *follow, enum status status)
{
    unsigned shift = follow->failures < 5 ? follow->failures : 5;
    uint64_t pause_ms = (uint64_t)FOLLOW_BACKOFF_MIN_MS << shift;
    uint64_t most_ms = status == STATUS_FULL ? FOLLOW_BACKOFF_FULL_MS : FOLLOW_BACKOFF_MAX_MS;
    if (pause_ms > most_ms)
        pause_ms = most_ms;
    follow->failures++;
    uint64_t now_ns = clock_monotonic_ns();
    pause_ms += now_ns / 1000u % (pause_ms / 4 + 1);
    uint64_t end_ns = now_ns + pause_ms * 1000000u;
    while (!stopped(follow) && clock_monotonic_ns() < end_ns)
        clock_sleep_ms(100);
}

enum status follow_run(struct follow *follow, struct error *error)
{
    enum status dropped = drop_unfinished(follow->options.index, error);
    if (dropped != STATUS_OK)
        return dropped;
    for (;;) {
        struct error why = {0};
        enum status status = stopped(follow) ? STATUS_END : attempt_once(follow, &why);
        if (status == STATUS_END)
            return STATUS_OK;
        if (is_final(follow, status)) {
            if (error != NULL)
                *error = why;
            return status;
        }
        bool away = status == STATUS_UNAVAILABLE && follow->failures == 0;
        stream_board_set_state(follow->board, away ? STREAM_CONNECTING : STREAM_DEGRADED, why.text);
        struct stream_status board;
        stream_board_get(follow->board, &board);
        board.reconnects++;
        stream_board_set_progress(follow->board, &board);
        wait_before_retry(follow, status);
    }
}
