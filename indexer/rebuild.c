/* A touched product: its document is built from the mirrored rows, and postings, facets, columns, fragment and suggestion are made to agree
 * with it. Only what differs is written. */
#include "indexer/apply_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "catalog/field.h"
#include "catalog/hit.h"
#include "catalog/terms.h"
#include "indexer/facets.h"
#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/mirror.h"

static bool run_fits(const struct document *document, uint64_t run_count)
{
    if (run_count != (uint64_t)document->variant_count + 1)
        return false;
    for (unsigned i = 0; i < document->variant_count; i++)
        if (document->variants[i].slot != 0 && document->variants[i].slot != i + 1)
            return false;
    return true;
}

static enum status variant_place(struct apply *apply, const struct document_variant *variant, uint32_t number, uint32_t entry,
                                 uint16_t slot)
{
    bool changed = false;
    uint64_t values[] = {[VARIANT_OFFER_PRICE] = variant->price,
                         [VARIANT_OFFER_SALE] = variant->sale,
                         [VARIANT_OFFER_STOCK] = variant->stock,
                         [VARIANT_OFFER_OWNER] = variant->active ? number : number | VARIANT_INACTIVE};
    enum status status = record_change(apply, &family_variant, entry, values, sizeof values / sizeof values[0], &changed);
    if (status != STATUS_OK || variant->slot == slot)
        return status;
    struct stored stored;
    status = stored_get(apply, TABLE_VARIANT, variant->id, &stored);
    return status == STATUS_OK ? row_store(apply, &stored.row, false, slot) : status;
}

/* A run that no longer fits its variants is left behind, and a new one taken: entry 0 keeps the product's own offer. */
static enum status run_place(struct apply *apply, const struct document *document, uint32_t number)
{
    uint64_t first = column_now(apply, &family_run, RUN_FIRST, number);
    uint64_t count = column_now(apply, &family_run, RUN_COUNT, number);
    bool changed = false;
    const struct column_family *own = first == COLUMN_UNKNOWN ? &family_offer : &family_variant;
    uint32_t own_entry = first == COLUMN_UNKNOWN ? number : (uint32_t)first;
    struct offer offer = {column_now(apply, own, OFFER_PRICE, own_entry), column_now(apply, own, OFFER_SALE, own_entry),
                          column_now(apply, own, OFFER_STOCK, own_entry)};
    if (document->variant_count == 0) {
        if (first == COLUMN_UNKNOWN)
            return STATUS_OK;
        enum status status = column_put(apply->batch, &family_run, RUN_FIRST, number, COLUMN_UNKNOWN);
        if (status == STATUS_OK)
            status = column_put(apply->batch, &family_run, RUN_COUNT, number, COLUMN_UNKNOWN);
        return status == STATUS_OK ? own_offer_put(apply, number, &offer, &changed) : status;
    }
    enum status status = STATUS_OK;
    bool fits = first != COLUMN_UNKNOWN && run_fits(document, count);
    if (!fits) {
        uint32_t taken = 0;
        count = (uint64_t)document->variant_count + 1;
        status = batch_take(apply->batch, COUNTER_VARIANT, (uint32_t)count, &taken);
        first = taken;
        if (status == STATUS_OK)
            status = column_put(apply->batch, &family_run, RUN_FIRST, number, first);
        if (status == STATUS_OK)
            status = column_put(apply->batch, &family_run, RUN_COUNT, number, count);
        if (status == STATUS_OK)
            status = own_offer_put(apply, number, &offer, &changed);
        if (status == STATUS_OK)
            status = column_put(apply->batch, &family_variant, VARIANT_OFFER_OWNER, taken, number | VARIANT_INACTIVE);
    }
    for (unsigned i = 0; status == STATUS_OK && i < document->variant_count; i++)
        status = variant_place(apply, &document->variants[i], number, (uint32_t)first + i + 1, (uint16_t)(i + 1));
    return status == STATUS_OK ? offer_derive(apply, number, (uint32_t)first, (uint32_t)count, &changed) : status;
}

static struct product_run run_now(struct apply *apply, uint32_t number)
{
    uint64_t first = column_now(apply, &family_run, RUN_FIRST, number), count = column_now(apply, &family_run, RUN_COUNT, number);
    bool known = first != COLUMN_UNKNOWN && count != COLUMN_UNKNOWN;
    return known ? (struct product_run){(uint32_t)first, (uint32_t)count} : (struct product_run){0, 0};
}

/* Brand, category and age, for filters, facets and sorting. */
static enum status label_columns(struct apply *apply, const struct document *document, uint32_t number)
{
    uint32_t ordinal = 0;
    uint64_t brand = COLUMN_UNKNOWN, category = COLUMN_UNKNOWN;
    bool changed = false;
    enum status status = STATUS_OK;
    if (document->brand_id.size > 0) {
        status = label_find(apply->view, FACET_BRAND, document->brand_id, &ordinal);
        brand = ordinal;
    }
    if (status == STATUS_OK && document->path_count > 0) {
        status = label_find(apply->view, FACET_CATEGORY, document->path[document->path_count - 1].id, &ordinal);
        category = ordinal;
    }
    if (status == STATUS_OK)
        status = column_change(apply, &family_brand, 0, number, brand, &changed);
    if (status == STATUS_OK)
        status = column_change(apply, &family_category, 0, number, category, &changed);
    return status == STATUS_OK ? column_change(apply, &family_created, 0, number, document->created_s, &changed) : status;
}

