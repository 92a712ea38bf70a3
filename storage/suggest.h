/* Suggestion entries by prefix: folded text -> what it names. Crowded prefixes keep their best SUGGEST_TOP stored, so that an answer costs
 * the same for "d" and for "dien thoai sam". Byte grammar in suggest_entry.h. */
#ifndef TIM_STORAGE_SUGGEST_H
#define TIM_STORAGE_SUGGEST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct snapshot;
struct batch;
struct sorter;

enum {
    SUGGEST_KEY_BYTES_MAX = 96, /* of folded text; a longer one is cut on a character */
    SUGGEST_REFERENCE_BYTES_MAX = 72,
    SUGGEST_TOP = 10,              /* stored per crowded prefix */
    SUGGEST_CROWDED = 64,          /* a prefix with more entries than this is crowded */
    SUGGEST_PREFIX_BYTES_MAX = 24, /* longer prefixes are scanned, up to SUGGEST_SCAN_MAX entries */
    SUGGEST_SCAN_MAX = 1000,
};

/* Identified by (text, kind, reference); the weight orders entries under a prefix. */
struct suggestion {
    struct bytes text; /* folded, single spaces */
    uint8_t kind;      /* the caller's number */
    uint16_t weight;
    struct bytes reference; /* what it names: product id, ordinal */
};

/* INVALID: a NUL in the text. LIMIT: the reference is too long. Stored tops follow at commit. */
MUST_USE enum status suggest_put(struct batch *batch, const struct suggestion *entry);
MUST_USE enum status suggest_del(struct batch *batch, const struct suggestion *entry); /* the weight is not looked at; NOT_FOUND */
/* For a bulk build: an entry on its way into storage/bulk.h. As suggest_put. */
MUST_USE enum status suggest_sort(struct sorter *sorter, const struct suggestion *entry);
/* The best `limit` (<= SUGGEST_TOP) under a folded prefix, by weight descending, then text, kind, reference. In the arena (LIMIT at its
 * cap). The empty prefix gives the best of all. Through a batch's view, what the batch has put so far counts. */
MUST_USE enum status suggest_top(struct snapshot *snapshot, struct bytes prefix, unsigned limit, struct arena *arena,
                                 struct suggestion *out, unsigned *count);
/* The entries of one kind whose text is `text` itself, by reference, at most `limit` of them. In the arena (LIMIT at its cap). Not in a
 * batch. */
MUST_USE enum status suggest_named(struct snapshot *snapshot, struct bytes text, uint8_t kind, unsigned limit, struct arena *arena,
                                   struct suggestion *out, unsigned *count);

#endif
