/* What others ask of the indexer through the spool (storage/spool.h), done beside the stream. There is one kind of job: "reindex". */
#ifndef TIM_INDEXER_JOBS_H
#define TIM_INDEXER_JOBS_H

#include "indexer/reindex.h"

#define JOB_REINDEX "reindex"

enum { JOBS_LOOK_MS = 1000 }; /* how often the spool is looked at, and told how far a job is */

struct jobs;

/* Borrows what the options name. */
struct jobs *jobs_new(const struct reindex_options *options);
/* A job that runs is dropped; it begins again at the next start. */
void jobs_free(struct jobs *jobs);

/* All by the thread that applies. */

/* A new apply of the live generation, nothing pending: its changes are noted while a job needs them. */
void jobs_attach(struct jobs *jobs, struct apply *apply);
/* The live generation is about to be replaced by something else: a job that runs fails. */
void jobs_cancel(struct jobs *jobs, const char *reason);
/* Looks at the clock, and when it is time at the spool. True: jobs_rest is wanted, as soon as nothing is pending. */
bool jobs_look(struct jobs *jobs);
/* Nothing is pending, and `position` is what the index holds. Begins a job, or ends one: then `destination` may be another. What goes wrong
 * with a job is the job's; IO: the process must exit. */
MUST_USE enum status jobs_rest(struct jobs *jobs, const struct position *position, struct destination *destination, struct error *error);

#endif
