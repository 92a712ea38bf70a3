#include "indexer/stream.h"

#include <stdlib.h>

#include "base/clock.h"
#include "indexer/jobs.h"
#include "indexer/pgoutput.h"
#include "indexer/reader_watch.h"
#include "storage/env.h"

struct stream {
    const struct stream_options *options;
    struct connection connection;
    struct intake *intake;
    struct stream_status before; /* the board's numbers when this stream began */
    uint64_t replied_ns, watched_ns;
    uint64_t published_lsn; /* the durable one that the board shows */
    bool reply_requested;
    bool output_pending; /* libpq holds bytes that the socket did not take */
    bool degraded;       /* by the watch */
    struct reader_watch readers;
    bool wants_rest; /* a job waits for the end of the transaction */
};

static uint64_t ms_to_ns(uint64_t ms)
{
    return ms * 1000000u;
}

/* A String in a replication command: quotes are doubled, nothing else is special. */
static void append_quoted(struct buffer *out, const char *text, char quote)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == quote)
            buffer_append_char(out, quote);
        buffer_append_char(out, *at);
    }
}

/* The publication's name is an identifier inside a literal. */
static void append_publication(struct buffer *command, const char *publication)
{
    struct buffer name = {0};
    buffer_append_char(&name, '"');
    append_quoted(&name, publication, '"');
    buffer_append_text(&name, "\"");
    buffer_append_char(&name, '\0');
    append_quoted(command, name.data, '\'');
    buffer_release(&name);
}

static enum status start_replication(struct stream *stream, struct error *error)
{
    char lsn[LSN_TEXT_BYTES];
    lsn_format(stream->options->position->lsn, lsn);
    struct buffer command = {0};
    buffer_print(&command, "START_REPLICATION SLOT \"%s\" LOGICAL %s (proto_version '1', publication_names '", stream->options->slot, lsn);
    append_publication(&command, stream->options->publication);
    buffer_append_text(&command, "')");
    buffer_append_char(&command, '\0');
    PGresult *result = NULL;
    enum status status = connection_query(&stream->connection, command.data, CONNECTION_QUERY_TIMEOUT_MS, &result, error);
    if (status == STATUS_OK && PQresultStatus(result) != PGRES_COPY_BOTH)
        status = error_set(error, STATUS_CORRUPT, "PostgreSQL answers START_REPLICATION with something else");
    PQclear(result);
    buffer_release(&command);
    return status;
}

/* Adds this stream's counts to what the board had before. */
static void publish_progress(struct stream *stream)
{
    struct intake_counts now = intake_counts(stream->intake);
    const struct position *durable = intake_durable(stream->intake);
    struct stream_status status = stream->before;
    status.received_lsn = intake_received_lsn(stream->intake);
    status.durable_lsn = durable->lsn;
    status.partial = durable->partial_lsn != 0;
    status.counts.transactions += now.transactions;
    status.counts.rows += now.rows;
    status.counts.ignored += now.ignored;
    status.counts.skipped += now.skipped;
    status.counts.rejected += now.rejected;
    stream_board_set_progress(stream->options->board, &status);
    stream->published_lsn = durable->lsn;
}

/* COPY is over: a shutdown ends it politely with COMMAND_OK, everything else with an error. */
static enum status copy_ended(struct stream *stream, struct error *error)
{
    PGresult *result = PQgetResult(stream->connection.pg);
    enum status status;
    if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_COPY_IN)
        status = error_set(error, STATUS_UNAVAILABLE, "PostgreSQL ended the stream (it is shutting down?)");
    else
        status = connection_failed(&stream->connection, result, error);
    PQclear(result);
    return status;
}

static enum status take_envelope(struct stream *stream, const char *data, size_t size, struct error *error)
{
    struct pgoutput_envelope envelope;
    enum status status = pgoutput_envelope_decode((struct bytes){data, size}, &envelope, error);
    if (status != STATUS_OK)
        return status;
    if (envelope.kind == PGOUTPUT_DATA)
        return intake_take(stream->intake, envelope.payload, error);
    stream->reply_requested = stream->reply_requested || envelope.reply_requested;
    intake_keepalive(stream->intake, envelope.wal_end);
    return STATUS_OK;
}

