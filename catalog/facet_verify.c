/* Facets as fragments name them held against the chunks that filters and counts read.
 *
 * Of documents: a fragment's values add a hash of (field, document, ordinal) to its document's sum, stored ones take the same away. Of
 * variants a fragment knows only what they have together, so each product's are looked up: an inactive one has none, an active one nothing
 * that its product has not, and what the fragment says one of them has. What was looked up so adds to one sum for all. Whatever does not
 * come to zero is then looked at one by one. */
#include <stdio.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/product_check.h"
#include "storage/label.h"

/* What a fragment says of one field, in both spaces. */
struct field_facets {
    struct fragment_facet own, marks; /* count 0: nothing */
    bool own_known;                   /* false: the product has more fields or values than a fragment holds */
};

static uint64_t value_hash(uint16_t field, uint32_t entry, uint32_t ordinal)
{
    const uint32_t value[] = {field, entry, ordinal};
    return XXH3_64bits(value, sizeof value);
}

static bool has_ordinal(const struct fragment_facet *facet, uint32_t ordinal)
{
    for (unsigned i = 0; i < facet->count; i++)
        if (facet->ordinals[i] == ordinal)
            return true;
    return false;
}

/* The values stored for an entry; count 0: none. */
static enum status values_get(struct product_check *check, uint16_t field, uint32_t entry, struct fragment_facet *out)
{
    struct multi_chunk *chunk = &check->chunk;
    uint32_t begin = 0, end = 0;
    *out = (struct fragment_facet){.field = field};
    if (chunk->span == 0 || check->chunk_field != field || entry < chunk->first || entry - chunk->first >= chunk->span) {
        enum status status = multi_seek(check->snapshot, field, entry, chunk);
        check->chunk_field = field;
        if (status != STATUS_OK)
            chunk->span = 0;
        if (status == STATUS_END || (status == STATUS_OK && entry < chunk->first))
            return STATUS_OK;
        if (status != STATUS_OK)
            return status;
    }
    if (!multi_chunk_values(chunk, entry - chunk->first, &begin, &end) || end - begin > MULTI_VALUES_MAX)
        return STATUS_CORRUPT;
    out->count = (uint8_t)(end - begin);
    for (uint32_t i = begin; i < end; i++)
        out->ordinals[i - begin] = chunk->ordinals[i];
    return STATUS_OK;
}

static bool facet_find(struct bytes facets, uint16_t field, struct fragment_facet *out)
{
    while (fragment_next_facet(&facets, out))
        if (out->field == field)
            return true;
    *out = (struct fragment_facet){.field = field};
    return false;
}

/* The name of a facet field, for a report. */
enum { FIELD_NAME_BYTES = 100 };
static const char *field_name(struct product_check *check, uint16_t field, char name[FIELD_NAME_BYTES])
{
    struct label label;
    uint16_t plain = (uint16_t)(field & ~MULTI_SPACE_VARIANT);
    bool known = plain >= FACET_SPEC_FIRST &&
                 label_get(check->snapshot, FACET_SPEC_NAMES, (uint32_t)(plain - FACET_SPEC_FIRST), &label) == STATUS_OK;
    if (known)
        snprintf(name, FIELD_NAME_BYTES, "\"%.*s\"", (int)label.key.size, label.key.data);
    else
        snprintf(name, FIELD_NAME_BYTES, "of number %u", plain);
    return name;
}

