/* `tim search --batch`: a file of queries in, a file of answers out, for evaluation kits and measurements.
 *
 *   input   qid TAB query            or   qid TAB {request as JSON with the API's parameter names; arrays for repeated ones}
 *   output  qid TAB id id ...        best first
 *   --json  qid TAB {"total":N,"facets":{...},"ids":["..."]}    facets as in the API
 *
 * A line that is refused is answered by its qid and nothing (or {"error":"..."}), reported on stderr by its number, and the rest goes on. */
#ifndef TIM_CLI_SEARCH_BATCH_H
#define TIM_CLI_SEARCH_BATCH_H

#include "analyzers/analyzer.h"
#include "cli/reader.h"

struct search_batch_options {
    const char *path; /* "-": standard input; may be zstd */
    unsigned limit;   /* of requests that do not say their own */
    bool json;
    bool timing; /* at the end one JSON line on stderr: {"queries","p50Us","p95Us","p99Us","maxUs"}, time in the engine */
};

enum { BATCH_LINE_BYTES_MAX = 1 << 20, BATCH_QUERIES_MAX = 10000000 };

/* INVALID at the end when lines were refused. */
MUST_USE enum status search_batch_run(const struct reader *reader, const struct analyzer *analyzer,
                                      const struct search_batch_options *options, struct error *error);

#endif
