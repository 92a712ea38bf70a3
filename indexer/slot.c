#include "indexer/slot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/pgoutput.h"

enum status slot_check_name(const char *name, struct error *error)
{
    size_t size = strlen(name);
    if (size == 0 || size >= SLOT_NAME_BYTES || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != size)
        return error_set(error, STATUS_INVALID, "slot name \"%.70s\" is not one: use 1 to 63 of a-z, 0-9 and _", name);
    return STATUS_OK;
}

static void take_text(const PGresult *result, int column, char out[64])
{
    snprintf(out, 64, "%s", PQgetvalue(result, 0, column));
}

static bool is_true(const PGresult *result, int column)
{
    return strcmp(PQgetvalue(result, 0, column), "t") == 0;
}

enum status server_identify(struct connection *replication, struct server_identity *out, struct error *error)
{
    PGresult *result = NULL;
    enum status status = connection_query(replication, "IDENTIFY_SYSTEM", CONNECTION_QUERY_TIMEOUT_MS, &result, error);
    if (status != STATUS_OK)
        return status;
    *out = (struct server_identity){0};
    if (PQntuples(result) != 1 || PQnfields(result) < 4 || lsn_parse(PQgetvalue(result, 0, 2), &out->flushed_lsn) != STATUS_OK) {
        status = error_set(error, STATUS_CORRUPT, "PostgreSQL answers IDENTIFY_SYSTEM with something else");
    } else {
        out->system_id = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
        out->timeline = (uint32_t)strtoul(PQgetvalue(result, 0, 1), NULL, 10);
        take_text(result, 3, out->database);
    }
    PQclear(result);
    return status;
}

static enum status create_failed(enum status status, const char *name, struct error *error)
{
    switch (status) {
    case STATUS_TIMEOUT:
        return error_set(error, status,
                         "the replication slot must wait for transactions that are already open and one did not end within %d s: see "
                         "pg_stat_activity (xact_start, backend_xid)",
                         SLOT_LOCK_TIMEOUT_MS / 1000);
    case STATUS_BUSY:
        return error_set(error, status, "a replication slot named \"%s\" is there already", name);
    case STATUS_LIMIT:
        return error_set(error, status, "all replication slots are in use: raise max_replication_slots (needs a restart) or drop one");
    default:
        return status;
    }
}

enum status slot_create(struct connection *replication, const char *name, struct slot_created *out, struct error *error)
{
    char command[200];
    snprintf(command, sizeof command, "SET lock_timeout = %d", SLOT_LOCK_TIMEOUT_MS); /* statement_timeout has no effect here */
    enum status status = connection_run(replication, command, CONNECTION_QUERY_TIMEOUT_MS, error);
    if (status != STATUS_OK)
        return status;
    PGresult *result = NULL;
    snprintf(command, sizeof command, "CREATE_REPLICATION_SLOT \"%s\" LOGICAL pgoutput (SNAPSHOT 'export')", name);
    status = connection_query(replication, command, SLOT_CREATE_TIMEOUT_MS, &result, error);
    if (status != STATUS_OK)
        return create_failed(status, name, error);
    *out = (struct slot_created){0};
    if (PQntuples(result) != 1 || PQnfields(result) < 3 || lsn_parse(PQgetvalue(result, 0, 1), &out->consistent_lsn) != STATUS_OK)
        status = error_set(error, STATUS_CORRUPT, "PostgreSQL answers CREATE_REPLICATION_SLOT with something else");
    else
        take_text(result, 2, out->snapshot);
    PQclear(result);
    return status;
}

enum status slot_drop(struct connection *replication, const char *name, struct error *error)
{
    char command[120];
    snprintf(command, sizeof command, "DROP_REPLICATION_SLOT \"%s\"", name);
    return connection_run(replication, command, CONNECTION_QUERY_TIMEOUT_MS, error);
}

