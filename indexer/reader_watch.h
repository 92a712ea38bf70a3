/* Inside indexer/ only: the writer's eye on readers. Dead ones are freed at once; one that holds the same commit for long is named in the log,
 * since the file grows for as long as it does. */
#ifndef TIM_INDEXER_READER_WATCH_H
#define TIM_INDEXER_READER_WATCH_H

#include <stdint.h>

struct env;

enum {
    READER_AGE_MS = 30000,   /* an answer takes milliseconds; dump, verify and a copy of the file take as long as they take */
    READER_AGAIN_MS = 60000, /* between two lines about it */
};

struct reader_watch {
    uint64_t commit;   /* the oldest that is read */
    uint64_t since_ns; /* and since when; 0: nobody reads, or what is read is the newest */
    uint64_t warned_ns;
};

/* To be called about once a second. */
void reader_watch_look(struct reader_watch *watch, struct env *env, uint64_t now_ns);

#endif
