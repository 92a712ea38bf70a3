/* A dictionary from keys to the core terms that are filed under them: how a word is found that was typed otherwise (by its sound, by a
 * slip, by its size). Derived from the terms alone: an entry exists exactly while its term has a document. Byte grammar in vocabulary.c.
 *
 * Storage knows nothing of words. Whoever writes a generation says what keys a term has; the entries follow the births and deaths of core
 * terms by themselves, in the same commit. */
#ifndef TIM_STORAGE_VOCABULARY_H
#define TIM_STORAGE_VOCABULARY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "storage/term.h"

struct env;
struct snapshot;
struct batch;

/* The first byte of an entry's key. */
enum vocabulary_kind {
    VOCABULARY_TYPO = 'd',     /* what is left of the term when letters are left out */
    VOCABULARY_PHONETIC = 'f', /* what the term sounds like */
    VOCABULARY_UNIT = 'u',     /* unit, NUL, number in eight bytes, the highest first */
};

enum {
    VOCABULARY_KEY_BYTES_MAX = 32,
    VOCABULARY_KEYS_MAX = 40, /* of one term */
};

struct vocabulary_key {
    uint8_t kind, size; /* enum vocabulary_kind */
    unsigned char bytes[VOCABULARY_KEY_BYTES_MAX];
};

struct vocabulary_keys {
    unsigned count;
    struct vocabulary_key keys[VOCABULARY_KEYS_MAX];
};

/* A key that is there already is not added again. Asserts the bounds. */
void vocabulary_key_add(struct vocabulary_keys *keys, enum vocabulary_kind kind, const void *bytes, size_t size);

/* Adds the keys of a core term; always the same for the same term. Called by whichever thread commits. */
typedef void term_keys(const void *context, struct bytes term, struct vocabulary_keys *keys);

/* What every later batch, bulk write and verify of this environment files terms under. Without it no entry is written, and verify compares
 * none. `context` is borrowed until env_close or the next call. */
void env_set_term_keys(struct env *env, term_keys *keys, const void *context);

/* The terms under one key, in byte order, in the arena; `*count` 0 when there are none. LIMIT at its cap. */
MUST_USE enum status vocabulary_list(struct snapshot *snapshot, enum vocabulary_kind kind, struct bytes key, struct arena *arena,
                                     struct bytes **terms, uint32_t *count);

/* Entries one by one, in the order of their keys, then of their terms. */
struct vocabulary_entry {
    struct bytes key, term; /* borrowed until the cursor moves */
};
struct vocabulary_cursor;
MUST_USE enum status vocabulary_cursor_open(struct snapshot *snapshot, struct vocabulary_cursor **out);
void vocabulary_cursor_close(struct vocabulary_cursor *cursor);
/* The first entry whose key is `first` to `last`, both included and of one size; only keys of that size are seen. END. */
MUST_USE enum status vocabulary_cursor_seek(struct vocabulary_cursor *cursor, enum vocabulary_kind kind, struct bytes first,
                                            struct bytes last, struct vocabulary_entry *out);
MUST_USE enum status vocabulary_cursor_next(struct vocabulary_cursor *cursor, struct vocabulary_entry *out);

#endif
