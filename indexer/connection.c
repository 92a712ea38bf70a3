#include "indexer/connection.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    WAIT_SLICE_MS = 200, /* a signal between the look at the stop flag and poll() is noticed after this at the latest */
    OPTIONS_MAX = 64,    /* libpq 15 knows about 40 connection options */
};

/* Over the settings of the role and the database: what they print must be what we read. row_security: an error instead of missing rows. */
static const char *const session_options = "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c timezone=UTC "
                                           "-c bytea_output=hex -c search_path=pg_catalog -c statement_timeout=0 -c lock_timeout=0 "
                                           "-c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 -c row_security=off";

struct sqlstate_row {
    const char *prefix; /* of the five characters; the first row that fits counts */
    enum status status;
};

static const struct sqlstate_row sqlstates[] = {
    {"08", STATUS_UNAVAILABLE},  /* connection exceptions */
    {"0A000", STATUS_INVALID},   /* feature not supported */
    {"21", STATUS_INVALID},      /* cardinality */
    {"22", STATUS_INVALID},      /* data exceptions, untranslatable characters */
    {"28", STATUS_DENIED},       /* login */
    {"3D000", STATUS_INVALID},   /* no such database */
    {"3F000", STATUS_MISMATCH},  /* no such schema */
    {"42501", STATUS_DENIED},    /* rights */
    {"42704", STATUS_NOT_FOUND}, /* slot or publication gone */
    {"42710", STATUS_BUSY},      /* slot is there already */
    {"42P01", STATUS_MISMATCH},  /* table gone */
    {"42703", STATUS_MISMATCH},  /* column gone */
    {"42", STATUS_INVALID},      /* syntax */
    {"53100", STATUS_FULL},      /* disk full over there */
    {"53400", STATUS_LIMIT},     /* all replication slots in use */
    {"55000", STATUS_MISMATCH},  /* slot lost or of another database, wal_level */
    {"55006", STATUS_BUSY},      /* slot in use */
    {"55P03", STATUS_TIMEOUT},   /* lock not available */
    {"57014", STATUS_TIMEOUT},   /* cancelled by a timeout */
    {"57P", STATUS_UNAVAILABLE}, /* shutting down, starting up, crashed */
    {"58", STATUS_UNAVAILABLE},  /* I/O error over there */
};

enum status status_from_sqlstate(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof sqlstates / sizeof sqlstates[0]; i++)
        if (strncmp(sqlstate, sqlstates[i].prefix, strlen(sqlstates[i].prefix)) == 0)
            return sqlstates[i].status;
    return STATUS_UNAVAILABLE;
}

/* The first line without trailing blanks: DETAIL, HINT and LOCATION stay out, an error is one line. */
static int first_line_size(const char *text)
{
    size_t size = strcspn(text, "\r\n");
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    return (int)size;
}

/* In a verbose message the SQLSTATE stands between the severity and the text, in any language: "FATAL:  28P01: password ...". Returns
 * the text behind it and copies the code; NULL when the server has not spoken. */
static const char *find_sqlstate(const char *message, char sqlstate[6])
{
    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t size = strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (size == 5 && code[5] == ':' && code[6] == ' ') {
            memcpy(sqlstate, code, 5);
            sqlstate[5] = '\0';
            return code + 7;
        }
    }
    return NULL;
}

/* Why connection_open failed. Only with a verbose message does libpq show the SQLSTATE of a refused login. */
static enum status open_failed(struct connection *connection, struct error *error)
{
    const char *message = PQerrorMessage(connection->pg);
    char sqlstate[6] = "";
    const char *text = find_sqlstate(message, sqlstate);
    if (text == NULL) {
        if (PQconnectionNeedsPassword(connection->pg) == 1)
            return error_set(error, STATUS_DENIED,
                             "PostgreSQL asks for a password and none is set: put it into the connection string or PGPASSFILE");
        return error_set(error, STATUS_UNAVAILABLE, "cannot connect to PostgreSQL: %.*s", first_line_size(message), message);
    }
    enum status status = status_from_sqlstate(sqlstate);
    if (strcmp(sqlstate, "42501") == 0 && connection->kind == CONNECTION_REPLICATION)
        return error_set(error, status, "role \"%s\" may not start replication: run ALTER ROLE \"%s\" REPLICATION", PQuser(connection->pg),
                         PQuser(connection->pg));
    return error_set(error, status, "PostgreSQL refuses the connection: %.*s", first_line_size(text), text);
}

