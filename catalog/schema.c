#include "catalog/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct schema_column brand_columns[BRAND_COLUMNS] = {
    [BRAND_ID] = {"id", COLUMN_KEY, false},
    [BRAND_NAME] = {"name", COLUMN_TEXT, false},
    [BRAND_SLUG] = {"slug", COLUMN_TEXT, false},
};

static const struct schema_column category_columns[CATEGORY_COLUMNS] = {
    [CATEGORY_ID] = {"id", COLUMN_KEY, false},
    [CATEGORY_PARENT_ID] = {"parent_id", COLUMN_REFERENCE, false},
    [CATEGORY_NAME] = {"name", COLUMN_TEXT, false},
    [CATEGORY_SLUG] = {"slug", COLUMN_TEXT, false},
    [CATEGORY_SORT_ORDER] = {"sort_order", COLUMN_COUNT, false},
};

static const struct schema_column product_columns[PRODUCT_COLUMNS] = {
    [PRODUCT_ID] = {"id", COLUMN_KEY, false},
    [PRODUCT_CATEGORY_ID] = {"category_id", COLUMN_REFERENCE, false},
    [PRODUCT_BRAND_ID] = {"brand_id", COLUMN_REFERENCE, false},
    [PRODUCT_NAME] = {"name", COLUMN_TEXT, false},
    [PRODUCT_SLUG] = {"slug", COLUMN_TEXT, false},
    [PRODUCT_SKU] = {"sku", COLUMN_TEXT, false},
    [PRODUCT_PRICE] = {"price", COLUMN_MONEY, true},
    [PRODUCT_SALE_PRICE] = {"sale_price", COLUMN_MONEY, true},
    [PRODUCT_STOCK] = {"stock_quantity", COLUMN_COUNT, true},
    [PRODUCT_SHORT_DESC] = {"short_desc", COLUMN_TEXT, false},
    [PRODUCT_DESCRIPTION] = {"description", COLUMN_TEXT, false},
    [PRODUCT_STATUS] = {"status", COLUMN_TEXT, false},
    [PRODUCT_IS_FEATURED] = {"is_featured", COLUMN_BOOLEAN, false},
    [PRODUCT_AVG_RATING] = {"avg_rating", COLUMN_RATING, true},
    [PRODUCT_REVIEW_COUNT] = {"review_count", COLUMN_COUNT, true},
    [PRODUCT_SOLD_COUNT] = {"sold_count", COLUMN_COUNT, true},
    [PRODUCT_SPECS] = {"specs", COLUMN_JSON, false},
    [PRODUCT_SEO_TITLE] = {"seo_title", COLUMN_TEXT, false},
    [PRODUCT_SEO_DESCRIPTION] = {"seo_description", COLUMN_TEXT, false},
    [PRODUCT_CREATED_AT] = {"created_at", COLUMN_TIME, false},
    [PRODUCT_PUBLISHED_AT] = {"published_at", COLUMN_TIME, false},
};

static const struct schema_column variant_columns[VARIANT_COLUMNS] = {
    [VARIANT_ID] = {"id", COLUMN_KEY, false},
    [VARIANT_PRODUCT_ID] = {"product_id", COLUMN_REFERENCE, false},
    [VARIANT_NAME] = {"name", COLUMN_TEXT, false},
    [VARIANT_SKU] = {"sku", COLUMN_TEXT, false},
    [VARIANT_PRICE] = {"price", COLUMN_MONEY, true},
    [VARIANT_SALE_PRICE] = {"sale_price", COLUMN_MONEY, true},
    [VARIANT_STOCK] = {"stock_quantity", COLUMN_COUNT, true},
    [VARIANT_ATTRIBUTES] = {"attributes", COLUMN_JSON, false},
    [VARIANT_IS_ACTIVE] = {"is_active", COLUMN_BOOLEAN, false},
};