static enum status terms_replace(struct apply *apply, const struct document *document, uint32_t number)
{
    struct forward_list list = {0};
    bool cut = false;
    uint32_t changed = 0;
    if (apply->words == NULL)
        apply->words = word_cache_new(apply->analyzer, WORD_CACHE_BYTES);
    enum status status = terms_build(apply->words, document, &apply->arena, &list, &cut);
    if (status == STATUS_OK && cut) {
        apply->counts.cut++;
        log_warn("indexer: product %.*s has more than %d bytes of text: the rest is not searched", (int)document->id.size,
                 document->id.data, DOCUMENT_TEXT_BYTES_MAX);
    }
    return status == STATUS_OK ? forward_replace(apply->batch, number, &list, &apply->arena, &changed) : status;
}

/* The stored fragment before the change; empty parts when there is none. The bytes are copied: they would not outlive the next write. */
static enum status fragment_before(struct apply *apply, uint32_t number, struct fragment *out)
{
    struct bytes stored = {0};
    *out = (struct fragment){0};
    enum status status = fragment_get(apply->view, number, &apply->arena, &stored);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    char *copy = status == STATUS_OK ? arena_copy(&apply->arena, stored.data, stored.size) : NULL;
    if (status != STATUS_OK)
        return status;
    return copy == NULL ? STATUS_LIMIT : fragment_parse((struct bytes){copy, stored.size}, out);
}

static enum status fragment_replace(struct apply *apply, const struct document *document, const struct product_facets *facets,
                                    uint32_t number, const struct fragment *before)
{
    uint64_t prior = column_now(apply, &family_fame, FAME_PRIOR, number);
    bool renamed = !bytes_equal(before->name, document->name);
    enum status status = STATUS_OK;
    if (before->id.size > 0 && (!document->live || renamed))
        status = product_suggest(apply, document->id, before->name, prior, false);
    if (status != STATUS_OK)
        return status;
    if (!document->live)
        return before->id.size > 0 ? fragment_del(apply->batch, number) : STATUS_OK;
    struct buffer fragment = {0};
    fragment_build(document, facets->facets, facets->count + facets->variant_field_count, &fragment);
    status = fragment_put(apply->batch, number, (struct bytes){fragment.data, fragment.size});
    buffer_release(&fragment);
    return status == STATUS_OK ? product_suggest(apply, document->id, document->name, prior, true) : status;
}

/* One product must not stop the stream: what cannot be built is not shown until its rows fit again. Nothing was written for it yet, and its
 * variants stay where they are. */
static enum status document_refuse(struct apply *apply, struct bytes product_id)
{
    uint32_t number = 0;
    log_warn("indexer: product %.*s is left out: its variants, specs and images are too many or too large for one document",
             (int)product_id.size, product_id.data);
    apply->counts.cut++;
    arena_reset(&apply->arena);
    enum status status = document_get(apply->view, product_id, &number);
    return status == STATUS_OK ? document_remove(apply, number) : status;
}

enum status product_rebuild(struct apply *apply, struct bytes product_id)
{
    arena_reset(&apply->arena);
    struct document document;
    uint32_t number = 0;
    enum status status = document_build(apply->view, apply->analyzer, product_id, &apply->arena, &document);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_LIMIT)
        return document_refuse(apply, product_id);
    if (status == STATUS_OK)
        status = document_get(apply->view, product_id, &number);
    struct fragment before;
    if (status == STATUS_OK)
        status = fragment_before(apply, number, &before);
    struct product_run run_before = status == STATUS_OK ? run_now(apply, number) : (struct product_run){0, 0};
    if (status == STATUS_OK)
        status = run_place(apply, &document, number);
    if (status == STATUS_OK)
        status = label_columns(apply, &document, number);
    if (status == STATUS_OK)
        status = terms_replace(apply, &document, number);
    struct product_facets facets;
    struct facet_key *keys = NULL;
    unsigned key_count = 0;
    if (status == STATUS_OK)
        status = facets_fold(apply->analyzer, &document, &apply->arena, &keys, &key_count);
    if (status == STATUS_OK)
        status = facets_resolve(apply, &document, keys, key_count, &facets);
    if (status == STATUS_OK)
        status = facets_replace(apply, number, run_before, before.facets, &facets);
    if (status == STATUS_OK)
        status = fragment_replace(apply, &document, &facets, number, &before);
    apply->counts.documents++;
    product_note(apply, product_id);
    return status == STATUS_OK ? version_raise(apply, number) : status;
}

enum status document_remove(struct apply *apply, uint32_t number)
{
    static const struct product_facets none = {.count = 0};
    struct fragment before;
    uint32_t changed = 0;
    enum status status = fragment_before(apply, number, &before);
    if (status == STATUS_OK)
        status = forward_replace(apply->batch, number, &(struct forward_list){0}, &apply->arena, &changed);
    if (status == STATUS_OK)
        status = facets_replace(apply, number, run_now(apply, number), before.facets, &none);
    if (status != STATUS_OK || before.id.size == 0)
        return status;
    status = product_suggest(apply, before.id, before.name, 0, false);
    return status == STATUS_OK ? fragment_del(apply->batch, number) : status;
}