/* Takes what has arrived, up to a bound. `*dry`: there is no more. */
static enum status receive(struct stream *stream, bool *dry, struct error *error)
{
    PGconn *pg = stream->connection.pg;
    bool asked = false;
    *dry = false;
    for (unsigned taken = 0; taken < STREAM_PASS_MESSAGES;) {
        char *data = NULL;
        int size = PQgetCopyData(pg, &data, 1);
        if (size == 0) {
            *dry = asked;
            if (asked)
                return STATUS_OK;
            if (PQconsumeInput(pg) == 0)
                return connection_failed(&stream->connection, NULL, error);
            asked = true;
            continue;
        }
        if (size < 0)
            return size == -1 ? copy_ended(stream, error) : connection_failed(&stream->connection, NULL, error);
        asked = false;
        taken++;
        enum status status = take_envelope(stream, data, (size_t)size, error);
        PQfreemem(data);
        if (status != STATUS_OK)
            return status;
        if (stream->wants_rest && intake_is_between(stream->intake))
            return STATUS_OK;
    }
    return STATUS_OK;
}

static enum status flush_output(struct stream *stream, struct error *error)
{
    int left = PQflush(stream->connection.pg);
    if (left < 0)
        return connection_failed(&stream->connection, NULL, error);
    stream->output_pending = left == 1;
    return STATUS_OK;
}

static enum status send_reply(struct stream *stream, struct error *error)
{
    struct pgoutput_reply reply = {.received_lsn = intake_received_lsn(stream->intake),
                                   .durable_lsn = intake_durable(stream->intake)->lsn,
                                   .wall_us = clock_wall_us()};
    char bytes[PGOUTPUT_REPLY_BYTES];
    pgoutput_reply_encode(&reply, bytes);
    if (PQputCopyData(stream->connection.pg, bytes, sizeof bytes) < 0)
        return connection_failed(&stream->connection, NULL, error);
    stream->replied_ns = clock_monotonic_ns();
    stream->reply_requested = false;
    return flush_output(stream, error);
}

static bool reply_is_due(const struct stream *stream)
{
    return clock_monotonic_ns() - stream->replied_ns >= ms_to_ns(STREAM_REPLY_MS);
}

/* In the middle of a long commit. What fails here fails again at the next read, where it counts. */
static void keep_alive(void *context)
{
    struct stream *stream = context;
    if (reply_is_due(stream))
        (void)send_reply(stream, NULL);
}

static enum status reply_when_due(struct stream *stream, struct error *error)
{
    if (!reply_is_due(stream) && !stream->reply_requested)
        return stream->output_pending ? flush_output(stream, error) : STATUS_OK;
    enum status status = send_reply(stream, error);
    reader_watch_look(&stream->readers, stream->options->destination->env, clock_monotonic_ns());
    publish_progress(stream);
    return status;
}

/* Between two transactions a job may begin, or end by giving the stream another generation to write into. */
static enum status jobs_when_due(struct stream *stream, struct error *error)
{
    struct destination *destination = stream->options->destination;
    uint32_t generation = destination->generation;
    bool at_rest = false;
    stream->wants_rest = stream->options->jobs != NULL && jobs_look(stream->options->jobs);
    if (!stream->wants_rest)
        return STATUS_OK;
    enum status status = intake_rest(stream->intake, &at_rest, error);
    if (status != STATUS_OK || !at_rest)
        return status;
    stream->wants_rest = false;
    status = jobs_rest(stream->options->jobs, intake_durable(stream->intake), destination, error);
    if (status == STATUS_OK && destination->generation != generation) {
        intake_move(stream->intake, destination->apply);
        apply_set_pulse(destination->apply, keep_alive, stream);
        stream->before.generation = destination->generation;
    }
    return status;
}

/* Looks at the catalog as it is now. A publication that lost a table goes on without it, in silence. */
static enum status look_at_catalog(const struct stream_options *options, uint64_t *source_id, struct error *error)
{
    struct connection plain = {0};
    struct preflight found = {0};
    enum status status = connection_open(&plain, CONNECTION_PLAIN, options->copy_conninfo, options->stop, error);
    if (status == STATUS_OK)
        status = preflight_run(&plain, options->intake.schema, options->publication, &found, error);
    connection_close(&plain);
    *source_id = found.source_id;
    return status;
}

