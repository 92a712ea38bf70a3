/* Changes as the stream hands them over, whole rows and a position with every commit, into an index that is written durably. */
#ifndef TIM_BENCH_UPDATER_H
#define TIM_BENCH_UPDATER_H

#include "bench/engine.h"
#include "indexer/apply.h"
#include "storage/meta.h"

struct stand;

enum { UPDATE_BATCH = 2000 };

enum update_kind { UPDATE_PRICE, UPDATE_STOCK, UPDATE_TEXT };

struct updater {
    struct index *index;
    struct env *env;
    struct snapshot *snapshot; /* of a reader in the same process, for seeing what became visible */
    struct apply *apply;
    struct sample sample;
    struct arena arena; /* new names, until the flush */
    struct position position;
    uint64_t changes; /* made so far: what comes next follows from it */
};

/* Opens stand->updated for writing. */
MUST_USE enum status updater_open(struct updater *updater, const struct stand *stand, struct error *error);
void updater_close(struct updater *updater);

/* One change: another price, another stock, or the name with one word replaced. */
MUST_USE enum status updater_change(struct updater *updater, enum update_kind kind, struct error *error);
/* Commits what was changed. */
MUST_USE enum status updater_flush(struct updater *updater, struct error *error);
/* `size` changes and the commit. */
MUST_USE enum status updater_batch(struct updater *updater, enum update_kind kind, unsigned size, struct error *error);

#endif
