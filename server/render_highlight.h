/* "_highlight": {"name","sku","brand","category":[...],"shortDesc","description"}      HTML; null: the product has no such text
 *
 * shortDesc and description are snippets, the others complete. */
#ifndef TIM_SERVER_RENDER_HIGHLIGHT_H
#define TIM_SERVER_RENDER_HIGHLIGHT_H

#include "catalog/hit.h"
#include "query/highlight.h"

/* Adds the member to a hit's open object. NOT_FOUND: there is no such hit; LIMIT: a text is too long to be looked at. */
MUST_USE enum status highlight_render(struct hit_renderer *renderer, const struct analyzer *analyzer, uint32_t document,
                                      const struct met_words *words, struct json_writer *json);

#endif
