#include "indexer/facets.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/slug.h"
#include "indexer/apply_state.h"
#include "storage/label.h"
#include "storage/multi.h"

enum { CACHE_ENTRIES = 1 << 16 };
_Static_assert((unsigned)FACET_SPEC_FIRST + SPEC_NAMES_MAX < MULTI_SPACE_VARIANT, "a field's number leaves the bit of the space free");

struct label_cache {
    struct cached_label {
        uint32_t ordinal;
        uint16_t field;
        uint8_t size;  /* 0: free */
        uint64_t text; /* hash of the spelling: another one may be the better label */
        char key[SPEC_KEY_BYTES_MAX];
    } entries[CACHE_ENTRIES];
};

struct label_cache *label_cache_new(void)
{
    return memory_calloc(1, sizeof(struct label_cache));
}

void label_cache_free(struct label_cache *cache)
{
    free(cache);
}

static struct cached_label *cache_entry(struct label_cache *cache, uint16_t field, struct bytes key)
{
    return &cache->entries[XXH3_64bits_withSeed(key.data, key.size, field) % CACHE_ENTRIES];
}

static bool cache_find(struct label_cache *cache, uint16_t field, const struct spec_value *value, uint32_t *ordinal)
{
    if (cache == NULL)
        return false;
    const struct cached_label *entry = cache_entry(cache, field, value->key);
    *ordinal = entry->ordinal;
    return entry->field == field && entry->size == value->key.size && memcmp(entry->key, value->key.data, value->key.size) == 0 &&
           entry->text == XXH3_64bits(value->text.data, value->text.size);
}

static void cache_note(struct label_cache *cache, uint16_t field, const struct spec_value *value, uint32_t ordinal)
{
    if (cache == NULL)
        return;
    struct cached_label *entry = cache_entry(cache, field, value->key);
    *entry = (struct cached_label){
        .ordinal = ordinal, .field = field, .size = (uint8_t)value->key.size, .text = XXH3_64bits(value->text.data, value->text.size)};
    memcpy(entry->key, value->key.data, value->key.size);
}

static bool name_is_among(const struct facet_key *keys, unsigned count, struct bytes name)
{
    for (unsigned i = 0; i < count; i++)
        if (bytes_equal(keys[i].name.key, name))
            return true;
    return false;
}

/* `earlier`: of the keys so far, how many have names that win over these. */
static enum status specs_fold(const struct analyzer *analyzer, const struct document_spec *specs, unsigned spec_count, unsigned variant,
                              unsigned earlier, struct arena *arena, struct facet_key *keys, unsigned *count)
{
    for (unsigned i = 0; i < spec_count; i++) {
        struct facet_key key = {.variant = variant};
        enum status status = spec_name_read(analyzer, specs[i].name, arena, &key.name);
        if (status == STATUS_OK)
            status = spec_value_read(analyzer, specs[i].value, arena, &key.value);
        if (status != STATUS_OK)
            return status;
        if (key.name.key.size > 0 && !name_is_among(keys, earlier, key.name.key))
            keys[(*count)++] = key;
    }
    return STATUS_OK;
}

enum status facets_fold(const struct analyzer *analyzer, const struct document *document, struct arena *arena, struct facet_key **out,
                        unsigned *count)
{
    size_t most = document->spec_count;
    unsigned own = document->own_spec_count;
    *out = NULL;
    *count = 0;
    if (!document->live)
        return STATUS_OK;
    for (unsigned i = 0; i < document->variant_count; i++)
        most += document->variants[i].active ? document->variants[i].attribute_count : 0;
    struct facet_key *keys = arena_calloc(arena, most, sizeof *keys);
    if (keys == NULL)
        return STATUS_LIMIT;
    *out = keys;
    enum status status = specs_fold(analyzer, document->specs, own, 0, 0, arena, keys, count);
    if (status == STATUS_OK)
        status = specs_fold(analyzer, document->specs + own, document->spec_count - own, 0, *count, arena, keys, count);
    for (unsigned i = 0; status == STATUS_OK && i < document->variant_count; i++) {
        const struct document_variant *variant = &document->variants[i];
        if (variant->active)
            status = specs_fold(analyzer, variant->attributes, variant->attribute_count, i + 1, 0, arena, keys, count);
    }
    return status;
}

/* A label met the first time; not when there are too many spec names. */
static enum status label_add(struct apply *apply, uint16_t field, const struct spec_value *value, uint32_t *ordinal, bool *usable)
{
    enum status status = STATUS_OK;
    if (field == FACET_SPEC_NAMES) {
        uint32_t limit = 0;
        status = label_limit(apply->view, field, &limit);
        *usable = status == STATUS_OK && limit < SPEC_NAMES_MAX;
        if (!*usable)
            return status;
    }
    struct bytes slug = {0};
    status = slug_build(apply->analyzer, value->text, (struct bytes){0}, &apply->arena, &slug);
    if (status != STATUS_OK)
        return status;
    const struct label label = {.key = value->key, .text = value->text, .slug = slug, .parent = LABEL_NO_PARENT};
    return label_put(apply->batch, field, &label, ordinal);
}

