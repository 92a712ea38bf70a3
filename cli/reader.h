/* The live generation of an index, open for reading: what the commands that only look at it share. */
#ifndef TIM_CLI_READER_H
#define TIM_CLI_READER_H

#include <stdint.h>

#include "base/settings.h"
#include "server/cursor_text.h"

struct index;
struct env;
struct snapshot;

struct reader {
    struct index *index;
    struct env *env;
    struct snapshot *snapshot;
    uint32_t generation;
    struct cursor_key cursor_key; /* of reader_sign */
};

/* Opens the folder that the setting `index` names. NOT_FOUND when there is no index yet. Close it in any case. */
MUST_USE enum status reader_open(struct reader *reader, const struct settings *settings, struct error *error);
/* What cursors are signed with, from the setting `cursor-key`, which the command must take. */
MUST_USE enum status reader_sign(struct reader *reader, const struct settings *settings, struct error *error);
/* Safe on a zeroed reader. */
void reader_close(struct reader *reader);

/* The snapshot's own status as the command's: CORRUPT with a sentence when a block failed while it was read. */
MUST_USE enum status reader_check(const struct reader *reader, struct error *error);

#endif
