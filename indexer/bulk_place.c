/* One built document put under its number, in the order of the numbers. */
#include "indexer/bulk_state.h"

#include <string.h>

#include "catalog/field.h"
#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/suggest.h"

static enum status columns_place(struct apply *apply, const struct built *built, uint32_t number)
{
    const struct hot *hot = &built->hot;
    const struct {
        const struct column_family *family;
        unsigned field;
        uint64_t value;
    } values[] = {
        {&family_offer, OFFER_PRICE, hot->offer.price},
        {&family_offer, OFFER_SALE, hot->offer.sale},
        {&family_offer, OFFER_STOCK, hot->offer.stock},
        {&family_offer, OFFER_VERSION, apply->now_s == 0 ? 1 : apply->now_s},
        {&family_fame, FAME_SOLD, hot->fame.sold},
        {&family_fame, FAME_REVIEWS, hot->fame.reviews},
        {&family_fame, FAME_RATING, hot->fame.rating},
        {&family_fame, FAME_PRIOR, hot->fame.prior},
        {&family_brand, 0, built->brand},
        {&family_category, 0, built->category},
        {&family_created, 0, built->document.created_s},
        {&family_order, 0, id_order(built->document.id)},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof values / sizeof values[0]; i++)
        if (values[i].value != COLUMN_UNKNOWN)
            status = column_put(apply->batch, values[i].family, values[i].field, number, values[i].value);
    return status;
}

static enum status offer_place(struct apply *apply, uint32_t entry, const struct offer *offer, uint32_t owner)
{
    const uint64_t values[] = {[VARIANT_OFFER_PRICE] = offer->price,
                               [VARIANT_OFFER_SALE] = offer->sale,
                               [VARIANT_OFFER_STOCK] = offer->stock,
                               [VARIANT_OFFER_OWNER] = owner};
    enum status status = STATUS_OK;
    for (unsigned field = 0; status == STATUS_OK && field < sizeof values / sizeof values[0]; field++)
        status = column_put(apply->batch, &family_variant, field, entry, values[field]);
    return status;
}

/* The sorter's key is such that variants come in the order of their rows. */
static enum status slot_note(struct bulk *bulk, struct bytes variant_id, uint16_t slot)
{
    char key[1 + KEY_BYTES_MAX];
    key[0] = (char)variant_id.size;
    memcpy(key + 1, variant_id.data, variant_id.size);
    return sorter_add(bulk->slots, (struct bytes){key, 1 + variant_id.size}, (struct bytes){(const char *)&slot, sizeof slot});
}

/* The run: the product's own offer, then its variants'; the product shows what follows from them. */
static enum status run_build(struct bulk *bulk, const struct built *built, uint32_t number)
{
    struct apply *apply = bulk->apply;
    const struct document *document = &built->document;
    uint32_t first = 0, count = document->variant_count + 1;
    bool changed = false;
    if (document->variant_count == 0)
        return STATUS_OK;
    enum status status = batch_take(apply->batch, COUNTER_VARIANT, count, &first);
    if (status == STATUS_OK)
        status = column_put(apply->batch, &family_run, RUN_FIRST, number, first);
    if (status == STATUS_OK)
        status = column_put(apply->batch, &family_run, RUN_COUNT, number, count);
    if (status == STATUS_OK)
        status = offer_place(apply, first, &built->hot.offer, number | VARIANT_INACTIVE);
    for (unsigned i = 0; status == STATUS_OK && i < document->variant_count; i++) {
        const struct document_variant *variant = &document->variants[i];
        struct offer offer = {variant->price, variant->sale, variant->stock};
        status = offer_place(apply, first + i + 1, &offer, variant->active ? number : number | VARIANT_INACTIVE);
        if (status == STATUS_OK)
            status = slot_note(bulk, variant->id, (uint16_t)(i + 1));
    }
    return status == STATUS_OK ? offer_derive(apply, number, first, count, &changed) : status;
}

static enum status fragment_place(struct bulk *bulk, const struct built *built, uint32_t number)
{
    struct apply *apply = bulk->apply;
    struct product_facets facets;
    enum status status = facets_resolve(apply, &built->document, built->facets, built->facet_count, &facets);
    if (status == STATUS_OK)
        status = facets_replace(apply, number, (struct product_run){0, 0}, (struct bytes){0}, &facets);
    if (status != STATUS_OK)
        return status;
    bulk->fragment.size = 0;
    fragment_build(&built->document, facets.facets, facets.count + facets.variant_field_count, &bulk->fragment);
    return fragment_put(apply->batch, number, (struct bytes){bulk->fragment.data, bulk->fragment.size});
}

static enum status suggestion_place(struct bulk *bulk, const struct built *built)
{
    struct suggestion entry = {.text = built->suggestion,
                               .kind = SUGGEST_PRODUCT,
                               .weight = suggest_weight(built->hot.fame.prior),
                               .reference = built->document.id};
    return entry.text.size == 0 ? STATUS_OK : suggest_sort(bulk->suggestions, &entry);
}

enum status document_place(struct bulk *bulk, const struct built *built, uint32_t number)
{
    arena_reset(&bulk->apply->arena);
    enum status status = columns_place(bulk->apply, built, number);
    if (status == STATUS_OK)
        status = run_build(bulk, built, number);
    if (status != STATUS_OK || !built->document.live)
        return status;
    status = fragment_place(bulk, built, number);
    if (status == STATUS_OK)
        status = forward_put(bulk->apply->batch, number, built->forward);
    return status == STATUS_OK ? suggestion_place(bulk, built) : status;
}

enum status slots_settle(struct bulk *bulk, struct error *error)
{
    struct progress progress;
    uint64_t done = 0;
    enum status status = bulk_batch_open(bulk, error);
    if (status != STATUS_OK)
        return status;
    progress_begin(&progress, "placing the variants", "variants", sorter_count(bulk->slots));
    status = sorter_sort(bulk->slots);
    while (status == STATUS_OK) {
        struct bytes key, value;
        struct stored stored;
        uint16_t slot = 0;
        status = bulk_stopped(bulk) ? STATUS_TIMEOUT : sorter_next(bulk->slots, &key, &value);
        if (status != STATUS_OK)
            break;
        arena_reset(&bulk->apply->arena);
        memcpy(&slot, value.data, sizeof slot);
        status = stored_get(bulk->apply, TABLE_VARIANT, (struct bytes){key.data + 1, key.size - 1}, &stored);
        if (status == STATUS_OK)
            status = stored.found ? row_store(bulk->apply, &stored.row, false, slot) : STATUS_CORRUPT;
        if (status == STATUS_OK)
            status = bulk_batch_turn(bulk, error);
        progress_set(&progress, ++done);
    }
    progress_end(&progress);
    bool whole = status == STATUS_END;
    status = bulk_batch_end(bulk, whole ? STATUS_OK : status, error);
    return !whole && bulk_stopped(bulk) ? STATUS_END : status;
}