/* One variant's values against what its product's fragment says. `*full`: it has as many as fit, and so maybe not all. */
static enum status variant_check(struct product_check *check, uint32_t document, uint32_t entry, const struct field_facets *facets,
                                 struct fragment_facet *met, bool *full)
{
    char name[FIELD_NAME_BYTES];
    struct fragment_facet values;
    enum status status = values_get(check, facets->marks.field, entry, &values);
    if (status != STATUS_OK || values.count == 0)
        return status;
    if (column_get(&check->variant, VARIANT_OFFER_OWNER, entry) != document)
        product_fault(check, "Document %u: variant %u is not sold, but has values of the facet %s.", document, entry,
                      field_name(check, values.field, name));
    *full = *full || values.count == MULTI_VALUES_MAX;
    for (unsigned i = 0; i < values.count; i++) {
        bool mark = has_ordinal(&facets->marks, values.ordinals[i]);
        check->variant_sum += value_hash(values.field, entry, values.ordinals[i]);
        if (mark && !has_ordinal(met, values.ordinals[i]))
            met->ordinals[met->count++] = values.ordinals[i];
        if (!mark && facets->own_known && !has_ordinal(&facets->own, values.ordinals[i]))
            product_fault(check, "Document %u: variant %u has value %u of the facet %s, which its fragment does not name.", document, entry,
                          values.ordinals[i], field_name(check, values.field, name));
    }
    return STATUS_OK;
}

static enum status variants_check(struct product_check *check, uint32_t document, const struct field_facets *facets)
{
    char name[FIELD_NAME_BYTES];
    uint32_t first = 0, count = 0;
    bool full = false;
    struct fragment_facet met = {.count = 0};
    enum status status = STATUS_OK;
    if (!check_run(check, document, &first, &count))
        product_fault(check, "Document %u: its fragment names values of variants that it does not have.", document);
    for (uint32_t i = 1; i < count && status == STATUS_OK; i++)
        status = variant_check(check, document, first + i, facets, &met, &full);
    if (status == STATUS_OK && count > 0 && met.count < facets->marks.count && !full)
        product_fault(check, "Document %u: no variant has a value of the facet %s that its fragment says one has.", document,
                      field_name(check, facets->marks.field, name));
    return status;
}

static bool facet_sound(const struct fragment_facet *facet, int before)
{
    bool sound = facet->field > before && facet->count > 0;
    for (unsigned i = 1; i < facet->count; i++)
        sound = sound && facet->ordinals[i - 1] < facet->ordinals[i];
    return sound;
}

enum status facets_check(struct product_check *check, uint32_t document, const struct fragment *fragment)
{
    struct bytes left = fragment->facets;
    struct field_facets facets;
    int before = -1;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && fragment_next_facet(&left, &facets.marks)) {
        const struct fragment_facet *facet = &facets.marks;
        if (!facet_sound(facet, before))
            product_fault(check, "Document %u: the facets in its fragment do not ascend.", document);
        before = facet->field;
        if (facet->field < MULTI_SPACE_VARIANT) {
            for (unsigned i = 0; i < facet->count; i++)
                check->facet_sums[document] += value_hash(facet->field, document, facet->ordinals[i]);
            continue;
        }
        bool found = facet_find(fragment->facets, (uint16_t)(facet->field & ~MULTI_SPACE_VARIANT), &facets.own);
        facets.own_known = found && facets.own.count < MULTI_VALUES_MAX;
        status = variants_check(check, document, &facets);
    }
    if (left.size > 0 && status == STATUS_OK)
        product_fault(check, "Document %u: the facets in its fragment do not decode.", document);
    return status;
}

typedef enum status stored_visit(struct product_check *check, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count);

