/* Rules for the tests of query/: rows of search_rules with their keys, as the indexer writes them. */
#ifndef TIM_TESTS_QUERY_RULE_ROW_H
#define TIM_TESTS_QUERY_RULE_ROW_H

#include "catalog/rule.h"
#include "shop.h"

/* NULL cells where a text is NULL; without is_active. */
struct rule_row {
    const char *id, *query, *category_id, *action, *product_id, *params, *starts_at, *ends_at;
};

static inline struct row rule_cells(const struct rule_row *rule)
{
    const char *cells[RULE_COLUMNS] = {[RULE_ID] = rule->id,
                                       [RULE_QUERY] = rule->query,
                                       [RULE_CATEGORY_ID] = rule->category_id,
                                       [RULE_ACTION] = rule->action,
                                       [RULE_PRODUCT_ID] = rule->product_id,
                                       [RULE_PARAMS] = rule->params,
                                       [RULE_STARTS_AT] = rule->starts_at,
                                       [RULE_ENDS_AT] = rule->ends_at};
    struct row row = {.table = TABLE_RULE};
    for (unsigned i = 0; i < RULE_COLUMNS; i++)
        if (cells[i] != NULL)
            row.cells[i] = (struct cell){CELL_TEXT, bytes_of(cells[i])};
    return row;
}

static inline void rule_put(struct shop *shop, struct batch *batch, const struct rule_row *rule)
{
    struct arena arena;
    struct rule_key key;
    struct buffer encoded = {0};
    struct error error = {0};
    struct row row = rule_cells(rule);
    arena_init(&arena, 1 << 20);
    row_encode(&row, false, 0, &encoded);
    must(mirror_put(batch, TABLE_RULE, bytes_of(rule->id), (struct bytes){encoded.data, encoded.size}));
    if (rule_key(shop->analyzer, &row, &arena, &key, &error) != STATUS_OK)
        fail_msg("rule %s: %s", rule->id, error.text);
    must(reverse_put(batch, REVERSE_RULE, key.from, (struct bytes){(const char *)key.to, key.to_size}));
    buffer_release(&encoded);
    arena_release(&arena);
}

#endif