/* The best of the spellings met is shown, whichever came first. */
static enum status label_improve(struct apply *apply, uint16_t field, const struct spec_value *value, uint32_t ordinal)
{
    struct label label = {0};
    enum status status = label_get(apply->view, field, ordinal, &label);
    if (status != STATUS_OK || !spec_text_is_better(value->text, label.text))
        return status;
    label.text = value->text;
    return label_put(apply->batch, field, &label, &ordinal);
}

static enum status label_ordinal(struct apply *apply, uint16_t field, const struct spec_value *value, uint32_t *ordinal, bool *usable)
{
    *usable = value->key.size > 0;
    if (!*usable || cache_find(apply->labels, field, value, ordinal))
        return STATUS_OK;
    enum status status = label_find(apply->view, field, value->key, ordinal);
    if (status == STATUS_OK)
        status = label_improve(apply, field, value, *ordinal);
    else if (status == STATUS_NOT_FOUND)
        status = label_add(apply, field, value, ordinal, usable);
    if (status == STATUS_OK && *usable)
        cache_note(apply->labels, field, value, *ordinal);
    return status;
}

/* Facet fields with their values, ascending by field: at most FACET_FIELDS_MAX. */
struct facet_set {
    struct fragment_facet *facets;
    unsigned count;
};

static struct fragment_facet *facet_field(struct facet_set *set, uint16_t field)
{
    unsigned at = 0;
    while (at < set->count && set->facets[at].field < field)
        at++;
    if (at < set->count && set->facets[at].field == field)
        return &set->facets[at];
    if (set->count == FACET_FIELDS_MAX)
        return NULL;
    memmove(&set->facets[at + 1], &set->facets[at], (set->count - at) * sizeof set->facets[0]);
    set->facets[at] = (struct fragment_facet){.field = field};
    set->count++;
    return &set->facets[at];
}

static void ordinal_insert(struct fragment_facet *facet, uint32_t ordinal)
{
    unsigned at = 0;
    while (at < facet->count && facet->ordinals[at] < ordinal)
        at++;
    if (facet->count == MULTI_VALUES_MAX || (at < facet->count && facet->ordinals[at] == ordinal))
        return;
    memmove(&facet->ordinals[at + 1], &facet->ordinals[at], (facet->count - at) * sizeof facet->ordinals[0]);
    facet->ordinals[at] = ordinal;
    facet->count++;
}

/* A key's ordinals. */
struct facet_pair {
    uint16_t field; /* 0: it is not usable */
    uint32_t ordinal;
    unsigned variant;
};

static enum status pair_resolve(struct apply *apply, const struct facet_key *key, struct facet_pair *out)
{
    uint32_t name = 0, value = 0;
    bool usable = false;
    *out = (struct facet_pair){.variant = key->variant};
    enum status status = label_ordinal(apply, FACET_SPEC_NAMES, &key->name, &name, &usable);
    if (status != STATUS_OK || !usable)
        return status;
    uint16_t field = (uint16_t)(FACET_SPEC_FIRST + name);
    status = label_ordinal(apply, field, &key->value, &value, &usable);
    if (status == STATUS_OK && usable)
        *out = (struct facet_pair){field, value, key->variant};
    return status;
}

static void pair_insert(struct facet_set *set, const struct facet_pair *pair, uint16_t space)
{
    struct fragment_facet *facet = pair->field == 0 ? NULL : facet_field(set, (uint16_t)(pair->field | space));
    if (facet != NULL)
        ordinal_insert(facet, pair->ordinal);
}

/* The place of a field among the marks; `marks->count` when no variant has it by itself. */
static unsigned mark_find(const struct facet_set *marks, uint16_t field)
{
    unsigned at = 0;
    while (at < marks->count && marks->facets[at].field != (field | MULTI_SPACE_VARIANT))
        at++;
    return at;
}

/* A product's value for the active variants that have none of their own. False: it has no such variant, but others. */
static bool value_lend(const struct document *document, const struct facet_pair *pair, struct fragment_facet *values)
{
    bool lent = false;
    for (unsigned i = 0; i < document->variant_count; i++)
        if (document->variants[i].active && values[i].field == 0) {
            ordinal_insert(&values[i], pair->ordinal);
            lent = true;
        }
    return lent;
}

/* By field and variant: what the variant has by itself, else its product's; an inactive one has none. What its product lends to none of them is
 * taken out of `pairs`. */
