/* Jobs asked of the process that writes an index, by whoever may write into INDEX/spool/: files that appear by one rename, so that neither
 * side ever sees half of one. Grammar in spool.c.
 *
 * The asker puts a job and may look at its state; the writer takes the oldest, says how far it is, and closes it with how it ended. A job
 * that was begun when the writer died is begun again, up to SPOOL_ATTEMPTS_MAX times. */
#ifndef TIM_STORAGE_SPOOL_H
#define TIM_STORAGE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
    SPOOL_NAME_BYTES = 32, /* of a kind of job, NUL included */
    SPOOL_ID_BYTES = 33,   /* of a job's id, NUL included */
    SPOOL_ATTEMPTS_MAX = 5,
    SPOOL_STATE_DAYS = 7, /* a closed job's state that nobody has fetched is removed after so many days */
};

struct spool_job {
    char id[SPOOL_ID_BYTES];
    char name[SPOOL_NAME_BYTES];
};

enum spool_phase { SPOOL_WAITING, SPOOL_RUNNING, SPOOL_DONE, SPOOL_FAILED };

struct spool_state {
    enum spool_phase phase;
    unsigned attempts;    /* begun so many times */
    uint64_t done, total; /* of the step it is in */
    char text[480];       /* what it does, or how it ended; one line */
};

/* `folder` is that of the index in every call. */

/* Asks for a job; its id goes into `job`. NOT_FOUND: there is no index in the folder. */
MUST_USE enum status spool_put(const char *folder, const char *name, struct spool_job *job, struct error *error);
/* The oldest job that is not closed. NOT_FOUND: none. A file that is no job is closed as failed and passed over. */
MUST_USE enum status spool_next(const char *folder, struct spool_job *job, struct error *error);
MUST_USE enum status spool_state_put(const char *folder, const struct spool_job *job, const struct spool_state *state, struct error *error);
/* False once it is closed or forgotten. Asked before its state is read, it tells whether that can still change. */
bool spool_is_open(const char *folder, const struct spool_job *job);
/* A job without a state is waiting. */
MUST_USE enum status spool_state_get(const char *folder, const struct spool_job *job, struct spool_state *state, struct error *error);
/* Stores the end (DONE or FAILED), then removes the job. */
MUST_USE enum status spool_close(const char *folder, const struct spool_job *job, const struct spool_state *state, struct error *error);
/* By the asker: the job, if it still waits, and its state go. */
void spool_forget(const char *folder, const struct spool_job *job);
/* By the writer at its start: what askers and writers that died have left half made or unfetched. */
void spool_clean(const char *folder);

#endif
