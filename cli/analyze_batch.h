/* `tim analyze --batch`: a file of queries in, their structured readings out.
 *
 *   input   query             the line's number is its qid
 *       or  qid TAB query
 *   output  qid TAB {"category":"dien-thoai","priceMax":5000000,"text":"..."}
 *
 * Keys in the order of understood_fields, "text" last; what was not read is left out. A line that is refused is answered by its qid and
 * {"error":"..."}, reported on stderr, and the rest goes on. */
#ifndef TIM_CLI_ANALYZE_BATCH_H
#define TIM_CLI_ANALYZE_BATCH_H

#include "analyzers/analyzer.h"

struct snapshot;

enum { ANALYZE_LINE_BYTES_MAX = 1 << 20 };

/* `path` "-": standard input; may be zstd. `snapshot` may be NULL: then no brands and categories are read. INVALID at the end when lines were
 * refused. */
MUST_USE enum status analyze_batch_run(struct snapshot *snapshot, const struct analyzer *analyzer, const char *path, struct error *error);

#endif
