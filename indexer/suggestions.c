/* What the suggestions hold of products, brands and categories. */
#include "indexer/apply_state.h"

#include "analyzers/utf8.h"
#include "catalog/field.h"
#include "storage/bytes.h"
#include "storage/suggest.h"

/* Categories, then brands, stand above products: they lead to many. */
enum { WEIGHT_CATEGORY = 20000, WEIGHT_BRAND = 10000, WEIGHT_STEP = 64 };

uint16_t suggest_weight(uint64_t prior)
{
    return prior == COLUMN_UNKNOWN ? 0 : (uint16_t)(prior / WEIGHT_STEP);
}

enum status suggestion_text(const struct analyzer *analyzer, struct bytes name, struct arena *arena, struct bytes *folded)
{
    enum status status = fold_text(analyzer, name.data, name.size, arena, folded);
    if (status == STATUS_OK)
        folded->size = utf8_cut(folded->data, folded->size, SUGGEST_KEY_BYTES_MAX);
    return status;
}

/* Removing what is not there is fine: a name without letters never had an entry. */
static enum status suggestion_set(struct apply *apply, struct suggestion *entry, struct bytes name, bool present)
{
    enum status status = suggestion_text(apply->analyzer, name, &apply->arena, &entry->text);
    if (status != STATUS_OK || entry->text.size == 0)
        return status;
    if (present)
        return suggest_put(apply->batch, entry);
    status = suggest_del(apply->batch, entry);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status product_suggest(struct apply *apply, struct bytes product_id, struct bytes name, uint64_t prior, bool present)
{
    struct suggestion entry = {.kind = SUGGEST_PRODUCT, .weight = suggest_weight(prior), .reference = product_id};
    return suggestion_set(apply, &entry, name, present);
}

struct suggestion label_suggestion(uint8_t kind, uint32_t ordinal, unsigned char reference[LABEL_REFERENCE_BYTES])
{
    key_put_u32(reference, ordinal);
    return (struct suggestion){.kind = kind,
                               .weight = kind == SUGGEST_CATEGORY ? WEIGHT_CATEGORY : WEIGHT_BRAND,
                               .reference = {(const char *)reference, LABEL_REFERENCE_BYTES}};
}

enum status label_suggest(struct apply *apply, uint8_t kind, uint32_t ordinal, struct bytes old_name, struct bytes new_name)
{
    unsigned char reference[LABEL_REFERENCE_BYTES];
    struct suggestion entry = label_suggestion(kind, ordinal, reference);
    enum status status = old_name.size > 0 ? suggestion_set(apply, &entry, old_name, false) : STATUS_OK;
    return status == STATUS_OK && new_name.size > 0 ? suggestion_set(apply, &entry, new_name, true) : status;
}
