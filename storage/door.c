/* Checksums, keys and cursors of every stored value. Grammar in door.h.
 *
 * A block is checksummed when it is first read, not on every read: the table `verified` remembers, by address in the map, the checksum that
 * was found right there. LMDB never changes a page in place while anyone can see it, so as long as the stored checksum at an address is the
 * remembered one, so is the block. Entries are single words, written and read without order: a lost race costs one more checksum. */
#include "storage/door.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    CRC_BYTES = 4,
    VERIFIED_BITS = 18,       /* 262,144 blocks, 2 MiB: a gigabyte of full pages */
    VERIFIED_BYTES_MIN = 256, /* a smaller value is checksummed in less time than a miss in the table takes */
    ADDRESS_BITS = 46,        /* of a user-space address, the lowest left out: LMDB aligns values to 2 */
    PLACE_BITS = 11,          /* of them, a place in a page */
    TAG_BITS = ADDRESS_BITS - VERIFIED_BITS,
};

static const char *const database_names[DB_COUNT] = {"meta",   "row",   "reverse", "dirty",   "ext",   "term",    "post",
                                                     "column", "multi", "hit",     "forward", "label", "suggest", "vocabulary"};

struct verified {
    _Atomic uint64_t entries[1U << VERIFIED_BITS]; /* 1, tag of the address, checksum */
};

struct verified *verified_new(void)
{
    return memory_calloc(1, sizeof(struct verified));
}

void verified_free(struct verified *verified)
{
    free(verified);
}

const char *database_name(enum database db)
{
    assert(db < DB_COUNT);
    return database_names[db];
}

enum status status_from_lmdb(int code)
{
    switch (code) {
    case 0:
        return STATUS_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return STATUS_NOT_FOUND;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return STATUS_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
        return STATUS_CORRUPT;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return STATUS_MISMATCH;
    case EACCES:
    case EPERM:
    case EROFS:
        return STATUS_DENIED;
    case EAGAIN:
    case EBUSY:
        return STATUS_BUSY;
    case MDB_READERS_FULL:
    case MDB_TXN_FULL:
    case MDB_DBS_FULL:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return STATUS_LIMIT;
    case MDB_BAD_VALSIZE:
        return STATUS_INVALID;
    default:
        return STATUS_IO;
    }
}

static uint32_t stored_crc(enum database db, const MDB_val *key, const void *payload, size_t size)
{
    unsigned char number = (unsigned char)db;
    return crc32c(crc32c(crc32c(0, &number, 1), key->mv_data, key->mv_size), payload, size);
}

/* Whether the block at this address was checked before with this checksum; if not, the slot to note it in. Values that fill their pages
 * begin at one place in them, so those of neighbouring pages have neighbouring slots: whoever reads columns chunk by chunk walks the table
 * in order. Slot and tag together are the address. */
static bool verified_before(struct verified *verified, const void *address, uint32_t crc, _Atomic uint64_t **slot, uint64_t *entry)
{
    uint64_t half = (uint64_t)(uintptr_t)address >> 1, page = half >> PLACE_BITS, place = half & ((1U << PLACE_BITS) - 1);
    uint64_t spread = place * UINT64_C(0x9E3779B97F4A7C15) >> (64 - VERIFIED_BITS);
    uint64_t tag = (page >> VERIFIED_BITS << PLACE_BITS | place) & ((UINT64_C(1) << TAG_BITS) - 1);
    *slot = &verified->entries[(page + spread) & ((1U << VERIFIED_BITS) - 1)];
    *entry = UINT64_C(1) << 63 | tag << 32 | crc;
    return atomic_load_explicit(*slot, memory_order_relaxed) == *entry;
}

static bool value_intact(const struct snapshot *snapshot, enum database db, const MDB_val *key, const MDB_val *value)
{
    if (value->mv_size < CRC_BYTES || value->mv_size > STORED_BYTES_MAX)
        return false;
    uint32_t stored;
    memcpy(&stored, value->mv_data, sizeof stored);
    const unsigned char *payload = (const unsigned char *)value->mv_data + CRC_BYTES;
    size_t size = value->mv_size - CRC_BYTES;
    if (size < VERIFIED_BYTES_MIN || snapshot->check_always)
        return stored_crc(db, key, payload, size) == stored;
    _Atomic uint64_t *slot = NULL;
    uint64_t entry = 0;
    if (verified_before(snapshot->env->verified, payload, stored, &slot, &entry))
        return true;
    if (stored_crc(db, key, payload, size) != stored)
        return false;
    atomic_store_explicit(slot, entry, memory_order_relaxed);
    return true;
}

