#include "indexer/reader_watch.h"

#include <inttypes.h>

#include "base/log.h"
#include "storage/env.h"

void reader_watch_look(struct reader_watch *watch, struct env *env, uint64_t now_ns)
{
    struct env_reader oldest;
    (void)env_check_readers(env);
    if (env_oldest_reader(env, &oldest) != STATUS_OK || oldest.lag == 0) {
        watch->since_ns = 0;
        return;
    }
    if (watch->since_ns == 0 || watch->commit != oldest.commit) {
        watch->commit = oldest.commit;
        watch->since_ns = now_ns;
        return;
    }
    uint64_t age_ns = now_ns - watch->since_ns;
    if (age_ns < (uint64_t)READER_AGE_MS * 1000000u)
        return;
    if (watch->warned_ns != 0 && now_ns - watch->warned_ns < (uint64_t)READER_AGAIN_MS * 1000000u)
        return;
    watch->warned_ns = now_ns;
    log_warn("indexer: process %ld has read one commit for %" PRIu64 " s and is %" PRIu64
             " commits behind: until it lets go the index's file grows with every change",
             oldest.process, age_ns / 1000000000u, oldest.lag);
}
