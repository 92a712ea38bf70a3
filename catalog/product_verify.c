#include "catalog/product_verify.h"

#include <stdarg.h>
#include <stdlib.h>

#include "catalog/field.h"
#include "catalog/offer.h"
#include "catalog/product_check.h"
#include "storage/fragment.h"
#include "storage/label.h"
#include "storage/snapshot.h"

enum { CHECK_ARENA_BYTES = 512 * 1024 * 1024 };

void product_fault(struct product_check *check, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verify_report_fault(check->counts, check->report, check->context, format, arguments);
    va_end(arguments);
}

enum status check_fragment(struct product_check *check, uint32_t document, struct fragment *out)
{
    struct bytes stored = {0};
    arena_reset(&check->arena);
    enum status status = fragment_get(check->snapshot, document, &check->arena, &stored);
    return status == STATUS_OK ? fragment_parse(stored, out) : status;
}

bool check_run(struct product_check *check, uint32_t document, uint32_t *first, uint32_t *count)
{
    uint64_t start = column_get(&check->run, RUN_FIRST, document), size = column_get(&check->run, RUN_COUNT, document);
    bool fits = start < check->variant_limit && size > 0 && size <= check->variant_limit - start;
    *first = fits ? (uint32_t)start : 0;
    *count = fits ? (uint32_t)size : 0;
    return fits;
}

/* Every entry of the run is the document's, and the document shows what its variants are sold at. */
static void offer_check(struct product_check *check, struct column_reader *offers, uint32_t document, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        uint64_t owner = column_get(&check->variant, VARIANT_OFFER_OWNER, i);
        bool owned = i == first ? owner == (document | VARIANT_INACTIVE) : (owner & ~(uint64_t)VARIANT_INACTIVE) == document;
        if (!owned)
            product_fault(check, "Document %u: entry %u of its variants says that it belongs to another.", document, i - first);
    }
    struct offer offer = offer_of_run(&check->variant, document, first, count);
    const uint64_t derived[] = {[OFFER_PRICE] = offer.price, [OFFER_SALE] = offer.sale, [OFFER_STOCK] = offer.stock};
    static const char *const names[] = {[OFFER_PRICE] = "price", [OFFER_SALE] = "sale price", [OFFER_STOCK] = "stock"};
    for (unsigned i = 0; i < sizeof derived / sizeof derived[0]; i++)
        if (column_get(offers, i, document) != derived[i])
            product_fault(check, "Document %u has a %s that is not that of its variants.", document, names[i]);
}

/* The columns that follow from something else that is stored. */
struct product_columns {
    struct column_reader offer, order, brand, category;
    uint32_t brand_limit, category_limit;
};

static enum status columns_begin(struct product_check *check, struct product_columns *columns)
{
    column_reader_init(&columns->offer, check->snapshot, &family_offer);
    column_reader_init(&columns->order, check->snapshot, &family_order);
    column_reader_init(&columns->brand, check->snapshot, &family_brand);
    column_reader_init(&columns->category, check->snapshot, &family_category);
    enum status status = label_limit(check->snapshot, FACET_BRAND, &columns->brand_limit);
    return status == STATUS_OK ? label_limit(check->snapshot, FACET_CATEGORY, &columns->category_limit) : status;
}

static void columns_check(struct product_check *check, struct product_columns *columns, uint32_t document, struct bytes id)
{
    uint32_t first = 0, count = 0;
    uint64_t brand = column_get(&columns->brand, 0, document), category = column_get(&columns->category, 0, document);
    if (column_get(&columns->order, 0, document) != id_order(id))
        product_fault(check, "Document %u has a sort key that is not that of its id \"%.*s\".", document, (int)id.size, id.data);
    if (brand != COLUMN_UNKNOWN && brand >= columns->brand_limit)
        product_fault(check, "Document %u has a brand that was never given.", document);
    if (category != COLUMN_UNKNOWN && category >= columns->category_limit)
        product_fault(check, "Document %u has a category that was never given.", document);
    if (check_run(check, document, &first, &count))
        offer_check(check, &columns->offer, document, first, count);
    else if (column_get(&check->run, RUN_FIRST, document) != COLUMN_UNKNOWN ||
             column_get(&check->run, RUN_COUNT, document) != COLUMN_UNKNOWN)
        product_fault(check, "Document %u has variants where none were ever given.", document);
}

static enum status documents_check(struct product_check *check)
{
    struct product_columns columns;
    enum status status = columns_begin(check, &columns);
    for (uint32_t document = 0; status == STATUS_OK && document < check->document_limit; document++) {
        struct fragment fragment;
        status = check_fragment(check, document, &fragment);
        if (status == STATUS_OK) {
            columns_check(check, &columns, document, fragment.id);
            status = facets_check(check, document, &fragment);
        } else if (status == STATUS_CORRUPT) {
            product_fault(check, "Document %u has a fragment that does not decode.", document);
            status = STATUS_OK;
        } else if (status == STATUS_NOT_FOUND) {
            status = STATUS_OK;
        }
    }
    return status;
}

static enum status products_run(struct product_check *check)
{
    enum status status = snapshot_document_limit(check->snapshot, &check->document_limit);
    if (status == STATUS_OK)
        status = snapshot_variant_limit(check->snapshot, &check->variant_limit);
    if (status != STATUS_OK)
        return status;
    column_reader_init(&check->run, check->snapshot, &family_run);
    column_reader_init(&check->variant, check->snapshot, &family_variant);
    check->facet_sums = memory_calloc((size_t)check->document_limit + 1, sizeof *check->facet_sums);
    arena_init(&check->arena, CHECK_ARENA_BYTES);
    status = documents_check(check);
    if (status == STATUS_OK)
        status = facets_balance(check);
    arena_release(&check->arena);
    free(check->facet_sums);
    return status;
}

enum status product_verify(struct snapshot *snapshot, verify_report *report, void *context, struct verify_counts *counts)
{
    enum status status = verify_run(snapshot, column_families, column_family_count, report, context, counts);
    if (status != STATUS_OK || counts->faults > 0)
        return status;
    struct product_check check = {.snapshot = snapshot, .counts = counts, .report = report, .context = context};
    return products_run(&check);
}
