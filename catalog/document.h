/* The product document: one product assembled from the mirrored rows, as it is indexed and shown. */
#ifndef TIM_CATALOG_DOCUMENT_H
#define TIM_CATALOG_DOCUMENT_H

#include "analyzers/analyzer.h"
#include "catalog/row.h"

struct snapshot;

enum {
    DOCUMENT_TEXT_BYTES_MAX = 64 * 1024, /* of analysed text; what is beyond is cut, counted and logged */
    CATEGORY_DEPTH_MAX = 32,             /* a longer path, or a cycle, is cut at the root's end */
    DOCUMENT_SPECS_MAX = 500,
    DOCUMENT_VARIANTS_MAX = UINT16_MAX - 1, /* a place in the product's run has 16 bits, and the first is the product's own */
};

struct document_spec {
    struct bytes group, name, value;
    bool key; /* searched in the core zone: see key_spec_names in document.c */
};

struct document_variant {
    struct bytes id, name, sku;
    struct document_spec *attributes;
    unsigned attribute_count;
    bool active;
    uint16_t slot;               /* its place in the product's run; 0: none yet, and then the offer is in the row */
    uint64_t price, sale, stock; /* column values; COLUMN_UNKNOWN */
};

struct document_image {
    struct bytes url, alt;
};

struct document_category {
    struct bytes id, name;
};

/* Everything lives in the arena. */
struct document {
    struct bytes id, name, slug, sku, short_desc, description, seo_title, seo_description;
    bool live; /* status "active" */
    bool featured;
    struct bytes brand_id, brand_name;                 /* size 0: none */
    struct document_category path[CATEGORY_DEPTH_MAX]; /* from the root */
    unsigned path_count;
    uint64_t created_s;          /* published_at, else created_at; COLUMN_UNKNOWN */
    struct document_spec *specs; /* specs, then product_specs, in a fixed order */
    unsigned spec_count;
    unsigned own_spec_count;           /* of these, how many come from specs */
    struct document_variant *variants; /* in the order of their keys */
    unsigned variant_count;
    struct document_image *images;
    unsigned image_count;
};

/* Of a product's row: when it was published, else made, in seconds since 1970; COLUMN_UNKNOWN. */
uint64_t product_created_s(const struct row *row);

/* NOT_FOUND: no such product row. LIMIT: more variants than fit, or more rows than the arena holds. Includes products that are not live. */
MUST_USE enum status document_build(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes product_id,
                                    struct arena *arena, struct document *out);

/* The attributes in a variant's JSON, in byte order of their names; none in what does not parse. In the arena; LIMIT at its cap. */
MUST_USE enum status attributes_parse(struct bytes json, struct arena *arena, struct document_spec **out, unsigned *count);

/* Reads and decodes one mirrored row. The cells lie in the arena, not in the map: they outlive writes of the batch they were read in.
 * NOT_FOUND. */
MUST_USE enum status row_get(struct snapshot *snapshot, enum table table, struct bytes key, struct arena *arena, struct row *row,
                             bool *has_hot, uint16_t *slot);

/* The cell's text; size 0 for NULL. */
struct bytes cell_text(const struct cell *cell);

/* Compares keys as people count: decimal numbers by value and before all others, the rest bytewise. */
int key_compare(struct bytes a, struct bytes b);

#endif
