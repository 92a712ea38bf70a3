/* Inside indexer/ only: the multi-valued facets of a document, from its specs and its variants' attributes to ordinals. Folding needs no
 * index and may run beside the writer; ordinals are given by the writer alone. */
#ifndef TIM_INDEXER_FACETS_H
#define TIM_INDEXER_FACETS_H

#include "catalog/document.h"
#include "catalog/hit.h"

struct apply;

enum {
    FACET_TEXT_BYTES_MAX = 64, /* of a folded spec name or value: a longer one is text, not a facet */
    FACET_FIELDS_MAX = 64,     /* facet fields per document */
    SPEC_NAMES_MAX = 60000,    /* facet fields per index: field numbers are 16 bits */
};

/* The facet fields of one document, ascending by field. */
struct facet_set {
    struct fragment_facet facets[FACET_FIELDS_MAX];
    unsigned count;
};

/* One value, as written and folded. */
struct facet_key {
    struct bytes name, name_key;
    struct bytes value, value_key; /* value_key of size 0: too long, or without letters; the name counts nevertheless */
};

/* What a live document has, in the arena; nothing for another. LIMIT at its cap. */
MUST_USE enum status facets_fold(const struct analyzer *analyzer, const struct document *document, struct arena *arena,
                                 struct facet_key **out, unsigned *count);

/* The ordinals, new ones for what is met the first time. */
MUST_USE enum status facets_resolve(struct apply *apply, const struct facet_key *keys, unsigned count, struct facet_set *out);

/* Ordinals met lately, for a bulk build: a lookup in the index costs more than the rest of a facet. A miss looks there. */
struct label_cache;
struct label_cache *label_cache_new(void);
void label_cache_free(struct label_cache *cache);

#endif