static const struct schema_column spec_columns[SPEC_COLUMNS] = {
    [SPEC_ID] = {"id", COLUMN_KEY, false},
    [SPEC_PRODUCT_ID] = {"product_id", COLUMN_REFERENCE, false},
    [SPEC_GROUP] = {"spec_group", COLUMN_TEXT, false},
    [SPEC_NAME] = {"spec_name", COLUMN_TEXT, false},
    [SPEC_VALUE] = {"spec_value", COLUMN_TEXT, false},
    [SPEC_SORT_ORDER] = {"sort_order", COLUMN_COUNT, false},
};

static const struct schema_column image_columns[IMAGE_COLUMNS] = {
    [IMAGE_ID] = {"id", COLUMN_KEY, false},
    [IMAGE_PRODUCT_ID] = {"product_id", COLUMN_REFERENCE, false},
    [IMAGE_URL] = {"url", COLUMN_TEXT, false},
    [IMAGE_ALT] = {"alt", COLUMN_TEXT, false},
    [IMAGE_SORT_ORDER] = {"sort_order", COLUMN_COUNT, false},
};

static const struct schema_column synonym_columns[SYNONYM_COLUMNS] = {
    [SYNONYM_ID] = {"id", COLUMN_KEY, false},
    [SYNONYM_KIND] = {"kind", COLUMN_TEXT, false},
    [SYNONYM_INPUT] = {"input", COLUMN_TEXT, false},
    [SYNONYM_OUTPUT] = {"output", COLUMN_TEXT, false},
    [SYNONYM_IS_ACTIVE] = {"is_active", COLUMN_BOOLEAN, false},
};

static const struct schema_column rule_columns[RULE_COLUMNS] = {
    [RULE_ID] = {"id", COLUMN_KEY, false},
    [RULE_QUERY] = {"query", COLUMN_TEXT, false},
    [RULE_CATEGORY_ID] = {"category_id", COLUMN_REFERENCE, false},
    [RULE_ACTION] = {"action", COLUMN_TEXT, false},
    [RULE_PRODUCT_ID] = {"product_id", COLUMN_REFERENCE, false},
    [RULE_PARAMS] = {"params", COLUMN_JSON, false},
    [RULE_STARTS_AT] = {"starts_at", COLUMN_TIME, false},
    [RULE_ENDS_AT] = {"ends_at", COLUMN_TIME, false},
    [RULE_IS_ACTIVE] = {"is_active", COLUMN_BOOLEAN, false},
};

const struct schema_table schema_tables[TABLE_COUNT] = {
    [TABLE_BRAND] = {"brands", "brand", true, brand_columns, BRAND_COLUMNS},
    [TABLE_CATEGORY] = {"categories", "category", true, category_columns, CATEGORY_COLUMNS},
    [TABLE_PRODUCT] = {"products", "product", false, product_columns, PRODUCT_COLUMNS},
    [TABLE_VARIANT] = {"product_variants", "variant", true, variant_columns, VARIANT_COLUMNS},
    [TABLE_SPEC] = {"product_specs", "spec", true, spec_columns, SPEC_COLUMNS},
    [TABLE_IMAGE] = {"product_images", "image", true, image_columns, IMAGE_COLUMNS},
    [TABLE_SYNONYM] = {"search_synonyms", "synonym", true, synonym_columns, SYNONYM_COLUMNS},
    [TABLE_RULE] = {"search_rules", "rule", true, rule_columns, RULE_COLUMNS},
};

void schema_init(struct schema *schema)
{
    *schema = (struct schema){.namespace = "public"};
    for (int table = 0; table < TABLE_COUNT; table++) {
        schema->table[table] = schema_tables[table].name;
        for (size_t column = 0; column < schema_tables[table].column_count; column++)
            schema->column[table][column] = schema_tables[table].columns[column].name;
    }
}

static char *setting_name(const char *table, const char *column)
{
    struct buffer name = {0};
    if (column == NULL)
        buffer_print(&name, "table.%s", table);
    else
        buffer_print(&name, "column.%s.%s", table, column);
    buffer_append_char(&name, '\0');
    return name.data;
}