static enum status variant_values(struct apply *apply, const struct document *document, const struct facet_set *marks,
                                  struct facet_pair *pairs, unsigned pair_count, struct product_facets *out)
{
    unsigned variants = document->variant_count;
    struct fragment_facet *values = arena_calloc(&apply->arena, (size_t)marks->count * variants, sizeof *values);
    if (values == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < pair_count; i++) {
        unsigned field = pairs[i].variant > 0 ? mark_find(marks, pairs[i].field) : marks->count;
        if (field == marks->count)
            continue;
        struct fragment_facet *own = &values[(size_t)field * variants + pairs[i].variant - 1];
        own->field = marks->facets[field].field;
        ordinal_insert(own, pairs[i].ordinal);
    }
    for (unsigned i = 0; i < pair_count; i++) {
        unsigned field = pairs[i].variant == 0 ? mark_find(marks, pairs[i].field) : marks->count;
        if (field < marks->count && !value_lend(document, &pairs[i], &values[(size_t)field * variants]))
            pairs[i].field = 0;
    }
    out->variant_values = values;
    out->variant_count = variants;
    return STATUS_OK;
}

enum status facets_resolve(struct apply *apply, const struct document *document, const struct facet_key *keys, unsigned count,
                           struct product_facets *out)
{
    *out = (struct product_facets){0};
    struct fragment_facet marked[FACET_FIELDS_MAX];
    struct facet_set all = {.facets = out->facets}, marks = {.facets = marked};
    struct facet_pair *pairs = arena_alloc(&apply->arena, count * sizeof *pairs);
    enum status status = pairs == NULL ? STATUS_LIMIT : STATUS_OK;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        status = pair_resolve(apply, &keys[i], &pairs[i]);
        if (status == STATUS_OK && pairs[i].variant > 0)
            pair_insert(&marks, &pairs[i], MULTI_SPACE_VARIANT);
    }
    if (status == STATUS_OK)
        status = variant_values(apply, document, &marks, pairs, count, out);
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        pair_insert(&all, &pairs[i], 0);
    memcpy(out->facets + all.count, marked, marks.count * sizeof *marked);
    out->count = all.count;
    out->variant_field_count = marks.count;
    return status;
}

/* Takes the next of a fragment's facets in the space of documents. */
static bool next_own(struct bytes *facets, struct fragment_facet *out)
{
    return fragment_next_facet(facets, out) && out->field < MULTI_SPACE_VARIANT;
}

static bool values_equal(const struct fragment_facet *a, const struct fragment_facet *b)
{
    return a->count == b->count && memcmp(a->ordinals, b->ordinals, a->count * sizeof a->ordinals[0]) == 0;
}

/* Both lists ascend by field: what is only in the old one is cleared, what is new or differs is put. */
static enum status own_replace(struct apply *apply, uint32_t document, struct bytes old, const struct product_facets *facets)
{
    struct fragment_facet before;
    bool more = next_own(&old, &before);
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < facets->count && status == STATUS_OK; i++) {
        const struct fragment_facet *after = &facets->facets[i];
        for (; more && before.field < after->field && status == STATUS_OK; more = next_own(&old, &before))
            status = multi_put(apply->batch, before.field, document, NULL, 0);
        bool same = more && before.field == after->field;
        if (status == STATUS_OK && !(same && values_equal(&before, after)))
            status = multi_put(apply->batch, after->field, document, after->ordinals, after->count);
        if (same)
            more = next_own(&old, &before);
    }
    for (; more && status == STATUS_OK; more = next_own(&old, &before))
        status = multi_put(apply->batch, before.field, document, NULL, 0);
    return status;
}

/* Clears what the variants of the old run had. What is put afterwards wins. */
static enum status variants_clear(struct apply *apply, struct product_run run, struct bytes old)
{
    struct fragment_facet before;
    enum status status = STATUS_OK;
    while (fragment_next_facet(&old, &before))
        for (uint32_t i = 1; before.field >= MULTI_SPACE_VARIANT && i < run.count && status == STATUS_OK; i++)
            status = multi_put(apply->batch, before.field, run.first + i, NULL, 0);
    return status;
}

enum status facets_replace(struct apply *apply, uint32_t document, struct product_run run_before, struct bytes old,
                           const struct product_facets *facets)
{
    enum status status = own_replace(apply, document, old, facets);
    if (status == STATUS_OK)
        status = variants_clear(apply, run_before, old);
    uint64_t first = facets->variant_field_count == 0 ? 0 : column_now(apply, &family_run, RUN_FIRST, document);
    for (unsigned i = 0; i < facets->variant_field_count; i++)
        for (unsigned j = 0; j < facets->variant_count && status == STATUS_OK; j++) {
            const struct fragment_facet *values = &facets->variant_values[(size_t)i * facets->variant_count + j];
            if (values->count > 0)
                status = multi_put(apply->batch, facets->facets[facets->count + i].field, (uint32_t)first + 1 + j, values->ordinals,
                                   values->count);
        }
    return status;
}
