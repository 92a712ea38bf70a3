/* Proof that a search finds the shop's settings: every row of search_synonyms and search_rules has just the reverse keys that follow from it. */
#ifndef TIM_CATALOG_SETTING_VERIFY_H
#define TIM_CATALOG_SETTING_VERIFY_H

#include "analyzers/analyzer.h"
#include "storage/verify.h"

/* After product_verify, and only when that found nothing: adds to its counts. Any other status than OK: it could not be read to the end. */
MUST_USE enum status setting_verify(struct snapshot *snapshot, const struct analyzer *analyzer, verify_report *report, void *context,
                                    struct verify_counts *counts);

#endif
