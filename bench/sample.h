/* Products drawn evenly from a generated index, as the WAL would bring their rows: what queries are made of and updates change. */
#ifndef TIM_BENCH_SAMPLE_H
#define TIM_BENCH_SAMPLE_H

#include "analyzers/analyzer.h"
#include "catalog/row.h"

struct snapshot;

enum { SAMPLE_PRODUCTS_MAX = 20000 };

struct sample_product {
    struct row row; /* whole: what lives in columns is filled in */
    struct bytes name, brand_slug, brand_id;
    uint32_t paid_vnd; /* 0: unknown */
};

struct sample {
    struct arena arena;
    struct sample_product *products;
    size_t count;
};

/* Every so many of the products 1 to `products`. */
MUST_USE enum status sample_take(struct sample *sample, struct snapshot *snapshot, uint64_t products, struct error *error);
void sample_release(struct sample *sample);

#endif
