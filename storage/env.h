/* One generation of the index: an LMDB environment in a folder of its own, opened once per process.
 *
 * An environment must never be used after fork() nor opened twice in one process (closing either breaks the other's locks). LMDB runs in
 * its default, synchronous mode: what batch_commit returned STATUS_OK for survives power loss. */
#ifndef TIM_STORAGE_ENV_H
#define TIM_STORAGE_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct env;

enum env_mode {
    ENV_READ,   /* readers: needs write access to lock.mdb only */
    ENV_WRITE,  /* the single writer; an existing environment */
    ENV_CREATE, /* the single writer; makes the folder and the databases when absent */
};

struct env_options {
    enum env_mode mode;
    uint64_t map_bytes;   /* address space and the most the file may grow to; 0: the default of 64 GiB */
    unsigned readers_max; /* 0: the default of 1,024 */
    uint32_t format;      /* version of what is in it; 0: the index's */
};

/* NOT_FOUND: no environment there. MISMATCH: not ours or another format version. DENIED, IO, CORRUPT as the words say. */
MUST_USE enum status env_open(const char *folder, const struct env_options *options, struct env **out, struct error *error);
void env_close(struct env *env);

/* Frees the slots of readers that died. The writer calls it every second. Returns how many there were. */
unsigned env_check_readers(struct env *env);

/* The reader that holds the oldest commit: what was freed since cannot be used again while it does. */
struct env_reader {
    uint64_t commit, lag; /* lag: commits since */
    long process;
};
/* NOT_FOUND: nobody reads. */
MUST_USE enum status env_oldest_reader(struct env *env, struct env_reader *out);

struct env_size {
    uint64_t file_bytes; /* pages in use up to the last one, times the page size */
    uint64_t map_bytes;
    uint64_t entries;           /* keys in all databases */
    uint64_t oldest_reader_lag; /* transactions that the oldest reader is behind; 0 when none reads */
};
MUST_USE enum status env_size(struct env *env, struct env_size *out);

/* One line per database for `tim stats`: name, entries, bytes of its pages. Returns how many databases there are; `index` below that. */
struct env_database {
    const char *name;
    uint64_t entries, bytes;
};
MUST_USE enum status env_database(struct env *env, unsigned index, struct env_database *out); /* END past the last */

#endif
