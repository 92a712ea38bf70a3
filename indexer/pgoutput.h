/* PostgreSQL's logical replication messages as data: the decoder of pgoutput protocol version 1 and of the envelope around it.
 *
 * Pure functions over bytes: no libpq, no memory of their own, no state. What a decoded message points at lies in the bytes that were
 * given and is valid as long as they are. Everything is big-endian; String ends with a NUL. Source: PostgreSQL 15 documentation, "Logical
 * Replication Message Formats" and "Streaming Replication Protocol".
 *
 *   envelope  = 'w' walStart:i64 walEnd:i64 sendTime:i64 message | 'k' walEnd:i64 time:i64 replyRequested:i8
 *   reply     = 'r' write:i64 flush:i64 apply:i64 clock:i64 replyNow:i8
 *   message   = 'B' final:i64 time:i64 xid:i32
 *             | 'C' flags:i8 commit:i64 end:i64 time:i64
 *             | 'O' lsn:i64 name:String
 *             | 'Y' oid:i32 namespace:String name:String
 *             | 'R' oid:i32 namespace:String name:String identity:i8 count:i16 {flags:i8 name:String type:i32 modifier:i32}*
 *             | 'I' oid:i32 'N' tuple
 *             | 'U' oid:i32 [('K' | 'O') tuple] 'N' tuple
 *             | 'D' oid:i32 ('K' | 'O') tuple
 *             | 'T' count:i32 options:i8 {oid:i32}*
 *             | 'M' flags:i8 lsn:i64 prefix:String size:i32 bytes
 *   tuple     = count:i16 ('n' | 'u' | 't' size:i32 bytes)*
 * Times are microseconds since 2000-01-01 UTC. Binary cells ('b') are never asked for and count as corrupt. */
#ifndef TIM_INDEXER_PGOUTPUT_H
#define TIM_INDEXER_PGOUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* The values are the bytes on the wire. */
enum pgoutput_kind {
    PGOUTPUT_BEGIN = 'B',
    PGOUTPUT_COMMIT = 'C',
    PGOUTPUT_ORIGIN = 'O',
    PGOUTPUT_TYPE = 'Y',
    PGOUTPUT_RELATION = 'R',
    PGOUTPUT_INSERT = 'I',
    PGOUTPUT_UPDATE = 'U',
    PGOUTPUT_DELETE = 'D',
    PGOUTPUT_TRUNCATE = 'T',
    PGOUTPUT_MESSAGE = 'M',
};

enum pgoutput_cell_kind { PGOUTPUT_CELL_NULL = 'n', PGOUTPUT_CELL_UNCHANGED = 'u', PGOUTPUT_CELL_TEXT = 't' };

enum {
    PGOUTPUT_COLUMNS_MAX = 1600, /* PostgreSQL's own limit; a larger count is corrupt */
    PGOUTPUT_REPLY_BYTES = 34,
};

struct pgoutput_cell {
    enum pgoutput_cell_kind kind;
    struct bytes text; /* empty unless kind is TEXT */
};

struct pgoutput_column {
    bool key; /* part of the replica identity: with REPLICA IDENTITY FULL every column is */
    struct bytes name;
    uint32_t type_oid;
};

/* Lists inside a message, checked whole by the decoder and walked by the *_next functions below, which take items off the front. */
struct pgoutput_tuple {
    uint32_t count;
    struct bytes body;
};
struct pgoutput_columns {
    uint32_t count;
    struct bytes body;
};
struct pgoutput_oids {
    uint32_t count;
    struct bytes body;
};

struct pgoutput_message {
    enum pgoutput_kind kind;
    union {
        struct {
            uint64_t final_lsn;     /* of the commit record: below the commit message's end_lsn */
            int64_t commit_wall_us; /* since 1970 */
            uint32_t xid;
        } begin;
        struct {
            uint64_t commit_lsn;
            uint64_t end_lsn; /* what is stored and confirmed */
            int64_t commit_wall_us;
        } commit;
        struct {
            uint32_t oid;
            struct bytes namespace; /* "" is pg_catalog */
            struct bytes name;
            char identity; /* 'd' default, 'n' nothing, 'f' full, 'i' index */
            struct pgoutput_columns columns;
        } relation;
        struct {
            uint32_t oid;
            char old_kind; /* 'K' key columns only, 'O' whole old row, 0: none was sent */
            struct pgoutput_tuple old;
            struct pgoutput_tuple new; /* INSERT and UPDATE */
        } row;
        struct {
            bool cascade;
            struct pgoutput_oids oids;
        } truncate;
        struct {
            bool transactional; /* if not, the message lies outside any transaction */
            uint64_t lsn;
            struct bytes prefix;
            struct bytes content;
        } message;
    };
};

/* CORRUPT with a sentence for anything but exactly one whole message: unknown kind, cut short, bytes left over, impossible value. */
MUST_USE enum status pgoutput_decode(struct bytes input, struct pgoutput_message *out, struct error *error);

/* Take the first item off the list; false when none is left. The list must come from pgoutput_decode. */
bool pgoutput_cell_next(struct pgoutput_tuple *tuple, struct pgoutput_cell *out);
bool pgoutput_column_next(struct pgoutput_columns *columns, struct pgoutput_column *out);
bool pgoutput_oid_next(struct pgoutput_oids *oids, uint32_t *out);

enum pgoutput_envelope_kind { PGOUTPUT_DATA = 'w', PGOUTPUT_KEEPALIVE = 'k' };

struct pgoutput_envelope {
    enum pgoutput_envelope_kind kind;
    uint64_t wal_end;
    int64_t sent_wall_us;
    bool reply_requested; /* KEEPALIVE */
    struct bytes payload; /* DATA: one message */
};

/* CORRUPT for anything but one whole envelope. */
MUST_USE enum status pgoutput_envelope_decode(struct bytes input, struct pgoutput_envelope *out, struct error *error);

/* The standby status update: how far WAL was received and how far it is durable in the index. */
struct pgoutput_reply {
    uint64_t received_lsn;
    uint64_t durable_lsn;
    int64_t wall_us; /* since 1970 */
    bool reply_now;
};
void pgoutput_reply_encode(const struct pgoutput_reply *reply, char out[PGOUTPUT_REPLY_BYTES]);

/* "1A/2B3C4D5E" and back. INVALID unless the whole text is two hexadecimal numbers of at most 8 digits. */
enum { LSN_TEXT_BYTES = 18 };
void lsn_format(uint64_t lsn, char out[LSN_TEXT_BYTES]);
MUST_USE enum status lsn_parse(const char *text, uint64_t *out);

#endif
