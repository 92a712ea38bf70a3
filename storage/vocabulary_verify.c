/* DB_VOCABULARY against the terms, both ways: each entry's term has documents, each core term stands under all of its keys, and there are
 * no more entries than that. */
#include "storage/verify_walk.h"
#include "storage/vocabulary_row.h"

static enum status entry_verify(struct verify *verify, void *context, struct bytes key, struct bytes payload)
{
    uint64_t *entries = context;
    struct vocabulary_entry entry;
    struct term term;
    ++*entries;
    if (payload.size != 0 || vocabulary_row_decode(key, &entry) != STATUS_OK) {
        verify_fault_at(verify, DB_VOCABULARY, key, "an entry that does not decode");
        return STATUS_OK;
    }
    enum status status = term_get(verify->snapshot, TERM_CORE, entry.term.data, entry.term.size, &term);
    if (status == STATUS_NOT_FOUND)
        verify_fault_at(verify, DB_VOCABULARY, key, "an entry of a term that no document has");
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

/* The entries that the term must have; returns how many. */
static uint64_t term_verify(struct verify *verify, struct bytes term)
{
    const struct env *env = verify->snapshot->env;
    struct vocabulary_keys keys = {.count = 0};
    struct vocabulary_row row;
    struct bytes payload;
    if (term.size == 0)
        return 0;
    env->term_keys(env->term_keys_context, term, &keys);
    for (unsigned i = 0; i < keys.count; i++) {
        vocabulary_row_encode(&row, &keys.keys[i], term);
        if (door_get(verify->snapshot, DB_VOCABULARY, row.bytes, row.size, &payload) == STATUS_NOT_FOUND)
            verify_fault_at(verify, DB_VOCABULARY, (struct bytes){(const char *)row.bytes, row.size}, "a term is not under its key");
    }
    return keys.count;
}

/* Records that fail their checksum are reported where the terms are verified. */
static enum status terms_verify(struct verify *verify, uint64_t *wanted)
{
    const unsigned char class = TERM_CORE;
    struct door_cursor cursor = {0};
    enum status status = door_cursor_open(verify->snapshot, DB_TERM, &cursor);
    if (status == STATUS_OK)
        status = door_cursor_seek(&cursor, &class, 1);
    while (status == STATUS_OK || (status == STATUS_CORRUPT && cursor.key.size > 0)) {
        if ((unsigned char)cursor.key.data[0] != class)
            status = STATUS_END;
        else if (cursor.key.size <= 1 + TERM_BYTES_MAX)
            *wanted += term_verify(verify, (struct bytes){cursor.key.data + 1, cursor.key.size - 1});
        if (status != STATUS_END)
            status = door_cursor_next(&cursor);
    }
    door_cursor_close(&cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status vocabulary_verify(struct verify *verify)
{
    uint64_t entries = 0, wanted = 0;
    enum status status = verify_walk(verify, DB_VOCABULARY, entry_verify, &entries);
    if (status != STATUS_OK || verify->snapshot->env->term_keys == NULL)
        return status;
    status = terms_verify(verify, &wanted);
    if (status == STATUS_OK && entries != wanted)
        verify_fault(verify, "There are %llu vocabulary entries for %llu keys of terms.", (unsigned long long)entries,
                     (unsigned long long)wanted);
    return status;
}