/* Shows every entry that has values. The ordinals are copies: what looks further may read other blocks. */
static enum status stored_walk(struct product_check *check, stored_visit *visit)
{
    uint16_t field = 0;
    uint32_t entry = 0;
    struct multi_chunk chunk;
    enum status status;
    while ((status = multi_next(check->snapshot, &field, entry, &chunk)) == STATUS_OK) {
        for (uint32_t i = 0; i < chunk.span && status == STATUS_OK; i++) {
            uint32_t begin = 0, end = 0, ordinals[MULTI_VALUES_MAX];
            if (!multi_chunk_values(&chunk, i, &begin, &end) || end - begin > MULTI_VALUES_MAX)
                return STATUS_CORRUPT;
            for (uint32_t at = begin; at < end; at++)
                ordinals[at - begin] = chunk.ordinals[at];
            if (end > begin)
                status = visit(check, field, chunk.first + i, ordinals, end - begin);
        }
        if (status != STATUS_OK)
            return status;
        entry = chunk.first + chunk.span;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status stored_take(struct product_check *check, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count)
{
    bool variant = field >= MULTI_SPACE_VARIANT;
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += value_hash(field, entry, ordinals[i]);
    if (entry >= (variant ? check->variant_limit : check->document_limit))
        product_fault(check, "Facet field %u has values of number %u, which was never given.", field, entry);
    else if (variant)
        check->variant_sum -= sum;
    else
        check->facet_sums[entry] -= sum;
    return STATUS_OK;
}

static enum status document_look(struct product_check *check, uint16_t field, uint32_t document, const uint32_t *ordinals, unsigned count)
{
    char name[FIELD_NAME_BYTES];
    struct fragment fragment;
    struct fragment_facet facet;
    enum status status = check_fragment(check, document, &fragment);
    if (status == STATUS_NOT_FOUND)
        product_fault(check, "Document %u is not live, but has values of the facet %s.", document, field_name(check, field, name));
    if (status == STATUS_OK && !facet_find(fragment.facets, field, &facet)) {
        product_fault(check, "Document %u has values of the facet %s, which its fragment does not name.", document,
                      field_name(check, field, name));
    } else if (status == STATUS_OK) {
        bool same = facet.count == count;
        for (unsigned i = 0; same && i < count; i++)
            same = facet.ordinals[i] == ordinals[i];
        if (!same)
            product_fault(check, "Document %u has other values of the facet %s than its fragment names.", document,
                          field_name(check, field, name));
    }
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

/* A stored value of a variant belongs to one that is sold, in the run of a live product whose fragment names the field. */
static enum status variant_look(struct product_check *check, uint16_t field, uint32_t entry)
{
    char name[FIELD_NAME_BYTES];
    struct fragment fragment;
    struct fragment_facet facet;
    uint32_t first = 0, count = 0;
    uint64_t owner = column_get(&check->variant, VARIANT_OFFER_OWNER, entry);
    enum status status = owner < check->document_limit ? check_fragment(check, (uint32_t)owner, &fragment) : STATUS_NOT_FOUND;
    bool named = status == STATUS_OK && check_run(check, (uint32_t)owner, &first, &count) && entry > first && entry - first < count &&
                 facet_find(fragment.facets, field, &facet);
    if (!named)
        product_fault(check, "Variant %u has values of the facet %s, which no live product's fragment names.", entry,
                      field_name(check, field, name));
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

static enum status stored_look(struct product_check *check, uint16_t field, uint32_t entry, const uint32_t *ordinals, unsigned count)
{
    if (field >= MULTI_SPACE_VARIANT)
        return check->variant_sum != 0 && entry < check->variant_limit ? variant_look(check, field, entry) : STATUS_OK;
    if (entry >= check->document_limit || check->facet_sums[entry] == 0)
        return STATUS_OK;
    return document_look(check, field, entry, ordinals, count);
}

/* The fields of which nothing is stored are not met by a walk over what is. */
static enum status missing_look(struct product_check *check, uint32_t document)
{
    char name[FIELD_NAME_BYTES];
    struct fragment fragment;
    struct fragment_facet facet, stored;
    enum status status = check_fragment(check, document, &fragment);
    while (status == STATUS_OK && fragment_next_facet(&fragment.facets, &facet) && facet.field < MULTI_SPACE_VARIANT) {
        status = values_get(check, facet.field, document, &stored);
        if (status == STATUS_OK && stored.count == 0)
            product_fault(check, "Document %u has no values of the facet %s, but its fragment names some.", document,
                          field_name(check, facet.field, name));
    }
    return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

enum status facets_balance(struct product_check *check)
{
    enum status status = stored_walk(check, stored_take);
    bool even = check->variant_sum == 0;
    for (uint32_t document = 0; even && document < check->document_limit; document++)
        even = check->facet_sums[document] == 0;
    if (status != STATUS_OK || even)
        return status;
    status = stored_walk(check, stored_look);
    for (uint32_t document = 0; status == STATUS_OK && document < check->document_limit; document++)
        if (check->facet_sums[document] != 0)
            status = missing_look(check, document);
    return status;
}