enum status connection_failed(struct connection *connection, const PGresult *result, struct error *error)
{
    const char *sqlstate = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (sqlstate != NULL && primary != NULL)
        return error_set(error, status_from_sqlstate(sqlstate), "PostgreSQL: %.*s (%s)", first_line_size(primary), primary, sqlstate);
    const char *message = PQerrorMessage(connection->pg);
    if (message[0] == '\0' && result != NULL)
        message = PQresultErrorMessage(result);
    return error_set(error, STATUS_UNAVAILABLE, "PostgreSQL: %.*s", first_line_size(message),
                     message[0] != '\0' ? message : "the connection ended");
}

/* The caller's string as libpq's keyword and value arrays with ours behind it: the last one of a keyword counts. */
struct parameters {
    const char *keywords[OPTIONS_MAX + 1];
    const char *values[OPTIONS_MAX + 1];
    size_t count;
};

static void parameters_add(struct parameters *parameters, const char *keyword, const char *value)
{
    if (parameters->count >= OPTIONS_MAX)
        abort();
    parameters->keywords[parameters->count] = keyword;
    parameters->values[parameters->count++] = value;
}

/* A silent or unacknowledged peer is given up then: keepalives, and tcp_user_timeout. */
#define DEAD_AFTER_MS "20000"

/* Their own "options" come first, so that ours win. */
static void parameters_fill(struct parameters *parameters, enum connection_kind kind, const PQconninfoOption *given, struct buffer *options)
{
    parameters_add(parameters, "keepalives", "1");
    parameters_add(parameters, "keepalives_idle", "10");
    parameters_add(parameters, "keepalives_interval", "5");
    parameters_add(parameters, "keepalives_count", "2");
    parameters_add(parameters, "tcp_user_timeout", DEAD_AFTER_MS);
    parameters_add(parameters, "fallback_application_name", "timnhanh");
    for (const PQconninfoOption *option = given; option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        if (strcmp(option->keyword, "options") == 0)
            buffer_print(options, "%s ", option->val);
        else if (strcmp(option->keyword, "replication") != 0)
            parameters_add(parameters, option->keyword, option->val);
    }
    buffer_append_text(options, session_options);
    buffer_append_char(options, '\0');
    parameters_add(parameters, "options", options->data);
    parameters_add(parameters, "client_encoding", "UTF8");
    if (kind == CONNECTION_REPLICATION)
        parameters_add(parameters, "replication", "database");
}

/* libpq quotes pieces of the string in what it says about it, so it is not asked. A host with '@' is nearly always the tail of a
 * password that should have been percent-encoded, and would appear in the error of the failed look-up. */
