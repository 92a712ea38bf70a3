/* One product, complete: what a product page shows. A hit's members plus description, specs by group, variants, images and SEO texts, read
 * from the mirror. Not on the hot path. */
#ifndef TIM_CATALOG_PRODUCT_PAGE_H
#define TIM_CATALOG_PRODUCT_PAGE_H

#include "analyzers/analyzer.h"
#include "catalog/hit.h"

/* The live product with this slug. NOT_FOUND when there is none. */
MUST_USE enum status product_page_render(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes slug, struct arena *arena,
                                         struct buffer *out);

/* The same for a product id, into an object that is already open. NOT_FOUND: not there, or not live. */
MUST_USE enum status product_page_members(struct hit_renderer *renderer, const struct analyzer *analyzer, struct bytes product_id,
                                          struct json_writer *json);

#endif
