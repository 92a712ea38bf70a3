/* A product row: hot fields go to columns at once, anything else stores the row, moves reverse keys and marks the document for building. */
#include "indexer/apply_state.h"

#include <assert.h>

#include "catalog/field.h"
#include "catalog/hit.h"
#include "storage/fragment.h"
#include "storage/mirror.h"

enum status column_change(struct apply *apply, const struct column_family *family, unsigned field, uint32_t entry, uint64_t value,
                          bool *changed)
{
    if (column_now(apply, family, field, entry) == value)
        return STATUS_OK;
    *changed = true;
    return column_put(apply->batch, family, field, entry, value);
}

enum status record_change(struct apply *apply, const struct column_family *family, uint32_t entry, const uint64_t *values, unsigned count,
                          bool *changed)
{
    uint64_t before[COLUMN_FIELDS_MAX];
    return column_put_record(apply->batch, family, entry, values, count, before, changed);
}

uint64_t column_now(struct apply *apply, const struct column_family *family, unsigned field, uint32_t entry)
{
    struct column_reader reader;
    column_reader_init(&reader, apply->view, family);
    return column_get(&reader, field, entry);
}

enum status version_raise(struct apply *apply, uint32_t document)
{
    uint64_t version = column_now(apply, &family_offer, OFFER_VERSION, document);
    uint64_t next = version == COLUMN_UNKNOWN ? 1 : version + 1;
    if (next < apply->now_s)
        next = apply->now_s;
    return column_put(apply->batch, &family_offer, OFFER_VERSION, document, next >= UINT32_MAX ? UINT32_MAX - 1 : next);
}

enum status offer_put(struct apply *apply, const struct column_family *family, uint32_t entry, const struct offer *offer, bool *changed)
{
    static_assert((int)OFFER_PRICE == (int)VARIANT_OFFER_PRICE && (int)OFFER_SALE == (int)VARIANT_OFFER_SALE &&
                      (int)OFFER_STOCK == (int)VARIANT_OFFER_STOCK,
                  "a product's own offer may stand in either family");
    uint64_t values[] = {[OFFER_PRICE] = offer->price, [OFFER_SALE] = offer->sale, [OFFER_STOCK] = offer->stock};
    return record_change(apply, family, entry, values, sizeof values / sizeof values[0], changed);
}

enum status own_offer_put(struct apply *apply, uint32_t document, const struct offer *offer, bool *changed)
{
    uint64_t first = column_now(apply, &family_run, RUN_FIRST, document);
    if (first != COLUMN_UNKNOWN)
        return offer_put(apply, &family_variant, (uint32_t)first, offer, changed);
    return offer_put(apply, &family_offer, document, offer, changed);
}

struct offer product_offer(const struct row *row)
{
    return (struct offer){
        .price = cell_scaled(&row->cells[PRODUCT_PRICE], 0, PRICE_VND_MAX, false),
        .sale = sale_value(&row->cells[PRODUCT_SALE_PRICE]),
        .stock = cell_scaled(&row->cells[PRODUCT_STOCK], 0, COUNT_MAX, true),
    };
}

struct fame product_fame(const struct row *row)
{
    struct fame fame = {
        .sold = cell_scaled(&row->cells[PRODUCT_SOLD_COUNT], 0, COUNT_MAX, true),
        .reviews = cell_scaled(&row->cells[PRODUCT_REVIEW_COUNT], 0, COUNT_MAX, true),
        .rating = cell_scaled(&row->cells[PRODUCT_AVG_RATING], 2, 500, true),
    };
    fame.prior =
        field_prior(fame.sold, fame.reviews, fame.rating, cell_boolean(&row->cells[PRODUCT_IS_FEATURED], false), product_created_s(row));
    return fame;
}

/* The prior as it was and as it is go into `*before` and `*after`. */
static enum status fame_put(struct apply *apply, uint32_t document, const struct row *row, uint64_t *before, uint64_t *after, bool *changed)
{
    struct fame fame = product_fame(row);
    uint64_t values[] = {[FAME_SOLD] = fame.sold, [FAME_REVIEWS] = fame.reviews, [FAME_RATING] = fame.rating, [FAME_PRIOR] = fame.prior};
    uint64_t old[sizeof values / sizeof values[0]] = {0};
    enum status status = column_put_record(apply->batch, &family_fame, document, values, sizeof values / sizeof values[0], old, changed);
    *before = old[FAME_PRIOR];
    *after = fame.prior;
    return status;
}

/* A product sold across a weight step moves in its suggestions; the document itself stays. */
static enum status suggestion_follow(struct apply *apply, uint32_t document, struct bytes product_id, uint64_t prior_before, uint64_t prior)
{
    if (suggest_weight(prior) == suggest_weight(prior_before))
        return STATUS_OK;
    struct bytes stored = {0};
    struct fragment fragment;
    enum status status = fragment_get(apply->view, document, &apply->arena, &stored);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = fragment_parse(stored, &fragment);
    return status == STATUS_OK ? product_suggest(apply, product_id, fragment.name, prior, true) : status;
}

