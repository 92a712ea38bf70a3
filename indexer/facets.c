#include "indexer/facets.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "catalog/field.h"
#include "catalog/slug.h"
#include "indexer/apply_state.h"
#include "storage/label.h"

enum { CACHE_ENTRIES = 1 << 16 };

struct label_cache {
    struct cached_label {
        uint32_t ordinal;
        uint16_t field;
        uint8_t size; /* 0: free */
        char key[FACET_TEXT_BYTES_MAX];
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

static bool cache_find(struct label_cache *cache, uint16_t field, struct bytes key, uint32_t *ordinal)
{
    if (cache == NULL)
        return false;
    const struct cached_label *entry = cache_entry(cache, field, key);
    *ordinal = entry->ordinal;
    return entry->field == field && entry->size == key.size && memcmp(entry->key, key.data, key.size) == 0;
}

static void cache_note(struct label_cache *cache, uint16_t field, struct bytes key, uint32_t ordinal)
{
    if (cache == NULL)
        return;
    struct cached_label *entry = cache_entry(cache, field, key);
    *entry = (struct cached_label){.ordinal = ordinal, .field = field, .size = (uint8_t)key.size};
    memcpy(entry->key, key.data, key.size);
}

static enum status key_fold(const struct analyzer *analyzer, struct bytes text, struct arena *arena, struct bytes *key)
{
    enum status status = fold_text(analyzer, text.data, text.size, arena, key);
    if (key->size > FACET_TEXT_BYTES_MAX)
        key->size = 0;
    return status;
}

static enum status specs_fold(const struct analyzer *analyzer, const struct document_spec *specs, unsigned spec_count, struct arena *arena,
                              struct facet_key *keys, unsigned *count)
{
    for (unsigned i = 0; i < spec_count; i++) {
        struct facet_key key = {.name = specs[i].name, .value = specs[i].value};
        enum status status = key_fold(analyzer, key.name, arena, &key.name_key);
        if (status == STATUS_OK)
            status = key_fold(analyzer, key.value, arena, &key.value_key);
        if (status != STATUS_OK)
            return status;
        if (key.name_key.size > 0)
            keys[(*count)++] = key;
    }
    return STATUS_OK;
}

enum status facets_fold(const struct analyzer *analyzer, const struct document *document, struct arena *arena, struct facet_key **out,
                        unsigned *count)
{
    size_t most = document->spec_count;
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
    enum status status = specs_fold(analyzer, document->specs, document->spec_count, arena, keys, count);
    for (unsigned i = 0; status == STATUS_OK && i < document->variant_count; i++)
        if (document->variants[i].active)
            status = specs_fold(analyzer, document->variants[i].attributes, document->variants[i].attribute_count, arena, keys, count);
    return status;
}

/* A label met the first time; not when there are too many spec names. */
static enum status label_add(struct apply *apply, uint16_t field, struct bytes text, struct bytes key, uint32_t *ordinal, bool *usable)
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
    status = slug_build(apply->analyzer, text, (struct bytes){0}, &apply->arena, &slug);
    if (status != STATUS_OK)
        return status;
    return label_put(apply->batch, field, &(struct label){.key = key, .text = text, .slug = slug, .parent = LABEL_NO_PARENT}, ordinal);
}

static enum status label_ordinal(struct apply *apply, uint16_t field, struct bytes text, struct bytes key, uint32_t *ordinal, bool *usable)
{
    *usable = key.size > 0;
    if (!*usable || cache_find(apply->labels, field, key, ordinal))
        return STATUS_OK;
    enum status status = label_find(apply->view, field, key, ordinal);
    if (status == STATUS_NOT_FOUND)
        status = label_add(apply, field, text, key, ordinal, usable);
    if (status == STATUS_OK && *usable)
        cache_note(apply->labels, field, key, *ordinal);
    return status;
}

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

enum status facets_resolve(struct apply *apply, const struct facet_key *keys, unsigned count, struct facet_set *out)
{
    out->count = 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t name = 0, value = 0;
        bool usable = false;
        enum status status = label_ordinal(apply, FACET_SPEC_NAMES, keys[i].name, keys[i].name_key, &name, &usable);
        if (status != STATUS_OK)
            return status;
        if (!usable)
            continue;
        uint16_t field = (uint16_t)(FACET_SPEC_FIRST + name);
        status = label_ordinal(apply, field, keys[i].value, keys[i].value_key, &value, &usable);
        if (status != STATUS_OK)
            return status;
        struct fragment_facet *facet = usable ? facet_field(out, field) : NULL;
        if (facet != NULL)
            ordinal_insert(facet, value);
    }
    return STATUS_OK;
}
