/* Inside indexer/ only: the multi-valued facets of a document, from its specs and its variants' attributes to ordinals. Folding needs no
 * index and may run beside the writer; ordinals are given by the writer alone.
 *
 * A product's specs are those of its row, then those of its spec rows whose name the first do not have, then its variants' attributes. An
 * attribute says which of the product's values a variant has: a variant that has one of a name has none of its product's under that name.
 *
 * In the space of documents a product has its own specs, unless every active variant has its own instead, and the attributes of its active
 * variants. In the space of variants each active one has, in the fields in which any of them has an attribute, its own values, else its
 * product's: enough to tell which variant is the red one. A product's values are those of its active variants together, if it has any.
 * The fragment remembers both, the second under the field's number with MULTI_SPACE_VARIANT. */
#ifndef TIM_INDEXER_FACETS_H
#define TIM_INDEXER_FACETS_H

#include "catalog/document.h"
#include "catalog/hit.h"
#include "catalog/spec_value.h"

struct apply;

enum {
    FACET_FIELDS_MAX = 64,  /* facet fields per document, and again of its variants */
    SPEC_NAMES_MAX = 30000, /* facet fields per index: field numbers have 15 bits, the 16th tells the space */
};

/* What a live product has. */
struct product_facets {
    struct fragment_facet facets[2 * FACET_FIELDS_MAX]; /* its own, then what its variants have by themselves; ascending by field */
    unsigned count, variant_field_count;
    struct fragment_facet *variant_values; /* by field of the second kind, then variant: ordinals only */
    unsigned variant_count;
};

/* Where a product's variants stand; count 0: it has no run. */
struct product_run {
    uint32_t first, count;
};

/* One value. */
struct facet_key {
    struct spec_value name, value; /* a value's key of size 0: the name counts nevertheless */
    unsigned variant;              /* whose it is, from 1; 0: the product's own */
};

/* What a live document has, in the arena; nothing for another. LIMIT at its cap. */
MUST_USE enum status facets_fold(const struct analyzer *analyzer, const struct document *document, struct arena *arena,
                                 struct facet_key **out, unsigned *count);

/* The ordinals, new ones for what is met the first time. `keys` are the document's. Lives in the arena of `apply`. */
MUST_USE enum status facets_resolve(struct apply *apply, const struct document *document, const struct facet_key *keys, unsigned count,
                                    struct product_facets *out);

/* Makes the stored values agree, once the product's variants stand in their run; `old` is from the fragment before, `run_before` from before
 * they did. */
MUST_USE enum status facets_replace(struct apply *apply, uint32_t document, struct product_run run_before, struct bytes old,
                                    const struct product_facets *facets);

/* Ordinals met lately, for a bulk build: a lookup in the index costs more than the rest of a facet. A miss looks there. */
struct label_cache;
struct label_cache *label_cache_new(void);
void label_cache_free(struct label_cache *cache);

#endif
