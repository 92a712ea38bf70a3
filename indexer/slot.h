/* The replication slot and the position in the WAL: where PostgreSQL stands, where the index stands, and whether they fit. */
#ifndef TIM_INDEXER_SLOT_H
#define TIM_INDEXER_SLOT_H

#include "indexer/connection.h"
#include "storage/meta.h"

enum {
    SLOT_NAME_BYTES = 64,           /* with the NUL; PostgreSQL's own bound */
    SLOT_LOCK_TIMEOUT_MS = 5000,    /* how long a creation waits for one open transaction */
    SLOT_CREATE_TIMEOUT_MS = 60000, /* for all of them together */
};

/* INVALID unless 1 to 63 of a-z, 0-9 and '_'. */
MUST_USE enum status slot_check_name(const char *name, struct error *error);

/* IDENTIFY_SYSTEM: which cluster this is and how far its WAL is flushed. */
struct server_identity {
    uint64_t system_id;
    uint32_t timeline;
    uint64_t flushed_lsn;
    char database[64];
};
MUST_USE enum status server_identify(struct connection *replication, struct server_identity *out, struct error *error);

struct slot_created {
    uint64_t consistent_lsn; /* the copy shows everything committed before, the stream everything after */
    char snapshot[64];       /* for SET TRANSACTION SNAPSHOT; dies with the next command on this connection */
};

/* Makes the slot with an exported snapshot. TIMEOUT: a transaction that was open before does not end (the message says what to look
 * for). BUSY: the name is taken. LIMIT: max_replication_slots. */
MUST_USE enum status slot_create(struct connection *replication, const char *name, struct slot_created *out, struct error *error);

/* NOT_FOUND is fine for callers that want it gone. BUSY: a connection uses it. */
MUST_USE enum status slot_drop(struct connection *replication, const char *name, struct error *error);

struct slot_state {
    bool logical; /* a logical slot of pgoutput */
    bool active;
    bool lost; /* PostgreSQL has removed WAL that it needed */
    uint64_t confirmed_lsn;
    char database[64];
    char plugin[64];
};
/* NOT_FOUND when there is no such slot. */
MUST_USE enum status slot_look(struct connection *connection, const char *name, struct slot_state *out, struct error *error);

enum position_verdict {
    POSITION_CONTINUE, /* stream from stored.lsn */
    POSITION_RESYNC,   /* a new copy into a new generation; the reason says why */
    POSITION_REFUSE,   /* neither is safe; the reason says what the operator must do */
};

struct position_facts {
    const struct position *stored; /* NULL: the index never followed a database */
    const struct server_identity *server;
    const struct slot_state *slot; /* NULL: no such slot */
    const char *slot_name;
    uint64_t source_id; /* of preflight.h */
};

/* The rules, a pure function. `reason` is filled unless the verdict is CONTINUE. */
MUST_USE enum position_verdict position_check(const struct position_facts *facts, struct error *reason);

#endif
