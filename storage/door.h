/* Inside storage/ only: the door to LMDB. Every value of every database goes through here.
 *
 *   value   := crc u32le, payload
 *   crc     := CRC32C(database number u8, key, payload)
 *
 * The key is part of the checksum, so a page that ended up under another key is found too. A value (crc included) is at most
 * STORED_BYTES_MAX: exactly one overflow page; what is longer is split by parts.h. */
#ifndef TIM_STORAGE_DOOR_H
#define TIM_STORAGE_DOOR_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "storage/batch.h"
#include "storage/vocabulary.h"

/* The numbers go into the checksums: append, never renumber. */
enum database {
    DB_META = 0,
    DB_ROW = 1,
    DB_REVERSE = 2,
    DB_DIRTY = 3,
    DB_EXT = 4,
    DB_TERM = 5,
    DB_POST = 6,
    DB_COLUMN = 7,
    DB_MULTI = 8,
    DB_HIT = 9,
    DB_FORWARD = 10,
    DB_LABEL = 11,
    DB_SUGGEST = 12,
    DB_VOCABULARY = 13,
    DB_COUNT = 14,
};

enum {
    STORED_BYTES_MAX = 4080,                  /* a value with its crc */
    PAYLOAD_BYTES_MAX = STORED_BYTES_MAX - 4, /* without */
    STORED_KEY_BYTES_MAX = 511,               /* LMDB's own bound; an empty key is not allowed */
    FORMAT_VERSION = 3,                       /* of everything below storage/; kept in DB_META */
};

struct env {
    MDB_env *mdb;
    MDB_dbi dbi[DB_COUNT];
    enum database database_count;
    bool writable;
    uint32_t format;      /* version that it has to have */
    term_keys *term_keys; /* see vocabulary.h; NULL: none */
    const void *term_keys_context;
    struct verified *verified;          /* which blocks' checksums this process has already checked: see door.c */
    _Atomic uint64_t corrupt_logged_ns; /* when door_corrupt last wrote a line: at most one per second */
    /* Growing the map moves it, which no transaction of this process may see: see env_enter. */
    _Atomic unsigned active_transactions;
    _Atomic bool resizing;
    pthread_mutex_t resize_lock;
};

struct snapshot {
    struct env *env;
    MDB_txn *txn;
    struct batch *batch;      /* the batch whose view this is; NULL for a reader */
    enum status status;       /* sticky, see snapshot_status */
    bool active;              /* between open or renew and reset */
    bool check_always;        /* every checksum on every read, whatever was checked before: verify */
    struct kept_cursor *kept; /* see door_cursor_keep */
};

struct posting_edits;
struct column_edits;
struct multi_edits;
struct suggest_edits;

struct batch {
    struct snapshot view;           /* view.txn is the write transaction */
    struct posting_edits *postings; /* made on first use by postings_edit.c, which also frees it */
    struct column_edits *columns;   /* made on first use by column.c, which also frees it */
    struct multi_edits *multis;     /* made on first use by multi.c, which also frees it */
    struct suggest_edits *suggests; /* made on first use by suggest.c, which also frees it */
    uint32_t counters[COUNTER_COUNT];
    bool counters_changed;
    bool appends;         /* batch_begin_bulk: puts mostly come in key order */
    size_t written_bytes; /* keys and values put so far */
    enum status failed;   /* the first write that failed: such a batch cannot be committed */
    batch_pulse *pulse;   /* NULL: none */
    void *pulse_context;
};

/* Called by batch.c, in this order; implemented by the file that owns the edits. Free is called in every case. None is
 * called without edits. The writers of multi.c and suggest.c also run when a batch's own view is read, and so more than once. */
MUST_USE enum status column_edits_write(struct batch *batch);
void column_edits_free(struct column_edits *edits);
size_t column_edits_bytes(const struct column_edits *edits);
MUST_USE enum status multi_edits_write(struct batch *batch);
void multi_edits_free(struct multi_edits *edits);
size_t multi_edits_bytes(const struct multi_edits *edits);
MUST_USE enum status suggest_edits_write(struct batch *batch);
void suggest_edits_free(struct suggest_edits *edits);
size_t suggest_edits_bytes(const struct suggest_edits *edits);
MUST_USE enum status posting_edits_write(struct batch *batch);
void posting_edits_free(struct posting_edits *edits);
size_t posting_edits_bytes(const struct posting_edits *edits);

