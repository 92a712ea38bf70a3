/* Inside storage/ only: how verify.c and the files it asks report what they find. Each file checks its own databases.
 *
 * A check walks its databases with a door_cursor from the first key to the last. The cursor checks every checksum: on STATUS_CORRUPT the
 * check calls verify_fault and goes on with door_cursor_next (the cursor stands on the bad entry and can move on). A check returns OK
 * when it read everything, however many faults it found; anything else means that it could not read to the end. */
#ifndef TIM_STORAGE_VERIFY_PARTS_H
#define TIM_STORAGE_VERIFY_PARTS_H

#include "storage/door.h"
#include "storage/verify.h"

struct verify {
    struct snapshot *snapshot;
    const struct column_family *const *families; /* the caller's table, for column_verify */
    unsigned family_count;
    uint32_t document_limit; /* one past the highest document number ever given */
    uint32_t variant_limit;
    struct verify_counts *counts;
    verify_report *report;
    void *context;
    /* One bit per document below document_limit: set when the document is in the live list. Filled before the checks below run. */
    unsigned char *live;
};

static inline bool verify_is_live(const struct verify *verify, uint32_t document)
{
    return document < verify->document_limit && (verify->live[document / 8] >> (document % 8) & 1) != 0;
}

/* Counts a fault and reports it in one sentence that names the place. */
void verify_fault(struct verify *verify, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A fault that names an entry by its key, in hexadecimal: "label 0003... : its slug is not under ...". */
void verify_fault_at(struct verify *verify, enum database db, struct bytes key, const char *what);

/* DB_COLUMN: chunk sizes, zone maps, entries past the limits, families that nobody declared. Adds counts->chunks. */
MUST_USE enum status column_verify(struct verify *verify);
/* DB_MULTI: chunks decode, do not overlap, ordinals ascend. Adds counts->values. */
MUST_USE enum status multi_verify(struct verify *verify);
/* DB_ROW, DB_REVERSE, DB_DIRTY, DB_EXT: parts complete, keys well formed, document numbers below the limit and given once, every live
 * document numbered. Adds counts->rows. */
MUST_USE enum status mirror_verify(struct verify *verify);
/* DB_HIT: parts complete; every live document has a fragment, and every fragment a document below the limit. */
MUST_USE enum status fragment_verify(struct verify *verify);
/* DB_LABEL: label, key and slug entries agree in both directions; ordinals below the field's limit; tree intervals nest. Adds
 * counts->labels. */
MUST_USE enum status label_verify(struct verify *verify);
/* DB_SUGGEST: entries decode, stored tops are what the entries give. Adds counts->suggestions. */
MUST_USE enum status suggest_verify(struct verify *verify);
/* DB_VOCABULARY: entries decode; with the keys of terms at hand, exactly those of the core terms are there. */
MUST_USE enum status vocabulary_verify(struct verify *verify);

#endif