static enum status conninfo_parse(const char *conninfo, PQconninfoOption **out, struct error *error)
{
    char *said = NULL;
    *out = PQconninfoParse(conninfo, &said);
    PQfreemem(said);
    if (*out == NULL)
        return error_set(error, STATUS_INVALID,
                         "the connection string does not parse (it is not shown here): expected \"host=... dbname=... user=...\" or "
                         "postgresql://user@host/dbname");
    for (const PQconninfoOption *option = *out; option->keyword != NULL; option++) {
        bool is_host = strcmp(option->keyword, "host") == 0;
        if (is_host && option->val != NULL && option->val[0] != '@' && option->val[0] != '/' && strchr(option->val, '@') != NULL)
            return error_set(error, STATUS_INVALID,
                             "the host in the connection string contains '@': write %%40 for an '@' in the password");
    }
    return STATUS_OK;
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

bool connection_stopped(const struct connection *connection)
{
    return connection->stop != NULL && *connection->stop != 0;
}

static enum status poll_socket(struct connection *connection, short events, unsigned timeout_ms, struct error *error)
{
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000u;
    for (;;) {
        if (connection_stopped(connection))
            return STATUS_END;
        uint64_t now_ns = clock_monotonic_ns();
        uint64_t left_ms = end_ns > now_ns ? (end_ns - now_ns + 999999u) / 1000000u : 0;
        struct pollfd item = {.fd = PQsocket(connection->pg), .events = events};
        int ready = poll(&item, 1, (int)(left_ms > WAIT_SLICE_MS ? WAIT_SLICE_MS : left_ms));
        if (ready > 0)
            return STATUS_OK;
        if (ready < 0 && errno != EINTR)
            return error_set(error, STATUS_IO, "waiting for PostgreSQL failed: %s", strerror(errno));
        if (left_ms == 0)
            return STATUS_TIMEOUT;
    }
}

enum status connection_wait(struct connection *connection, bool for_write, unsigned timeout_ms, struct error *error)
{
    if (PQsocket(connection->pg) < 0)
        return connection_failed(connection, NULL, error);
    short events = for_write ? POLLIN | POLLOUT : POLLIN;
    return poll_socket(connection, events, timeout_ms, error);
}

static enum status connect_wait(struct connection *connection, struct error *error)
{
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)CONNECTION_OPEN_TIMEOUT_MS * 1000000u;
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        uint64_t now_ns = clock_monotonic_ns();
        unsigned left_ms = end_ns > now_ns ? (unsigned)((end_ns - now_ns) / 1000000u) : 0;
        enum status status = poll_socket(connection, wanted == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, left_ms, error);
        if (status == STATUS_TIMEOUT)
            return error_set(error, STATUS_UNAVAILABLE, "PostgreSQL did not complete the connection within %d s",
                             CONNECTION_OPEN_TIMEOUT_MS / 1000);
        if (status != STATUS_OK)
            return status;
        wanted = PQconnectPoll(connection->pg);
        if (wanted == PGRES_POLLING_FAILED)
            return open_failed(connection, error);
    }
    return STATUS_OK;
}

enum status connection_open(struct connection *connection, enum connection_kind kind, const char *conninfo,
                            const volatile sig_atomic_t *stop, struct error *error)
{
    *connection = (struct connection){.kind = kind, .stop = stop};
    PQconninfoOption *given = NULL;
    struct buffer options = {0};
    struct parameters parameters = {.count = 0};
    enum status status = conninfo_parse(conninfo, &given, error);
    if (status != STATUS_OK)
        goto done;
    parameters_fill(&parameters, kind, given, &options);
    connection->pg = PQconnectStartParams(parameters.keywords, parameters.values, 0);
    if (connection->pg == NULL)
        abort(); /* no memory */
    if (PQstatus(connection->pg) == CONNECTION_BAD) {
        status = open_failed(connection, error);
        goto done;
    }
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
    status = connect_wait(connection, error);
    PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
    if (status == STATUS_OK && PQsetnonblocking(connection->pg, 1) != 0)
        status = connection_failed(connection, NULL, error);
done:
    PQconninfoFree(given);
    buffer_release(&options);
    return status;
}

void connection_close(struct connection *connection)
{
    PQfinish(connection->pg);
    connection->pg = NULL;
}

static enum status flush_output(struct connection *connection, unsigned timeout_ms, struct error *error)
{
    int left;
    while ((left = PQflush(connection->pg)) == 1) {
        enum status status = connection_wait(connection, true, timeout_ms, error);
        if (status != STATUS_OK)
            return status;
        if (PQconsumeInput(connection->pg) == 0)
            return connection_failed(connection, NULL, error);
    }
    return left == 0 ? STATUS_OK : connection_failed(connection, NULL, error);
}

