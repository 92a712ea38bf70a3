/* The shop's tables as Timnhanh knows them: logical tables and columns, one row each, and the names they have in this shop's database.
 *
 * Everything outside speaks in `enum table` and column indexes; only this file and the two sources (PostgreSQL, NDJSON) know names. A new
 * column costs one enum entry and one row of the table in schema.c. */
#ifndef TIM_CATALOG_SCHEMA_H
#define TIM_CATALOG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/settings.h"

enum table { TABLE_BRAND, TABLE_CATEGORY, TABLE_PRODUCT, TABLE_VARIANT, TABLE_SPEC, TABLE_IMAGE, TABLE_SYNONYM, TABLE_RULE, TABLE_COUNT };

/* Column 0 of every table is its primary key. */
enum brand_column { BRAND_ID, BRAND_NAME, BRAND_SLUG, BRAND_COLUMNS };
enum category_column { CATEGORY_ID, CATEGORY_PARENT_ID, CATEGORY_NAME, CATEGORY_SLUG, CATEGORY_SORT_ORDER, CATEGORY_COLUMNS };
enum product_column {
    PRODUCT_ID,
    PRODUCT_CATEGORY_ID,
    PRODUCT_BRAND_ID,
    PRODUCT_NAME,
    PRODUCT_SLUG,
    PRODUCT_SKU,
    PRODUCT_PRICE,
    PRODUCT_SALE_PRICE,
    PRODUCT_STOCK,
    PRODUCT_SHORT_DESC,
    PRODUCT_DESCRIPTION,
    PRODUCT_STATUS,
    PRODUCT_IS_FEATURED,
    PRODUCT_AVG_RATING,
    PRODUCT_REVIEW_COUNT,
    PRODUCT_SOLD_COUNT,
    PRODUCT_SPECS,
    PRODUCT_SEO_TITLE,
    PRODUCT_SEO_DESCRIPTION,
    PRODUCT_CREATED_AT,
    PRODUCT_PUBLISHED_AT,
    PRODUCT_COLUMNS
};
enum variant_column {
    VARIANT_ID,
    VARIANT_PRODUCT_ID,
    VARIANT_NAME,
    VARIANT_SKU,
    VARIANT_PRICE,
    VARIANT_SALE_PRICE,
    VARIANT_STOCK,
    VARIANT_ATTRIBUTES,
    VARIANT_IS_ACTIVE,
    VARIANT_COLUMNS
};
enum spec_column { SPEC_ID, SPEC_PRODUCT_ID, SPEC_GROUP, SPEC_NAME, SPEC_VALUE, SPEC_SORT_ORDER, SPEC_COLUMNS };
enum image_column { IMAGE_ID, IMAGE_PRODUCT_ID, IMAGE_URL, IMAGE_ALT, IMAGE_SORT_ORDER, IMAGE_COLUMNS };
enum synonym_column { SYNONYM_ID, SYNONYM_KIND, SYNONYM_INPUT, SYNONYM_OUTPUT, SYNONYM_IS_ACTIVE, SYNONYM_COLUMNS };
enum rule_column {
    RULE_ID,
    RULE_QUERY,
    RULE_CATEGORY_ID,
    RULE_ACTION,
    RULE_PRODUCT_ID,
    RULE_PARAMS,
    RULE_STARTS_AT,
    RULE_ENDS_AT,
    RULE_IS_ACTIVE,
    RULE_COLUMNS
};
enum { ROW_COLUMNS_MAX = 24 };

/* What the text of a column means. The text itself is PostgreSQL's output form under the session settings the indexer forces. */
enum column_kind {
    COLUMN_KEY,
    COLUMN_REFERENCE,
    COLUMN_TEXT,
    COLUMN_MONEY,
    COLUMN_COUNT,
    COLUMN_RATING,
    COLUMN_BOOLEAN,
    COLUMN_JSON,
    COLUMN_TIME
};

struct schema_column {
    const char *name; /* the default name */
    enum column_kind kind;
    bool hot; /* lives in a column of the index, not in the mirrored row (see catalog/field.h) */
};

struct schema_table {
    const char *name; /* the default name: "products" */
    const char *word; /* for messages: "product" */
    bool optional;    /* a foreign database may lack it: search_synonyms, search_rules, product_specs, product_images, product_variants */
    const struct schema_column *columns;
    size_t column_count;
};

extern const struct schema_table schema_tables[TABLE_COUNT];

/* The names in one shop's database. "" for a table or column that this shop does not have; its values are then NULL. */
struct schema {
    const char *namespace; /* PostgreSQL schema: "public" */
    const char *table[TABLE_COUNT];
    const char *column[TABLE_COUNT][ROW_COLUMNS_MAX];
};

/* The default names. */
void schema_init(struct schema *schema);

/* The settings rows "table.products" and "column.products.price" for every name above, for the settings table. Caller frees the array
 * with schema_setting_rows_free. */
MUST_USE struct setting *schema_setting_rows(size_t *count);
void schema_setting_rows_free(struct setting *rows, size_t count);

/* Names as the settings have them; borrowed from `settings`. INVALID when a key column or the products table is unset. */
MUST_USE enum status schema_from_settings(struct schema *schema, const struct settings *settings, struct error *error);

/* The table with this name in the shop's database, or TABLE_COUNT. */
enum table schema_find_table(const struct schema *schema, struct bytes namespace, struct bytes name);

/* The column of `table` with this name in the shop's database, or SCHEMA_NO_COLUMN. */
enum { SCHEMA_NO_COLUMN = -1 };
int schema_find_column(const struct schema *schema, enum table table, struct bytes name);

#endif
