/* One commit's worth of learning: what was heard, added to what was known. For the learner's thread. */
#ifndef TIM_SERVER_LESSON_H
#define TIM_SERVER_LESSON_H

#include "base/arena.h"
#include "base/status.h"
#include "server/pending.h"
#include "server/query_name.h"

struct analyzer;
struct batch;
struct env;
struct popular;

/* A query as it is kept, without its products. */
struct known {
    struct bytes folded, shown; /* in the arena */
    uint64_t weight;
    char name[QUERY_NAME_BYTES + 1]; /* query_name; only while there are events */
    uint32_t total;
    uint8_t windows;
};

struct lesson {
    const struct analyzer *analyzer;
    uint64_t half_life_s;
    unsigned window_s;
    uint64_t now_s;
    struct pending pending;
    struct arena arena;
    struct known *known;
    uint32_t known_count, known_room;
};

void lesson_init(struct lesson *lesson, const struct analyzer *analyzer, uint64_t half_life_s, unsigned window_s);
void lesson_release(struct lesson *lesson);

/* Adds what is pending (which stays), forgets what has become too many or too old, commits. `popular` is the new table, the caller's;
 * `kept` how many queries there are. */
MUST_USE enum status lesson_commit(struct lesson *lesson, struct env *env, struct popular **popular, uint32_t *kept, struct error *error);

/* The table of what is kept, nothing added. */
MUST_USE enum status lesson_read(struct lesson *lesson, struct env *env, struct popular **popular, uint32_t *kept, struct error *error);

#endif
