/* Inside indexer/ only: what the files that apply changes share. apply.c owns it and dispatches; change_product.c, change_variant.c,
 * change_child.c and change_tree.c know one kind of row each; rebuild.c turns a touched product into its document and the document into
 * the index. */
#ifndef TIM_INDEXER_APPLY_STATE_H
#define TIM_INDEXER_APPLY_STATE_H

#include "catalog/document.h"
#include "catalog/word_cache.h"
#include "catalog/offer.h"
#include "catalog/text_set.h"
#include "indexer/apply.h"
#include "storage/batch.h"

enum {
    APPLY_ARENA_BYTES = 512 * 1024 * 1024, /* of one change or one document */
    APPLY_CELL_BYTES_MAX = 1024 * 1024,    /* of a mirrored cell: a longer text is cut, longer JSON becomes NULL; counted and logged */
    APPLY_SLICE = 500,                     /* products taken from the rebuild queue per flush */
    APPLY_SPILL_BYTES = 256 * 1024 * 1024, /* pending edits that are written early, inside the same transaction */
};

struct apply {
    struct env *env;
    const struct analyzer *analyzer;
    struct batch *batch;        /* open while changes are pending */
    struct snapshot *view;      /* of the batch */
    struct arena arena;         /* reset before each change and each document */
    struct word_cache *words;   /* made when the first document is built */
    struct text_set *touched;   /* product ids to build at the flush */
    struct change_log *log;     /* of the keys taken; NULL: none is kept */
    bool tree_changed;          /* a category came, went, moved or was renamed */
    struct label_cache *labels; /* facets.h; NULL but in a bulk build */
    uint32_t now_s;             /* commit time of the current transaction */
    uint64_t queued;            /* in the rebuild queue as of the last flush */
    size_t pending;
    apply_pulse *pulse; /* NULL: none */
    void *pulse_context;
    struct apply_counts counts;
};

/* One stored row, decoded. `found` is false when there is none. */
struct stored {
    struct row row;
    bool found, has_hot;
    uint16_t slot;
};
MUST_USE enum status stored_get(struct apply *apply, enum table table, struct bytes key, struct stored *out);

/* Puts the row into the mirror. */
MUST_USE enum status row_store(struct apply *apply, const struct row *row, bool with_hot, uint16_t slot);

/* What every taken row must satisfy: a key of 1 to KEY_BYTES_MAX bytes. INVALID says which row. */
MUST_USE enum status key_check(enum table table, struct bytes key, struct error *error);
/* Cuts the cells that are larger than APPLY_CELL_BYTES_MAX, and says so, and of prices that no column can hold, in the log. Returns how many
 * were cut. */
uint64_t row_limit(struct row *row);

/* True when a column that the mirror keeps differs. */
bool cold_differs(const struct row *a, const struct row *b);

/* The product's document will be built at the flush. */
MUST_USE enum status touch_product(struct apply *apply, struct bytes product_id);

/* The product's version was raised, maybe through a row that is not its own: see apply_set_log. */
void product_note(struct apply *apply, struct bytes product_id);

/* Moves one reverse key from its old owner's text to its new one; either may be NULL cells. `to` is what it leads to. */
MUST_USE enum status reverse_move(struct apply *apply, uint8_t kind, const struct cell *from_old, const struct cell *from_new,
                                  struct bytes to);

/* One kind of row each. `old` is the row stored under the key (found or not), `row` the merged new one without unchanged cells. `effective`
 * says whether anything was altered. */
MUST_USE enum status product_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status product_delete(struct apply *apply, const struct stored *old);
MUST_USE enum status variant_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status variant_delete(struct apply *apply, const struct stored *old);
/* Specs and images. */
MUST_USE enum status child_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status child_delete(struct apply *apply, const struct stored *old);
MUST_USE enum status brand_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status brand_delete(struct apply *apply, const struct stored *old);
MUST_USE enum status category_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status category_delete(struct apply *apply, const struct stored *old);
/* Synonyms: rows with the reverse keys of their phrases. */
MUST_USE enum status synonym_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status synonym_delete(struct apply *apply, const struct stored *old);
/* A kind that says nothing is heard of in the log. */
void synonym_check(const struct row *row);
/* Rules: rows with the reverse key of what they are for. */
MUST_USE enum status rule_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective);
MUST_USE enum status rule_delete(struct apply *apply, const struct stored *old);
/* The key of a rule; `*has` is false when it has none, and then the log hears why, unless it is inactive. */
struct rule_key;
MUST_USE enum status rule_key_heard(struct apply *apply, const struct row *row, struct rule_key *out, bool *has);

