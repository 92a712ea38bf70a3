/* A small shop written straight into an index: products "Tủ lạnh Số 0" and so on, half of each of two brands, in two categories. */
#ifndef TIM_TESTS_SERVER_SHOP_H
#define TIM_TESTS_SERVER_SHOP_H

#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "catalog/terms.h"
#include "site.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"
#include "storage/suggest.h"

enum { SHOP_PRODUCTS = 60 };
#define SHOP_LSN 0x16B374D848u

static inline void shop_must(enum status status)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "shop: %s\n", status_name(status));
    abort();
}

static inline uint32_t shop_label(struct batch *batch, uint16_t field, const char *key, const char *name, const char *slug, uint32_t parent)
{
    struct label label = {.key = bytes_of(key), .text = bytes_of(name), .slug = bytes_of(slug), .parent = parent};
    uint32_t ordinal = 0;
    shop_must(label_put(batch, field, &label, &ordinal));
    return ordinal;
}

static inline void shop_row(struct batch *batch, const struct document *document, const char *brand)
{
    struct row row = {.table = TABLE_PRODUCT};
    row.cells[PRODUCT_ID] = (struct cell){CELL_TEXT, document->id};
    row.cells[PRODUCT_NAME] = (struct cell){CELL_TEXT, document->name};
    row.cells[PRODUCT_SLUG] = (struct cell){CELL_TEXT, document->slug};
    row.cells[PRODUCT_STATUS] = (struct cell){CELL_TEXT, bytes_of("active")};
    row.cells[PRODUCT_BRAND_ID] = (struct cell){CELL_TEXT, bytes_of(brand)};
    struct buffer encoded = {0};
    row_encode(&row, false, 0, &encoded);
    shop_must(mirror_put(batch, TABLE_PRODUCT, document->id, (struct bytes){encoded.data, encoded.size}));
    buffer_release(&encoded);
}

static inline void shop_columns(struct batch *batch, uint32_t number, struct bytes id, unsigned i, uint32_t brand, uint32_t category)
{
    shop_must(column_put(batch, &family_order, 0, number, id_order(id)));
    shop_must(column_put(batch, &family_offer, OFFER_PRICE, number, 1000000 + i * 100000));
    shop_must(column_put(batch, &family_offer, OFFER_STOCK, number, i));
    shop_must(column_put(batch, &family_brand, 0, number, brand));
    shop_must(column_put(batch, &family_category, 0, number, category));
}

static inline void shop_product(struct batch *batch, const struct analyzer *analyzer, unsigned i, const uint32_t brands[2],
                                uint32_t category)
{
    char id[16], name[64], slug[32];
    snprintf(id, sizeof id, "%u", i + 1);
    snprintf(name, sizeof name, "Tủ lạnh Số %u <\"&'>", i);
    snprintf(slug, sizeof slug, "tu-lanh-so-%u", i);
    struct document *document = memory_calloc(1, sizeof *document);
    document->id = bytes_of(id);
    document->name = bytes_of(name);
    document->slug = bytes_of(slug);
    document->live = true;
    document->brand_name = bytes_of(i % 2 == 0 ? "Hải Âu" : "Bình Minh");
    struct arena arena;
    arena_init(&arena, 16 * 1024 * 1024);
    struct buffer fragment = {0};
    struct forward_list terms = {0};
    uint32_t number = 0, changed = 0;
    bool cut = false;
    shop_must(batch_take(batch, COUNTER_DOCUMENT, 1, &number));
    shop_must(document_put(batch, document->id, number));
    shop_must(reverse_put(batch, REVERSE_SLUG, document->slug, document->id));
    shop_row(batch, document, i % 2 == 0 ? "1" : "2");
    shop_columns(batch, number, document->id, i, brands[i % 2], category);
    fragment_build(document, NULL, 0, &fragment);
    shop_must(fragment_put(batch, number, (struct bytes){fragment.data, fragment.size}));
    struct word_cache *words = word_cache_new(analyzer, WORD_CACHE_BYTES_MIN);
    shop_must(terms_build(words, document, &arena, &terms, &cut));
    shop_must(forward_replace(batch, number, &terms, &arena, &changed));
    struct bytes folded = {0};
    shop_must(fold_text(analyzer, name, strlen(name), &arena, &folded));
    shop_must(suggest_put(batch, &(struct suggestion){.text = folded, .kind = SUGGEST_PRODUCT, .weight = 1, .reference = document->id}));
    buffer_release(&fragment);
    word_cache_free(words);
    arena_release(&arena);
    free(document);
}

static inline void shop_fill(struct batch *batch)
{
    struct analyzer *analyzer = analyzer_new();
    const uint32_t brands[2] = {
        shop_label(batch, FACET_BRAND, "1", "Hải Âu", "hai-au", LABEL_NO_PARENT),
        shop_label(batch, FACET_BRAND, "2", "Bình Minh", "binh-minh", LABEL_NO_PARENT),
    };
    uint32_t root = shop_label(batch, FACET_CATEGORY, "10", "Gia dụng", "gia-dung", LABEL_NO_PARENT);
    uint32_t child = shop_label(batch, FACET_CATEGORY, "11", "Tủ lạnh", "tu-lanh", root);
    struct tree_interval intervals[2] = {{0}};
    intervals[root] = (struct tree_interval){0, 2};
    intervals[child] = (struct tree_interval){1, 2};
    shop_must(tree_put(batch, FACET_CATEGORY, &(struct tree){.intervals = intervals, .count = 2}));
    for (unsigned i = 0; i < SHOP_PRODUCTS; i++)
        shop_product(batch, analyzer, i, brands, i % 3 == 0 ? root : child);
    struct position position = {.lsn = SHOP_LSN, .system_id = 7, .timeline = 1, .slot = "timnhanh"};
    shop_must(position_put(batch, &position));
    analyzer_free(analyzer);
}

#endif
