/* Inside storage/ only: postings held against forward lists without looking any of them up.
 *
 * Each posting adds a hash of (term, impact, exact form) to its document's sum, each forward entry takes the same away: a sum that is not
 * zero marks a document on which the two disagree. Only those are then looked at one by one, both ways. */
#ifndef TIM_STORAGE_VERIFY_BALANCE_H
#define TIM_STORAGE_VERIFY_BALANCE_H

#include "storage/term.h"
#include "storage/postings.h"
#include "storage/verify_parts.h"

struct balance {
    uint64_t *sums; /* by document below the limit */
};

/* The hash of a posting; term and form are hashes of their own. */
uint64_t balance_hash(uint64_t term, uint64_t form, uint8_t impact);
uint64_t balance_term(struct bytes key); /* class and bytes */
uint64_t balance_form(struct posting_form form);
/* Of a posting whose form is not in the table: no form's. */
enum { BALANCE_FORM_OTHER = 2 };

/* Every term record and every block; adds to the sums. Faults: what does not decode, orders, counts, bounds, forms, blocks without a term.
 * Adds counts->terms and counts->postings. */
MUST_USE enum status postings_verify(struct verify *verify, struct balance *balance);
/* Every forward list; takes from the sums. */
MUST_USE enum status forward_verify(struct verify *verify, struct balance *balance);
/* The documents whose sums are not zero, looked at one by one. */
MUST_USE enum status balance_verify(struct verify *verify, const struct balance *balance);

/* One term's postings, shown one by one; what does not decode or does not ascend is reported when `quiet` is false. */
typedef void verify_posting(void *context, const struct posting *posting, uint8_t bound);
MUST_USE enum status verify_term_postings(struct verify *verify, struct door_cursor *blocks, const struct term *term, bool quiet,
                                          verify_posting *visit, void *context, uint64_t *block_count);

/* A term as a person reads it: its class, then its text in quotes or its bytes in hexadecimal. */
enum { TERM_TEXT_BYTES = 160 };
const char *verify_term_text(struct bytes key, char text[TERM_TEXT_BYTES]);

#endif