/* The label of a brand or category row, with the slug its name gives when it has none. */
MUST_USE enum status label_store(struct apply *apply, uint16_t field, const struct row *row, unsigned name_column, unsigned slug_column,
                                 uint32_t parent, uint32_t *ordinal);

/* Rewrites labels' parents and the interval table from the mirrored categories. */
MUST_USE enum status tree_rebuild(struct apply *apply);

/* Builds one product's document and makes the index agree with it. A product that is gone is no error. */
MUST_USE enum status product_rebuild(struct apply *apply, struct bytes product_id);

/* Takes a document out of postings, facets, fragments and suggestions; its columns and number stay. */
MUST_USE enum status document_remove(struct apply *apply, uint32_t document);

struct offer product_offer(const struct row *row);
struct offer variant_row_offer(const struct row *row);

/* Sold, reviews and rating as column values, and the prior that follows from them. */
struct fame {
    uint64_t sold, reviews, rating;
    uint16_t prior;
};
struct fame product_fame(const struct row *row);

/* Into family_offer or family_variant. */
MUST_USE enum status offer_put(struct apply *apply, const struct column_family *family, uint32_t entry, const struct offer *offer,
                               bool *changed);
/* Where a product's own raw offer stands: in its run's first entry when it has a run, else in its document's offer. */
MUST_USE enum status own_offer_put(struct apply *apply, uint32_t document, const struct offer *offer, bool *changed);
/* Puts a variant's offer back from its run (which starts at `first`) into its row. */
MUST_USE enum status variant_store_inline(struct apply *apply, const struct stored *variant, uint32_t first);
/* Sets family_offer of a product with a run from its run: the cheapest active variant and the sum of stocks. */
MUST_USE enum status offer_derive(struct apply *apply, uint32_t document, uint32_t first, uint32_t count, bool *changed);
/* Puts one value when it differs; sets *changed then. */
MUST_USE enum status column_change(struct apply *apply, const struct column_family *family, unsigned field, uint32_t entry, uint64_t value,
                                   bool *changed);
/* Puts the first `count` fields of an entry, those that differ; sets *changed when one does. */
MUST_USE enum status record_change(struct apply *apply, const struct column_family *family, uint32_t entry, const uint64_t *values,
                                   unsigned count, bool *changed);
/* One value, by the batch's view. */
uint64_t column_now(struct apply *apply, const struct column_family *family, unsigned field, uint32_t entry);
/* Raises the product's version: at least by one, and at least to the commit's second. */
MUST_USE enum status version_raise(struct apply *apply, uint32_t document);

/* The suggestion of a product's name: put with the weight its prior gives, or removed. */
MUST_USE enum status product_suggest(struct apply *apply, struct bytes product_id, struct bytes name, uint64_t prior, bool present);
/* A name as suggestions hold it; size 0 when it has no letters. In the arena. */
MUST_USE enum status suggestion_text(const struct analyzer *analyzer, struct bytes name, struct arena *arena, struct bytes *folded);
/* The same entry for a bulk build: `reference` is what label_suggestion or the caller gives it. */
struct suggestion;
enum { LABEL_REFERENCE_BYTES = 4 };
struct suggestion label_suggestion(uint8_t kind, uint32_t ordinal, unsigned char reference[LABEL_REFERENCE_BYTES]);
/* Suggestions of brands and categories; an empty name is none. */
MUST_USE enum status label_suggest(struct apply *apply, uint8_t kind, uint32_t ordinal, struct bytes old_name, struct bytes new_name);
/* What of the prior shows in a suggestion's weight: coarse, so that a sale seldom moves an entry. */
uint16_t suggest_weight(uint64_t prior);

#endif
