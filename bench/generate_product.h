/* One product of the generated shop, drawn from the lists: everything that its line of NDJSON says, before it is written. */
#ifndef TIM_BENCH_GENERATE_PRODUCT_H
#define TIM_BENCH_GENERATE_PRODUCT_H

#include "bench/generate_lists.h"

enum {
    PRODUCT_VARIANTS_MAX = 6,
    PRODUCT_IMAGES_MAX = 4,
    PRODUCT_DESCRIPTION_MAX = 900, /* characters, before a shop's markup is put around it */
    PRODUCT_STOCK_UNKNOWN = -1,
};

struct product_variant {
    uint32_t value[LISTS_SPECS_MAX]; /* as in the product; differs in what varies */
    int64_t price_vnd, sale_vnd;     /* sale 0: none */
    int64_t stock;                   /* PRODUCT_STOCK_UNKNOWN, or from 0 */
};

struct product {
    uint64_t number;
    struct random random; /* this product's stream: the same whatever is generated besides */
    const struct lists *lists;
    const struct category_kind *category;
    const struct model_line *line;
    struct bytes noun;
    const struct value_list *values[LISTS_SPECS_MAX]; /* what each spec is drawn from: the line's values or the category's */
    uint32_t value[LISTS_SPECS_MAX];
    bool stated[LISTS_SPECS_MAX];
    bool new_tones; /* this product's texts put the tone mark at its newer place */
    uint32_t discount_percent;
    int64_t price_vnd, sale_vnd; /* sale 0: none */
    int64_t stock;
    uint32_t sold, reviews, rating_hundredths;
    int64_t created_us;
    const char *status;
    bool featured;
    uint32_t images;
    bool varies[LISTS_SPECS_MAX]; /* the specs in which the variants differ */
    struct product_variant variants[PRODUCT_VARIANTS_MAX];
    uint32_t variant_count;
    struct buffer line_name, code, name, slug, short_desc, description; /* short_desc, description: empty when absent */
    struct buffer scratch, rendered;
};

/* Draws product `number`. The same lists, seed and number give the same product. Zero-initialise it before the first use; the next draw
 * reuses its memory. `lists` is borrowed for as long. */
void product_draw(struct product *product, const struct lists *lists, uint64_t seed, uint64_t number);
void product_release(struct product *product);

/* Appends a spec's value with its unit, spelt in one of the ways shops do: "16 GB", "16GB". */
void product_append_value(struct product *product, uint32_t spec, uint32_t value, struct buffer *out);

#endif
