/* Inside query/ only: the typed words within the categories of the products that they found ("tai nghe sony" in Tai nghe bluetooth). What is
 * offered is a query that finds some there: its last word is completed as most of these products' names have it, or left as it is. */
#ifndef TIM_QUERY_SUGGEST_CATEGORIES_H
#define TIM_QUERY_SUGGEST_CATEGORIES_H

#include "query/suggest.h"

struct suggest_product {
    uint32_t document;
    struct token_list name; /* analysed */
};

struct suggest_words_typed {
    struct bytes text;
    const struct token_list *tokens; /* of the text, at least one */
};

/* Adds to the queries of `out`, up to `limit` of all. When the typed last word is not whole and many ask for what stands under the text, the
 * first query of `out` is offered instead. */
MUST_USE enum status suggest_in_categories(struct snapshot *snapshot, const struct analyzer *analyzer,
                                           const struct suggest_words_typed *typed, const struct suggest_product *products, unsigned count,
                                           unsigned limit, struct arena *arena, struct suggest_result *out);

#endif
