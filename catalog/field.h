/* What a product is to the index: its text fields, columns, facets and reverse keys, one table row each. */
#ifndef TIM_CATALOG_FIELD_H
#define TIM_CATALOG_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "storage/column.h"

/* Text fields, in the order of the table text_fields. */
enum text_field {
    TEXT_NAME,
    TEXT_MADE_FOR, /* what stands in an accessory's name behind its head: made_for.h */
    TEXT_BRAND,
    TEXT_CATEGORY,
    TEXT_CODES,
    TEXT_KEY_SPECS,
    TEXT_SHORT_DESC,
    TEXT_SPECS,
    TEXT_DESCRIPTION,
    TEXT_FIELD_COUNT
};

enum zone { ZONE_CORE, ZONE_BODY };

struct text_field_info {
    const char *name;
    enum zone zone;
    uint8_t weight;          /* of one occurrence, in quarters */
    bool once;               /* a word counts once, however often it is said: names are not made better by repeating them */
    uint16_t nominal_tokens; /* the length at which an occurrence counts its weight; a setting, never a measured average */
};
extern const struct text_field_info text_fields[TEXT_FIELD_COUNT];

/* The impact of a term: BM25F saturation of the weighted, length-normalised occurrences, 1..255. Robertson & Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond" (2009), section 3.5, with k1 = 1.2 and b = 0.6. `occurrences` are per text field. */
struct field_norms;
uint8_t field_impact(enum zone zone, const uint16_t occurrences[TEXT_FIELD_COUNT], const struct field_norms *norms);

/* What a document's lengths in tokens make of an occurrence, the same for all its terms. */
struct field_norms {
    uint64_t length[TEXT_FIELD_COUNT]; /* normalised, times 100 */
    uint64_t once[TEXT_FIELD_COUNT];   /* the frequency of a single occurrence */
};
struct field_norms field_norms(const uint32_t lengths[TEXT_FIELD_COUNT]);

/* Column families. Fields are numbered within their family. An unknown value reads as COLUMN_UNKNOWN. */
extern const struct column_family family_offer;               /* document: what changes in a flash sale; one page per change */
enum { OFFER_PRICE, OFFER_SALE, OFFER_STOCK, OFFER_VERSION }; /* u32 VND, u32 VND, u32 pieces, u32 rising */
extern const struct column_family family_fame;                /* document */
enum { FAME_SOLD, FAME_REVIEWS, FAME_RATING, FAME_PRIOR };    /* u32, u32, u16 hundredths of a star, u16 business prior */
extern const struct column_family family_brand;               /* document: ordinal in FACET_BRAND */
extern const struct column_family family_category;            /* document: ordinal in FACET_CATEGORY */
extern const struct column_family family_created;             /* document: u32 seconds since 1970 (published_at, else created_at) */
extern const struct column_family family_run;                 /* document: u32 first variant, u32 count; unknown: no variants */
enum { RUN_FIRST, RUN_COUNT };
extern const struct column_family family_order;   /* document: u64 id_order() of the product id: ties and cursors */
extern const struct column_family family_variant; /* variant: u32 price, sale, stock and owner document */
enum { VARIANT_OFFER_PRICE, VARIANT_OFFER_SALE, VARIANT_OFFER_STOCK, VARIANT_OFFER_OWNER };

extern const struct column_family *const column_families[];
extern const unsigned column_family_count;

/* The paid price is min(price, sale), because a sale price of 0 or NULL is stored as unknown (the greatest value). Families offer and
 * variant hold raw prices of a product without variants, and of each variant. A product with variants shows the offer of its cheapest
 * active variant and the sum of their known stocks; its own raw price, sale price and stock stand at the first entry of its run, which is
 * not a variant: the variants follow at RUN_FIRST + 1. A product without variants has no run. */
#define VARIANT_INACTIVE 0x80000000u /* set in the owner field: not sold (also set for the run's first entry) */
#define PRICE_VND_MAX 4294967294u    /* inclusive; a price outside 0..this is unknown, with a warning */
#define COUNT_MAX 4294967294u        /* of stock, sold and reviews; a greater one is cut to it, a negative one to 0 */

/* Sorts decimal ids as numbers and before all others, which sort by their first bytes. Equal values of different ids are possible (ids
 * longer than 7 bytes): the ids themselves then decide, bytewise. */
uint64_t id_order(struct bytes product_id);

/* The business prior of a product, 0..PRIOR_MAX: how much it sells, how well it is rated, how new it is. Up to 4,000 for sales
 * (logarithm, 8 points per 1/16 of a doubling), 1,000 for a rating that many stand behind, 400 for a featured product, and for its date
 * FRESH_YEAR points a year since FRESH_FROM_S, up to FRESH_MAX. Unknown counts as none. `rating_hundredths` is 0..500, `created_s` seconds since
 * 1970.
 *
 * There is no clock in it: the sales are a logarithm and the date is linear, so that all products age alike, and what is a year younger stands
 * for ever as if it had sold 2^(FRESH_YEAR/128) times as much. */
enum { PRIOR_MAX = 5400, FRESH_YEAR = 64, FRESH_MAX = 1600, FRESH_FROM_S = 1420070400 /* 2015-01-01 */ };
/* Beside the real reviews so many of so many hundredths of a star are assumed: a rating counts as far as people stand behind it. */
enum { REVIEWS_ASSUMED = 5, RATING_ASSUMED = 350 };
uint16_t field_prior(uint64_t sold, uint64_t reviews, uint64_t rating_hundredths, bool featured, uint64_t created_s);

/* Facet fields (label.h, multi.h). A spec name gets the field FACET_SPEC_FIRST + its ordinal among the labels of FACET_SPEC_NAMES; the same field with
 * MULTI_SPACE_VARIANT has the values of variants. */
enum facet_field { FACET_BRAND = 1, FACET_CATEGORY = 2, FACET_SPEC_NAMES = 3, FACET_SPEC_FIRST = 1000 };

/* Reverse keys (mirror.h): from -> to. */
enum reverse_kind {
    REVERSE_SLUG = 's',              /* product slug -> product id */
    REVERSE_SKU = 'k',               /* product SKU -> product id */
    REVERSE_VARIANT_SKU = 'w',       /* variant SKU -> variant id */
    REVERSE_BRAND_PRODUCTS = 'b',    /* brand id -> product ids, all statuses */
    REVERSE_CATEGORY_PRODUCTS = 'c', /* category id -> product ids, all statuses */
    REVERSE_CATEGORY_CHILDREN = 't', /* category id -> ids of its direct children */
    REVERSE_VARIANTS = 'v',          /* product id -> variant ids */
    REVERSE_SPECS = 'p',             /* product id -> spec row ids */
    REVERSE_IMAGES = 'i',            /* product id -> image row ids */
    REVERSE_SYNONYM = 'y',           /* a phrase of the shop's synonyms -> row ids: synonym.h */
    REVERSE_RULE = 'r',              /* a query, words, a category or always -> rule ids: rule.h */
};

/* Suggestion kinds (suggest.h). */
enum suggestion_kind { SUGGEST_BRAND = 1, SUGGEST_CATEGORY = 2, SUGGEST_PRODUCT = 3 };

#endif
