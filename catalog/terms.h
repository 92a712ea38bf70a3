/* From a document to its terms: analysis of every text field, impacts, exact forms. What goes into the posting lists and the forward list. */
#ifndef TIM_CATALOG_TERMS_H
#define TIM_CATALOG_TERMS_H

#include "catalog/document.h"
#include "catalog/word_cache.h"
#include "storage/forward.h"

/* The sorted terms of a live document (a document that is not live has none). `cut` says that the text passed DOCUMENT_TEXT_BYTES_MAX.
 * Lives in the arena and the cache: until the arena is reset or the next document is built. LIMIT at the arena's cap. */
MUST_USE enum status terms_build(struct word_cache *words, const struct document *document, struct arena *arena, struct forward_list *out,
                                 bool *cut);

/* A hash of all that shapes stored bytes above storage/: the field table and the analysis. An index with another one must be rebuilt. */
uint64_t terms_fingerprint(void);

#endif
