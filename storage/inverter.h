/* Inversion for a bulk build: documents' terms in, posting lists out, in bounded memory.
 *
 * Each thread that analyses documents has an inverter of its own; at the end all of them are merged into the term dictionary and the
 * posting blocks of a generation that has none, written in key order. What comes out depends on the documents alone, not on which inverter
 * took which of them. */
#ifndef TIM_STORAGE_INVERTER_H
#define TIM_STORAGE_INVERTER_H

#include <stdint.h>

#include "storage/bulk.h"
#include "storage/forward.h"

struct inverter;

enum { INVERTER_BYTES_MIN = 1024 * 1024 };

/* `memory_bytes` (INVERTER_BYTES_MIN at least) bounds the lists held in memory; beyond it they go to a temporary file in the generation's
 * folder. The distinct exact forms stay in memory besides: they grow with the vocabulary, not with the documents. */
struct inverter *inverter_new(struct env *env, size_t memory_bytes);
void inverter_free(struct inverter *inverter);

/* Takes a document's terms (sorted, as forward_sort leaves them). Documents come in ascending order. FULL, IO. */
MUST_USE enum status inverter_add(struct inverter *inverter, uint32_t document, const struct forward_list *list);

/* Everything in memory goes to the file: for each inverter once, behind its last document. */
MUST_USE enum status inverter_end(struct inverter *inverter);

/* Writes all lists, in commits of bounded size; progress counts postings. Every inverter was ended; none takes documents any more. */
MUST_USE enum status inverters_write(struct inverter *const *inverters, size_t count, const struct bulk_run *run, struct error *error);
/* How many postings it has taken. */
uint64_t inverter_count(const struct inverter *inverter);

#endif