/* The one place where LMDB's codes become ours. */
enum status status_from_lmdb(int code);

struct env_options;
/* env_open with only the first `count` databases: what `control` needs. */
MUST_USE enum status env_open_databases(const char *folder, const struct env_options *options, enum database count, struct env **out,
                                        struct error *error);
/* Begins a transaction (flags: MDB_RDONLY or 0), or renews the reset one in `*txn`, adopting a map that another process has made larger.
 * Until env_leave the map does not move. TIMEOUT when it has to and a snapshot of this process stays open. */
MUST_USE enum status env_enter(struct env *env, unsigned flags, MDB_txn **txn);
/* After the transaction has ended or was reset. */
void env_leave(struct env *env);

/* The checksum of `data` behind what `seed` is the checksum of (0: nothing). In crc32c.c. */
uint32_t crc32c(uint32_t seed, const void *data, size_t size);

struct verified *verified_new(void);
void verified_free(struct verified *verified);

/* The payload, borrowed from the snapshot. NOT_FOUND; CORRUPT (also set in the snapshot) when the checksum fails. */
MUST_USE enum status door_get(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, struct bytes *payload);
MUST_USE enum status door_put(struct batch *batch, enum database db, const void *key, size_t key_size, const void *payload, size_t size);
/* Deleting what is not there is NOT_FOUND. */
MUST_USE enum status door_del(struct batch *batch, enum database db, const void *key, size_t key_size);

/* How many entries a database has. */
MUST_USE enum status door_count(struct snapshot *snapshot, enum database db, uint64_t *count);

/* A cursor; on CORRUPT it stands on the bad entry (its key is set) and may move on. Borrowed keys and payloads as above. In a batch, writes
 * to the same database move no cursor but end what they point to: seek again after a write. */
struct door_cursor {
    struct snapshot *snapshot;
    enum database db;
    MDB_cursor *cursor;
    struct bytes key, payload;
};
MUST_USE enum status door_cursor_open(struct snapshot *snapshot, enum database db, struct door_cursor *cursor);
void door_cursor_close(struct door_cursor *cursor);
/* First entry at or after the key (key_size 0: the first of all). END when there is none. */
MUST_USE enum status door_cursor_seek(struct door_cursor *cursor, const void *key, size_t key_size);
/* The last entry at or before the key. END when there is none. */
MUST_USE enum status door_cursor_seek_back(struct door_cursor *cursor, const void *key, size_t key_size);
MUST_USE enum status door_cursor_next(struct door_cursor *cursor);
/* The entry of just this key; NOT_FOUND. With `behind` the caller expects it right behind the one at hand: then it costs a step, not a
 * descent. Otherwise it is still cheap on the page at hand. */
MUST_USE enum status door_cursor_get(struct door_cursor *cursor, const void *key, size_t key_size, bool behind);

/* A cursor that a reader keeps until its snapshot is reset, renewed or closed, without closing it: for what is read forward, a few chunks
 * here and there. The next requests get the same ones again. Not in a batch. */
MUST_USE enum status door_cursor_keep(struct snapshot *snapshot, enum database db, struct door_cursor **out);
/* When the snapshot's transaction ends: they may be handed out again. */
void kept_cursors_return(struct snapshot *snapshot);
void kept_cursors_free(struct snapshot *snapshot);

/* The counters of batch.h; zeros before the first commit that changed them. In meta.c. */
MUST_USE enum status counters_get(struct snapshot *snapshot, uint32_t counters[COUNTER_COUNT]);
MUST_USE enum status counters_put(struct batch *batch, const uint32_t counters[COUNTER_COUNT]);
/* The format version of this environment. NOT_FOUND in one that is not ours. In meta.c. */
MUST_USE enum status format_get(struct snapshot *snapshot, uint32_t *out);
MUST_USE enum status format_put(struct batch *batch, uint32_t format);

/* "term", "post", ...: static memory. */
const char *database_name(enum database db);

/* Marks the snapshot CORRUPT, says in the log where (one line a second at most), and returns STATUS_CORRUPT. */
enum status door_corrupt(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, const char *what);

#endif