static struct setting name_row(char *name, const char *initial, const char *help)
{
    return (struct setting){.name = name,
                            .kind = SETTING_TEXT,
                            .min = 0,
                            .max = 63 /* NAMEDATALEN - 1 */,
                            .initial = initial,
                            .help = help,
                            .argument = "NAME"};
}

struct setting *schema_setting_rows(size_t *count)
{
    size_t total = 0;
    for (int table = 0; table < TABLE_COUNT; table++)
        total += 1 + schema_tables[table].column_count;
    struct setting *rows = memory_calloc(total, sizeof *rows);
    size_t next = 0;
    for (int table = 0; table < TABLE_COUNT; table++) {
        const struct schema_table *known = &schema_tables[table];
        rows[next++] = name_row(setting_name(known->name, NULL), known->name,
                                known->optional ? "this table's name in your database; empty when you have none"
                                                : "this table's name in your database");
        for (size_t column = 0; column < known->column_count; column++)
            rows[next++] = name_row(setting_name(known->name, known->columns[column].name), known->columns[column].name,
                                    "this column's name in your database; empty when you have none");
    }
    *count = total;
    return rows;
}

void schema_setting_rows_free(struct setting *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)rows[i].name);
    free(rows);
}

/* A table that is there needs the columns without which its rows say nothing. */
static enum status schema_check(const struct schema *schema, struct error *error)
{
    static const struct {
        enum table table;
        size_t column;
    } needed[] = {
        {TABLE_PRODUCT, PRODUCT_NAME},       {TABLE_BRAND, BRAND_NAME},     {TABLE_CATEGORY, CATEGORY_NAME},
        {TABLE_VARIANT, VARIANT_PRODUCT_ID}, {TABLE_SPEC, SPEC_PRODUCT_ID}, {TABLE_IMAGE, IMAGE_PRODUCT_ID},
    };
    if (schema->table[TABLE_PRODUCT][0] == '\0')
        return error_set(error, STATUS_INVALID, "setting table.products is empty: name the table that holds your products");
    for (int table = 0; table < TABLE_COUNT; table++)
        if (schema->table[table][0] != '\0' && schema->column[table][0][0] == '\0')
            return error_set(error, STATUS_INVALID, "setting column.%s.%s is empty: name the primary key of %s", schema_tables[table].name,
                             schema_tables[table].columns[0].name, schema->table[table]);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct schema_table *known = &schema_tables[needed[i].table];
        if (schema->table[needed[i].table][0] != '\0' && schema->column[needed[i].table][needed[i].column][0] == '\0')
            return error_set(error, STATUS_INVALID, "setting column.%s.%s is empty: name the column, or set table.%s to empty", known->name,
                             known->columns[needed[i].column].name, known->name);
    }
    return STATUS_OK;
}

enum status schema_from_settings(struct schema *schema, const struct settings *settings, struct error *error)
{
    schema_init(schema);
    for (int table = 0; table < TABLE_COUNT; table++) {
        const struct schema_table *known = &schema_tables[table];
        char *name = setting_name(known->name, NULL);
        const char *value = settings_text(settings, name);
        schema->table[table] = value == NULL ? "" : value;
        free(name);
        for (size_t column = 0; column < known->column_count; column++) {
            name = setting_name(known->name, known->columns[column].name);
            value = settings_text(settings, name);
            schema->column[table][column] = value == NULL ? "" : value;
            free(name);
        }
    }
    return schema_check(schema, error);
}

enum table schema_find_table(const struct schema *schema, struct bytes namespace, struct bytes name)
{
    if (!bytes_are(namespace, schema->namespace))
        return TABLE_COUNT;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        if (schema->table[table][0] != '\0' && bytes_are(name, schema->table[table]))
            return table;
    return TABLE_COUNT;
}

int schema_find_column(const struct schema *schema, enum table table, struct bytes name)
{
    for (size_t i = 0; i < schema_tables[table].column_count; i++)
        if (schema->column[table][i][0] != '\0' && bytes_are(name, schema->column[table][i]))
            return (int)i;
    return SCHEMA_NO_COLUMN;
}