/* Hot fields alone: columns, the version, now and then a suggestion. The document is not built again. */
static enum status hot_put(struct apply *apply, uint32_t document, const struct row *row, bool *changed)
{
    uint64_t prior_before = COLUMN_UNKNOWN, prior = COLUMN_UNKNOWN;
    struct offer offer = product_offer(row);
    uint64_t first = column_now(apply, &family_run, RUN_FIRST, document);
    enum status status = first == COLUMN_UNKNOWN ? offer_put(apply, &family_offer, document, &offer, changed)
                                                 : offer_put(apply, &family_variant, (uint32_t)first, &offer, changed);
    if (status == STATUS_OK && *changed && first != COLUMN_UNKNOWN) /* it shows while no variant is active */
        status = offer_derive(apply, document, (uint32_t)first, (uint32_t)column_now(apply, &family_run, RUN_COUNT, document), changed);
    if (status == STATUS_OK)
        status = fame_put(apply, document, row, &prior_before, &prior, changed);
    if (status == STATUS_OK && *changed)
        status = suggestion_follow(apply, document, row->cells[PRODUCT_ID].text, prior_before, prior);
    if (status == STATUS_OK && *changed)
        status = version_raise(apply, document);
    return status;
}

static enum status document_number(struct apply *apply, struct bytes product_id, uint32_t *document)
{
    enum status status = document_get(apply->view, product_id, document);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = batch_take(apply->batch, COUNTER_DOCUMENT, 1, document);
    if (status == STATUS_OK)
        status = document_put(apply->batch, product_id, *document);
    return status == STATUS_OK ? column_put(apply->batch, &family_order, 0, *document, id_order(product_id)) : status;
}

static enum status reverse_keys_move(struct apply *apply, const struct row *old, const struct row *row, struct bytes product_id)
{
    static const struct {
        enum product_column column;
        enum reverse_kind kind;
    } moved[] = {
        {PRODUCT_SLUG, REVERSE_SLUG},
        {PRODUCT_SKU, REVERSE_SKU},
        {PRODUCT_BRAND_ID, REVERSE_BRAND_PRODUCTS},
        {PRODUCT_CATEGORY_ID, REVERSE_CATEGORY_PRODUCTS},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof moved / sizeof moved[0]; i++)
        status = reverse_move(apply, (uint8_t)moved[i].kind, &old->cells[moved[i].column], &row->cells[moved[i].column], product_id);
    return status;
}

enum status product_upsert(struct apply *apply, const struct stored *old, const struct row *row, bool *effective)
{
    struct bytes product_id = row->cells[PRODUCT_ID].text;
    uint32_t document = 0;
    bool hot = false;
    enum status status = document_number(apply, product_id, &document);
    if (status == STATUS_OK)
        status = hot_put(apply, document, row, &hot);
    if (status != STATUS_OK)
        return status;
    bool cold = !old->found || cold_differs(&old->row, row);
    *effective = hot || cold;
    if (!cold) {
        apply->counts.hot += hot;
        return STATUS_OK;
    }
    static const struct row nothing = {.table = TABLE_PRODUCT};
    status = reverse_keys_move(apply, old->found ? &old->row : &nothing, row, product_id);
    if (status == STATUS_OK)
        status = row_store(apply, row, false, 0);
    return status == STATUS_OK ? touch_product(apply, product_id) : status;
}

/* Variants may outlive their product (no foreign key, or the delete arrives first): their offers go back into their rows. */
static enum status variants_inline(struct apply *apply, uint32_t document, struct bytes product_id)
{
    uint64_t first = column_now(apply, &family_run, RUN_FIRST, document);
    struct bytes *keys = NULL;
    size_t count = 0;
    enum status status = reverse_list(apply->view, REVERSE_VARIANTS, product_id, &apply->arena, &keys, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct stored variant;
        status = stored_get(apply, TABLE_VARIANT, keys[i], &variant);
        if (status != STATUS_OK || !variant.found || variant.has_hot)
            continue;
        status = first == COLUMN_UNKNOWN ? STATUS_CORRUPT : variant_store_inline(apply, &variant, (uint32_t)first);
    }
    return status;
}

enum status product_delete(struct apply *apply, const struct stored *old)
{
    struct bytes product_id = old->row.cells[PRODUCT_ID].text;
    static const struct row nothing = {.table = TABLE_PRODUCT};
    uint32_t document = 0;
    enum status status = document_get(apply->view, product_id, &document);
    if (status == STATUS_OK)
        status = variants_inline(apply, document, product_id);
    if (status == STATUS_OK)
        status = document_remove(apply, document);
    if (status == STATUS_OK)
        status = reverse_keys_move(apply, &old->row, &nothing, product_id);
    if (status == STATUS_OK)
        status = document_del(apply->batch, product_id);
    return status == STATUS_OK ? mirror_del(apply->batch, TABLE_PRODUCT, product_id) : status;
}
