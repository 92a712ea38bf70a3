/* Proof that a generation agrees with itself, products included: what storage/verify.h proves, and then that what searches read of a live
 * product is what its fragment and its variants say. */
#ifndef TIM_CATALOG_PRODUCT_VERIFY_H
#define TIM_CATALOG_PRODUCT_VERIFY_H

#include "storage/verify.h"

/* As verify_run, with the families of catalog/field.h. Only blocks without a fault are held against each other: the second part runs when the
 * first found nothing. Takes eight bytes of memory per document. */
MUST_USE enum status product_verify(struct snapshot *snapshot, verify_report *report, void *context, struct verify_counts *counts);

#endif
