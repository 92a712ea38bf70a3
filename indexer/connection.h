/* Connections to PostgreSQL: opening them safely, running statements without ever hanging, and turning libpq's failures into statuses.
 *
 * Every session gets the output settings that the rest of the program reads (UTF-8, ISO dates, UTC, ...) over whatever the role or the
 * database says. A connection string is a secret: it is never logged, and no error text of this file contains it.
 * Every wait ends at once when the caller's stop flag is set; the answer is then STATUS_END. */
#ifndef TIM_INDEXER_CONNECTION_H
#define TIM_INDEXER_CONNECTION_H

#include <libpq-fe.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum connection_kind {
    CONNECTION_PLAIN,       /* SQL */
    CONNECTION_REPLICATION, /* replication=database: replication commands, and SQL in the simple protocol */
};

struct connection {
    PGconn *pg;
    enum connection_kind kind;
    const volatile sig_atomic_t *stop; /* borrowed; may be NULL */
};

enum {
    CONNECTION_OPEN_TIMEOUT_MS = 15000,  /* name look-up, TCP, TLS and login together */
    CONNECTION_QUERY_TIMEOUT_MS = 60000, /* for one statement of the catalog kind */
};

/* `conninfo` is libpq's "key=value ..." or postgresql:// form. INVALID: it does not parse, or names no such database. DENIED: login or
 * rights. UNAVAILABLE: no answer, or not now. Close it in any case. */
MUST_USE enum status connection_open(struct connection *connection, enum connection_kind kind, const char *conninfo,
                                     const volatile sig_atomic_t *stop, struct error *error);
/* Safe on a zeroed or closed connection. */
void connection_close(struct connection *connection);

bool connection_stopped(const struct connection *connection);

/* Waits until the socket can be read (or written, when `for_write` and output is pending), the time is over or the stop flag is set. OK:
 * look again; TIMEOUT; END; IO. */
MUST_USE enum status connection_wait(struct connection *connection, bool for_write, unsigned timeout_ms, struct error *error);

/* Runs one statement without parameters and hands over its result: rows, command or the start of a COPY. Caller clears it with PQclear. */
MUST_USE enum status connection_query(struct connection *connection, const char *sql, unsigned timeout_ms, PGresult **out,
                                      struct error *error);
/* The same with text parameters ($1, $2, ...); PLAIN only. */
MUST_USE enum status connection_query_with(struct connection *connection, const char *sql, const char *const *values, int count,
                                           PGresult **out, struct error *error);
/* For statements whose result does not matter. */
MUST_USE enum status connection_run(struct connection *connection, const char *sql, unsigned timeout_ms, struct error *error);

/* What the server said, as a status and one line: from a failed result, or (result NULL) from the connection itself. */
enum status connection_failed(struct connection *connection, const PGresult *result, struct error *error);

/* The meaning of an SQLSTATE. UNAVAILABLE for what is not in the table: trying again later is then the only safe answer. */
enum status status_from_sqlstate(const char *sqlstate);

/* Appends a quoted identifier or literal. INVALID when the text is not valid UTF-8. */
MUST_USE enum status connection_quote_name(struct connection *connection, const char *name, struct buffer *out, struct error *error);
MUST_USE enum status connection_quote_text(struct connection *connection, const char *text, struct buffer *out, struct error *error);

#endif
