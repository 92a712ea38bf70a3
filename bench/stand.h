/* One generated catalog while it is measured: its folder and what lies there.
 *
 *   FOLDER/catalog.ndjson      the products
 *   FOLDER/index/              the index that was built of them
 *   FOLDER/complete            both are whole: `--reuse` may take them
 *   FOLDER/updated/            a copy of the index, when the original is to be kept as it is
 *   FOLDER/documents.tsv       what the peers index (peer_documents.h)
 *   FOLDER/queries.tsv         what they are asked (peer_queries.h)
 *   FOLDER/sqlite.db, lucene/  their indexes */
#ifndef TIM_BENCH_STAND_H
#define TIM_BENCH_STAND_H

#include <stdbool.h>

#include "bench/bench.h"

enum { STAND_PATH_BYTES = 4096 + 64 };

struct stand {
    const struct bench_options *options; /* borrowed */
    const struct analyzer *analyzer;     /* borrowed */
    uint64_t products;
    bool reused; /* catalog and index were there */
    char folder[STAND_PATH_BYTES], catalog[STAND_PATH_BYTES], index[STAND_PATH_BYTES], updated[STAND_PATH_BYTES];
};

/* Makes or finds the folder. With options->reuse a whole catalog and index of that size and seed are taken as they are. */
MUST_USE enum status stand_open(struct stand *stand, const struct bench_options *options, const struct analyzer *analyzer,
                                uint64_t products, struct error *error);
/* Removes the folder unless it is to be kept. */
void stand_close(struct stand *stand);

/* Says that catalog and index are whole. */
MUST_USE enum status stand_complete(const struct stand *stand, struct error *error);

void stand_path(const struct stand *stand, const char *name, char path[STAND_PATH_BYTES]);

/* True, with the sentence, once the bench was asked to stop. */
bool stand_stopped(const struct stand *stand, struct error *error);

/* Whether a pass that began at `begun_ns` and has `done` operations is to end early: slow peers and a million products must not take
 * hours. At least PASS_LEAST are always done. */
enum { PASS_LEAST = 20, PASS_S = 10 };
bool pass_is_over(uint64_t begun_ns, size_t done);

#endif
