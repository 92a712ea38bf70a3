/* Lines of a file that may be zstd-compressed, or of standard input. */
#ifndef TIM_CATALOG_LINES_H
#define TIM_CATALOG_LINES_H

#include <stdint.h>

#include "base/arena.h"

struct lines;

/* NOT_FOUND, DENIED, IO with the sentence. "-" is standard input. */
MUST_USE enum status lines_open(const char *path, struct lines **out, struct error *error);
void lines_close(struct lines *lines);

/* The next line without its newline, borrowed until the next call. END after the last; LIMIT for a line longer than `bytes_max`, which is
 * skipped: reading may go on. CORRUPT: not a whole zstd stream. */
MUST_USE enum status lines_next(struct lines *lines, size_t bytes_max, struct bytes *line, struct error *error);

uint64_t lines_bytes_read(const struct lines *lines);  /* of the file as stored */
uint64_t lines_bytes_total(const struct lines *lines); /* 0: unknown */

#endif