/* While the catalog does not fit, the stream goes on with what still comes. MISMATCH once it fits again: changes may have been missed. */
static enum status watch_when_due(struct stream *stream, struct error *error)
{
    const struct stream_options *options = stream->options;
    if (clock_monotonic_ns() - stream->watched_ns < ms_to_ns(options->watch_ms))
        return STATUS_OK;
    struct error found = {0};
    uint64_t source_id = 0;
    enum status status = look_at_catalog(options, &source_id, &found);
    stream->watched_ns = clock_monotonic_ns();
    if (status == STATUS_END)
        return STATUS_END;
    if (status == STATUS_OK && source_id != options->source_id)
        error_set(&found, STATUS_MISMATCH, "the publication, one of its tables or a column of them was altered or made again");
    if (found.status == STATUS_MISMATCH && options->missed->status == STATUS_OK)
        *options->missed = found;
    if (status != STATUS_OK) {
        stream->degraded = true;
        stream_board_set_state(options->board, STREAM_DEGRADED, found.text);
        return STATUS_OK;
    }
    if (options->missed->status != STATUS_OK) {
        if (error != NULL)
            *error = *options->missed;
        return STATUS_MISMATCH;
    }
    if (stream->degraded)
        stream_board_set_state(options->board, STREAM_STREAMING, NULL);
    stream->degraded = false;
    return STATUS_OK;
}

/* Until the next reply is due, or not at all while there is work. */
static unsigned sleep_ms(const struct stream *stream)
{
    if (intake_has_queue(stream->intake))
        return 0;
    uint64_t passed_ns = clock_monotonic_ns() - stream->replied_ns;
    return passed_ns >= ms_to_ns(STREAM_REPLY_MS) ? 0 : (unsigned)((ms_to_ns(STREAM_REPLY_MS) - passed_ns) / 1000000u) + 1;
}

static enum status wait_for_more(struct stream *stream, struct error *error)
{
    enum status status = connection_wait(&stream->connection, stream->output_pending, sleep_ms(stream), error);
    return status == STATUS_TIMEOUT ? STATUS_OK : status;
}

static enum status run_once(struct stream *stream, struct error *error)
{
    bool dry = false;
    enum status status = connection_stopped(&stream->connection) ? STATUS_END : receive(stream, &dry, error);
    if (status == STATUS_OK && dry)
        status = intake_idle(stream->intake, stream->reply_requested, error);
    if (status == STATUS_OK)
        status = reply_when_due(stream, error);
    if (status == STATUS_OK)
        status = jobs_when_due(stream, error);
    if (intake_durable(stream->intake)->lsn != stream->published_lsn)
        publish_progress(stream);
    if (status == STATUS_OK)
        status = watch_when_due(stream, error);
    if (status == STATUS_OK && dry)
        status = wait_for_more(stream, error);
    return status;
}

/* What is whole is committed and confirmed before a polite end. */
static enum status finish(struct stream *stream, enum status why, struct error *error)
{
    struct error late = {0};
    enum status status = intake_idle(stream->intake, true, &late);
    if (status != STATUS_OK) {
        if (error != NULL)
            *error = late;
        return status;
    }
    if (why == STATUS_END && send_reply(stream, &late) == STATUS_OK)
        (void)PQputCopyEnd(stream->connection.pg, NULL);
    publish_progress(stream);
    return why;
}

enum status stream_run(const struct stream_options *options, bool *started, struct error *error)
{
    struct stream stream = {.options = options};
    *started = false;
    enum status status = connection_open(&stream.connection, CONNECTION_REPLICATION, options->conninfo, options->stop, error);
    if (status == STATUS_OK)
        status = start_replication(&stream, error);
    if (status != STATUS_OK)
        goto done;
    stream.intake = intake_new(&options->intake, options->destination->apply, options->position);
    stream_board_get(options->board, &stream.before);
    *started = true;
    stream.watched_ns = stream.replied_ns = clock_monotonic_ns();
    stream_board_set_state(options->board, STREAM_STREAMING, NULL);
    apply_set_pulse(options->destination->apply, keep_alive, &stream);
    while (status == STATUS_OK)
        status = run_once(&stream, error);
    if (status == STATUS_END || status == STATUS_UNAVAILABLE)
        status = finish(&stream, status, error);
    else
        publish_progress(&stream);
    apply_set_pulse(options->destination->apply, NULL, NULL);
done:
    intake_free(stream.intake);
    connection_close(&stream.connection);
    return status;
}