enum status door_corrupt(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, const char *what)
{
    enum { KEY_BYTES_SHOWN = 40 };
    char text[2 * KEY_BYTES_SHOWN + 1] = "";
    snapshot->status = STATUS_CORRUPT;
    uint64_t now = clock_monotonic_ns();
    uint64_t logged = atomic_load_explicit(&snapshot->env->corrupt_logged_ns, memory_order_relaxed);
    if (logged != 0 && now - logged < UINT64_C(1000000000))
        return STATUS_CORRUPT;
    if (!atomic_compare_exchange_strong(&snapshot->env->corrupt_logged_ns, &logged, now))
        return STATUS_CORRUPT;
    for (size_t i = 0; i < key_size && i < KEY_BYTES_SHOWN; i++)
        snprintf(text + 2 * i, 3, "%02x", ((const unsigned char *)key)[i]);
    log_error("storage: %s at key %s of database %s in commit %" PRIu64 "; run tim verify", what, text, database_name(db),
              (uint64_t)mdb_txn_id(snapshot->txn));
    return STATUS_CORRUPT;
}

/* What a read through LMDB came to, after its value was checked. */
static enum status value_taken(struct snapshot *snapshot, enum database db, int code, const MDB_val *key, const MDB_val *value,
                               struct bytes *payload)
{
    *payload = (struct bytes){0};
    if (code == MDB_NOTFOUND)
        return STATUS_NOT_FOUND;
    if (code != 0) {
        enum status status = status_from_lmdb(code);
        return status == STATUS_CORRUPT ? door_corrupt(snapshot, db, key->mv_data, key->mv_size, "a damaged page") : status;
    }
    if (!value_intact(snapshot, db, key, value))
        return door_corrupt(snapshot, db, key->mv_data, key->mv_size, "a block with a wrong checksum");
    *payload = (struct bytes){.data = (const char *)value->mv_data + CRC_BYTES, .size = value->mv_size - CRC_BYTES};
    return STATUS_OK;
}

/* LMDB takes keys as non-const and never writes to them. */
static MDB_val key_value(const void *key, size_t size)
{
    assert(size > 0 && size <= STORED_KEY_BYTES_MAX);
    union {
        const void *in;
        void *out;
    } pointer = {.in = key};
    return (MDB_val){.mv_data = pointer.out, .mv_size = size};
}

enum status door_get(struct snapshot *snapshot, enum database db, const void *key, size_t key_size, struct bytes *payload)
{
    assert(db < snapshot->env->database_count && snapshot->active);
    MDB_val wanted = key_value(key, key_size), value = {0};
    int code = mdb_get(snapshot->txn, snapshot->env->dbi[db], &wanted, &value);
    return value_taken(snapshot, db, code, &wanted, &value, payload);
}

/* The first failure stays with the batch, whatever its caller does with the status: half a batch must not be committed. */
static enum status write_done(struct batch *batch, int code)
{
    enum status status = status_from_lmdb(code);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND && batch->failed == STATUS_OK)
        batch->failed = status;
    return status;
}

enum status door_put(struct batch *batch, enum database db, const void *key, size_t key_size, const void *payload, size_t size)
{
    assert(db < batch->view.env->database_count && size <= PAYLOAD_BYTES_MAX);
    if (batch->failed != STATUS_OK)
        return batch->failed;
    /* Copies, since both may be borrowed from pages that this very put moves. */
    unsigned char key_copy[STORED_KEY_BYTES_MAX], stored[STORED_BYTES_MAX];
    MDB_val at = key_value(key, key_size), value = {.mv_data = stored, .mv_size = size + CRC_BYTES};
    memcpy(key_copy, key, key_size);
    at.mv_data = key_copy;
    uint32_t crc = stored_crc(db, &at, payload, size);
    memcpy(stored, &crc, sizeof crc);
    if (size > 0)
        memcpy(stored + CRC_BYTES, payload, size);
    batch->written_bytes += key_size + value.mv_size;
    int code = MDB_KEYEXIST;
    if (batch->appends)
        code = mdb_put(batch->view.txn, batch->view.env->dbi[db], &at, &value, MDB_APPEND);
    if (code == MDB_KEYEXIST)
        code = mdb_put(batch->view.txn, batch->view.env->dbi[db], &at, &value, 0);
    return write_done(batch, code);
}

enum status door_del(struct batch *batch, enum database db, const void *key, size_t key_size)
{
    assert(db < batch->view.env->database_count);
    if (batch->failed != STATUS_OK)
        return batch->failed;
    unsigned char key_copy[STORED_KEY_BYTES_MAX];
    MDB_val at = key_value(key, key_size);
    memcpy(key_copy, key, key_size);
    at.mv_data = key_copy;
    return write_done(batch, mdb_del(batch->view.txn, batch->view.env->dbi[db], &at, NULL));
}

enum status door_count(struct snapshot *snapshot, enum database db, uint64_t *count)
{
    MDB_stat stat = {0};
    assert(db < snapshot->env->database_count && snapshot->active);
    enum status status = status_from_lmdb(mdb_stat(snapshot->txn, snapshot->env->dbi[db], &stat));
    *count = stat.ms_entries;
    return status;
}

