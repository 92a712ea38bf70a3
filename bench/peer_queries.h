/* FOLDER/queries.tsv: the queries of the search phase with what they came to, for the peers and for cold starts. One line each:
 *
 *   class TAB zone TAB total TAB alike TAB mode TAB terms TAB brand id TAB most VND TAB brand slug TAB text
 *
 * zone: core or all, where the words were found; alike: 1 when a peer that has the same tokens must find the same documents (not so for
 * codes, which are also read as their parts); mode: and, or, or price for AND in the
 * order of prices; terms: folded tokens, spaces between, a last one that is a beginning with
 * '*' behind it. */
#ifndef TIM_BENCH_PEER_QUERIES_H
#define TIM_BENCH_PEER_QUERIES_H

#include <stdio.h>

#include "bench/engine.h"
#include "bench/stand.h"

struct peer_queries {
    FILE *file;
    const struct analyzer *analyzer;
    struct arena arena;
};

MUST_USE enum status peer_queries_open(struct peer_queries *queries, const struct stand *stand, struct error *error);
MUST_USE enum status peer_queries_add(struct peer_queries *queries, enum query_class class, const struct query *query,
                                      const struct engine_answer *answer, struct error *error);
/* IO when not everything could be written. Safe on zeros, and after a failed open. */
MUST_USE enum status peer_queries_close(struct peer_queries *queries, struct error *error);

struct peer_query {
    enum query_class class;
    bool core, alike, any;
    uint64_t total;
    struct bytes terms; /* NUL-terminated */
    struct query query; /* text NUL-terminated */
};

/* All of them, in the order they were added: by class. In the arena. */
MUST_USE enum status peer_queries_read(const struct stand *stand, struct arena *arena, struct peer_query **out, size_t *count,
                                       struct error *error);

#endif
