/* Databases of a new generation written from sorters, each in key order and in commits of bounded size. The sorters are filled by
 * mirror_sort, reverse_sort, document_sort and suggest_sort; of records with one key the last stands. */
#ifndef TIM_STORAGE_BULK_H
#define TIM_STORAGE_BULK_H

#include <signal.h>

#include "base/log.h"
#include "storage/sorter.h"

/* What every writer needs. */
struct bulk_run {
    struct env *env;
    const volatile sig_atomic_t *stop; /* may be NULL; set: END */
    struct progress *progress;         /* counts records; may be NULL */
};

MUST_USE enum status bulk_write_rows(const struct bulk_run *run, struct sorter *sorter, struct error *error);
MUST_USE enum status bulk_write_documents(const struct bulk_run *run, struct sorter *sorter, struct error *error);
MUST_USE enum status bulk_write_reverse(const struct bulk_run *run, struct sorter *sorter, struct error *error);
/* Entries, their ranked rows, and the tops of crowded prefixes. The database must be empty. */
MUST_USE enum status bulk_write_suggestions(const struct bulk_run *run, struct sorter *sorter, struct error *error);
/* The entries of all core terms, which are written already (vocabulary.h). The database must be empty; `memory_bytes` bounds the sorting. */
MUST_USE enum status bulk_write_vocabulary(const struct bulk_run *run, size_t memory_bytes, struct error *error);

#endif