enum status door_cursor_open(struct snapshot *snapshot, enum database db, struct door_cursor *cursor)
{
    assert(db < snapshot->env->database_count && snapshot->active);
    *cursor = (struct door_cursor){.snapshot = snapshot, .db = db};
    return status_from_lmdb(mdb_cursor_open(snapshot->txn, snapshot->env->dbi[db], &cursor->cursor));
}

void door_cursor_close(struct door_cursor *cursor)
{
    if (cursor->cursor != NULL)
        mdb_cursor_close(cursor->cursor);
    *cursor = (struct door_cursor){0};
}

static enum status cursor_taken(struct door_cursor *cursor, int code, const MDB_val *key, const MDB_val *value)
{
    cursor->key = (struct bytes){0};
    if (code == 0)
        cursor->key = (struct bytes){.data = key->mv_data, .size = key->mv_size};
    enum status status = value_taken(cursor->snapshot, cursor->db, code, key, value, &cursor->payload);
    return status == STATUS_NOT_FOUND ? STATUS_END : status;
}

static enum status cursor_move(struct door_cursor *cursor, MDB_cursor_op move)
{
    MDB_val key = {0}, value = {0};
    int code = mdb_cursor_get(cursor->cursor, &key, &value, move);
    return cursor_taken(cursor, code, &key, &value);
}

enum status door_cursor_seek(struct door_cursor *cursor, const void *key, size_t key_size)
{
    if (key_size == 0)
        return cursor_move(cursor, MDB_FIRST);
    MDB_val at = key_value(key, key_size), value = {0};
    int code = mdb_cursor_get(cursor->cursor, &at, &value, MDB_SET_RANGE);
    return cursor_taken(cursor, code, &at, &value);
}

enum status door_cursor_seek_back(struct door_cursor *cursor, const void *key, size_t key_size)
{
    MDB_val at = key_value(key, key_size), value = {0};
    int code = mdb_cursor_get(cursor->cursor, &at, &value, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND)
        return cursor_move(cursor, MDB_LAST);
    if (code != 0 || (at.mv_size == key_size && memcmp(at.mv_data, key, key_size) == 0))
        return cursor_taken(cursor, code, &at, &value);
    return cursor_move(cursor, MDB_PREV);
}

enum status door_cursor_get(struct door_cursor *cursor, const void *key, size_t key_size, bool behind)
{
    MDB_val at = {0}, value = {0};
    int code = behind ? mdb_cursor_get(cursor->cursor, &at, &value, MDB_NEXT) : MDB_NOTFOUND;
    if (code != 0 || at.mv_size != key_size || memcmp(at.mv_data, key, key_size) != 0) {
        at = key_value(key, key_size);
        code = mdb_cursor_get(cursor->cursor, &at, &value, MDB_SET_KEY);
    }
    enum status status = cursor_taken(cursor, code, &at, &value);
    return status == STATUS_END ? STATUS_NOT_FOUND : status;
}

enum status door_cursor_next(struct door_cursor *cursor)
{
    return cursor_move(cursor, MDB_NEXT);
}

/* A reader's cursors outlive its transactions, since making one costs more than moving it a few times. */
struct kept_cursor {
    struct kept_cursor *next;
    struct door_cursor cursor;
    bool taken;
};

enum status door_cursor_keep(struct snapshot *snapshot, enum database db, struct door_cursor **out)
{
    assert(snapshot->active && snapshot->batch == NULL);
    struct kept_cursor *kept = snapshot->kept;
    while (kept != NULL && (kept->taken || kept->cursor.db != db))
        kept = kept->next;
    if (kept == NULL) {
        struct door_cursor cursor;
        enum status status = door_cursor_open(snapshot, db, &cursor);
        if (status != STATUS_OK)
            return status;
        kept = memory_alloc(sizeof *kept);
        *kept = (struct kept_cursor){.next = snapshot->kept, .cursor = cursor};
        snapshot->kept = kept;
    } else {
        enum status status = status_from_lmdb(mdb_cursor_renew(snapshot->txn, kept->cursor.cursor));
        if (status != STATUS_OK)
            return status;
        kept->cursor.key = kept->cursor.payload = (struct bytes){0};
    }
    kept->taken = true;
    *out = &kept->cursor;
    return STATUS_OK;
}

void kept_cursors_return(struct snapshot *snapshot)
{
    for (struct kept_cursor *kept = snapshot->kept; kept != NULL; kept = kept->next)
        kept->taken = false;
}

void kept_cursors_free(struct snapshot *snapshot)
{
    for (struct kept_cursor *kept = snapshot->kept, *next; kept != NULL; kept = next) {
        next = kept->next;
        door_cursor_close(&kept->cursor);
        free(kept);
    }
    snapshot->kept = NULL;
}
