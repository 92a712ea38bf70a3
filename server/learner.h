/* Learns what shoppers ask, in a thread of its own: takes what the serving threads have heard, adds it up, and commits it to the environment
 * of storage/learned.h once per interval; a process that is killed loses what it heard since. After each commit it publishes the table of
 * popular queries for suggestions. Serving goes on whatever becomes of the learning.
 *
 * A query is shown to others only when its last search without filters found products, and when it was asked in WINDOWS_SHOWN_MIN
 * different stretches of time, so that what one person typed once stays unseen. Nothing else tells persons apart, because nothing about
 * them is kept; a query that looks like an address or a telephone number is not learned at all. */
#ifndef TIM_SERVER_LEARNER_H
#define TIM_SERVER_LEARNER_H

#include "base/arena.h"
#include "base/status.h"
#include "query/popular.h"
#include "server/heard.h"

struct analyzer;
struct learner;

enum {
    LEARNED_QUERIES_MAX = 20000, /* kept; beyond, those with the least weight go */
    WINDOWS_SHOWN_MIN = 3,
    PRIVATE_DIGITS_MIN = 9, /* that many in a row, whatever stands between them, make a number of somebody's */
};

struct learner_options {
    const char *folder;
    unsigned interval_ms;
    unsigned half_life_s; /* in which a search counts half */
    unsigned window_s;    /* length of a stretch of time */
    unsigned ring_count;
    const struct analyzer *analyzer; /* borrowed */
};

/* Reads what was learned before and starts the thread. Nothing is left behind when it fails. */
MUST_USE enum status learner_open(const struct learner_options *options, struct learner **out, struct error *error);
/* After its rings' writers have ended: commits what is left. */
void learner_close(struct learner *learner);

/* The ring of one serving thread. */
struct heard_ring *learner_ring(struct learner *learner, unsigned number);

/* The newest table. Give it back when the answer is made. */
struct popular *learner_popular_take(struct learner *learner);
void learner_popular_give_back(struct learner *learner, struct popular *popular);

struct learner_figures {
    uint64_t lost;   /* heard, but not learned: no room, or the environment could not be written */
    uint64_t kept;   /* queries in the environment */
    uint64_t shown;  /* of them, in the table */
    uint64_t failed; /* commits that did not come about */
};
struct learner_figures learner_figures(struct learner *learner);

/* Whether a query may be learned: not too long, and nothing in it looks like an address or number of a person's. */
bool query_is_public(struct bytes text);

#endif