enum status slot_look(struct connection *connection, const char *name, struct slot_state *out, struct error *error)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "SELECT slot_type = 'logical' AND plugin = 'pgoutput', active, coalesce(wal_status = 'lost', false), "
             "coalesce(confirmed_flush_lsn, '0/0'), coalesce(database, ''), coalesce(plugin, '') "
             "FROM pg_replication_slots WHERE slot_name = '%s'",
             name);
    PGresult *result = NULL;
    enum status status = connection_query(connection, sql, CONNECTION_QUERY_TIMEOUT_MS, &result, error);
    if (status != STATUS_OK)
        return status;
    *out = (struct slot_state){0};
    if (PQntuples(result) == 0) {
        status = STATUS_NOT_FOUND;
    } else if (lsn_parse(PQgetvalue(result, 0, 3), &out->confirmed_lsn) != STATUS_OK) {
        status = error_set(error, STATUS_CORRUPT, "pg_replication_slots shows no LSN");
    } else {
        out->logical = is_true(result, 0);
        out->active = is_true(result, 1);
        out->lost = is_true(result, 2);
        take_text(result, 4, out->database);
        take_text(result, 5, out->plugin);
    }
    PQclear(result);
    return status;
}

/* A slot that is somebody else's is never dropped or read. */
static bool slot_is_foreign(const struct position_facts *facts, struct error *reason)
{
    const struct slot_state *slot = facts->slot;
    if (slot == NULL || (slot->logical && strcmp(slot->database, facts->server->database) == 0))
        return false;
    error_set(reason, STATUS_MISMATCH,
              "replication slot \"%s\" belongs to something else (database \"%s\", plugin \"%s\"): choose another name", facts->slot_name,
              slot->database, slot->plugin);
    return true;
}

static enum position_verdict check_slot(const struct position_facts *facts, struct error *reason)
{
    const struct slot_state *slot = facts->slot;
    char stored[LSN_TEXT_BYTES], confirmed[LSN_TEXT_BYTES];
    if (slot == NULL) {
        error_set(reason, STATUS_MISMATCH, "replication slot \"%s\" is gone, and with it the changes since the last commit of the index",
                  facts->slot_name);
        return POSITION_RESYNC;
    }
    if (slot->lost) {
        error_set(reason, STATUS_MISMATCH,
                  "replication slot \"%s\" is lost: PostgreSQL has removed WAL that it needed "
                  "(max_slot_wal_keep_size)",
                  facts->slot_name);
        return POSITION_RESYNC;
    }
    if (facts->stored->lsn < slot->confirmed_lsn) {
        lsn_format(facts->stored->lsn, stored);
        lsn_format(slot->confirmed_lsn, confirmed);
        error_set(reason, STATUS_MISMATCH,
                  "the index ends at %s but slot \"%s\" was confirmed up to %s: the changes between are not sent "
                  "again (an older copy of the index?)",
                  stored, facts->slot_name, confirmed);
        return POSITION_RESYNC;
    }
    return POSITION_CONTINUE;
}

enum position_verdict position_check(const struct position_facts *facts, struct error *reason)
{
    const struct position *stored = facts->stored;
    const struct server_identity *server = facts->server;
    if (slot_is_foreign(facts, reason))
        return POSITION_REFUSE;
    if (stored == NULL || stored->system_id == 0) {
        error_set(reason, STATUS_MISMATCH, "the index was not made from a database");
        return POSITION_RESYNC;
    }
    if (stored->system_id != server->system_id) {
        error_set(reason, STATUS_MISMATCH,
                  "the index follows the PostgreSQL cluster %" PRIu64 ", but the connection leads to the cluster %" PRIu64
                  ": correct the connection, or give this database an index folder of its own",
                  stored->system_id, server->system_id);
        return POSITION_REFUSE;
    }
    if (stored->timeline != server->timeline) {
        error_set(reason, STATUS_MISMATCH,
                  "PostgreSQL is on timeline %u and the index on %u (a fail-over or a restore): it may hold rows "
                  "that the database lost",
                  server->timeline, stored->timeline);
        return POSITION_RESYNC;
    }
    uint64_t reached_lsn = stored->partial_lsn > stored->lsn ? stored->partial_lsn : stored->lsn;
    if (reached_lsn > server->flushed_lsn) {
        char ours[LSN_TEXT_BYTES], theirs[LSN_TEXT_BYTES];
        lsn_format(reached_lsn, ours);
        lsn_format(server->flushed_lsn, theirs);
        error_set(reason, STATUS_MISMATCH, "the index is at %s, ahead of PostgreSQL at %s (restored from an older copy?)", ours, theirs);
        return POSITION_RESYNC;
    }
    if (stored->source_id != facts->source_id) {
        error_set(reason, STATUS_MISMATCH,
                  "the publication, one of its tables or columns, or the mapping of them is not the one the index was "
                  "copied through");
        return POSITION_RESYNC;
    }
    return check_slot(facts, reason);
}