/* Waits for the next result; NULL ends the statement. */
static enum status next_result(struct connection *connection, unsigned timeout_ms, PGresult **out, struct error *error)
{
    while (PQisBusy(connection->pg) == 1) {
        enum status status = connection_wait(connection, false, timeout_ms, error);
        if (status == STATUS_TIMEOUT)
            return error_set(error, STATUS_TIMEOUT, "PostgreSQL did not answer within %u s", timeout_ms / 1000);
        if (status != STATUS_OK)
            return status;
        if (PQconsumeInput(connection->pg) == 0)
            return connection_failed(connection, NULL, error);
    }
    *out = PQgetResult(connection->pg);
    return STATUS_OK;
}

static enum status judge_result(struct connection *connection, PGresult *result, struct error *error)
{
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        return STATUS_OK;
    default:
        return connection_failed(connection, result, error);
    }
}

/* The first result, or the start of a COPY; what follows is drained. */
static enum status take_result(struct connection *connection, unsigned timeout_ms, PGresult **out, struct error *error)
{
    *out = NULL;
    enum status status = flush_output(connection, timeout_ms, error);
    PGresult *first = NULL, *more = NULL;
    if (status == STATUS_OK)
        status = next_result(connection, timeout_ms, &first, error);
    if (status != STATUS_OK)
        return status;
    ExecStatusType kind = PQresultStatus(first);
    while (kind != PGRES_COPY_OUT && kind != PGRES_COPY_BOTH) {
        enum status rest = next_result(connection, timeout_ms, &more, error);
        if (rest != STATUS_OK)
            status = rest;
        if (rest != STATUS_OK || more == NULL)
            break;
        kind = PQresultStatus(more);
        if (status == STATUS_OK && (kind == PGRES_FATAL_ERROR || kind == PGRES_BAD_RESPONSE))
            status = connection_failed(connection, more, error);
        PQclear(more);
    }
    if (status == STATUS_OK)
        status = judge_result(connection, first, error);
    if (status == STATUS_OK)
        *out = first;
    else
        PQclear(first);
    return status;
}

enum status connection_query(struct connection *connection, const char *sql, unsigned timeout_ms, PGresult **out, struct error *error)
{
    *out = NULL;
    if (PQsendQuery(connection->pg, sql) == 0)
        return connection_failed(connection, NULL, error);
    return take_result(connection, timeout_ms, out, error);
}

enum status connection_query_with(struct connection *connection, const char *sql, const char *const *values, int count, PGresult **out,
                                  struct error *error)
{
    *out = NULL;
    if (PQsendQueryParams(connection->pg, sql, count, NULL, values, NULL, NULL, 0) == 0)
        return connection_failed(connection, NULL, error);
    return take_result(connection, CONNECTION_QUERY_TIMEOUT_MS, out, error);
}

enum status connection_run(struct connection *connection, const char *sql, unsigned timeout_ms, struct error *error)
{
    PGresult *result = NULL;
    enum status status = connection_query(connection, sql, timeout_ms, &result, error);
    PQclear(result);
    return status;
}

static enum status append_quoted(struct connection *connection, char *quoted, struct buffer *out, struct error *error)
{
    if (quoted == NULL)
        return error_set(error, STATUS_INVALID, "a table or column name is not valid UTF-8: %.*s",
                         first_line_size(PQerrorMessage(connection->pg)), PQerrorMessage(connection->pg));
    buffer_append_text(out, quoted);
    PQfreemem(quoted);
    return STATUS_OK;
}

enum status connection_quote_name(struct connection *connection, const char *name, struct buffer *out, struct error *error)
{
    return append_quoted(connection, PQescapeIdentifier(connection->pg, name, strlen(name)), out, error);
}

enum status connection_quote_text(struct connection *connection, const char *text, struct buffer *out, struct error *error)
{
    return append_quoted(connection, PQescapeLiteral(connection->pg, text, strlen(text)), out, error);
}
