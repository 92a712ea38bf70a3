/* What was heard since the last commit, each different thing once with how often: bounded, so that a flood of different queries costs their
 * own learning and nothing else. */
#ifndef TIM_SERVER_PENDING_H
#define TIM_SERVER_PENDING_H

#include "server/heard.h"

enum { PENDING_MAX = 4096 };

struct pending_entry {
    struct heard heard; /* `total` is the newest */
    uint32_t count;
};

struct pending {
    struct pending_entry *entries;
    uint16_t *places; /* by hash: number of the entry + 1, 0 for none */
    unsigned count;
};

void pending_init(struct pending *pending);
void pending_release(struct pending *pending);

/* False: there is no room for another different thing. */
bool pending_add(struct pending *pending, const struct heard *heard);
void pending_clear(struct pending *pending);

#endif
