/* How a product is shown: the stored fragment (what changes seldom) joined with columns (price, stock, sold, rating) and labels (brand,
 * category) at the moment of the answer. */
#ifndef TIM_CATALOG_HIT_H
#define TIM_CATALOG_HIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "catalog/document.h"
#include "catalog/json_writer.h"
#include "storage/column.h"
#include "storage/label.h"
#include "storage/multi.h"

struct snapshot;

/* The values of one multi-valued facet field of a document. */
struct fragment_facet {
    uint16_t field;                      /* with MULTI_SPACE_VARIANT: what the active variants have by themselves */
    uint8_t count;                       /* 1..MULTI_VALUES_MAX */
    uint32_t ordinals[MULTI_VALUES_MAX]; /* ascending */
};

/* The parts of a fragment, borrowed from the bytes it was parsed from; grammar in hit.c. */
struct fragment {
    struct bytes id;
    struct bytes name;
    struct bytes slug;
    struct bytes facets;  /* for fragment_next_facet */
    struct bytes members; /* JSON members without braces: "id":"..","sku":..,"name":..,"slug":..,"image":..,"shortDesc":.. */
};
MUST_USE enum status fragment_parse(struct bytes stored, struct fragment *out);
/* Takes the next facet off the front of `facets`; false at the end. */
bool fragment_next_facet(struct bytes *facets, struct fragment_facet *out);
void fragment_build(const struct document *document, const struct fragment_facet *facets, unsigned facet_count, struct buffer *out);

enum { HIT_VARIANTS_MAX = 20 /* named with a hit; a product may have more that match */ };

/* The active variants of a product that pass a search's filters: the cheapest first, ties in the order of the run. */
struct hit_variants {
    uint32_t first;                    /* the product's run */
    uint16_t places[HIT_VARIANTS_MAX]; /* in it */
    unsigned count;                    /* of places */
    uint32_t total;                    /* with those beyond HIT_VARIANTS_MAX; 0: the product has no variants, or nothing is asked of them */
    uint64_t price, sale, stock;       /* the offer of the cheapest; of the stocks that are known the sum; COLUMN_UNKNOWN */
};

/* Column readers of one answer: make one per request, after the snapshot was renewed. */
struct hit_renderer {
    struct snapshot *snapshot;
    struct arena *arena;
    bool without_version; /* for dumps, which do not depend on how often a product changed */
    struct column_reader offer, fame, brand, category, variant;
};
void hit_renderer_init(struct hit_renderer *renderer, struct snapshot *snapshot, struct arena *arena);

/* Writes the hit's JSON object: id, sku, name, slug, image, shortDesc, brand {name, slug}, category [{name, slug} ...] from the root, price,
 * salePrice, discountPercent, inStock, stockQuantity, avgRating, reviewCount, soldCount, version. What is unknown is null; unknown stock
 * counts as in stock. With `variants` (NULL: none) whose total is not 0 the offer is theirs, and "variants" [{id, name, sku, price ...
 * stockQuantity, attributes [{name, value}]}] names them, "variantCount" tells how many there are. */
MUST_USE enum status hit_render(struct hit_renderer *renderer, uint32_t document, const struct hit_variants *variants, struct buffer *out);

/* The same members into an object that is already open, for what shows more of a product than a hit. */
MUST_USE enum status hit_render_members(struct hit_renderer *renderer, uint32_t document, const struct hit_variants *variants,
                                        struct json_writer *json);

/* The texts of a hit that shoppers read, as they are in the shop's rows; size 0: none. */
struct hit_texts {
    struct bytes name, sku, brand, short_desc, description;
    struct bytes category[CATEGORY_DEPTH_MAX]; /* from the root */
    unsigned category_count;
};
/* In `arena`, or borrowed from the snapshot. */
MUST_USE enum status hit_texts_read(struct hit_renderer *renderer, uint32_t document, struct arena *arena, struct hit_texts *out);

/* Inside catalog/ only: the label of its brand, NOT_FOUND when it has none; those of its category and the ones above, from itself up. */
MUST_USE enum status hit_brand(struct hit_renderer *renderer, uint32_t document, struct label *out);
MUST_USE enum status hit_category(struct hit_renderer *renderer, uint32_t document, struct label path[CATEGORY_DEPTH_MAX], unsigned *count);

/* Inside catalog/ only: the member "variants". In hit_variants.c. */
MUST_USE enum status hit_variants_render(struct hit_renderer *renderer, struct bytes product_id, const struct hit_variants *variants,
                                         struct json_writer *json);

/* Members price, salePrice, discountPercent, inStock, stockQuantity from column values. */
void offer_render(uint64_t price, uint64_t sale, uint64_t stock, struct json_writer *json);

#endif
