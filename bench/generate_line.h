/* A drawn product as one line of NDJSON, with the dirt that real catalogs have. */
#ifndef TIM_BENCH_GENERATE_LINE_H
#define TIM_BENCH_GENERATE_LINE_H

#include "bench/generate_product.h"

/* Appends the line and its newline. Goes on drawing from the product's random stream. */
void product_append_line(struct product *product, struct buffer *out);

#endif
