/* From a document to its terms: analysis of every text field, impacts, exact forms. What goes into the posting lists and the forward list. */
#ifndef TIM_CATALOG_TERMS_H
#define TIM_CATALOG_TERMS_H

#include "analyzers/analyzer.h"
#include "catalog/document.h"
#include "storage/forward.h"

enum { PREFIX_LETTERS_MAX = 3 };

/* The sorted terms of a live document (a document that is not live has none). `cut` says that the text passed DOCUMENT_TEXT_BYTES_MAX.
 * Lives in the arena. LIMIT at its cap. */
MUST_USE enum status terms_build(const struct analyzer *analyzer, const struct document *document, struct arena *arena,
                                 struct forward_list *out, bool *cut);

/* A hash of all that shapes stored bytes above storage/: the field table and the analysis. An index with another one must be rebuilt. */
uint64_t terms_fingerprint(void);

#endif
