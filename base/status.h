/* What an operation came to, and the caller-owned error that explains it.
 *
 * Every function that can fail returns `enum status`. What judges outside input also fills a `struct error` that the caller owns: one
 * sentence that says what was wrong and what would be right. It is logged once, by whoever decides what happens next. A programmer's
 * error is an assert (kept in release builds); running out of memory ends the process (see arena.h). */
#ifndef TIM_BASE_STATUS_H
#define TIM_BASE_STATUS_H

#define MUST_USE __attribute__((warn_unused_result))

enum status {
    STATUS_OK = 0,
    STATUS_INVALID,     /* outside input is wrong: bad number, bad UTF-8, unknown name */
    STATUS_NOT_FOUND,   /* the thing asked for does not exist; often a normal answer */
    STATUS_END,         /* a cursor or stream has no more; a normal answer */
    STATUS_CORRUPT,     /* stored bytes do not decode or fail their CRC */
    STATUS_FULL,        /* disk or map full: nothing was changed */
    STATUS_BUSY,        /* somebody else holds it: second indexer, slot in use, port in use */
    STATUS_DENIED,      /* rights are missing */
    STATUS_IO,          /* the operating system failed a read, write or sync */
    STATUS_LIMIT,       /* a documented bound was reached */
    STATUS_TIMEOUT,     /* a deadline passed */
    STATUS_UNAVAILABLE, /* the other side is away: worth trying again later */
    STATUS_MISMATCH,    /* two parts do not fit: format version, schema, system identifier, timeline */
};

struct error {
    enum status status;
    char text[480];
};

/* The status's name in lower case, for logs: "ok", "not found", ... Static memory. */
const char *status_name(enum status status);

/* Fills `error` (which may be NULL) with the status and the formatted sentence, cut to fit on a whole UTF-8 character, and returns
 * `status`, so that `return error_set(error, STATUS_INVALID, ...)` reads as one thought. */
enum status error_set(struct error *error, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
